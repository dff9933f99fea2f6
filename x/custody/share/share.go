// Package share keeps what a validator alone may know: its secret shares of the
// committee key, the decryption keys of open runs, and the emission guard.
//
// Open a Store; Save makes a share file and, with it, a new guard; Load gives the
// shares of an epoch back as long as their guard is there; Guard says, before every
// emission, which jobs may be answered. Files are sealed with a key of their own,
// written whole or not at all, and must never come back from a backup: an old guard
// would let one reader key open two datasets (docs/spec/vote-extension.md, section 2.1).
package share

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
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
)

const (
	magic      = "volens-share-v1\n"
	idSize     = 16
	fileMode   = 0o600
	folderMode = 0o700
	keyFile    = "share.key"
)

// Store is a validator's folder of secrets. It is safe for concurrent use.
type Store struct {
	dir  string
	rand io.Reader
	key  []byte

	mu     sync.Mutex
	guards map[epochKey]*Guard
}

type epochKey struct{ keyID, epoch uint64 }

func (k epochKey) name(kind string) string { return fmt.Sprintf("%s-%d-%d", kind, k.keyID, k.epoch) }

// Open opens the folder, or makes it with a new sealing key.
func Open(dir string, rand io.Reader) (*Store, error) {
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return nil, err
	}
	s := &Store{dir: dir, rand: rand, guards: map[epochKey]*Guard{}}
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
	return s, nil
}

// Save writes the shares of an epoch with a new, empty guard. Shares that are kept
// already stay as they are, with the guard they have or have lost: a second guard for
// one share would forget what the first one knows. Other shares of the same epoch come
// from a run that failed, and are replaced.
func (s *Store) Save(shares *threshold.Shares) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := epochKey{shares.KeyID(), shares.Epoch()}
	plain := shares.Bytes()
	defer clear(plain)
	kept, err := s.open(k.name("share"))
	defer clear(kept)
	if err == nil && len(kept) > idSize && bytes.Equal(kept[idSize:], plain) {
		return nil
	}
	if err != nil && !errors.Is(err, ErrNone) {
		return err
	}
	id := make([]byte, idSize)
	if _, err := io.ReadFull(s.rand, id); err != nil {
		return err
	}
	if err := s.forget(k); err != nil {
		return err
	}
	guard, err := createGuard(s.guardFiles(k), id)
	if err != nil {
		return err
	}
	s.guards[k] = guard
	return s.seal(k.name("share"), append(append([]byte(nil), id...), plain...))
}

// forget closes the guard of an epoch, if it is open.
func (s *Store) forget(k epochKey) error {
	guard := s.guards[k]
	if guard == nil {
		return nil
	}
	delete(s.guards, k)
	return guard.close()
}

// Load returns the shares of an epoch and their guard. It returns ErrNone,
// ErrUnreadable or ErrGuard; in each case there is nothing to emit with.
func (s *Store) Load(keyID, epoch uint64) (*threshold.Shares, *Guard, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := epochKey{keyID, epoch}
	shares, id, err := s.read(k)
	if err != nil {
		return nil, nil, err
	}
	guard := s.guards[k]
	if guard == nil {
		if guard, err = openGuard(s.guardFiles(k), id); err != nil {
			shares.Zero()
			return nil, nil, err
		}
		s.guards[k] = guard
	}
	return shares, guard, nil
}

// Inspect tells which shares of an epoch are kept and usable, without writing: it may
// look into the folder of a running node. Its errors are those of Load.
func (s *Store) Inspect(keyID, epoch uint64) ([]int, error) {
	k := epochKey{keyID, epoch}
	shares, id, err := s.read(k)
	if err != nil {
		return nil, err
	}
	defer shares.Zero()
	if err := inspectGuard(s.guardFiles(k), id); err != nil {
		return nil, err
	}
	return shares.Indices(), nil
}

func (s *Store) guardFiles(k epochKey) guardFiles {
	return guardFiles{guard: filepath.Join(s.dir, k.name("guard")), mark: filepath.Join(s.dir, k.name("mark"))}
}

// read opens the share file of an epoch and returns the shares and their guard's id.
func (s *Store) read(k epochKey) (*threshold.Shares, []byte, error) {
	plain, err := s.open(k.name("share"))
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
	if shares.KeyID() != k.keyID || shares.Epoch() != k.epoch {
		shares.Zero()
		return nil, nil, fmt.Errorf("share of key %d epoch %d in the file of key %d epoch %d: %w",
			shares.KeyID(), shares.Epoch(), k.keyID, k.epoch, ErrUnreadable)
	}
	return shares, bytes.Clone(plain[:idSize]), nil
}

// Erase removes the shares of an epoch and their guard, once a later epoch is active.
func (s *Store) Erase(keyID, epoch uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := epochKey{keyID, epoch}
	if err := s.forget(k); err != nil {
		return err
	}
	for _, kind := range []string{"share", "guard", "mark"} {
		if err := os.Remove(filepath.Join(s.dir, k.name(kind))); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return syncFolder(s.dir)
}

// SaveEnrolment keeps the decryption key of a run until the run ends, so that a
// restart in the middle loses nothing.
func (s *Store) SaveEnrolment(ctx threshold.RunContext, secret *threshold.EnrolmentSecret) error {
	plain := secret.Bytes()
	defer clear(plain)
	return s.seal(enrolmentName(ctx), plain)
}

// Enrolment returns the decryption key of a run, or ErrNone.
func (s *Store) Enrolment(ctx threshold.RunContext) (*threshold.EnrolmentSecret, error) {
	plain, err := s.open(enrolmentName(ctx))
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return threshold.EnrolmentSecretFromBytes(plain)
}

// EraseEnrolment forgets the decryption key of a run.
func (s *Store) EraseEnrolment(ctx threshold.RunContext) error {
	err := os.Remove(filepath.Join(s.dir, enrolmentName(ctx)))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

func enrolmentName(ctx threshold.RunContext) string {
	return fmt.Sprintf("enrolment-%d-%d-%d", ctx.KeyID, ctx.Epoch, ctx.Run)
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
