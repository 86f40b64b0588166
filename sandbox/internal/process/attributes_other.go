//go:build !linux

package process

import "syscall"

// attributes puts the child into a process group of its own, so that Ctrl-C reaches only the sandbox, which stops the
// components in order.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
