package threshold

import (
	"fmt"
	"io"

	"github.com/oasisprotocol/curve25519-voi/curve"

	"github.com/volens-network/volens/core/transcript"
)

// SchnorrSize is the length of a proof of knowledge inside a run: R and f.
const SchnorrSize = PointSize + ScalarSize

// proveSchnorr proves knowledge of x with p = xG for a statement of a run.
func proveSchnorr(rand io.Reader, statement *transcript.Transcript, x *Scalar, p *Point) ([]byte, error) {
	t := statement.Clone().Bytes(p.enc[:])
	nonce, err := hedgedNonce(rand, x, t)
	if err != nil {
		return nil, err
	}
	defer nonce.Zero()
	r := nonce.base()
	f := x.respond(nonce, hashToScalar(t.Bytes(r.enc[:])))
	return append(r.Bytes(), f.Bytes()...), nil
}

// verifySchnorr checks what proveSchnorr made.
func verifySchnorr(statement *transcript.Transcript, p *Point, proof []byte) error {
	if len(proof) != SchnorrSize {
		return fmt.Errorf("proof of %d bytes: %w", len(proof), ErrLength)
	}
	r, err := DecodePoint(proof[:PointSize])
	if err != nil {
		return fmt.Errorf("commitment: %w", err)
	}
	f, err := DecodeScalar(proof[PointSize:])
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	e := hashToScalar(statement.Clone().Bytes(p.enc[:], r.enc[:]))
	var got curve.RistrettoPoint
	if got.DoubleScalarMulBasepointVartime(neg(&e.s), &p.p, &f.s).Equal(&r.p) != 1 {
		return ErrProof
	}
	return nil
}
