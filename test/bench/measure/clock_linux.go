package measure

import (
	"fmt"
	"syscall"
	"time"
)

// Thread is the processor time of this operating system thread, user and system. The garbage collector's own
// threads are not in it. The caller holds the thread with runtime.LockOSThread, as PerUnit and Rate do.
func Thread() (time.Duration, error) { return usage(syscall.RUSAGE_THREAD) }

// Process is the processor time of all threads of this process, user and system.
func Process() (time.Duration, error) { return usage(syscall.RUSAGE_SELF) }

func usage(who int) (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		return 0, fmt.Errorf("getrusage %d: %w", who, err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}
