package home

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/volens-network/volens/client/fault"
)

const (
	journalSuffix = ".jsonl"
	// maxJournal bounds a journal in bytes.
	maxJournal = 64 << 20
)

// Entry is one step of an operation that was done.
type Entry struct {
	Step string          `json:"step"`
	Data json.RawMessage `json:"data,omitempty"`
}

// Journal remembers how far an operation has come, so that it can go on after a crash:
// one JSON object a line, written to the disk before Record returns. A last line that a
// crash cut is dropped. Never record a secret: all of them come from the wallet.
type Journal struct {
	name    string
	file    *os.File
	entries []Entry
}

// OpenJournal opens the journal of an operation in a folder, and begins it if there is none.
func OpenJournal(dir, id string) (j *Journal, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open journal %s: %w", id, err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	return openJournal(root, ".", id)
}

// Journal opens the journal of an operation in this home, and begins it if there is none.
// An id begins with the verb: "ingest-0123...".
func (h *Home) Journal(id string) (*Journal, error) { return openJournal(h.root, journalFolder, id) }

func openJournal(root *os.Root, folder, id string) (*Journal, error) {
	if err := checkName("operation", id); err != nil {
		return nil, err
	}
	name := path.Join(folder, id+journalSuffix)
	file, err := root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, fileMode)
	if err != nil {
		return nil, fmt.Errorf("open journal %s: %w", id, err)
	}
	j := &Journal{name: name, file: file}
	whole, err := j.load()
	if err == nil {
		err = file.Truncate(whole)
	}
	if err == nil {
		err = syncFolder(root, folder)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open journal %s: %w", id, err), file.Close())
	}
	return j, nil
}

// load reads all entries and returns the length of what is whole.
func (j *Journal) load() (int64, error) {
	raw, err := io.ReadAll(io.NewSectionReader(j.file, 0, maxJournal+1))
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", j.name, err)
	}
	if len(raw) > maxJournal {
		return 0, fault.E(fault.Integrity, "%s is longer than %d bytes", j.name, maxJournal)
	}
	entries, whole, err := parseEntries(raw)
	if err != nil {
		return 0, fault.E(fault.Integrity, "%s: %w", j.name, err)
	}
	j.entries = entries
	return int64(whole), nil
}

// parseEntries reads lines. What a crash made of the last line is left out; a line
// before it that cannot be read is an error.
func parseEntries(raw []byte) (entries []Entry, whole int, err error) {
	for line := 1; whole < len(raw); line++ {
		end := bytes.IndexByte(raw[whole:], '\n')
		if end < 0 {
			return entries, whole, nil
		}
		var e Entry
		if err := json.Unmarshal(raw[whole:whole+end], &e); err != nil || e.Step == "" {
			if whole+end+1 == len(raw) {
				return entries, whole, nil
			}
			return nil, 0, fmt.Errorf("line %d is no entry", line)
		}
		entries = append(entries, e)
		whole += end + 1
	}
	return entries, whole, nil
}

// Record adds a step. data may be nil; otherwise it is kept as JSON.
func (j *Journal) Record(step string, data any) error {
	if step == "" {
		return fault.E(fault.Internal, "record a step without a name in %s", j.name)
	}
	e := Entry{Step: step}
	if data != nil {
		raw, err := json.Marshal(data)
		if err != nil {
			return fmt.Errorf("record %s: %w", step, err)
		}
		e.Data = raw
	}
	line, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("record %s: %w", step, err)
	}
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("record %s: %w", step, err)
	}
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("record %s: %w", step, err)
	}
	j.entries = append(j.entries, e)
	return nil
}

// Entries are all steps, oldest first.
func (j *Journal) Entries() []Entry { return slices.Clone(j.entries) }

// Last is the newest step; false if there is none.
func (j *Journal) Last() (Entry, bool) {
	if len(j.entries) == 0 {
		return Entry{}, false
	}
	return j.entries[len(j.entries)-1], true
}

// Find looks for the newest entry of a step and reads its data into into, unless that is
// nil. It reports whether there is one.
func (j *Journal) Find(step string, into any) (bool, error) {
	for _, e := range slices.Backward(j.entries) {
		if e.Step != step {
			continue
		}
		if into == nil {
			return true, nil
		}
		if err := json.Unmarshal(e.Data, into); err != nil {
			return true, fault.E(fault.Integrity, "%s: data of step %s: %w", j.name, step, err)
		}
		return true, nil
	}
	return false, nil
}

// Close ends the use of the journal; its lines stay.
func (j *Journal) Close() error { return j.file.Close() }

// list returns the names in a folder that end in suffix, without it, in order.
func list(root *os.Root, folder, suffix string) (names []string, err error) {
	dir, err := root.Open(folder)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", folder, err)
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	files, err := dir.ReadDir(-1)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", folder, err)
	}
	for _, file := range files {
		name, ok := strings.CutSuffix(file.Name(), suffix)
		if ok && nameForm.MatchString(name) && file.Type().IsRegular() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}
