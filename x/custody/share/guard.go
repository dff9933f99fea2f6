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
	recordPair  = byte(2) // Q (32), B (32), zero (8)
)

// Guard remembers, for ever, which B was answered for each Q, and the last batch. It
// is an append-only file, synced before anything is emitted.
type Guard struct {
	mu      sync.Mutex
	file    *os.File
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

func createGuard(path string, id []byte) (*Guard, error) {
	if err := writeFile(path, append([]byte(guardMagic), id...)); err != nil {
		return nil, err
	}
	return openGuard(path, id)
}

// openGuard reads a guard. A last record that was cut short by a crash is dropped: its
// emission never happened, as the sync comes first. Any other damage is ErrGuard.
func openGuard(path string, id []byte) (*Guard, error) {
	file, err := os.OpenFile(path, os.O_RDWR, fileMode)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGuard, err)
	}
	g := newGuard(file)
	if err := g.read(id); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return g, nil
}

func (g *Guard) read(id []byte) error {
	raw, err := io.ReadAll(g.file)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrGuard, err)
	}
	end, err := g.parse(raw, id)
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

// parse reads all whole records and returns where they end.
func (g *Guard) parse(raw, id []byte) (int64, error) {
	head := append([]byte(guardMagic), id...)
	if !bytes.HasPrefix(raw, head) {
		return 0, fmt.Errorf("guard of another share: %w", ErrGuard)
	}
	records := raw[len(head):]
	whole := len(records) / recordSize * recordSize
	for offset := 0; offset < whole; offset += recordSize {
		if err := g.apply(records[offset : offset+recordSize]); err != nil {
			return 0, fmt.Errorf("record at byte %d: %w", len(head)+offset, err)
		}
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
	if err := g.file.Sync(); err != nil {
		return err
	}
	for offset := 0; offset < len(out); offset += recordSize {
		if err := g.apply(out[offset : offset+recordSize]); err != nil {
			return err
		}
	}
	return nil
}

func (g *Guard) close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.broken = ErrGuard
	return g.file.Close()
}
