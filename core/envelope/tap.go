package envelope

import (
	"hash"
	"sync"
	"sync/atomic"
)

const (
	// blockSize is how much is copied and hashed at once.
	blockSize = 256 << 10
	// blocksInFlight bounds the memory of a tap, together with blockSize.
	blocksInFlight = 4
)

// tap is an io.Writer that hands what is written to several sinks, each in a
// goroutine of its own, so that digests do not wait for one another or for the
// cipher. Sinks must not keep what they are given. Memory is bounded.
type tap struct {
	lanes   []chan *block
	free    chan *block
	current *block
	size    uint64
	running sync.WaitGroup
	closed  bool
}

// block is a piece of the stream, and the number of sinks that still read it.
type block struct {
	data    []byte
	pending atomic.Int32
}

func newTap(sinks ...func([]byte)) *tap {
	t := &tap{free: make(chan *block, blocksInFlight)}
	for range blocksInFlight {
		t.free <- &block{data: make([]byte, 0, blockSize)}
	}
	for _, sink := range sinks {
		lane := make(chan *block, blocksInFlight)
		t.lanes = append(t.lanes, lane)
		t.running.Go(func() { t.drain(sink, lane) })
	}
	return t
}

// Write never fails.
func (t *tap) Write(p []byte) (int, error) {
	total := len(p)
	for len(p) > 0 {
		if t.current == nil {
			t.current = <-t.free
		}
		n := min(len(p), blockSize-len(t.current.data))
		t.current.data = append(t.current.data, p[:n]...)
		p = p[n:]
		if len(t.current.data) == blockSize {
			t.dispatch()
		}
	}
	t.size += uint64(total)
	return total, nil
}

// digest feeds a hash, which never fails.
func digest(h hash.Hash) func([]byte) {
	return func(p []byte) { h.Write(p) }
}

// Close waits until the sinks have everything and returns the number of bytes.
// It may be called twice.
func (t *tap) Close() uint64 {
	if t.closed {
		return t.size
	}
	t.closed = true
	if t.current != nil {
		t.dispatch()
	}
	for _, lane := range t.lanes {
		close(lane)
	}
	t.running.Wait()
	return t.size
}

func (t *tap) dispatch() {
	b := t.current
	t.current = nil
	b.pending.Store(int32(len(t.lanes))) //nolint:gosec // a handful of sinks
	for _, lane := range t.lanes {
		lane <- b
	}
}

func (t *tap) drain(sink func([]byte), lane <-chan *block) {
	for b := range lane {
		sink(b.data)
		if b.pending.Add(-1) == 0 {
			b.data = b.data[:0]
			t.free <- b
		}
	}
}
