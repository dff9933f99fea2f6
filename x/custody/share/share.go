// Package share keeps what a validator alone may know: its secret shares of the
// committee key, its part in the open run, and the emission guard.
//
// Open a Store; Save makes a share file; Load gives the shares of an epoch back as long
// as the guard that they were saved under is there; Guard says, before every emission,
// which jobs may be answered; Erase ends an epoch for good. The shares of several epochs
// stand side by side, under one guard: around a change of epoch both are needed. Files are
// sealed with a key of their own, written whole or not at all, and must never come back
// from a backup: an old guard would let one reader key open two datasets
// (docs/spec/vote-extension.md, section 2.1).
package share

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/volens-network/volens/core/threshold"
)

// Errors of the store. Each means that nothing may be emitted with the share.
var (
	// ErrNone: no share of this epoch is kept here.
	ErrNone = errors.New("no share of this epoch")
	// ErrUnreadable: a file is damaged, sealed by another key, or of another epoch.
	ErrUnreadable = errors.New("share file cannot be read")
	// ErrGuard: the guard is missing, damaged or belongs to another share.
	ErrGuard = errors.New("emission guard does not belong to the share")
	// ErrErased: the epoch was ended here; a file of it that is back was rolled back.
	ErrErased = errors.New("share of an epoch that was erased")
)

const (
	magic      = "volens-share-v1\n"
	idSize     = 16
	fileMode   = 0o600
	folderMode = 0o700
	keyFile    = "share.key"
	guardFile  = "guard"
	markFile   = "mark"
)

// Store is a validator's folder of secrets. It is safe for concurrent use.
type Store struct {
	dir  string
	rand io.Reader
	key  []byte

	mu     sync.Mutex
	guard  *Guard
	kept   map[Epoch]bool
	erased map[uint64]uint64 // by key: the highest epoch that was erased
	run    string            // the run whose files are the only ones
}

// Epoch names an epoch of a key.
type Epoch struct{ KeyID, Epoch uint64 }

func (e Epoch) file() string { return fmt.Sprintf("share-%d-%d", e.KeyID, e.Epoch) }

func erasedFile(keyID uint64) string { return fmt.Sprintf("erased-%d", keyID) }

// Open opens the folder, or makes it with a new sealing key.
func Open(dir string, rand io.Reader) (*Store, error) {
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return nil, err
	}
	s := &Store{dir: dir, rand: rand, kept: map[Epoch]bool{}, erased: map[uint64]uint64{}}
	path := filepath.Join(dir, keyFile)
	key, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		key = make([]byte, chacha20poly1305.KeySize)
		if _, err = io.ReadFull(rand, key); err == nil {
			err = writeFile(path, key)
		}
	}
	if err != nil {
		return nil, err
	}
	if len(key) != chacha20poly1305.KeySize {
		return nil, fmt.Errorf("%s has %d bytes: %w", keyFile, len(key), ErrUnreadable)
	}
	s.key = key
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		var e Epoch
		if n, err := fmt.Sscanf(entry.Name(), "share-%d-%d", &e.KeyID, &e.Epoch); err == nil && n == 2 &&
			e.file() == entry.Name() {
			s.kept[e] = true
		}
	}
	return s, nil
}

// Save writes the shares of an epoch under the guard that is there. If there is none, or
// it cannot be read, a new one is made: a new share has nothing to remember, and the shares
// that were kept before become unusable. Shares that are kept already stay as they are,
// with the guard they have or have lost. Other shares of the same epoch come from a run
// that failed, and are replaced. It returns ErrErased for an epoch that was erased.
func (s *Store) Save(shares *threshold.Shares) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := Epoch{shares.KeyID(), shares.Epoch()}
	if err := s.checkErased(e); err != nil {
		return err
	}
	plain := shares.Bytes()
	defer clear(plain)
	kept, err := s.open(e.file())
	defer clear(kept)
	if err == nil && len(kept) > idSize && bytes.Equal(kept[idSize:], plain) {
		return nil
	}
	if err != nil && !errors.Is(err, ErrNone) {
		return err
	}
	guard, err := s.openGuard()
	if errors.Is(err, ErrGuard) {
		guard, err = s.newGuard()
	}
	if err != nil {
		return err
	}
	if err := s.seal(e.file(), append(append([]byte(nil), guard.id...), plain...)); err != nil {
		return err
	}
	s.kept[e] = true
	return nil
}

// openGuard returns the guard, from its file the first time.
func (s *Store) openGuard() (*Guard, error) {
	if s.guard != nil {
		return s.guard, nil
	}
	guard, err := openGuard(s.guardFiles())
	if err != nil {
		return nil, err
	}
	s.guard = guard
	return guard, nil
}

func (s *Store) newGuard() (*Guard, error) {
	id := make([]byte, idSize)
	if _, err := io.ReadFull(s.rand, id); err != nil {
		return nil, err
	}
	guard, err := createGuard(s.guardFiles(), id)
	if err != nil {
		return nil, err
	}
	s.guard = guard
	return guard, nil
}

// Load returns the shares of an epoch and their guard. It returns ErrNone, ErrErased,
// ErrUnreadable or ErrGuard; in each case there is nothing to emit with.
func (s *Store) Load(keyID, epoch uint64) (*threshold.Shares, *Guard, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	shares, id, err := s.read(Epoch{keyID, epoch})
	if err != nil {
		return nil, nil, err
	}
	guard, err := s.openGuard()
	if err == nil && !bytes.Equal(guard.id, id) {
		err = fmt.Errorf("guard of another share: %w", ErrGuard)
	}
	if err != nil {
		shares.Zero()
		return nil, nil, err
	}
	return shares, guard, nil
}

