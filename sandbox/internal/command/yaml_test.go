package command

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestTextsAreAnsweredInTheirOrder(t *testing.T) {
	texts := `"a: yes" "a: 1\na: 2" "a: [" "a: 1\n---\nb: {}\n" "a: 1\n}" "--- x"`
	want := strings.TrimLeft(`
{"strict":[{"a":true}],"lax":[{"a":true}],"restRefused":false,"documents":["a: yes\n"]}
{"strict":[],"lax":[{"a":2}],"restRefused":false,"documents":["a: 1\na: 2\n"]}
{"strict":[],"lax":[],"restRefused":false,"documents":["a: [\n"]}
{"strict":[{"a":1}],"lax":[{"a":1}],"restRefused":false,"documents":["a: 1\n","b: {}\n"]}
{"strict":[],"lax":[],"restRefused":false,"documents":["a: 1\n}\n"]}
{"strict":["x"],"lax":["x"],"restRefused":false,"documents":null}
`, "\n")
	var out bytes.Buffer
	if err := answerYAML(strings.NewReader(texts), &out); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWhatFollowsTheFirstDocumentIsLookedAt(t *testing.T) {
	if answer := answerText([]byte(" a: 1\nb: 2")); len(answer.Strict) == 0 || !answer.Rest {
		t.Errorf("got %+v", answer)
	}
}

func TestAMeasurementIsANumber(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.yaml")
	if err := os.WriteFile(path, []byte("a: 1\n---\nb: 2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := measureYAML(path, &out); err != nil {
		t.Fatal(err)
	}
	if nanoseconds, err := strconv.Atoi(strings.TrimSpace(out.String())); err != nil || nanoseconds <= 0 {
		t.Errorf("got %q, %v", out.String(), err)
	}
}
