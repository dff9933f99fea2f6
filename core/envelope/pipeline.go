package envelope

import (
	"io"
	"sync"
	"sync/atomic"
)

// pipeline sends batches through several workers and writes what comes out in the order in which they went in.
// Memory is bounded. One goroutine calls next and submit, and then finish exactly once.
type pipeline struct {
	free  chan *batch
	work  chan *batch
	order chan *batch
	index uint64

	failed  atomic.Bool
	err     error // of the first batch that failed; read it after finish
	workers sync.WaitGroup
	writer  sync.WaitGroup
}

// newPipeline starts workers that run do, which fills out or returns an error. Batches have room for in and out bytes.
func newPipeline(dst io.Writer, workers, in, out int, do func(*batch) error) *pipeline {
	inFlight := 2*workers + 1
	p := &pipeline{
		free: make(chan *batch, inFlight), work: make(chan *batch, inFlight), order: make(chan *batch, inFlight),
	}
	for range inFlight {
		p.free <- &batch{in: make([]byte, 0, in), out: make([]byte, 0, out), ready: make(chan struct{}, 1)}
	}
	for range workers {
		p.workers.Go(func() {
			for b := range p.work {
				b.err = do(b)
				b.ready <- struct{}{}
			}
		})
	}
	p.writer.Go(func() { p.drain(dst) })
	return p
}

// next returns an empty batch.
func (p *pipeline) next() *batch {
	b := <-p.free
	b.in, b.out, b.err, b.last = b.in[:0], b.out[:0], nil, false
	return b
}

// submit hands over a batch of so many chunks. It returns false if an earlier one has failed: then nothing more
// is written.
func (p *pipeline) submit(b *batch, chunks uint64) bool {
	b.index = p.index
	p.index += chunks
	p.order <- b
	p.work <- b
	return !p.failed.Load()
}

// finish waits until everything that was submitted is written, and returns the first error.
func (p *pipeline) finish() error {
	close(p.work)
	close(p.order)
	p.workers.Wait()
	p.writer.Wait()
	return p.err
}

func (p *pipeline) drain(dst io.Writer) {
	for b := range p.order {
		<-b.ready
		err := b.err
		if err == nil && p.err == nil {
			_, err = dst.Write(b.out)
		}
		if err != nil && p.err == nil {
			p.err = err
			p.failed.Store(true)
		}
		p.free <- b
	}
}