// Inspect tells which shares of an epoch are kept and usable, without writing: it may
// look into the folder of a running node. Its errors are those of Load.
func (s *Store) Inspect(keyID, epoch uint64) ([]int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	shares, id, err := s.read(Epoch{keyID, epoch})
	if err != nil {
		return nil, err
	}
	defer shares.Zero()
	if err := inspectGuard(s.guardFiles(), id); err != nil {
		return nil, err
	}
	return shares.Indices(), nil
}

func (s *Store) guardFiles() guardFiles {
	return guardFiles{guard: filepath.Join(s.dir, guardFile), mark: filepath.Join(s.dir, markFile)}
}

// Kept lists the epochs of which a share file is kept, the oldest first.
func (s *Store) Kept() []Epoch {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Epoch, 0, len(s.kept))
	for e := range s.kept {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b Epoch) int {
		if a.KeyID != b.KeyID {
			return cmp.Compare(a.KeyID, b.KeyID)
		}
		return cmp.Compare(a.Epoch, b.Epoch)
	})
	return out
}

// read opens the share file of an epoch and returns the shares and their guard's id.
func (s *Store) read(e Epoch) (*threshold.Shares, []byte, error) {
	if err := s.checkErased(e); err != nil {
		return nil, nil, err
	}
	plain, err := s.open(e.file())
	if err != nil {
		return nil, nil, err
	}
	defer clear(plain)
	if len(plain) < idSize {
		return nil, nil, fmt.Errorf("share of %d bytes: %w", len(plain), ErrUnreadable)
	}
	shares, err := threshold.ParseShares(plain[idSize:])
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if shares.KeyID() != e.KeyID || shares.Epoch() != e.Epoch {
		shares.Zero()
		return nil, nil, fmt.Errorf("share of key %d epoch %d in the file of key %d epoch %d: %w",
			shares.KeyID(), shares.Epoch(), e.KeyID, e.Epoch, ErrUnreadable)
	}
	return shares, bytes.Clone(plain[:idSize]), nil
}

// Erase ends an epoch of a key, once a later one is active: its shares go, and neither it
// nor one before it is ever loaded or saved again, though a file of it came back.
func (s *Store) Erase(keyID, epoch uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	mark, err := s.mark(keyID)
	if err != nil {
		return err
	}
	if epoch > mark {
		if err := s.seal(erasedFile(keyID), binary.BigEndian.AppendUint64(nil, epoch)); err != nil {
			return err
		}
		s.erased[keyID] = epoch
	}
	e := Epoch{keyID, epoch}
	if err := os.Remove(filepath.Join(s.dir, e.file())); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	delete(s.kept, e)
	return syncFolder(s.dir)
}

// checkErased refuses an epoch that was erased.
func (s *Store) checkErased(e Epoch) error {
	mark, err := s.mark(e.KeyID)
	if err != nil {
		return err
	}
	if e.Epoch <= mark {
		return fmt.Errorf("epoch %d of key %d, erased up to %d: %w", e.Epoch, e.KeyID, mark, ErrErased)
	}
	return nil
}

// mark is the highest epoch of a key that was erased here, 0 if none was.
func (s *Store) mark(keyID uint64) (uint64, error) {
	if mark, ok := s.erased[keyID]; ok {
		return mark, nil
	}
	plain, err := s.open(erasedFile(keyID))
	if errors.Is(err, ErrNone) {
		s.erased[keyID] = 0
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if len(plain) != 8 {
		return 0, fmt.Errorf("%s holds %d bytes: %w", erasedFile(keyID), len(plain), ErrUnreadable)
	}
	s.erased[keyID] = binary.BigEndian.Uint64(plain)
	return s.erased[keyID], nil
}

// seal writes magic, nonce and the sealed plaintext with its checksum. The file's
// name is authenticated, so that no file can stand in for another.
func (s *Store) seal(name string, plain []byte) error {
	aead, err := chacha20poly1305.NewX(s.key)
	if err != nil {
		return err
	}
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	if _, err := io.ReadFull(s.rand, nonce); err != nil {
		return err
	}
	sum := sha256.Sum256(plain)
	body := binary.BigEndian.AppendUint32(nil, uint32(len(plain))) //nolint:gosec // a share file is small
	body = append(append(body, plain...), sum[:]...)
	defer clear(body)
	out := append([]byte(magic), nonce...)
	return writeFile(filepath.Join(s.dir, name), aead.Seal(out, nonce, body, []byte(name)))
}

func (s *Store) open(name string) ([]byte, error) {
	raw, err := os.ReadFile(filepath.Join(s.dir, name))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", name, ErrNone)
	}
	if err != nil {
		return nil, err
	}
	head := len(magic) + chacha20poly1305.NonceSizeX
	if len(raw) < head || string(raw[:len(magic)]) != magic {
		return nil, fmt.Errorf("%s does not begin as a share file: %w", name, ErrUnreadable)
	}
	aead, err := chacha20poly1305.NewX(s.key)
	if err != nil {
		return nil, err
	}
	body, err := aead.Open(nil, raw[len(magic):head], raw[head:], []byte(name))
	if err != nil || len(body) < 4+sha256.Size {
		return nil, fmt.Errorf("%s does not open: %w", name, ErrUnreadable)
	}
	plain, sum := body[4:len(body)-sha256.Size], body[len(body)-sha256.Size:]
	want := sha256.Sum256(plain)
	if int(binary.BigEndian.Uint32(body)) != len(plain) || string(sum) != string(want[:]) {
		return nil, fmt.Errorf("%s has a wrong checksum: %w", name, ErrUnreadable)
	}
	return plain, nil
}
