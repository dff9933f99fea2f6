package share

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
)

// A mark is how far a guard came: how many records it has and a digest over all of them.
// It stands in a file of its own, and is written after the records that it counts are
// synced and before anything is emitted. So a guard that lost records, be it whole ones
// off its end, has fewer than its mark and is refused; one that was cut short by a crash
// has at least as many, since whatever it lost was never marked, nor emitted.
//
// The file is two slots, written in turn: a crash spoils one of them, and the other one
// counts what was emitted last. A slot is count (8, big endian), digest (32), the common
// id of guard and share (16), and a checksum.
const (
	slotBody = 8 + sha256.Size + idSize
	slotSize = slotBody + crc32.Size
	slots    = 2
)

// progress is what a mark says, and what a guard's records come to.
type progress struct {
	count  uint64
	digest [sha256.Size]byte
}

// begin is the progress of a guard without records.
func begin(head []byte) progress { return progress{digest: sha256.Sum256(head)} }

// next is the progress after one more record.
func (p progress) next(record []byte) progress {
	return progress{count: p.count + 1, digest: sha256.Sum256(append(p.digest[:], record...))}
}

// mark is the open file.
type mark struct {
	file *os.File
	id   []byte
	last int64 // the slot that holds what was written last
}

// createMark writes a mark that counts nothing.
func createMark(path string, id []byte, at progress) error {
	m := mark{id: id}
	return writeFile(path, append(m.slot(at), make([]byte, (slots-1)*slotSize)...))
}

// openMark opens the file and returns what it says.
func openMark(path string, id []byte) (*mark, progress, error) {
	file, err := os.OpenFile(path, os.O_RDWR, fileMode)
	if err != nil {
		return nil, progress{}, fmt.Errorf("%w: %w", ErrGuard, err)
	}
	at, slot, err := readMark(file, id)
	if err != nil {
		return nil, progress{}, errors.Join(err, file.Close())
	}
	return &mark{file: file, id: id, last: slot}, at, nil
}

// readMark returns the further one of the slots that are whole, and which one it is.
func readMark(from io.Reader, id []byte) (best progress, slot int64, err error) {
	raw, err := io.ReadAll(io.LimitReader(from, slots*slotSize+1))
	if err != nil {
		return best, 0, fmt.Errorf("%w: %w", ErrGuard, err)
	}
	found := false
	for i := int64(0); len(raw) == slots*slotSize && i < slots; i++ {
		at, ok := parseSlot(raw[i*slotSize:(i+1)*slotSize], id)
		if ok && (!found || at.count > best.count) {
			best, slot, found = at, i, true
		}
	}
	if !found {
		return best, 0, fmt.Errorf("mark of the guard is damaged or of another one: %w", ErrGuard)
	}
	return best, slot, nil
}

func parseSlot(raw, id []byte) (progress, bool) {
	body := raw[:slotBody]
	if crc32.ChecksumIEEE(body) != binary.BigEndian.Uint32(raw[slotBody:]) ||
		string(body[8+sha256.Size:]) != string(id) {
		return progress{}, false
	}
	return progress{count: binary.BigEndian.Uint64(body), digest: [sha256.Size]byte(body[8:])}, true
}

func (m *mark) slot(at progress) []byte {
	out := binary.BigEndian.AppendUint64(make([]byte, 0, slotSize), at.count)
	out = append(append(out, at.digest[:]...), m.id...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out))
}

// write puts a new mark into the slot that does not hold the last one, and syncs it.
func (m *mark) write(at progress) error {
	slot := (m.last + 1) % slots
	if _, err := m.file.WriteAt(m.slot(at), slot*slotSize); err != nil {
		return err
	}
	if err := m.file.Sync(); err != nil {
		return err
	}
	m.last = slot
	return nil
}
