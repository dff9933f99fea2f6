// Package accesslog is the gateway's record of everything it handed over: a file of
// lines that only grows, and a Merkle tree over them (RFC 6962) whose size and root
// the gateway anchors on chain as its heartbeat.
//
// Open the file, Append before anything leaves the house, and anchor what Checkpoint
// returns. A gateway that changes or drops a line cannot reach an anchored root again:
// whoever holds the lines checks them with Root or with package core/merkle.
//
// A line names accounts as the chain does, never a network address. It carries 16
// random bytes, so that a leaf says nothing to who guesses at the line.
package accesslog

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/volens-network/volens/core/merkle"
	"github.com/volens-network/volens/internal/crash"
)

// maxLine bounds a line in bytes.
const maxLine = 4 << 10

const saltSize = 16

// ErrBroken is returned by a log whose disk failed, so that nobody knows what is on it: it
// takes no more lines until it is opened again. A full disk breaks nothing.
var ErrBroken = errors.New("access log is broken")

// What was handed over.
type What string

// The kinds of entries.
const (
	// Half is a part of a key, to a reader.
	Half What = "half"
	// Answer is a part of a key, on chain, to a claim that the gateway does not serve.
	Answer What = "answer"
	// Object is bytes of a sealed file.
	Object What = "object"
	// Leaves is the hashes of a sealed file's leaves.
	Leaves What = "leaves"
)

// Entry is a line.
type Entry struct {
	Time time.Time `json:"time"`
	What What      `json:"what"`
	// Account is the reader's address.
	Account string `json:"account"`
	Dataset string `json:"dataset_id"`
	Version uint64 `json:"version"`
	// Request and Seat name the release that gave the right; empty for the owner.
	Request string `json:"request_id,omitempty"`
	Seat    uint64 `json:"seat"`
	// From and Length are the bytes of the sealed file that were asked for.
	From   int64 `json:"from,omitempty"`
	Length int64 `json:"length,omitempty"`
	// Salt is random.
	Salt []byte `json:"salt"`
}

// Checkpoint is the tree at one moment.
type Checkpoint struct {
	Size uint64
	Root merkle.Hash
}

// Log is an open log. It is safe for concurrent use.
type Log struct {
	rand io.Reader

	mu     sync.Mutex
	file   *os.File
	end    int64 // of the last whole line
	tree   merkle.Builder
	broken error
}

// Open reads the file, and makes it if need be. A last line that was cut short never
// counted and is removed.
func Open(path string, rand io.Reader) (*Log, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open access log: %w", err)
	}
	l := &Log{file: file, rand: rand}
	if err := l.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("open access log: %w", err), file.Close())
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return nil, errors.Join(fmt.Errorf("open access log: %w", err), file.Close())
	}
	return l, nil
}

func (l *Log) load() error {
	end := int64(0)
	err := each(l.file, func(line []byte) {
		l.tree.Append(merkle.Leaf(line))
		end += int64(len(line)) + 1
	})
	if err != nil {
		return err
	}
	if err := l.file.Truncate(end); err != nil {
		return err
	}
	l.end = end
	_, err = l.file.Seek(end, io.SeekStart)
	return err
}

// each visits every whole line, without its line feed.
func each(src io.Reader, visit func(line []byte)) error {
	r := bufio.NewReaderSize(src, maxLine)
	for number := 1; ; number++ {
		line, err := r.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
		visit(line[:len(line)-1])
	}
}

// Append writes a line and returns when it is on the disk. Nothing may be handed over
// after an error.
func (l *Log) Append(e Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return fmt.Errorf("%w: %w", ErrBroken, l.broken)
	}
	e.Salt = make([]byte, saltSize)
	if _, err := io.ReadFull(l.rand, e.Salt); err != nil {
		return fmt.Errorf("salt of access log: %w", err)
	}
	e.Time = e.Time.UTC()
	line, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("append to access log: %w", err)
	}
	if len(line) >= maxLine {
		return fmt.Errorf("append to access log: line of %d bytes", len(line))
	}
	if _, err := l.file.Write(append(line, '\n')); err != nil {
		l.broken = l.cut()
		return fmt.Errorf("append to access log: %w", err)
	}
	crash.Point("journal-written")
	if err := l.file.Sync(); err != nil {
		l.broken = err
		return fmt.Errorf("append to access log: %w", err)
	}
	crash.Point("journal-synced")
	l.tree.Append(merkle.Leaf(line))
	l.end += int64(len(line)) + 1
	return nil
}

// cut takes back a line that could be written in part only, for a disk was full: when
// there is room again the log goes on.
func (l *Log) cut() error {
	if err := l.file.Truncate(l.end); err != nil {
		return err
	}
	_, err := l.file.Seek(l.end, io.SeekStart)
	return err
}

// Checkpoint returns size and root of the log so far.
func (l *Log) Checkpoint() Checkpoint {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Checkpoint{Size: l.tree.Size(), Root: l.tree.Root()}
}

// Close ends the use of the log.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = os.ErrClosed
	return l.file.Close()
}

// Root computes the checkpoint over the first size lines of a log's text: how an
// auditor checks what was anchored.
func Root(src io.Reader, size uint64) (Checkpoint, error) {
	var tree merkle.Builder
	err := each(src, func(line []byte) {
		if tree.Size() < size {
			tree.Append(merkle.Leaf(line))
		}
	})
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read access log: %w", err)
	}
	if tree.Size() < size {
		return Checkpoint{}, fmt.Errorf("read access log: %d lines, not %d", tree.Size(), size)
	}
	return Checkpoint{Size: size, Root: tree.Root()}, nil
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
