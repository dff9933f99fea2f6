package bgzf

import (
	"errors"
	"io"
)

// readJob is one block on its way through a worker.
type readJob struct {
	in   []byte
	out  []byte
	p    packed
	n    int
	err  error
	done chan struct{}
}

// Reader reads the plain bytes of a BGZF stream. It is not safe for use by
// several goroutines at once. It needs no closing: it owns no goroutine while no
// Read is under way that would not end by itself.
type Reader struct {
	src      io.Reader
	workers  int
	pending  []*readJob
	free     []*readJob
	inflates chan *inflater
	current  *readJob
	rest     []byte
	offsets  *Offsets
	sawLast  bool
	srcErr   error
	err      error
}

// NewReader reads BGZF from src and inflates up to workers blocks at a time;
// below two it works in the caller's goroutine. What comes out does not depend
// on workers. Read fails with ErrHeader, ErrChecksum, ErrTruncated or the
// source's error, and goes on failing.
func NewReader(src io.Reader, workers int) *Reader {
	workers = max(workers, 1)
	r := &Reader{src: src, workers: workers, inflates: make(chan *inflater, workers)}
	for range workers {
		r.inflates <- &inflater{}
	}
	return r
}

// Offsets are from now on those of the blocks that are taken from the source. Call it
// before the first Read.
func (r *Reader) Offsets() *Offsets {
	if r.offsets == nil {
		r.offsets = &Offsets{}
	}
	return r.offsets
}

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(r.rest) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.err = r.next()
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// next makes the oldest block in flight the current one.
func (r *Reader) next() error {
	if r.current != nil {
		r.free = append(r.free, r.current)
		r.current = nil
	}
	for r.srcErr == nil && len(r.pending) < r.depth() {
		r.fetch()
	}
	if len(r.pending) == 0 {
		if errors.Is(r.srcErr, io.EOF) && !r.sawLast {
			return ErrTruncated
		}
		return r.srcErr
	}
	job := r.pending[0]
	r.pending = r.pending[1:]
	<-job.done
	r.current = job
	if job.err != nil {
		return job.err
	}
	r.rest = job.out[:job.n]
	return nil
}

func (r *Reader) depth() int {
	if r.workers == 1 {
		return 1
	}
	return 2 * r.workers
}

// fetch reads one member and sets a worker on it.
func (r *Reader) fetch() {
	job := r.job()
	p, err := readPacked(r.src, job.in)
	if err != nil {
		r.srcErr = err
		r.free = append(r.free, job)
		return
	}
	if r.offsets != nil {
		r.offsets.add(p.whole, int(p.size))
	}
	r.sawLast = p.last
	job.p, job.n, job.err, job.done = p, 0, nil, make(chan struct{})
	r.pending = append(r.pending, job)
	if r.workers == 1 {
		r.run(job)
		return
	}
	go r.run(job)
}

func (r *Reader) run(job *readJob) {
	f := <-r.inflates
	job.n, job.err = f.inflate(job.p, job.out)
	r.inflates <- f
	close(job.done)
}

func (r *Reader) job() *readJob {
	if n := len(r.free); n > 0 {
		job := r.free[n-1]
		r.free = r.free[:n-1]
		return job
	}
	return &readJob{in: make([]byte, maxBlock+padding), out: make([]byte, maxBlock+slack)}
}
