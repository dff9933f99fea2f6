package client

import (
	"io"
	"sync"
)

// Progress is told what a verb does. A nil Progress is silent.
type Progress interface {
	// Step is one line: what happens now, or what is waited for.
	Step(text string)
	// Bar begins something that takes total bytes (0: unknown). The function that it
	// returns is called with the bytes done so far, and last with the total.
	Bar(label string, total int64) func(done int64)
}

func step(p Progress, text string) {
	if p != nil {
		p.Step(text)
	}
}

func start(p Progress, label string, total int64) func(int64) {
	if p == nil {
		return func(int64) {}
	}
	return p.Bar(label, total)
}

// counting reports how much of a source was read.
type counting struct {
	src    io.Reader
	done   int64
	report func(int64)
}

// Read implements io.Reader.
func (c *counting) Read(p []byte) (int, error) {
	n, err := c.src.Read(p)
	c.done += int64(n)
	if n > 0 {
		c.report(c.done)
	}
	return n, err
}

// lanes is one bar over several things that go on at the same time.
type lanes struct {
	mu     sync.Mutex
	done   []int64
	report func(int64)
}

// newLanes begins n things of total bytes each.
func newLanes(p Progress, label string, n int, total int64) *lanes {
	return &lanes{done: make([]int64, n), report: start(p, label, int64(n)*total)}
}

// lane reports on one of them.
func (l *lanes) lane(i int) func(done int64) {
	return func(done int64) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.done[i] = done
		var sum int64
		for _, d := range l.done {
			sum += d
		}
		l.report(sum)
	}
}
