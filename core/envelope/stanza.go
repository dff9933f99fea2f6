package envelope

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
)

const (
	// StanzaType is the type of our stanza in an age header.
	StanzaType = "volens-v1"

	ownStanzaType = "mlkem768x25519"
	// maxHeader bounds the memory for an age header; ours has 2.3 kB.
	maxHeader = 1 << 20

	bodySize   = 32
	keyIDSize  = 8
	stanzaArgs = 3
)

var base64Strict = base64.RawStdEncoding.Strict()

// Stanza is our stanza, decoded.
type Stanza struct {
	KeyID     uint64
	DatasetID id.ID
	// U is the public half of the capsule, an encoded point.
	U [threshold.PointSize]byte
	// Body is the file key under the wrap key.
	Body [bodySize]byte
}

// ParseStanza decodes an age stanza of type StanzaType. The error is ErrStanza
// for anything that Age would not write, also when U is not a point.
func ParseStanza(s *age.Stanza) (*Stanza, error) {
	if s.Type != StanzaType {
		return nil, fmt.Errorf("%w: type %q", ErrStanza, s.Type)
	}
	if len(s.Args) != stanzaArgs {
		return nil, fmt.Errorf("%w: %d arguments, not %d", ErrStanza, len(s.Args), stanzaArgs)
	}
	out := &Stanza{}
	var keyID [keyIDSize]byte
	for i, field := range [][]byte{keyID[:], out.DatasetID[:], out.U[:]} {
		if err := decodeArgument(field, s.Args[i]); err != nil {
			return nil, fmt.Errorf("%w: argument %d: %w", ErrStanza, i+1, err)
		}
	}
	if _, err := threshold.DecodePoint(out.U[:]); err != nil {
		return nil, fmt.Errorf("%w: u: %w", ErrStanza, err)
	}
	if len(s.Body) != bodySize {
		return nil, fmt.Errorf("%w: body of %d bytes, not %d", ErrStanza, len(s.Body), bodySize)
	}
	out.KeyID = binary.BigEndian.Uint64(keyID[:])
	copy(out.Body[:], s.Body)
	return out, nil
}

// Age encodes the stanza.
func (s *Stanza) Age() *age.Stanza {
	return &age.Stanza{
		Type: StanzaType,
		Args: []string{
			base64Strict.EncodeToString(binary.BigEndian.AppendUint64(nil, s.KeyID)),
			base64Strict.EncodeToString(s.DatasetID[:]),
			base64Strict.EncodeToString(s.U[:]),
		},
		Body: bytes.Clone(s.Body[:]),
	}
}

// BodySHA256 is the digest of the body that the chain registers.
func (s *Stanza) BodySHA256() [digestSize]byte { return sha256.Sum256(s.Body[:]) }

func decodeArgument(field []byte, arg string) error {
	// The decoder skips line ends; an argument has none.
	if strings.ContainsAny(arg, "\r\n") {
		return errors.New("line end")
	}
	raw, err := base64Strict.DecodeString(arg)
	if err != nil {
		return err
	}
	if len(raw) != len(field) {
		return fmt.Errorf("%d bytes, not %d", len(raw), len(field))
	}
	copy(field, raw)
	return nil
}

// Facts are what the chain registered about a sealed file.
type Facts struct {
	KeyID      uint64
	DatasetID  id.ID
	U          [threshold.PointSize]byte
	BodySHA256 [digestSize]byte
	// SHA256 is D, the digest of the whole sealed file.
	SHA256 [digestSize]byte
	// TreeRoot is over leaves of LeafSize bytes.
	TreeRoot [digestSize]byte
}

// NewFacts builds facts from the byte strings of a query's answer, which must
// have 32 bytes each.
func NewFacts(keyID uint64, datasetID id.ID, u, bodySHA256, sha256, treeRoot []byte) (Facts, error) {
	f := Facts{KeyID: keyID, DatasetID: datasetID}
	for _, field := range []struct {
		name string
		dst  *[digestSize]byte
		src  []byte
	}{
		{"u", &f.U, u},
		{"body digest", &f.BodySHA256, bodySHA256},
		{"digest", &f.SHA256, sha256},
		{"tree root", &f.TreeRoot, treeRoot},
	} {
		if len(field.src) != len(field.dst) {
			return Facts{}, fmt.Errorf("facts of dataset %s: %s of %d bytes", datasetID, field.name, len(field.src))
		}
		copy(field.dst[:], field.src)
	}
	return f, nil
}

// ReadHeader reads the age header of src. The reader that it returns gives all
// of src from its first byte. The error is ErrStanza if there is no header, or one of more than a mebibyte.
func ReadHeader(src io.Reader) (header []byte, whole io.Reader, err error) {
	var seen bytes.Buffer
	header, err = age.ExtractHeader(io.TeeReader(io.LimitReader(src, maxHeader), &seen))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrStanza, err)
	}
	return header, io.MultiReader(&seen, src), nil
}

// CompareStanza checks an age header against the chain, as an attestor must
// before it vouches for a file: exactly the volens stanza that was registered
// and one own stanza of the patient, and no other through which somebody else
// could open the file. It returns ErrStanza or ErrIntegrity.
func CompareStanza(header []byte, registered Facts) error {
	var seen collector
	_, err := age.DecryptHeader(header, &seen)
	if seen.stanzas == nil {
		return fmt.Errorf("%w: %w", ErrStanza, err)
	}
	return compareStanzas(seen.stanzas, registered)
}

// collector is an identity that opens nothing but notes the stanzas.
type collector struct {
	stanzas []*age.Stanza
}

func (c *collector) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	c.stanzas = stanzas
	return nil, age.ErrIncorrectIdentity
}

func compareStanzas(stanzas []*age.Stanza, registered Facts) error {
	var ours *Stanza
	own := 0
	for _, s := range stanzas {
		switch {
		case s.Type == StanzaType && ours == nil:
			parsed, err := ParseStanza(s)
			if err != nil {
				return err
			}
			ours = parsed
		case s.Type == ownStanzaType && own == 0:
			own++
		default:
			return fmt.Errorf("%w: unexpected stanza of type %q", ErrIntegrity, s.Type)
		}
	}
	switch {
	case ours == nil || own == 0:
		return fmt.Errorf("%w: want one stanza %s and one %s", ErrIntegrity, StanzaType, ownStanzaType)
	case ours.KeyID != registered.KeyID:
		return fmt.Errorf("%w: stanza is for key %d, not %d", ErrIntegrity, ours.KeyID, registered.KeyID)
	case ours.DatasetID != registered.DatasetID:
		return fmt.Errorf("%w: stanza is for dataset %s, not %s", ErrIntegrity, ours.DatasetID, registered.DatasetID)
	case ours.U != registered.U:
		return fmt.Errorf("%w: stanza has u %x, not %x", ErrIntegrity, ours.U, registered.U)
	case ours.BodySHA256() != registered.BodySHA256:
		return fmt.Errorf("%w: stanza body has another digest", ErrIntegrity)
	}
	return nil
}
