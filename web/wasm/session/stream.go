package session

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// ChunkSize is the most that a destination is given at a time, in bytes.
const ChunkSize = 256 << 10

const (
	errBusy  = UsageError("the last call on this stream has not ended")
	errEnded = UsageError("this stream has ended")
)

// Sink is given the output, at most ChunkSize bytes at a time; they are valid until it
// returns. It returns when ctx ends.
type Sink func(ctx context.Context, chunk []byte) error

// Stream takes an input in pieces. Its methods wait, so call them one after the other;
// only Abort may come at any time.
type Stream struct {
	in     *io.PipeWriter
	cancel context.CancelFunc
	busy   atomic.Bool
	ended  atomic.Bool
	done   chan struct{} // closed when result and err are final
	result any
	err    error
}

// work reads an input to its very end, and returns what Close gives.
type work func(ctx context.Context, src io.Reader) (any, error)

func start(do work) *Stream {
	ctx, cancel := context.WithCancel(context.Background())
	src, in := io.Pipe()
	s := &Stream{in: in, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		defer cancel()
		s.result, s.err = guard(func() (any, error) { return do(ctx, src) })
		_ = src.CloseWithError(s.err) // it returns nil
	}()
	return s
}

// drain takes what no format looks at, such as bytes after the last element.
func drain(src io.Reader) (int64, error) { return io.Copy(io.Discard, src) }

// guard makes an error of a panic.
func guard(do func() (any, error)) (result any, err error) {
	defer func() {
		if recover() != nil {
			result, err = nil, ErrPanic
		}
	}()
	return do()
}

// Write hands bytes over and returns when all of them were taken. It returns the error of
// the whole run as soon as there is one.
func (s *Stream) Write(p []byte) error {
	return s.alone(func() error {
		if s.ended.Load() {
			return errEnded
		}
		if len(p) == 0 {
			return nil
		}
		_, err := s.in.Write(p)
		if errors.Is(err, io.ErrClosedPipe) { // by Abort
			return ErrAborted
		}
		return err
	})
}

// Close says that the input has ended, and returns the result when all of the output was
// taken. After an error what was output must be thrown away.
func (s *Stream) Close() (result any, err error) {
	err = s.alone(func() error {
		if s.ended.Swap(true) {
			return errEnded
		}
		_ = s.in.Close() //nolint:errcheck // it returns nil
		<-s.done
		result = s.result
		return s.err
	})
	return result, err
}

// Abort ends the run and returns when it has ended. Calls that wait return ErrAborted, and
// nothing is output any more.
func (s *Stream) Abort() {
	s.cancel()
	_ = s.in.CloseWithError(ErrAborted) // it returns nil
	<-s.done
}

func (s *Stream) running() bool {
	select {
	case <-s.done:
		return false
	default:
		return true
	}
}

func (s *Stream) alone(do func() error) error {
	if !s.busy.CompareAndSwap(false, true) {
		return errBusy
	}
	defer s.busy.Store(false)
	return do()
}

// output cuts what is written into chunks and stops when the run does.
type output struct {
	ctx context.Context //nolint:containedctx // lives as long as one run
	dst Sink
}

// Write implements io.Writer.
func (o output) Write(p []byte) (int, error) {
	for from := 0; from < len(p); from += ChunkSize {
		if o.ctx.Err() != nil {
			return from, ErrAborted
		}
		if err := o.dst(o.ctx, p[from:min(from+ChunkSize, len(p))]); err != nil {
			return from, fmt.Errorf("%w: %w", ErrOutput, err)
		}
	}
	return len(p), nil
}

// chunked runs do with an output whose chunks are whole where they can be.
func chunked(ctx context.Context, dst Sink, do func(dst io.Writer) error) error {
	out := bufio.NewWriterSize(output{ctx: ctx, dst: dst}, ChunkSize)
	if err := do(out); err != nil {
		return err
	}
	return out.Flush()
}
