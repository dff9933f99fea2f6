//go:build !linux

package devnet

import "syscall"

// childAttributes keep Ctrl-C for the parent, which stops its children in order.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
