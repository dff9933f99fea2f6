package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

const (
	barDelay = time.Second
	barPause = 100 * time.Millisecond
	barWidth = 24
	eraseBar = "\r\x1b[K"
)

// bars shows one progress bar at a time. It is safe for concurrent use.
type bars struct {
	mu     sync.Mutex
	w      io.Writer
	now    func() time.Time
	begun  time.Time
	drawn  time.Time
	shown  bool
	closed bool
}

// progress is what verbs report to. It implements client.Progress.
type progress struct{ e *env }

// Step says what happens now.
func (p progress) Step(text string) { p.e.say("%s", text) }

// Bar begins a bar. Without a terminal nothing is drawn.
func (p progress) Bar(label string, total int64) func(int64) {
	if !p.e.terminal || p.e.quiet {
		return func(int64) {}
	}
	p.e.endBars()
	b := &bars{w: p.e.stderr, now: p.e.now, begun: p.e.now()}
	p.e.bars = b
	return func(done int64) { b.draw(label, done, total) }
}

func (b *bars) draw(label string, done, total int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if b.closed || now.Sub(b.begun) < barDelay || (now.Sub(b.drawn) < barPause && done != total) {
		return
	}
	b.drawn, b.shown = now, true
	text := fmt.Sprintf("%s%s %s", eraseBar, label, size(done))
	if total > 0 {
		full := int(min(done, total) * barWidth / total)
		text = fmt.Sprintf("%s%s [%s%s] %3d%% of %s", eraseBar, label,
			strings.Repeat("=", full), strings.Repeat(" ", barWidth-full), min(done, total)*100/total, size(total))
	}
	if _, err := io.WriteString(b.w, text); err != nil {
		b.closed = true
	}
}

// endBars erases the bar, so that words begin on a clean line.
func (e *env) endBars() {
	if e.bars == nil {
		return
	}
	b := e.bars
	e.bars = nil
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if !b.shown {
		return
	}
	if _, err := io.WriteString(b.w, eraseBar); err != nil {
		return // The terminal is gone, and the bar with it.
	}
}

// size writes a number of bytes for people.
func size(n int64) string {
	const step = 1024
	if n < step {
		return fmt.Sprintf("%d B", n)
	}
	value, unit := float64(n)/step, 0
	for value >= step && unit < len(units)-1 {
		value, unit = value/step, unit+1
	}
	return fmt.Sprintf("%.1f %s", value, units[unit])
}

var units = []string{"KiB", "MiB", "GiB", "TiB"}
