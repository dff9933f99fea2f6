package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"os"

	"filippo.io/age"

	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/merkle"
	"github.com/volens-network/volens/test/bench/committee"
)

// vaultSize is how much is sealed and opened, in bytes.
const vaultSize = 64 << 20

// vault is a plaintext with what is needed to seal and open it, by us and by stock age.
type vault struct {
	plaintext []byte
	patient   *age.HybridIdentity
	options   envelope.Options

	sealed *envelope.Sealed
	file   []byte // sealed by us
}

func newVault() (*vault, error) {
	c, err := committee.Deal(4)
	if err != nil {
		return nil, err
	}
	v := &vault{plaintext: make([]byte, vaultSize)}
	half := make([]byte, envelope.HalfSize)
	if _, err := rand.Read(v.plaintext); err != nil {
		return nil, err
	}
	if _, err := rand.Read(half); err != nil {
		return nil, err
	}
	if v.patient, err = age.GenerateHybridIdentity(); err != nil {
		return nil, err
	}
	v.options = envelope.Options{
		Key: c.Key(), DatasetID: id.ID{1}, Half: half, Patient: v.patient.Recipient(), Rand: rand.Reader,
	}
	var file bytes.Buffer
	if v.sealed, err = envelope.Seal(&file, bytes.NewReader(v.plaintext), v.options); err != nil {
		return nil, err
	}
	v.sealed.Zero()
	v.file = file.Bytes()
	return v, nil
}

func (v *vault) megabytes() float64 { return float64(len(v.plaintext)) / 1e6 }

// seal is ours: encryption and all digests in one pass.
func (v *vault) seal() error {
	sealed, err := envelope.Seal(io.Discard, bytes.NewReader(v.plaintext), v.options)
	if err == nil {
		sealed.Zero()
	}
	return err
}

// open is ours, with the patient's own identity: decryption and all checks.
func (v *vault) open() error {
	opened, err := envelope.Open(io.Discard, bytes.NewReader(v.file), v.sealed.Facts, v.patient)
	if err == nil && opened.PlaintextSize != vaultSize {
		err = errors.New("opened to another size")
	}
	return err
}

// digests are the three that we compute: of the plaintext, of the file, and the tree over the file.
type digests struct {
	plain, file hash.Hash
	tree        *merkle.Stream
}

func newDigests() (*digests, error) {
	tree, err := merkle.NewStream(envelope.LeafSize, nil)
	return &digests{sha256.New(), sha256.New(), tree}, err
}

// stockSeal is age's library with the same digests.
func (v *vault) stockSeal() error {
	d, err := newDigests()
	if err != nil {
		return err
	}
	out, err := age.Encrypt(io.MultiWriter(d.file, d.tree), v.patient.Recipient())
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, io.TeeReader(bytes.NewReader(v.plaintext), d.plain)); err != nil {
		return err
	}
	return out.Close()
}

// stockOpen is age's library with the same digests.
func (v *vault) stockOpen() error {
	d, err := newDigests()
	if err != nil {
		return err
	}
	src := io.TeeReader(bytes.NewReader(v.file), io.MultiWriter(d.file, d.tree))
	plain, err := age.Decrypt(src, v.patient)
	if err != nil {
		return err
	}
	_, err = io.Copy(d.plain, plain)
	return err
}

// write keeps plaintext, file and identity under temporary names, for programs.
func (v *vault) write(plaintext, file, identity string) error {
	return errors.Join(
		os.WriteFile(plaintext, v.plaintext, 0o600),
		os.WriteFile(file, v.file, 0o600),
		os.WriteFile(identity, []byte(v.patient.String()+"\n"), 0o600),
	)
}
