//go:build crashpoints

package crash

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// variable of the environment: name:n ends the program at the n-th call of that point,
// counted from 1.
const variable = "VOLENS_CRASH"

var calls atomic.Int64

// Point ends the program here when the environment says so. It runs no deferred call and
// flushes nothing.
func Point(name string) {
	wanted, count, found := strings.Cut(os.Getenv(variable), ":")
	if !found || wanted != name {
		return
	}
	n, err := strconv.ParseInt(count, 10, 64)
	if err != nil || calls.Add(1) != n {
		return
	}
	fmt.Fprintf(os.Stderr, "crash point %s:%d\n", name, n)
	if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
		os.Exit(1)
	}
	select {} // until the signal arrives
}
