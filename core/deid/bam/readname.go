package bam

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"hash"
)

const (
	readPrefix = 'v'
	// readBytes is how much of the hash a name keeps: 80 bits.
	readBytes = 10
	readLen   = 1 + readBytes*8/5
)

var readCode = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// readNames replaces the names of reads by keyed hashes: in a file that is sorted
// by position the records of a template lie far apart, and no list of names would
// have an end.
type readNames struct {
	mac  hash.Hash
	keep bool // leave names of the form alone
	old  []byte
	name [readLen]byte
	sum  [sha256.Size]byte
}

func newReadNames(key []byte, keep bool) *readNames {
	return &readNames{mac: hmac.New(sha256.New, key), keep: keep}
}

// replace returns the new name, which is valid until the next call, and whether it
// is another one. An absent name stays.
func (r *readNames) replace(name []byte) ([]byte, bool) {
	if string(name) == "*" || r.keep && isReplaced(name) {
		return name, false
	}
	if string(name) != string(r.old) {
		r.old = append(r.old[:0], name...)
		r.mac.Reset()
		r.mac.Write(name)
		r.name[0] = readPrefix
		readCode.Encode(r.name[1:], r.mac.Sum(r.sum[:0])[:readBytes])
	}
	return r.name[:], true
}

func isReplaced(name []byte) bool {
	return len(name) == readLen && name[0] == readPrefix &&
		all(name[1:], func(c byte) bool { return c >= 'a' && c <= 'z' || c >= '2' && c <= '7' })
}
