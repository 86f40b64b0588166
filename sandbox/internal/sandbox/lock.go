package sandbox

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"trueup.dev/sandbox/internal/controlplane"
)

// lock takes the folder for this process and notes its number. The system lets go of it when the process ends, however that
// happens, which is how a dead sandbox's folder is told from a running one's: its number may be another process's by then.
func lock(folder controlplane.Folder) (*os.File, error) {
	file, err := os.OpenFile(folder.Lock(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the sandbox's folder: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		return nil, fmt.Errorf("lock the sandbox's folder: %s: %w", folder.Lock(), err)
	}
	if _, err := fmt.Fprintf(file, lockFormat, os.Getpid()); err != nil {
		file.Close()
		return nil, fmt.Errorf("lock the sandbox's folder: %w", err)
	}
	return file, nil
}

// lockFormat is the content of a lock file. It also marks a folder as a sandbox's, which may be removed.
const lockFormat = "trueup-sandbox %d\n"

// State is what is known about a folder.
type State int

// The states of a folder.
const (
	// Foreign: the folder isn't there or isn't a sandbox's.
	Foreign State = iota
	// Dead: a sandbox was here and didn't get to tidy up.
	Dead
	// Running: a sandbox holds the folder.
	Running
)

// Find says what the folder is and, if it's a sandbox's, the number of the process that runs or ran it.
func Find(folder controlplane.Folder) (state State, pid int, err error) {
	file, err := os.Open(folder.Lock())
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return Foreign, 0, nil
	} else if err != nil {
		return Foreign, 0, fmt.Errorf("look for a sandbox in %s: %w", folder, err)
	}
	defer file.Close()
	if _, err := fmt.Fscanf(file, lockFormat, &pid); err != nil {
		return Foreign, 0, nil
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); err != nil {
		return Running, pid, nil
	}
	return Dead, pid, nil
}
