//go:build !linux

package measure

import (
	"errors"
	"time"
)

// errClock is what the clocks of processor time return where they are not known.
var errClock = errors.New("processor time of a thread is measured on Linux only")

// Thread is not known here.
func Thread() (time.Duration, error) { return 0, errClock }

// Process is not known here.
func Process() (time.Duration, error) { return 0, errClock }
