package share

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"sync"

	"github.com/volens-network/volens/internal/crash"
)

// ErrRollback is returned when the guard has seen a later height, or this height with
// other jobs, under this live chain id: the node's state was rolled back or forked.
// Nothing may be emitted, and the operator must look.
var ErrRollback = errors.New("emission guard has seen a later or another batch: this node's state was rolled back")

// Pair is a seat's Q and the point B that a job answers for it, 32 bytes each. Q is
// empty for jobs without a seat.
type Pair struct{ Q, B []byte }

const (
	guardMagic = "volens-guard-v1\n"
	pointSize  = 32
	// A record is a kind, 72 bytes and a checksum.
	recordBody  = 1 + 72
	recordSize  = recordBody + crc32.Size
	recordBatch = byte(1) // height (8), SHA-256 of the digest (32), SHA-256 of the live chain id (32)
	recordPair  = byte(2) // Q (32), B (32), height (8)
)

// Guard remembers, for ever, which B was answered for each Q, and the last batch of each
// live chain, over all epochs and keys. It is an append-only file, synced before anything
// is emitted, with a mark beside it that says how far it came.
type Guard struct {
	mu      sync.Mutex
	file    *os.File
	id      []byte
	mark    *mark
	at      progress
	pairs   map[[pointSize]byte][pointSize]byte
	batches map[[sha256.Size]byte]batchRecord // the last one, by SHA-256 of the live chain id
	broken  error
}

type batchRecord struct {
	height int64
	digest [sha256.Size]byte
}

func newGuard(file *os.File) *Guard {
	return &Guard{
		file:    file,
		pairs:   map[[pointSize]byte][pointSize]byte{},
		batches: map[[sha256.Size]byte]batchRecord{},
	}
}

// guardFiles are the two files of a guard.
type guardFiles struct{ guard, mark string }

func guardHead(id []byte) []byte { return append([]byte(guardMagic), id...) }

func createGuard(files guardFiles, id []byte) (*Guard, error) {
	head := guardHead(id)
	if err := createMark(files.mark, id, begin(head)); err != nil {
		return nil, err
	}
	if err := writeFile(files.guard, head); err != nil {
		return nil, err
	}
	return openGuard(files)
}

// openGuard reads a guard. A last record that was cut short by a crash is dropped: its
// emission never happened, as the sync comes first. Any other damage is ErrGuard, and so
// is a guard that lost what its mark counts.
func openGuard(files guardFiles) (*Guard, error) {
	file, err := os.OpenFile(files.guard, os.O_RDWR, fileMode)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGuard, err)
	}
	g := newGuard(file)
	if err := g.open(files.mark); err != nil {
		return nil, errors.Join(err, g.shut())
	}
	return g, nil
}

// open reads the id at the head of the file, the mark of that id, and all records.
func (g *Guard) open(mark string) error {
	head := make([]byte, len(guardMagic)+idSize)
	if _, err := g.file.ReadAt(head, 0); err != nil {
		return fmt.Errorf("%w: %w", ErrGuard, err)
	}
	g.id = head[len(guardMagic):]
	marked, err := g.openMark(mark, g.id)
	if err != nil {
		return err
	}
	return g.read(g.id, marked)
}

// inspectGuard reads a guard without writing, which may be that of a running node: the
// mark is read first, so that it counts no more than what is read after it.
func inspectGuard(files guardFiles, id []byte) error {
	slots, err := os.ReadFile(files.mark)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrGuard, err)
	}
	marked, _, err := readMark(bytes.NewReader(slots), id)
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(files.guard)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrGuard, err)
	}
	_, err = newGuard(nil).parse(raw, id, marked)
	return err
}

func (g *Guard) openMark(path string, id []byte) (marked progress, err error) {
	g.mark, marked, err = openMark(path, id)
	return marked, err
}

func (g *Guard) read(id []byte, marked progress) error {
	raw, err := io.ReadAll(g.file)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrGuard, err)
	}
	end, err := g.parse(raw, id, marked)
	if err != nil {
		return err
	}
	if err := g.file.Truncate(end); err != nil {
		return fmt.Errorf("%w: %w", ErrGuard, err)
	}
	if _, err := g.file.Seek(end, io.SeekStart); err != nil {
		return fmt.Errorf("%w: %w", ErrGuard, err)
	}
	return nil
}

