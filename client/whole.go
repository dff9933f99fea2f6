package client

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/volens-network/volens/client/fault"
)

const (
	folderMode  = 0o700
	partPrefix  = ".volens-"
	partSuffix  = ".part"
	partPattern = "*" + partSuffix
)

// pending are files that are being written. They get their final names together, when
// all of them are whole; until then they have names of their own beside them.
type pending struct {
	open   *os.File
	ready  []rename
	closed bool
	// fresh is a folder that was made for them: without them it goes again.
	fresh string
}

type rename struct{ from, to string }

// create begins a file in a folder. It is the open one until finish.
func (p *pending) create(folder string) (*os.File, error) {
	return p.temporary(folder, partPrefix+partPattern)
}

func (p *pending) temporary(folder, pattern string) (*os.File, error) {
	file, err := os.CreateTemp(folder, pattern)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.E(fault.NotFound, "there is no folder %q for the result", folder)
	case errors.Is(err, fs.ErrPermission):
		return nil, usage("folder %q may not be written to: permission denied", folder)
	case err != nil:
		return nil, fmt.Errorf("begin output: %w", err)
	}
	p.open = file
	return file, nil
}

// folder makes a folder for files to come, if it is not there yet.
func (p *pending) folder(path string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		p.fresh = path
	}
	return intoFolder(path)
}

// begin is create for a file that one operation alone makes: what an attempt that was
// killed left of it goes first.
func (p *pending) begin(folder, name string) (*os.File, error) {
	own := partPrefix + name + "-"
	files, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("begin output: %w", err)
	}
	for _, file := range files {
		if strings.HasPrefix(file.Name(), own) && strings.HasSuffix(file.Name(), partSuffix) {
			if err := os.Remove(filepath.Join(folder, file.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("begin output: %w", err)
			}
		}
	}
	return p.temporary(folder, own+partPattern)
}

// finish closes the open file, which shall become path.
func (p *pending) finish(path string) error {
	file := p.open
	p.open = nil
	p.ready = append(p.ready, rename{from: file.Name(), to: path})
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("finish output: %w", err)
	}
	twice := slices.ContainsFunc(p.ready[:len(p.ready)-1], func(r rename) bool { return samePath(r.to, path) })
	if _, err := os.Lstat(path); twice || !errors.Is(err, fs.ErrNotExist) {
		return usage("%s exists already: choose another place", filepath.Base(path))
	}
	return nil
}

// samePath tells whether two paths name one file that is not there yet.
func samePath(a, b string) bool {
	a, errA := filepath.Abs(a)
	b, errB := filepath.Abs(b)
	return errA != nil || errB != nil || a == b
}

// add is create, write and finish.
func (p *pending) add(path string, data []byte) error {
	file, err := p.create(filepath.Dir(path))
	if err != nil {
		return err
	}
	if _, err := file.Write(data); err != nil {
		return err
	}
	return p.finish(path)
}

// publish gives every file its name. If one cannot have it, those before lose theirs.
func (p *pending) publish() error {
	for i, r := range p.ready {
		if err := os.Rename(r.from, r.to); err != nil {
			for _, done := range p.ready[:i] {
				err = errors.Join(err, os.Remove(done.to))
			}
			return fmt.Errorf("publish output: %w", err)
		}
	}
	p.closed = true
	return nil
}

// discard removes what was not published. Leftovers that cannot be removed have names
// that nothing reads.
func (p *pending) discard() {
	if p.open != nil {
		if err := p.open.Close(); err == nil {
			p.ready = append(p.ready, rename{from: p.open.Name()})
		}
		p.open = nil
	}
	if p.closed {
		return
	}
	for _, r := range p.ready {
		if err := os.Remove(r.from); err != nil {
			continue
		}
	}
	if p.fresh == "" {
		return
	}
	if err := os.Remove(p.fresh); err != nil {
		return // Something else is in it now.
	}
}

// digest is SHA-256 in lower-case hexadecimal digits.
func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
