package threshold

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/volens-network/volens/core/transcript"
)

// dealHeader is operator, old share, T and W; dealFixed is what a deal has besides
// commitments and ciphertexts.
const (
	dealHeader = AddressSize + 8 + 2 + 2
	dealFixed  = dealHeader + PointSize + 2*SchnorrSize
)

// ErrBadShare is returned with a dispute when a deal holds a wrong share for its reader.
var ErrBadShare = errors.New("deal holds a wrong share")

// Deal is one dealer's contribution to a run: commitments to a polynomial, and
// its value for each share, encrypted to the share's owner.
type Deal struct {
	Dealer Dealer

	c             []*Point // commitments, exactly T
	a             *Point   // ephemeral key
	proofA, proof []byte   // knowledge of a, and of the constant term
	ct            []*Scalar
}

// DealSize returns the length of an encoded deal for a threshold and a number of shares.
func DealSize(t, w int) int { return dealFixed + PointSize*t + ScalarSize*w }

// Deal shares a secret among the new committee: a random one in a fresh run, the
// named old share in a reshare, in which old are the dealer's own old shares. It
// returns ErrOperator for a dealer without a place and ErrShares when old does
// not have the share.
func (r *Run) Deal(rand io.Reader, dealer Dealer, old *Shares) (*Deal, error) {
	if err := r.checkDealer(dealer); err != nil {
		return nil, err
	}
	secret, err := r.dealtSecret(rand, dealer, old)
	if err != nil {
		return nil, fmt.Errorf("deal: %w", err)
	}
	statement := r.dealer("dkg-coefficient", dealer)
	p, err := newPolynomial(rand, secret, r.t, statement)
	if err != nil {
		return nil, fmt.Errorf("deal: %w", err)
	}
	defer p.zero()
	a, err := RandomScalar(rand)
	if err != nil {
		return nil, fmt.Errorf("deal: %w", err)
	}
	defer a.Zero()
	d := &Deal{Dealer: Dealer{append([]byte(nil), dealer.Operator...), dealer.OldShare}, c: p.commit(), a: a.base()}
	if d.proofA, err = proveSchnorr(rand, r.dealer("deal-ephemeral", dealer), a, d.a); err != nil {
		return nil, fmt.Errorf("deal: %w", err)
	}
	if d.proof, err = proveSchnorr(rand, r.dealer("deal-constant", dealer), secret, d.c[0]); err != nil {
		return nil, fmt.Errorf("deal: %w", err)
	}
	r.encrypt(d, p, a)
	return d, nil
}

// encrypt fills in the ciphertexts.
func (r *Run) encrypt(d *Deal, p polynomial, a *Scalar) {
	keys := make(map[string]*Point, len(r.indices))
	d.ct = make([]*Scalar, len(r.owners))
	for i, owner := range r.owners {
		dh := keys[string(owner)]
		if dh == nil {
			dh = a.mul(r.ek[string(owner)])
			keys[string(owner)] = dh
		}
		value, pad := p.eval(i+1), r.pad(d.Dealer, i+1, dh)
		d.ct[i] = &Scalar{}
		d.ct[i].s.Add(&value.s, &pad.s)
		value.Zero()
		pad.Zero()
	}
}

// dealtSecret returns a copy of the secret that a dealer shares.
func (r *Run) dealtSecret(rand io.Reader, dealer Dealer, old *Shares) (*Scalar, error) {
	if r.old == nil {
		return RandomScalar(rand)
	}
	if old == nil {
		return nil, fmt.Errorf("no old shares: %w", ErrShares)
	}
	if err := r.old.matchShares(dealer.Operator, old); err != nil {
		return nil, err
	}
	for i, k := range old.indices {
		if uint64(k) == dealer.OldShare { //nolint:gosec // k is positive
			return &Scalar{s: old.x[i].s}, nil
		}
	}
	return nil, fmt.Errorf("old share %d is not held: %w", dealer.OldShare, ErrShares)
}

// VerifyDeal checks a deal against the run: sizes, dealer, both proofs, and in a
// reshare that the dealer deals its old share. It does not see the encrypted
// shares; their owners dispute them.
func (r *Run) VerifyDeal(d *Deal) error {
	if err := r.checkDealer(d.Dealer); err != nil {
		return err
	}
	if len(d.c) != r.t || len(d.ct) != len(r.owners) {
		return fmt.Errorf("deal for %d of %d shares in a run for %d of %d: %w",
			len(d.c), len(d.ct), r.t, len(r.owners), ErrDeal)
	}
	if r.old != nil && !d.c[0].Equal(r.old.x[d.Dealer.OldShare-1]) {
		return fmt.Errorf("constant term is not old share %d: %w", d.Dealer.OldShare, ErrDeal)
	}
	if err := verifySchnorr(r.dealer("deal-ephemeral", d.Dealer), d.a, d.proofA); err != nil {
		return fmt.Errorf("ephemeral key of %x: %w", d.Dealer.Operator, err)
	}
	if err := verifySchnorr(r.dealer("deal-constant", d.Dealer), d.c[0], d.proof); err != nil {
		return fmt.Errorf("constant term of %x: %w", d.Dealer.Operator, err)
	}
	return nil
}

