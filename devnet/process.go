package devnet

import (
	"errors"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"time"
)

// grace is how long a process may take to end after it was asked to.
const grace = 15 * time.Second

// process is one child with its output in a file. A nil process never ran.
type process struct {
	cmd     *exec.Cmd
	done    chan struct{}
	stopped atomic.Bool // by us
}

// startProcess starts a program; dress, if not nil, changes how.
func startProcess(dress func(*exec.Cmd), logFile, program string, args ...string) (*process, error) {
	out, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, args...) //nolint:noctx // it outlives the call; Stop ends it
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = childAttributes()
	if dress != nil {
		dress(cmd)
	}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, out.Close())
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		// How it ended stands in its log; that it ended is what callers ask.
		if errors.Join(cmd.Wait(), out.Close()) != nil {
			return
		}
	}()
	return p, nil
}

func (p *process) running() bool {
	if p == nil {
		return false
	}
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// interrupt asks the process to end.
func (p *process) interrupt() {
	if !p.running() {
		return
	}
	p.stopped.Store(true)
	// A paused process hears nothing before it is continued.
	if err := errors.Join(p.signal(syscall.SIGCONT), p.signal(os.Interrupt)); err != nil {
		return // it has ended
	}
}

// signal sends a signal to a running process.
func (p *process) signal(s os.Signal) error {
	if !p.running() {
		return os.ErrProcessDone
	}
	return p.cmd.Process.Signal(s)
}

// wait waits for the end, and forces it after the grace.
func (p *process) wait() error {
	if p == nil {
		return nil
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(grace):
		return p.kill()
	}
}

// kill ends the process at once and waits for it.
func (p *process) kill() error {
	if !p.running() {
		return nil
	}
	p.stopped.Store(true)
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-p.done
	return nil
}
