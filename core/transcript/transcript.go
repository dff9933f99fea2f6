// Package transcript builds the byte strings that Volens hashes, signs and
// derives keys from.
//
// A transcript is a sequence of items. Each item is prefixed by its length as a
// 4-byte big-endian integer, so that no two different sequences have the same
// bytes. The first item is always the suite, the second a label that says what
// the transcript is for; the fields follow in the order that docs/spec/custody.md
// gives for that label. Integers are items of 8 bytes, big-endian. A nested
// transcript is one item.
//
//	sum := transcript.New("dataset-id").String(chainID).Bytes(owner, random).Sum256()
package transcript

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"slices"
)

// Suite names the group, the hash and the version of every transcript.
const Suite = "volens-v1-ristretto255-SHA512"

// Transcript is an unambiguous sequence of items. The zero value has neither
// suite nor label: make one with New.
type Transcript struct {
	buf []byte
}

// New starts a transcript with the suite and the label.
func New(label string) *Transcript {
	t := &Transcript{buf: make([]byte, 0, 256)}
	return t.String(Suite).String(label)
}

// Bytes appends each slice as one item.
func (t *Transcript) Bytes(items ...[]byte) *Transcript {
	for _, item := range items {
		t.buf = binary.BigEndian.AppendUint32(t.buf, uint32(len(item))) //nolint:gosec // items are far below 4 GiB
		t.buf = append(t.buf, item...)
	}
	return t
}

// String appends the bytes of s as one item.
func (t *Transcript) String(s string) *Transcript {
	return t.Bytes([]byte(s))
}

// Uint appends v as an item of 8 bytes, big-endian.
func (t *Transcript) Uint(v uint64) *Transcript {
	return t.Bytes(binary.BigEndian.AppendUint64(nil, v))
}

// Grow makes room for n bytes more, with the 4 bytes before each item. It changes nothing but time.
func (t *Transcript) Grow(n int) *Transcript {
	t.buf = slices.Grow(t.buf, n)
	return t
}

// Nest appends the bytes of another transcript as one item.
func (t *Transcript) Nest(inner *Transcript) *Transcript {
	return t.Bytes(inner.buf)
}

// Clone returns a copy, so that a common prefix is encoded once.
func (t *Transcript) Clone() *Transcript {
	return &Transcript{buf: append([]byte(nil), t.buf...)}
}

// Encode returns the bytes of the transcript.
func (t *Transcript) Encode() []byte {
	return append([]byte(nil), t.buf...)
}

// Sum256 is SHA-256 over the bytes.
func (t *Transcript) Sum256() [sha256.Size]byte {
	return sha256.Sum256(t.buf)
}

// Sum512 is SHA-512 over the bytes.
func (t *Transcript) Sum512() [sha512.Size]byte {
	return sha512.Sum512(t.buf)
}
