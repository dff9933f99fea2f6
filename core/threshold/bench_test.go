package threshold_test

import (
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/id"
)

// clockThreadCPU is CLOCK_THREAD_CPUTIME_ID.
const clockThreadCPU = 3

// threadCPU is the processor time of this thread in microseconds.
func threadCPU() float64 {
	var ts syscall.Timespec
	_, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clockThreadCPU, uintptr(unsafe.Pointer(&ts)), 0)
	if errno != 0 {
		panic(errno)
	}
	return float64(ts.Nano()) / 1e3
}

// measure reports processor time per operation, and per unit where an operation has several.
func measure(b *testing.B, name string, units int, unit string, op func()) {
	b.Helper()
	b.Run(name, func(b *testing.B) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		b.ResetTimer()
		start := threadCPU()
		for range b.N {
			op()
		}
		spent := (threadCPU() - start) / float64(b.N)
		b.ReportMetric(spent, "cpu-us/op")
		if units > 1 {
			b.ReportMetric(spent/float64(units), "cpu-us/"+unit)
		}
	})
}

func BenchmarkCapsule(b *testing.B) {
	key := testKey(b)
	rand := newStream("bench")
	measure(b, "create", 1, "", func() {
		e, err := key.Encapsulate(rand)
		require.NoError(b, err)
		e.WrapKey(id.ID{1}, make([]byte, 32))
		_, err = e.Prove(rand, capsuleContext(e.U()))
		require.NoError(b, err)
	})
	e, err := key.Encapsulate(rand)
	require.NoError(b, err)
	ctx := capsuleContext(e.U())
	proof, err := e.Prove(rand, ctx)
	require.NoError(b, err)
	measure(b, "verify", 1, "", func() { require.NoError(b, key.VerifyCapsule(ctx, proof)) })
}

func BenchmarkSeats(b *testing.B) {
	key := testKey(b)
	for _, n := range []int{1, 200} {
		seats := makeSeats(b, key, n)
		measure(b, fmt.Sprintf("verify/n=%d", n), n, "seat", func() { require.NoError(b, key.VerifySeats(seats)) })
	}
}

func BenchmarkShares(b *testing.B) {
	for _, n := range []int{4, 21, 100} {
		w := dealTrusted(b, n)
		for _, m := range []int{1, 100} {
			jobs := w.jobs(m)
			name := fmt.Sprintf("n=%d/jobs=%d/", n, m)
			r := w.round(jobs)
			op := w.operators[0]
			if n == 4 {
				measure(b, name+"emit", m, "share", func() { w.emit(r, op) })
			}
			contributions := w.emit(r, w.operators[:w.t]...)
			done, err := r.Combine(contributions)
			require.NoError(b, err)
			shares := w.t * m
			measure(b, name+"verify", shares, "share", func() {
				require.NoError(b, w.round(jobs).Verify(contributions, done))
			})
			measure(b, name+"sort-combine", shares, "share", func() {
				r := w.round(jobs)
				good, bad := r.Sort(contributions)
				require.Empty(b, bad)
				require.Len(b, good, w.t)
				_, err := r.Combine(contributions)
				require.NoError(b, err)
			})
		}
	}
}

func BenchmarkRun(b *testing.B) {
	for _, n := range []int{4, 21, 64} {
		w := newWorld(b, n)
		measure(b, fmt.Sprintf("fresh/n=%d", n), 1, "", func() { newWorld(b, n) })
		measure(b, fmt.Sprintf("reshare/n=%d", n), 1, "", func() { reshare(b, w, w.owners, w.t) })
	}
}
