package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	"github.com/spf13/pflag"
	"k8s.io/klog/v2"

	"trueup.dev/sandbox/internal/access"
	"trueup.dev/sandbox/internal/controlplane"
	"trueup.dev/sandbox/internal/sandbox"
)

// limit is how long a start may take.
const limit = time.Minute

// Why a sandbox stops, or its start is given up.
var (
	errInputEnded  = errors.New("standard input ended (use --detached to go on without it)")
	errInterrupted = errors.New("interrupted")
	errTooSlow     = fmt.Errorf("not ready within %v", limit)
)

type startOptions struct {
	dir      string
	detached bool
	sandbox  sandbox.Options
}

func start(arguments []string) (code int, err error) {
	options, done, err := readStartOptions(arguments)
	if err != nil || done {
		return success, err
	}
	// The kernel kills the components when the thread that started them ends: this one lives as long as the process.
	runtime.LockOSThread()
	// Whoever reads the JSON may be gone; then writing it fails, and everything is tidied up.
	signal.Ignore(syscall.SIGPIPE)
	// What client-go reports about retries is of no use to whoever started the sandbox.
	klog.SetLogger(logr.Discard())
	ctx := untilStopped(options.detached)
	if options.sandbox.Folder, err = prepareFolder(options.dir); err != nil {
		return failure, err
	}
	return run(ctx, options.sandbox)
}

func readStartOptions(arguments []string) (options startOptions, done bool, err error) {
	flags := pflag.NewFlagSet("start", pflag.ContinueOnError)
	flags.StringVar(&options.dir, "dir", "", "")
	flags.BoolVar(&options.detached, "detached", false, "")
	flags.IntVar(&options.sandbox.Nodes, "nodes", 1, "")
	flags.StringArrayVar(&options.sandbox.APIServerArguments, "apiserver-arg", nil, "")
	flags.StringArrayVar(&options.sandbox.ControllerManagerArguments, "controller-manager-arg", nil, "")
	users := flags.StringArray("user", nil, "")
	if done, err := parse(flags, arguments); err != nil || done {
		return startOptions{}, done, err
	}
	switch {
	case flags.NArg() > 0:
		return startOptions{}, false, usageError{fmt.Sprintf("start takes no argument %q", flags.Arg(0))}
	case options.sandbox.Nodes < 1:
		return startOptions{}, false, usageError{"--nodes must be at least 1: without a node nothing runs"}
	}
	for _, user := range *users {
		grant, err := access.Parse(user)
		if err != nil {
			return startOptions{}, false, usageError{err.Error()}
		}
		options.sandbox.Grants = append(options.sandbox.Grants, grant)
	}
	return options, false, nil
}

// untilStopped is a context that ends, with a cause, when the sandbox is to stop.
func untilStopped(detached bool) context.Context {
	ctx, stop := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-signals
		stop(errInterrupted)
	}()
	if detached {
		signal.Ignore(syscall.SIGHUP)
		return ctx
	}
	signal.Notify(signals, syscall.SIGHUP)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop(errInputEnded)
	}()
	return ctx
}

// prepareFolder makes the sandbox's folder, or a new one, which nobody else can look into.
func prepareFolder(dir string) (controlplane.Folder, error) {
	if dir == "" {
		made, err := os.MkdirTemp("", "trueup-sandbox-")
		if err != nil {
			return "", fmt.Errorf("make a folder for the sandbox: %w", err)
		}
		return controlplane.Folder(made), nil
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find the folder %s: %w", dir, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make a folder for the sandbox: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", fmt.Errorf("look into the sandbox's folder: %w", err)
	}
	folder := controlplane.Folder(dir)
	if len(entries) > 0 {
		return "", notEmpty(folder)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return "", fmt.Errorf("close the sandbox's folder to others: %w", err)
	}
	return folder, nil
}

func notEmpty(folder controlplane.Folder) error {
	state, pid, err := sandbox.Find(folder)
	switch {
	case err != nil:
		return err
	case state == sandbox.Running:
		return fmt.Errorf("a sandbox runs in %s already (process %d)", folder, pid)
	case state == sandbox.Dead:
		return fmt.Errorf("%s holds what a dead sandbox left\n\nhint: trueup-sandbox stop %s removes it", folder, folder)
	}
	return fmt.Errorf("the folder %s isn't empty, and a sandbox removes its folder when it stops: give it another one", folder)
}

// run starts a sandbox, says so, and stops it when the context ends.
func run(ctx context.Context, options sandbox.Options) (code int, err error) {
	limited, cancel := context.WithTimeoutCause(ctx, limit, errTooSlow)
	defer cancel()
	running, err := sandbox.Start(limited, options)
	switch {
	case errors.Is(err, errInterrupted):
		return interrupted, err
	case err != nil:
		return failure, fmt.Errorf("the sandbox can't start: %w", err)
	}
	defer running.Stop()
	if err := json.NewEncoder(os.Stdout).Encode(running.Record); err != nil {
		return failure, fmt.Errorf("tell that the sandbox is ready: %w", err)
	}
	select {
	case <-ctx.Done():
		return success, nil
	case child := <-running.Died():
		return failure, fmt.Errorf("the sandbox stops: %w", sandbox.NewComponentError(child))
	}
}
