package command

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"trueup.dev/sandbox/internal/controlplane"
	"trueup.dev/sandbox/internal/sandbox"
)

// patience is how long stop waits for a sandbox to go.
const patience = 10 * time.Second

// withFolder runs a command whose only argument is a sandbox's folder.
func withFolder(name string, arguments []string, run func(controlplane.Folder) (int, error)) (code int, err error) {
	flags := pflag.NewFlagSet(name, pflag.ContinueOnError)
	if done, err := parse(flags, arguments); err != nil || done {
		return success, err
	}
	if flags.NArg() != 1 {
		return misuse, usageError{name + " takes one argument: the sandbox's folder"}
	}
	dir, err := filepath.Abs(flags.Arg(0))
	if err != nil {
		return failure, fmt.Errorf("find the folder %s: %w", flags.Arg(0), err)
	}
	return run(controlplane.Folder(dir))
}

// statusReport is what status prints.
type statusReport struct {
	sandbox.Record
	Running bool `json:"running"`
}

func status(folder controlplane.Folder) (code int, err error) {
	state, pid, err := sandbox.Find(folder)
	if err != nil {
		return failure, err
	}
	if state == sandbox.Foreign {
		return failure, fmt.Errorf("there is no sandbox in %s", folder)
	}
	record, err := sandbox.ReadRecord(folder)
	if err != nil && state == sandbox.Running {
		return failure, fmt.Errorf("the sandbox in %s (process %d) isn't ready yet", folder, pid)
	} else if err != nil {
		return failure, fmt.Errorf("the sandbox in %s died before it was ready", folder)
	}
	report := statusReport{record, state == sandbox.Running}
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		return failure, fmt.Errorf("print the status: %w", err)
	}
	if !report.Running {
		return failure, nil
	}
	return success, nil
}

func stop(folder controlplane.Folder) (code int, err error) {
	state, pid, err := sandbox.Find(folder)
	if err != nil {
		return failure, err
	}
	switch state {
	case sandbox.Running:
		return stopRunning(folder, pid)
	case sandbox.Dead:
		if err := os.RemoveAll(string(folder)); err != nil {
			return failure, fmt.Errorf("remove what a dead sandbox left: %w", err)
		}
		fmt.Printf("the sandbox in %s was dead already; removed what it left\n", folder)
	case sandbox.Foreign:
		fmt.Printf("there is no sandbox in %s; nothing to stop\n", folder)
	}
	return success, nil
}

func stopRunning(folder controlplane.Folder, pid int) (code int, err error) {
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		return failure, fmt.Errorf("stop the sandbox in %s (process %d): %w", folder, pid, err)
	}
	for begin := time.Now(); time.Since(begin) < patience; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(string(folder)); os.IsNotExist(err) {
			fmt.Printf("stopped the sandbox in %s\n", folder)
			return success, nil
		}
	}
	return failure, fmt.Errorf("the sandbox in %s (process %d) didn't stop within %v", folder, pid, patience)
}
