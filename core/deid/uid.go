package deid

import (
	"crypto/hmac"
	"crypto/sha256"
	"math/big"
	"strconv"
	"strings"
)

// uidRoot is the arc for UUIDs as object identifiers (PS3.5, B.2).
const uidRoot = "2.25."

// uidDomain separates UIDs from other names.
const uidDomain = "uid"

// Scope names the dataset in the UIDs of a pseudonymizer by order of sight, so
// that those of two datasets differ. The id of a dataset is drawn at random and
// says nothing about a person. Keyed pseudonyms need no scope.
func (p *Pseudonymizer) Scope(dataset []byte) {
	p.scope = append([]byte(nil), dataset...)
}

// UID returns the surrogate of a DICOM unique identifier: "2.25." and a UUID of
// version 8 (RFC 9562, 5.8) as a decimal number. Its bits are HMAC-SHA256 of the
// original under the key, or SHA-256 of the dataset's scope and of the order of
// first sight.
func (p *Pseudonymizer) UID(original string) string {
	if p.keep && IsSurrogateUID(original) {
		return original
	}
	id := uidDomain + "\x00" + original
	if known, ok := p.names[id]; ok {
		return known
	}
	var sum []byte
	if p.mode == SamplesKeyed && !p.keep {
		mac := hmac.New(sha256.New, p.key)
		mac.Write([]byte(id))
		sum = mac.Sum(nil)
	} else {
		p.uids++
		h := sha256.New()
		h.Write([]byte("volens/uid/"))
		h.Write(p.scope)
		h.Write([]byte("/" + strconv.Itoa(p.uids)))
		sum = h.Sum(nil)
	}
	sum[6] = sum[6]&0x0f | 0x80
	sum[8] = sum[8]&0x3f | 0x80
	surrogate := uidRoot + new(big.Int).SetBytes(sum[:16]).String()
	p.names[id] = surrogate
	return surrogate
}

// IsSurrogateUID tells whether a UID has the form of the surrogates.
func IsSurrogateUID(uid string) bool {
	digits, found := strings.CutPrefix(uid, uidRoot)
	if !found || len(digits) > 39 || digits == "" || digits[0] == '0' || strings.Trim(digits, "0123456789") != "" {
		return false
	}
	n, ok := new(big.Int).SetString(digits, 10)
	if !ok || n.BitLen() > 128 {
		return false
	}
	var raw [16]byte
	n.FillBytes(raw[:])
	return raw[6]>>4 == 8 && raw[8]>>6 == 2
}

// Shift is the number of days to add to every date of the dataset: 0 unless the
// profile shifts dates, and for a pseudonymizer that keeps what it finds.
func (p *Pseudonymizer) Shift() int {
	return p.shift
}