// OpenDeal checks the shares that a verified deal holds for an operator. When one
// of them is wrong it returns the dispute to send, and ErrBadShare. It reads 32
// bytes of rand, only to make a dispute.
func (r *Run) OpenDeal(rand io.Reader, d *Deal, operator []byte, ek *EnrolmentSecret) (*Dispute, error) {
	if err := r.checkReader(operator, ek); err != nil {
		return nil, fmt.Errorf("open deal: %w", err)
	}
	dh := ek.ek.mul(d.a)
	for _, k := range r.indices[string(operator)] {
		if r.shareFits(d, k, dh) {
			continue
		}
		dispute, err := r.dispute(rand, d, k, ek, dh)
		if err != nil {
			return nil, fmt.Errorf("dispute: %w", err)
		}
		return dispute, fmt.Errorf("share %d of dealer %x: %w", k, d.Dealer.Operator, ErrBadShare)
	}
	return nil, nil //nolint:nilnil // no dispute and no error: the deal is good
}

// checkReader checks that an operator owns shares and that the secret is its own.
func (r *Run) checkReader(operator []byte, ek *EnrolmentSecret) error {
	if len(r.indices[string(operator)]) == 0 {
		return fmt.Errorf("operator %x: %w", operator, ErrOperator)
	}
	if !ek.ek.base().Equal(r.ek[string(operator)]) {
		return fmt.Errorf("enrolment secret is not that of %x: %w", operator, ErrShares)
	}
	return nil
}

// decrypt returns share k of a deal, given the pair key of its owner.
func (r *Run) decrypt(d *Deal, k int, dh *Point) *Scalar {
	pad := r.pad(d.Dealer, k, dh)
	defer pad.Zero()
	out := &Scalar{}
	out.s.Sub(&d.ct[k-1].s, &pad.s)
	return out
}

// shareFits reports whether share k lies on the committed polynomial.
func (r *Run) shareFits(d *Deal, k int, dh *Point) bool {
	share := r.decrypt(d, k, dh)
	defer share.Zero()
	return !share.isZero() && share.base().p.Equal(evalCommitted(d.c, k)) == 1
}

// pad is the mask of share k between a dealer and the owner of k.
func (r *Run) pad(dealer Dealer, k int, dh *Point) *Scalar {
	return hashToScalar(r.dealer("dkg-pad", dealer).Uint(uint64(k)).Bytes(dh.enc[:])) //nolint:gosec // k is positive
}

// dealer starts a statement of a dealer in this run.
func (r *Run) dealer(label string, d Dealer) *transcript.Transcript {
	return r.ctx.transcript(label).Bytes(d.Operator).Uint(d.OldShare)
}

// MarshalBinary encodes the deal in DealSize(T, W) bytes.
func (d *Deal) MarshalBinary() ([]byte, error) {
	out := make([]byte, 0, DealSize(len(d.c), len(d.ct)))
	out = append(out, d.Dealer.Operator...)
	out = binary.BigEndian.AppendUint64(out, d.Dealer.OldShare)
	out = binary.BigEndian.AppendUint16(out, uint16(len(d.c)))  //nolint:gosec // at most MaxShares
	out = binary.BigEndian.AppendUint16(out, uint16(len(d.ct))) //nolint:gosec // at most MaxShares
	for _, c := range d.c {
		out = append(out, c.enc[:]...)
	}
	out = append(out, d.a.enc[:]...)
	out = append(append(out, d.proofA...), d.proof...)
	for _, ct := range d.ct {
		out = append(out, ct.Bytes()...)
	}
	return out, nil
}

// UnmarshalDeal reads what MarshalBinary wrote. Sizes are checked before points
// are decoded; any byte string has at most one meaning. It returns ErrLength,
// ErrEncoding or ErrIdentity.
func UnmarshalDeal(raw []byte) (*Deal, error) {
	if len(raw) < dealFixed {
		return nil, fmt.Errorf("deal of %d bytes: %w", len(raw), ErrLength)
	}
	t := int(binary.BigEndian.Uint16(raw[AddressSize+8:]))
	w := int(binary.BigEndian.Uint16(raw[AddressSize+10:]))
	if t < 1 || t > w || w > MaxShares || len(raw) != DealSize(t, w) {
		return nil, fmt.Errorf("deal of %d bytes for %d of %d shares: %w", len(raw), t, w, ErrLength)
	}
	raw = append([]byte(nil), raw...)
	d := &Deal{
		Dealer: Dealer{Operator: raw[:AddressSize], OldShare: binary.BigEndian.Uint64(raw[AddressSize:])},
		c:      make([]*Point, t), ct: make([]*Scalar, w),
	}
	rest := raw[dealHeader:]
	take := func(n int) []byte {
		field := rest[:n:n]
		rest = rest[n:]
		return field
	}
	var err error
	for i := range d.c {
		if d.c[i], err = DecodePoint(take(PointSize)); err != nil {
			return nil, fmt.Errorf("commitment %d: %w", i, err)
		}
	}
	if d.a, err = DecodePoint(take(PointSize)); err != nil {
		return nil, fmt.Errorf("ephemeral key: %w", err)
	}
	d.proofA, d.proof = take(SchnorrSize), take(SchnorrSize)
	for i := range d.ct {
		if d.ct[i], err = DecodeScalar(take(ScalarSize)); err != nil {
			return nil, fmt.Errorf("encrypted share %d: %w", i+1, err)
		}
	}
	return d, nil
}
