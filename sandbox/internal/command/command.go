// Package command is the command line: it reads arguments, prints, and decides the exit code.
package command

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/pflag"

	"trueup.dev/sandbox/internal/buildversion"
)

const usage = `A whole, real Kubernetes control plane in one process tree, for tests and demos.

Usage:
  trueup-sandbox start [--dir DIR] [--detached] [--user SPEC]... [--nodes N]
                       [--apiserver-arg ARG]... [--controller-manager-arg ARG]...
  trueup-sandbox status DIR
  trueup-sandbox stop DIR
  trueup-sandbox version

start prints one line of JSON when the control plane is ready, and runs until its standard input ends, it gets SIGTERM,
SIGINT or SIGHUP, or it's stopped. Then it removes its folder.

  --dir DIR       the folder for everything it writes: new or empty (default: a new one among the temporary files)
  --detached      run on when standard input ends or the terminal is closed
  --user SPEC     add a user and a context for them: NAME has no rights, NAME:ROLE has that ClusterRole everywhere,
                  NAME:ROLE@NAMESPACE in that namespace only, which is made if it's missing
  --nodes N       how many nodes there are (default 1)
  --apiserver-arg, --controller-manager-arg
                  one more argument for that component, such as --apiserver-arg=--v=4

status prints the same JSON, and whether the sandbox runs; it exits with 1 if it doesn't.
stop ends the sandbox and waits until its folder is gone; of one that's dead already it removes what was left.
`

// Exit codes.
const (
	success     = 0
	failure     = 1
	misuse      = 2
	interrupted = 130
)

// usageError is a mistake in the arguments.
type usageError struct{ message string }

func (e usageError) Error() string { return e.message }

// Run runs one command and returns the process's exit code.
func Run(arguments []string) int {
	code, err := dispatch(arguments)
	var misused usageError
	switch {
	case errors.As(err, &misused):
		fmt.Fprintf(os.Stderr, "error: %v\n\nhint: trueup-sandbox --help\n", err)
		return misuse
	case err != nil:
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
	}
	return code
}

func dispatch(arguments []string) (code int, err error) {
	if len(arguments) == 0 {
		return misuse, usageError{"no command given"}
	}
	rest := arguments[1:]
	switch arguments[0] {
	case "start":
		return start(rest)
	case "stop":
		return withFolder("stop", rest, stop)
	case "status":
		return withFolder("status", rest, status)
	case "kstatus":
		return kstatus(rest)
	case "yaml-to-json":
		return yamlToJSON(rest)
	case "version", "--version":
		fmt.Println("trueup-sandbox, Kubernetes", buildversion.Kubernetes())
		return success, nil
	case "help", "--help", "-h":
		fmt.Print(usage)
		return success, nil
	}
	return misuse, usageError{fmt.Sprintf("there is no command %q", arguments[0])}
}

// parse reads the options; done says that help was asked for and printed.
func parse(flags *pflag.FlagSet, arguments []string) (done bool, err error) {
	flags.Usage = func() { fmt.Print(usage) }
	err = flags.Parse(arguments)
	if errors.Is(err, pflag.ErrHelp) {
		return true, nil
	} else if err != nil {
		return false, usageError{err.Error()}
	}
	return false, nil
}
