package devnet

import "syscall"

// childAttributes end a child when its parent dies, and keep Ctrl-C for the parent,
// which stops its children in order.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
