// Package id holds the 16-byte identifiers of datasets, requests and
// inspections.
//
// An id is the start of a hash over its owner's address and 16 bytes that the
// owner drew, so that nobody who sees a registration in the mempool can take
// the id for himself (docs/spec/custody.md, "Identifiers"). On the wire and in
// JSON an id is 32 lower-case hexadecimal digits.
package id

import (
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/volens-network/volens/core/transcript"
)

// Size is the length of an id, and of the random bytes it is derived from.
const Size = 16

// ErrMalformed is returned for a text that is not 32 lower-case hexadecimal digits.
var ErrMalformed = errors.New("id is not 32 lower-case hexadecimal digits")

// ID names a dataset, a request or an inspection.
type ID [Size]byte

// Dataset derives the id of a dataset from its owner's 20-byte address and 16
// random bytes.
func Dataset(originChain string, owner, random []byte) ID {
	return derive("dataset-id", originChain, owner, random)
}

// Request derives the id of a request from the researcher's 20-byte address
// and 16 random bytes.
func Request(originChain string, researcher, random []byte) ID {
	return derive("request-id", originChain, researcher, random)
}

// Inspection derives the id of an inspection, which stands where a request id
// stands in seats and jobs.
func Inspection(originChain string, dataset ID, version uint64, organisation, random []byte) ID {
	t := transcript.New("inspection-id").String(originChain).Bytes(dataset[:]).Uint(version).Bytes(organisation, random)
	return truncate(t)
}

// Parse reads 32 lower-case hexadecimal digits.
func Parse(s string) (ID, error) {
	var out ID
	if len(s) != 2*Size {
		return out, fmt.Errorf("%w: %q", ErrMalformed, s)
	}
	raw, err := hex.DecodeString(s)
	if err != nil || hex.EncodeToString(raw) != s {
		return out, fmt.Errorf("%w: %q", ErrMalformed, s)
	}
	copy(out[:], raw)
	return out, nil
}

// FromBytes reads the 16 raw bytes of an id.
func FromBytes(raw []byte) (ID, error) {
	var out ID
	if len(raw) != Size {
		return out, fmt.Errorf("%w: %d bytes", ErrMalformed, len(raw))
	}
	copy(out[:], raw)
	return out, nil
}

// String returns 32 lower-case hexadecimal digits.
func (i ID) String() string { return hex.EncodeToString(i[:]) }

// Bytes returns a copy of the 16 bytes.
func (i ID) Bytes() []byte { return append([]byte(nil), i[:]...) }

// IsZero reports whether no id was set.
func (i ID) IsZero() bool { return i == ID{} }

func derive(label, originChain string, owner, random []byte) ID {
	return truncate(transcript.New(label).String(originChain).Bytes(owner, random))
}

func truncate(t *transcript.Transcript) ID {
	sum := t.Sum256()
	return ID(sum[:Size])
}
