package bgzf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// errClosed is what a Writer says after Close.
var errClosed = errors.New("bgzf: write after close")

// writeJob is one block on its way through a worker.
type writeJob struct {
	in     room
	size   int // of what is in it
	out    room
	packed uint16
	done   chan struct{}
}

// Writer packs what is written to it into BGZF blocks. It is not safe for use by
// several goroutines at once.
type Writer struct {
	dst      io.Writer
	workers  int
	current  *writeJob
	pending  []*writeJob
	free     []*writeJob
	deflates chan *deflater
	offsets  Offsets
	err      error
}

// NewWriter writes BGZF to dst, packing up to workers blocks at a time. The bytes do not depend on workers. Close it
// after success, and only then: a stream that was not closed reads as truncated.
func NewWriter(dst io.Writer, workers int) *Writer {
	workers = max(workers, 1)
	w := &Writer{dst: dst, workers: workers, deflates: make(chan *deflater, workers)}
	for range workers {
		w.deflates <- newDeflater()
	}
	w.current = w.job()
	return w
}

// Write implements io.Writer. After an error every call gives that error.
func (w *Writer) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		if w.err != nil {
			return written, w.err
		}
		job := w.current
		n := copy(job.in[job.size:BlockSize], p)
		job.size += n
		p = p[n:]
		written += n
		if job.size == BlockSize {
			w.err = w.submit()
		}
	}
	return written, w.err
}

// Close packs what is left, writes the closing block and makes later writes
// fail. It does not close the destination.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	if w.current.size > 0 {
		w.err = w.submit()
	}
	for w.err == nil && len(w.pending) > 0 {
		w.err = w.flushOldest()
	}
	if w.err != nil {
		return w.err
	}
	if _, err := w.dst.Write(eofBlock); err != nil {
		w.err = fmt.Errorf("bgzf: write: %w", err)
		return w.err
	}
	w.err = errClosed
	return nil
}

// submit sets a worker on the current block, and first writes the oldest block
// when all places are taken.
func (w *Writer) submit() error {
	job := w.current
	job.done = make(chan struct{})
	w.pending = append(w.pending, job)
	if w.workers == 1 {
		w.run(job)
	} else {
		go w.run(job)
	}
	for len(w.pending) >= 2*w.workers {
		if err := w.flushOldest(); err != nil {
			return err
		}
	}
	w.current = w.job()
	return nil
}

func (w *Writer) flushOldest() error {
	job := w.pending[0]
	w.pending = w.pending[1:]
	<-job.done
	if _, err := w.dst.Write(job.out[:job.packed]); err != nil {
		return fmt.Errorf("bgzf: write: %w", err)
	}
	w.offsets.add(int(job.packed), job.size)
	w.free = append(w.free, job)
	return nil
}

// Offsets are those of the blocks that were written; after Close, of all but the closing one.
func (w *Writer) Offsets() *Offsets { return &w.offsets }

func (w *Writer) run(job *writeJob) {
	d := <-w.deflates
	job.pack(d)
	w.deflates <- d
	close(job.done)
}

// pack writes one whole member into out. It always fits: deflate makes a block little longer at most.
func (j *writeJob) pack(d *deflater) {
	const head = headerSize + 6
	copy(j.out[:], eofBlock[:head])
	end := int(d.deflate(&j.out, head, &j.in, j.size))
	binary.LittleEndian.PutUint32(j.out[end:], crc32.ChecksumIEEE(j.in[:j.size]))
	binary.LittleEndian.PutUint32(j.out[end+4:], uint32(j.size)) //nolint:gosec // at most BlockSize
	j.packed = uint16(end + trailerSize)                         //nolint:gosec // below maxBlock
	binary.LittleEndian.PutUint16(j.out[head-2:], j.packed-1)
}

func (w *Writer) job() *writeJob {
	if n := len(w.free); n > 0 {
		job := w.free[n-1]
		w.free = w.free[:n-1]
		job.size = 0
		return job
	}
	return &writeJob{}
}
