package process

import "syscall"

// attributes puts the child into a process group of its own, so that Ctrl-C reaches only the sandbox, which stops the
// components in order; and lets the kernel kill it with this process even while it's stopped or hangs.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
