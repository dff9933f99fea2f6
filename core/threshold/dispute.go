package threshold

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/oasisprotocol/curve25519-voi/curve"

	"github.com/volens-network/volens/core/transcript"
)

// DisputeSize is the length of an encoded dispute.
const DisputeSize = AddressSize + 8 + 8 + 3*PointSize + ScalarSize

// Verdict is what a dispute comes to.
type Verdict uint8

// The verdicts.
const (
	VerdictIgnored    Verdict = iota // not from the owner of the share, or about another deal
	VerdictDealer                    // the dealer is guilty: all deals of its operator go
	VerdictComplainer                // the complainer is guilty
)

// String names the verdict.
func (v Verdict) String() string {
	switch v {
	case VerdictDealer:
		return "dealer guilty"
	case VerdictComplainer:
		return "complainer guilty"
	default:
		return "ignored"
	}
}

// Dispute opens the pair key between a dealer and the owner of a share, with a
// proof, so that everybody can decrypt that one share.
type Dispute struct {
	Dealer Dealer
	K      uint64 // share index from 1
	DH     []byte // 32-byte point ek*A
	Proof  []byte // R, R' and f: log_G EK = log_A DH
}

// dispute proves the pair key of share k.
func (r *Run) dispute(rand io.Reader, d *Deal, k int, ek *EnrolmentSecret, dh *Point) (*Dispute, error) {
	t := r.disputed(d, k, dh)
	z, err := hedgedNonce(rand, ek.ek, t)
	if err != nil {
		return nil, err
	}
	defer z.Zero()
	r1, r2 := z.base(), z.mul(d.a)
	f := ek.ek.respond(z, hashToScalar(t.Bytes(r1.enc[:], r2.enc[:])))
	return &Dispute{
		Dealer: d.Dealer, K: uint64(k), DH: dh.Bytes(), //nolint:gosec // k is positive
		Proof: append(append(r1.Bytes(), r2.Bytes()...), f.Bytes()...),
	}, nil
}

// disputed is the statement that dh is the pair key of share k.
func (r *Run) disputed(d *Deal, k int, dh *Point) *transcript.Transcript {
	ek := r.ek[string(r.owners[k-1])]
	t := r.dealer("dispute", d.Dealer).Uint(uint64(k)) //nolint:gosec // k is positive
	return t.Bytes(ek.enc[:], d.a.enc[:], dh.enc[:])
}

// Judge decides a dispute about a verified deal. signer is the operator whose
// signature carried it. A dispute is decided only when the owner of the disputed
// share signed it, so nobody is convicted for what others send.
func (r *Run) Judge(d *Deal, x *Dispute, signer []byte) Verdict {
	if x.K < 1 || x.K > uint64(len(r.owners)) || !bytes.Equal(r.owners[x.K-1], signer) ||
		x.Dealer.OldShare != d.Dealer.OldShare || !bytes.Equal(x.Dealer.Operator, d.Dealer.Operator) {
		return VerdictIgnored
	}
	k := int(x.K) //nolint:gosec // at most MaxShares
	dh, err := DecodePoint(x.DH)
	if err != nil || !r.pairKeyProved(d, k, dh, x.Proof) || r.shareFits(d, k, dh) {
		return VerdictComplainer
	}
	return VerdictDealer
}

// pairKeyProved checks log_G EK = log_A DH.
func (r *Run) pairKeyProved(d *Deal, k int, dh *Point, proof []byte) bool {
	if len(proof) != 2*PointSize+ScalarSize {
		return false
	}
	r1, err := DecodePoint(proof[:32])
	if err != nil {
		return false
	}
	r2, err := DecodePoint(proof[32:64])
	if err != nil {
		return false
	}
	f, err := DecodeScalar(proof[64:])
	if err != nil {
		return false
	}
	e := hashToScalar(r.disputed(d, k, dh).Bytes(r1.enc[:], r2.enc[:]))
	minusE := neg(&e.s)
	var first curve.RistrettoPoint
	first.DoubleScalarMulBasepointVartime(minusE, &r.ek[string(r.owners[k-1])].p, &f.s)
	second := newMSM(2)
	second.add(&f.s, d.a)
	second.add(minusE, dh)
	return first.Equal(&r1.p) == 1 && second.sum().Equal(&r2.p) == 1
}

// MarshalBinary encodes the dispute in DisputeSize bytes.
func (x *Dispute) MarshalBinary() ([]byte, error) {
	out := make([]byte, 0, DisputeSize)
	out = append(out, x.Dealer.Operator...)
	out = binary.BigEndian.AppendUint64(out, x.Dealer.OldShare)
	out = binary.BigEndian.AppendUint64(out, x.K)
	out = append(append(out, x.DH...), x.Proof...)
	if len(x.Dealer.Operator) != AddressSize || len(x.DH) != PointSize || len(out) != DisputeSize {
		return nil, fmt.Errorf("dispute of %d bytes: %w", len(out), ErrLength)
	}
	return out, nil
}

// UnmarshalDispute reads what MarshalBinary wrote. It checks the length only, so
// that Judge decides about the rest.
func UnmarshalDispute(raw []byte) (*Dispute, error) {
	if len(raw) != DisputeSize {
		return nil, fmt.Errorf("dispute of %d bytes: %w", len(raw), ErrLength)
	}
	raw = append([]byte(nil), raw...)
	fields := raw[AddressSize+16:]
	return &Dispute{
		Dealer: Dealer{Operator: raw[:AddressSize:AddressSize], OldShare: binary.BigEndian.Uint64(raw[AddressSize:])},
		K:      binary.BigEndian.Uint64(raw[AddressSize+8:]),
		DH:     fields[:PointSize:PointSize],
		Proof:  fields[PointSize:],
	}, nil
}
