package main

import (
	"bytes"
	"crypto/rand"
	"time"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/test/bench/committee"
	"github.com/volens-network/volens/test/bench/measure"
)

// seatBatch is the most seats that one message may post.
const seatBatch = 200

// proofCases measures what patients and researchers make once, and every node checks.
func proofCases() []measure.Case {
	cost := func(name string, target float64, prepare func(*threshold.Key) (measure.Sample, error)) measure.Case {
		return measure.Case{
			Name: name, Unit: "us", Runs: samples, Target: measure.AtMost(target),
			Prepare: func() (measure.Sample, measure.Sample, error) {
				c, err := committee.Deal(4)
				if err != nil {
					return nil, nil, err
				}
				ours, err := prepare(c.Key())
				return ours, nil, err
			},
		}
	}
	return []measure.Case{
		cost("capsule-create", 200, createCapsule),
		cost("capsule-verify", 150, verifyCapsule),
		cost("seat-verify", 150, func(k *threshold.Key) (measure.Sample, error) { return verifySeats(k, 1) }),
		cost("seat-verify-batch-200", 60, func(k *threshold.Key) (measure.Sample, error) {
			return verifySeats(k, seatBatch)
		}),
	}
}

// makeCapsule draws a capsule, its wrap key and its proof.
func makeCapsule(key *threshold.Key) (threshold.CapsuleContext, []byte, error) {
	e, err := key.Encapsulate(rand.Reader)
	if err != nil {
		return threshold.CapsuleContext{}, nil, err
	}
	defer e.Zero()
	digest := bytes.Repeat([]byte{0xd1}, threshold.DigestSize)
	ctx := threshold.CapsuleContext{
		DatasetID: id.ID{1, 2, 3}, Version: 1, Owner: committee.Addresses(1)[0], SHA256: digest, TreeRoot: digest,
		U: e.U(), BodySHA256: digest, Gate: []byte("gate"), FacetsRoot: digest,
	}
	e.WrapKey(ctx.DatasetID, digest)
	proof, err := e.Prove(rand.Reader, ctx)
	return ctx, proof, err
}

func createCapsule(key *threshold.Key) (measure.Sample, error) {
	return measure.PerUnit(measure.Thread, time.Microsecond, 1, func() error {
		_, _, err := makeCapsule(key)
		return err
	}), nil
}

func verifyCapsule(key *threshold.Key) (measure.Sample, error) {
	ctx, proof, err := makeCapsule(key)
	return measure.PerUnit(measure.Thread, time.Microsecond, 1, func() error {
		return key.VerifyCapsule(ctx, proof)
	}), err
}

func verifySeats(key *threshold.Key, n int) (measure.Sample, error) {
	seats := make([]threshold.SeatProof, n)
	request := id.ID{5}
	for i := range seats {
		secret, err := key.DeriveSeat(make([]byte, threshold.MinReaderSeed), committee.LiveChain, request, uint64(i))
		if err != nil {
			return nil, err
		}
		ctx := threshold.SeatContext{
			LiveChain: committee.LiveChain, RequestID: request, Index: uint64(i),
			Researcher: committee.Addresses(1)[0], Q: secret.Q(),
		}
		proof, err := secret.Prove(rand.Reader, key, ctx)
		if err != nil {
			return nil, err
		}
		seats[i] = threshold.SeatProof{Context: ctx, Proof: proof}
	}
	return measure.PerUnit(measure.Thread, time.Microsecond, n, func() error { return key.VerifySeats(seats) }), nil
}
