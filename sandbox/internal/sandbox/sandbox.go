package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"trueup.dev/sandbox/internal/access"
	"trueup.dev/sandbox/internal/buildversion"
	"trueup.dev/sandbox/internal/controlplane"
	"trueup.dev/sandbox/internal/process"
)

// Options say what a sandbox is to be like.
type Options struct {
	Folder                     controlplane.Folder
	Nodes                      int
	Grants                     []access.Grant
	APIServerArguments         []string
	ControllerManagerArguments []string
}

// Sandbox is a control plane and everything around it.
type Sandbox struct {
	Record    Record
	options   Options
	lock      *os.File
	processes []*process.Process
	// died has room for every component, so that nobody need listen.
	died chan *process.Process
	// stopLoops ends what this process itself does for the cluster.
	stopLoops context.CancelFunc
}

// attempts is how often ports are chosen: another process can take one before the component that it's meant for does.
const attempts = 5

// Start makes a control plane in the folder, which must be empty, and returns once it's ready to be used. It must be called
// from the main goroutine, whose thread the components' lives depend on. When it fails, nothing is left.
func Start(ctx context.Context, options Options) (*Sandbox, error) {
	begin := time.Now()
	lock, err := lock(options.Folder)
	if err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		sandbox := newSandbox(options, lock)
		if err = sandbox.launch(ctx); err == nil {
			sandbox.Record.ReadyMs = time.Since(begin).Milliseconds()
			err = sandbox.Record.write(options.Folder)
		}
		if err == nil {
			return sandbox, nil
		}
		sandbox.end()
		if attempt == attempts || !isPortClash(err) {
			sandbox.remove()
			return nil, err
		}
		if err := options.Folder.Clear(); err != nil {
			sandbox.remove()
			return nil, err
		}
	}
}

func newSandbox(options Options, lock *os.File) *Sandbox {
	folder := options.Folder
	users := map[string]string{access.Ordinary: access.Ordinary}
	for _, user := range access.Users(options.Grants) {
		users[user] = user
	}
	return &Sandbox{
		Record: Record{
			Kubeconfig: folder.Kubeconfig(),
			Context:    access.Administrator,
			Dir:        string(folder),
			Version:    buildversion.Kubernetes(),
			PID:        os.Getpid(),
			PIDs:       map[string]int{},
			Users:      users,
		},
		options:   options,
		lock:      lock,
		died:      make(chan *process.Process, 8),
		stopLoops: func() {},
	}
}

// Died yields the first component that ended by itself.
func (s *Sandbox) Died() <-chan *process.Process { return s.died }

// Stop ends everything and removes the folder.
func (s *Sandbox) Stop() {
	s.end()
	s.remove()
}

// end kills the components, the last started first: an API server without its etcd would hang. Nothing is to be saved, so
// there is no reason to ask them kindly, which takes some of them seconds.
func (s *Sandbox) end() {
	s.stopLoops()
	for i := len(s.processes) - 1; i >= 0; i-- {
		s.processes[i].Kill()
	}
}

func (s *Sandbox) remove() {
	_ = os.RemoveAll(string(s.options.Folder))
	_ = s.lock.Close()
}

// run starts one component.
func (s *Sandbox) run(name string, arguments []string) error {
	child, err := process.Start(name, arguments, s.options.Folder.Logs())
	if err != nil {
		return err
	}
	s.processes = append(s.processes, child)
	s.Record.PIDs[name] = child.PID()
	go func() {
		<-child.Exited()
		s.died <- child
	}()
	return nil
}

// logEnds are the last lines that every component wrote.
func (s *Sandbox) logEnds() string {
	var text strings.Builder
	for _, process := range s.processes {
		fmt.Fprintf(&text, "\nThe end of %s's log:\n%s", process.Name, process.LogEnd(5))
	}
	return text.String()
}

// ComponentError says that a component ended by itself.
type ComponentError struct {
	Name   string
	Ending string
	LogEnd string
}

func (e *ComponentError) Error() string {
	return fmt.Sprintf("%s ended (%s). The end of its log:\n%s", e.Name, e.Ending, e.LogEnd)
}

// NewComponentError describes the end of a component.
func NewComponentError(child *process.Process) *ComponentError {
	return &ComponentError{Name: child.Name, Ending: child.Ending(), LogEnd: child.LogEnd(20)}
}

func isPortClash(err error) bool {
	var failure *ComponentError
	return errors.As(err, &failure) && strings.Contains(failure.LogEnd, "address already in use")
}
