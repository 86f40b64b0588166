package command

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	rules "sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

// kstatusAnswer is what kstatus makes of one object.
type kstatusAnswer struct {
	// Status is empty where it refuses to say.
	Status  string `json:"status"`
	Message string `json:"message"`
}

// kstatus answers for objects, each a JSON document. It's for comparing rules, and not in the help.
func kstatus(arguments []string) (code int, err error) {
	if done, err := parse(pflag.NewFlagSet("kstatus", pflag.ContinueOnError), arguments); err != nil || done {
		return success, err
	}
	if err := answerKstatus(os.Stdin, os.Stdout); err != nil {
		return failure, err
	}
	return success, nil
}

func answerKstatus(in io.Reader, out io.Writer) error {
	objects := json.NewDecoder(bufio.NewReader(in))
	buffered := bufio.NewWriter(out)
	answers := json.NewEncoder(buffered)
	for {
		var text json.RawMessage
		if err := objects.Decode(&text); errors.Is(err, io.EOF) {
			return buffered.Flush()
		} else if err != nil {
			return fmt.Errorf("read an object: %w", err)
		}
		// As clients read objects: whole numbers are int64, not float64.
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(text); err != nil {
			return fmt.Errorf("read an object: %w", err)
		}
		answer := kstatusAnswer{}
		if result, err := rules.Compute(object); err == nil {
			answer = kstatusAnswer{Status: result.Status.String(), Message: result.Message}
		} else {
			answer.Message = err.Error()
		}
		if err := answers.Encode(answer); err != nil {
			return fmt.Errorf("write an answer: %w", err)
		}
	}
}
