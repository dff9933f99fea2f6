package bgzf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"
)

// errClosed is what a Writer says after Close.
var errClosed = errors.New("bgzf: write after close")

// writeJob is one block on its way through a worker.
type writeJob struct {
	in   []byte
	out  bytes.Buffer
	err  error
	done chan struct{}
}

// Writer packs what is written to it into BGZF blocks. It is not safe for use by
// several goroutines at once.
type Writer struct {
	dst      io.Writer
	workers  int
	current  *writeJob
	pending  []*writeJob
	free     []*writeJob
	deflates chan *flate.Writer
	offsets  Offsets
	err      error
}

// NewWriter writes BGZF to dst at the deflate level (1 to 9), packing up to
// workers blocks at a time. The bytes do not depend on workers. Close it after
// success, and only then: a stream that was not closed reads as truncated.
func NewWriter(dst io.Writer, level, workers int) (*Writer, error) {
	if level < flate.BestSpeed || level > flate.BestCompression {
		return nil, fmt.Errorf("bgzf: level %d is not in 1 to 9", level)
	}
	workers = max(workers, 1)
	w := &Writer{dst: dst, workers: workers, deflates: make(chan *flate.Writer, workers)}
	for range workers {
		f, err := flate.NewWriter(io.Discard, level)
		if err != nil {
			return nil, fmt.Errorf("bgzf: deflate: %w", err)
		}
		w.deflates <- f
	}
	w.current = w.job()
	return w, nil
}

// Write implements io.Writer. After an error every call gives that error.
func (w *Writer) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		if w.err != nil {
			return written, w.err
		}
		job := w.current
		n := copy(job.in[len(job.in):BlockSize], p)
		job.in = job.in[:len(job.in)+n]
		p = p[n:]
		written += n
		if len(job.in) == BlockSize {
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
	if len(w.current.in) > 0 {
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
	job.err, job.done = nil, make(chan struct{})
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
	if job.err != nil {
		return job.err
	}
	if _, err := w.dst.Write(job.out.Bytes()); err != nil {
		return fmt.Errorf("bgzf: write: %w", err)
	}
	w.offsets.add(job.out.Len(), len(job.in))
	w.free = append(w.free, job)
	return nil
}

// Offsets are those of the blocks that were written; after Close, of all but the closing one.
func (w *Writer) Offsets() *Offsets { return &w.offsets }

func (w *Writer) run(job *writeJob) {
	f := <-w.deflates
	job.err = pack(f, job)
	w.deflates <- f
	close(job.done)
}

// pack writes one whole member into job.out.
func pack(f *flate.Writer, job *writeJob) error {
	job.out.Reset()
	job.out.Write(eofBlock[:headerSize+6])
	f.Reset(&job.out)
	if _, err := f.Write(job.in); err != nil {
		return fmt.Errorf("bgzf: deflate: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("bgzf: deflate: %w", err)
	}
	var trailer [trailerSize]byte
	binary.LittleEndian.PutUint32(trailer[:], crc32.ChecksumIEEE(job.in))
	binary.LittleEndian.PutUint32(trailer[4:], uint32(len(job.in))) //nolint:gosec // at most BlockSize
	job.out.Write(trailer[:])
	if job.out.Len() > maxBlock {
		return fmt.Errorf("bgzf: block of %d bytes does not fit", job.out.Len())
	}
	binary.LittleEndian.PutUint16(job.out.Bytes()[16:], uint16(job.out.Len()-1)) //nolint:gosec // checked above
	return nil
}

func (w *Writer) job() *writeJob {
	if n := len(w.free); n > 0 {
		job := w.free[n-1]
		w.free = w.free[:n-1]
		job.in = job.in[:0]
		return job
	}
	return &writeJob{in: make([]byte, 0, BlockSize)}
}
