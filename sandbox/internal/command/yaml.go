package command

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/pflag"
	goyaml "go.yaml.in/yaml/v2"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// yamlAnswer is what kubectl's libraries make of one text.
type yamlAnswer struct {
	// Strict and Lax are what YAMLToJSONStrict and YAMLToJSON make of the first document: one value, or none if they refuse.
	Strict []json.RawMessage `json:"strict"`
	Lax    []json.RawMessage `json:"lax"`
	// Rest says that what follows the first document, which neither of them looks at, can't be read.
	Rest bool `json:"restRefused"`
	// Documents are the texts that kubectl splits the text into: null if it refuses to.
	Documents []string `json:"documents"`
}

// yamlToJSON answers for texts, each a JSON string on a line of its own. It's for comparing readers, and not in the help.
func yamlToJSON(arguments []string) (code int, err error) {
	flags := pflag.NewFlagSet("yaml-to-json", pflag.ContinueOnError)
	measured := flags.String("measure", "", "")
	if done, err := parse(flags, arguments); err != nil || done {
		return success, err
	}
	if *measured != "" {
		err = measureYAML(*measured, os.Stdout)
	} else {
		err = answerYAML(os.Stdin, os.Stdout)
	}
	if err != nil {
		return failure, err
	}
	return success, nil
}

func answerYAML(in io.Reader, out io.Writer) error {
	texts := json.NewDecoder(bufio.NewReader(in))
	buffered := bufio.NewWriter(out)
	answers := json.NewEncoder(buffered)
	answers.SetEscapeHTML(false)
	for {
		var text string
		if err := texts.Decode(&text); errors.Is(err, io.EOF) {
			return buffered.Flush()
		} else if err != nil {
			return fmt.Errorf("read a text: %w", err)
		}
		if err := answers.Encode(answerText([]byte(text))); err != nil {
			return fmt.Errorf("write an answer: %w", err)
		}
	}
}

func answerText(text []byte) yamlAnswer {
	documents, err := splitYAML(text)
	if err != nil {
		documents = nil
	}
	answer := yamlAnswer{Strict: converted(yaml.YAMLToJSONStrict, text), Lax: converted(yaml.YAMLToJSON, text)}
	if len(answer.Lax) > 0 {
		answer.Rest = restRefused(text)
	}
	answer.Documents = make([]string, 0, len(documents))
	for _, document := range documents {
		answer.Documents = append(answer.Documents, string(document))
	}
	if err != nil {
		answer.Documents = nil
	}
	return answer
}

// converted takes a panic for a refusal: what makes the library panic is no document.
func converted(convert func([]byte) ([]byte, error), text []byte) (values []json.RawMessage) {
	values = []json.RawMessage{}
	defer func() { _ = recover() }()
	if value, err := convert(text); err == nil {
		values = append(values, value)
	}
	return values
}

// restRefused reads a text to its end.
func restRefused(text []byte) (refused bool) {
	defer func() {
		if recover() != nil {
			refused = true
		}
	}()
	documents := goyaml.NewDecoder(bytes.NewReader(text))
	for {
		var value any
		if err := documents.Decode(&value); errors.Is(err, io.EOF) {
			return false
		} else if err != nil {
			return true
		}
	}
}

// splitYAML splits a text as kubectl does.
func splitYAML(text []byte) (documents [][]byte, err error) {
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return documents, nil
		} else if err != nil {
			return nil, err
		}
		documents = append(documents, bytes.Clone(document))
	}
}

// measureYAML prints how many nanoseconds YAMLToJSONStrict takes for all documents of a file.
func measureYAML(path string, out io.Writer) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the file to measure: %w", err)
	}
	begin := time.Now()
	documents, err := splitYAML(text)
	if err != nil {
		return fmt.Errorf("split %s: %w", path, err)
	}
	for _, document := range documents {
		if _, err := yaml.YAMLToJSONStrict(document); err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
	}
	_, err = fmt.Fprintln(out, time.Since(begin).Nanoseconds())
	return err
}
