// Package process runs this binary's components as child processes.
package process

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Process is one running component.
type Process struct {
	Name    string
	logPath string
	command *exec.Cmd
	// exited is closed once the child is gone.
	exited chan struct{}
}

// Start, which must be called from the main goroutine, runs this binary as the component of this name; what it writes goes to NAME.log in the folder of logs.
func Start(name string, arguments []string, logs string) (*Process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("start %s: find this program: %w", name, err)
	}
	path := filepath.Join(logs, name+".log")
	log, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start %s: open its log: %w", name, err)
	}
	defer log.Close()
	command := &exec.Cmd{
		Path:        program,
		Args:        append([]string{name}, arguments...),
		Env:         environment(os.Environ()),
		Stdout:      log,
		Stderr:      log,
		SysProcAttr: attributes(),
	}
	// Nothing is written to the child's standard input: it ends with this process, and the child with it.
	if _, err := command.StdinPipe(); err != nil {
		return nil, fmt.Errorf("start %s: make a pipe: %w", name, err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	process := &Process{Name: name, logPath: path, command: command, exited: make(chan struct{})}
	go process.wait()
	return process, nil
}

// environment is what children inherit: not what would configure an etcd, which refuses to start when a variable and an
// argument say the same.
func environment(inherited []string) []string {
	return slices.DeleteFunc(inherited, func(variable string) bool { return strings.HasPrefix(variable, "ETCD_") })
}

func (p *Process) wait() {
	_ = p.command.Wait() // Ending has what there is to say.
	close(p.exited)
}

// PID is the process's number.
func (p *Process) PID() int { return p.command.Process.Pid }

// Exited is closed once the process is gone.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// Ending says how the process ended. Only valid once Exited is closed.
func (p *Process) Ending() string { return p.command.ProcessState.String() }

// Kill ends the process and returns once it's gone.
func (p *Process) Kill() {
	_ = p.command.Process.Kill()
	<-p.exited
}

// LogEnd is the last lines that the process wrote, indented, without a newline at the end.
func (p *Process) LogEnd(count int) string {
	text, err := os.ReadFile(p.logPath)
	if err != nil {
		return fmt.Sprintf("  (can't be read: %v)", err)
	}
	return indentedEnd(string(text), count)
}

func indentedEnd(text string, count int) string {
	if text == "" {
		return "  (empty)"
	}
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	lines = lines[max(0, len(lines)-count):]
	return "  " + strings.Join(lines, "\n  ")
}
