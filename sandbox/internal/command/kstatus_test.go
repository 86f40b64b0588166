package command

import (
	"strings"
	"testing"
)

func TestKstatusAnswersForEachObject(t *testing.T) {
	objects := `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"status":{"phase":"Pending"}}`
	var out strings.Builder
	if err := answerKstatus(strings.NewReader(objects), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], `"Current"`) || !strings.Contains(lines[1], `"InProgress"`) {
		t.Fatalf("answers: %q", lines)
	}
	if err := answerKstatus(strings.NewReader("{"), &out); err == nil {
		t.Fatal("half an object is no object")
	}
}