// parse reads all whole records and returns where they end. Those that were marked must
// be among them, the same and in the same order.
func (g *Guard) parse(raw, id []byte, marked progress) (int64, error) {
	head := guardHead(id)
	if !bytes.HasPrefix(raw, head) {
		return 0, fmt.Errorf("guard of another share: %w", ErrGuard)
	}
	records := raw[len(head):]
	g.at = begin(head)
	complete := g.at == marked
	whole := len(records) / recordSize * recordSize
	for offset := 0; offset < whole; offset += recordSize {
		if err := g.apply(records[offset : offset+recordSize]); err != nil {
			return 0, fmt.Errorf("record at byte %d: %w", len(head)+offset, err)
		}
		complete = complete || g.at == marked
	}
	if !complete {
		return 0, fmt.Errorf("%d records, but not the %d that were marked: %w", g.at.count, marked.count, ErrGuard)
	}
	return int64(len(head) + whole), nil
}

func (g *Guard) apply(record []byte) error {
	body, sum := record[:recordBody], binary.BigEndian.Uint32(record[recordBody:])
	if crc32.ChecksumIEEE(body) != sum {
		return fmt.Errorf("wrong checksum: %w", ErrGuard)
	}
	switch body[0] {
	case recordBatch:
		b := batchRecord{height: int64(binary.BigEndian.Uint64(body[1:]))} //nolint:gosec // written from an int64
		copy(b.digest[:], body[9:])
		g.batches[[sha256.Size]byte(body[41:])] = b
	case recordPair:
		g.pairs[[pointSize]byte(body[1:])] = [pointSize]byte(body[33:])
	default:
		return fmt.Errorf("unknown kind %d: %w", body[0], ErrGuard)
	}
	g.at = g.at.next(record)
	return nil
}

// Permit says which jobs of a batch may be answered, and remembers them before it
// returns. digest is the batch's jd. A job whose Q was answered with another B is left
// out. It returns ErrRollback for a batch that comes too late, and an error of the file
// system when nothing could be remembered: then nothing may be emitted.
func (g *Guard) Permit(liveChain string, height int64, digest [64]byte, jobs []Pair) ([]bool, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.broken != nil {
		return nil, g.broken
	}
	chain := sha256.Sum256([]byte(liveChain))
	batch := batchRecord{height: height, digest: sha256.Sum256(digest[:])}
	last, known := g.batches[chain]
	if known && (height < last.height || height == last.height && batch.digest != last.digest) {
		return nil, fmt.Errorf("height %d after %d: %w", height, last.height, ErrRollback)
	}
	permitted, fresh := g.judge(jobs)
	if known && height == last.height && len(fresh) == 0 {
		return permitted, nil
	}
	if err := g.append(chain, batch, fresh); err != nil {
		g.broken = fmt.Errorf("write emission guard: %w", err)
		return nil, g.broken
	}
	return permitted, nil
}

// judge compares jobs with what is remembered; fresh are the permitted ones that are new.
func (g *Guard) judge(jobs []Pair) (permitted []bool, fresh []Pair) {
	permitted = make([]bool, len(jobs))
	batch := map[[pointSize]byte][pointSize]byte{}
	for i, job := range jobs {
		if len(job.Q) == 0 {
			permitted[i] = true
			continue
		}
		if len(job.Q) != pointSize || len(job.B) != pointSize {
			continue
		}
		q, b := [pointSize]byte(job.Q), [pointSize]byte(job.B)
		before, seen := g.pairs[q]
		if !seen {
			before, seen = batch[q]
			if !seen {
				batch[q] = b
				fresh = append(fresh, job)
				before = b
			}
		}
		permitted[i] = before == b
	}
	return permitted, fresh
}

func (g *Guard) append(chain [sha256.Size]byte, batch batchRecord, fresh []Pair) error {
	out := make([]byte, 0, recordSize*(1+len(fresh)))
	body := make([]byte, recordBody)
	for _, pair := range fresh {
		clear(body)
		body[0] = recordPair
		copy(body[1:], pair.Q)
		copy(body[33:], pair.B)
		binary.BigEndian.PutUint64(body[65:], uint64(batch.height)) //nolint:gosec // heights are positive
		out = binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE(body))
	}
	clear(body)
	body[0] = recordBatch
	binary.BigEndian.PutUint64(body[1:], uint64(batch.height)) //nolint:gosec // heights are positive
	copy(body[9:], batch.digest[:])
	copy(body[41:], chain[:])
	out = binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE(body))
	if _, err := g.file.Write(out); err != nil {
		return err
	}
	crash.Point("guard-written")
	if err := g.file.Sync(); err != nil {
		return err
	}
	crash.Point("guard-synced")
	for offset := 0; offset < len(out); offset += recordSize {
		if err := g.apply(out[offset : offset+recordSize]); err != nil {
			return err
		}
	}
	return g.mark.write(g.at)
}

// shut closes what is open.
func (g *Guard) shut() error {
	err := g.file.Close()
	if g.mark != nil {
		err = errors.Join(err, g.mark.file.Close())
	}
	return err
}
