package threshold_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/volens-network/volens/core/threshold"
)

var runContext = threshold.RunContext{OriginChain: originChain, KeyID: keyID, Epoch: 1, Run: 3}

// start enrols n operators for a fresh run.
func start(tb tester, n int) *world {
	tb.Helper()
	owners, t, err := threshold.EqualAssignment(operators(n))
	require.NoError(tb, err)
	return startRun(tb, "fresh", runContext, owners, t, nil)
}

// spoil changes the encrypted share k of a deal, as a cheating dealer would.
func spoil(tb tester, d *threshold.Deal, t, k int) *threshold.Deal {
	tb.Helper()
	raw, err := d.MarshalBinary()
	require.NoError(tb, err)
	ct := raw[threshold.DealSize(t, k-1):][:32]
	s := peerDecodeScalar(tb, ct)
	copy(ct, s.Add(s, peerSmall(1)).Bytes())
	out, err := threshold.UnmarshalDeal(raw)
	require.NoError(tb, err)
	return out
}

func (w *world) deal(op []byte) *threshold.Deal {
	w.tb.Helper()
	d, err := w.run.Deal(w.rand, threshold.Dealer{Operator: op}, nil)
	require.NoError(w.tb, err)
	return d
}

func TestRun_Fresh(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := start(t, rapid.IntRange(4, 13).Draw(t, "operators"))
		// Any dealers that own T shares make a key; the missing ones still receive shares.
		for _, op := range rapid.Permutation(w.operators).Draw(t, "dealers")[:w.t] {
			w.deals = append(w.deals, w.deal(op))
		}
		w.finish()
		job := w.jobs(1)[0]
		require.Equal(t, w.open(job.B), w.release(job)[0])
	})
}

func TestRun_TooFewDealers(t *testing.T) {
	w := start(t, 4)
	for _, op := range w.operators[:2] {
		w.deals = append(w.deals, w.deal(op))
	}
	_, err := w.run.FinishPublic(w.deals)
	require.ErrorIs(t, err, threshold.ErrQualified)
	_, err = w.run.FinishPublic(nil)
	require.ErrorIs(t, err, threshold.ErrQualified)
}

func TestRun_OrderOfDealsIsFree(t *testing.T) {
	w := newWorld(t, 5)
	reversed := slices.Clone(w.deals)
	slices.Reverse(reversed)
	c, err := w.run.FinishPublic(reversed)
	require.NoError(t, err)
	require.Equal(t, w.committee.ShareKeys(), c.ShareKeys())
	_, err = w.run.FinishPublic(append(reversed, reversed[0]))
	require.ErrorIs(t, err, threshold.ErrDeal, "a dealer twice")
}

// TestRun_BadDealer has a dealer cheat one reader: it is convicted and the key is made without it.
func TestRun_BadDealer(t *testing.T) {
	w := start(t, 4)
	for _, op := range w.operators {
		w.deals = append(w.deals, w.deal(op))
	}
	victim := w.operators[2]
	bad := spoil(t, w.deals[1], w.t, 3)
	require.NoError(t, w.run.VerifyDeal(bad), "nobody but the victim sees it")
	for _, op := range w.operators {
		dispute, err := w.run.OpenDeal(w.rand, bad, op, w.eks[string(op)])
		if !bytes.Equal(op, victim) {
			require.NoError(t, err)
			require.Nil(t, dispute)
			continue
		}
		require.ErrorIs(t, err, threshold.ErrBadShare)
		raw, err := dispute.MarshalBinary()
		require.NoError(t, err)
		dispute, err = threshold.UnmarshalDispute(raw)
		require.NoError(t, err)
		require.Equal(t, threshold.VerdictDealer, w.run.Judge(bad, dispute, op))
		require.Equal(t, threshold.VerdictComplainer, w.run.Judge(w.deals[1], dispute, op), "the honest deal")
		require.Equal(t, threshold.VerdictIgnored, w.run.Judge(w.deals[0], dispute, op), "another dealer's deal")
	}
	// With the bad deal the victim cannot finish; without it everybody can.
	spoiled := []*threshold.Deal{w.deals[0], bad, w.deals[2], w.deals[3]}
	c, err := w.run.FinishPublic(spoiled)
	require.NoError(t, err)
	_, err = w.run.FinishPrivate(victim, w.eks[string(victim)], spoiled, c)
	require.ErrorIs(t, err, threshold.ErrShares)
	w.deals = []*threshold.Deal{w.deals[0], w.deals[2], w.deals[3]}
	w.finish()
	job := w.jobs(1)[0]
	require.Equal(t, w.open(job.B), w.release(job)[0])
}

func TestJudge_FalseComplainer(t *testing.T) {
	w := start(t, 4)
	d := w.deal(w.operators[0])
	bad := spoil(t, d, w.t, 2)
	victim := w.operators[1]
	dispute, err := w.run.ForceDispute(w.rand, d, 2, w.eks[string(victim)])
	require.NoError(t, err)
	require.Equal(t, threshold.VerdictComplainer, w.run.Judge(d, dispute, victim), "the share is good")
	require.Equal(t, threshold.VerdictDealer, w.run.Judge(bad, dispute, victim))

	raw, err := dispute.MarshalBinary()
	require.NoError(t, err)
	for i := range raw {
		changed := bytes.Clone(raw)
		changed[i] ^= 1
		x, err := threshold.UnmarshalDispute(changed)
		require.NoError(t, err)
		for _, signer := range w.operators {
			require.NotEqual(t, threshold.VerdictDealer, w.run.Judge(bad, x, signer), "byte %d", i)
		}
	}
	for name, point := range refusedPoints() {
		if len(point) != 32 {
			continue
		}
		for field := range 3 {
			changed := bytes.Clone(raw)
			copy(changed[36+32*field:], point)
			x, err := threshold.UnmarshalDispute(changed)
			require.NoError(t, err)
			require.Equal(t, threshold.VerdictComplainer, w.run.Judge(bad, x, victim), name)
			require.Equal(t, threshold.VerdictIgnored, w.run.Judge(bad, x, w.operators[2]), "nobody is framed")
		}
	}
	// Another's dispute, or a share that does not exist, is ignored.
	require.Equal(t, threshold.VerdictIgnored, w.run.Judge(bad, dispute, w.operators[0]))
	for _, k := range []uint64{0, 1, 3, 5, 1 << 63} {
		moved := *dispute
		moved.K = k
		require.Equal(t, threshold.VerdictIgnored, w.run.Judge(bad, &moved, victim), k)
	}
	short := *dispute
	short.Proof = short.Proof[:95]
	require.Equal(t, threshold.VerdictComplainer, w.run.Judge(bad, &short, victim))
}

// TestJudge_OtherPairKey opens the pad with a key that is not the owner's.
func TestJudge_OtherPairKey(t *testing.T) {
	w := start(t, 4)
	d := w.deal(w.operators[0])
	victim := w.operators[1]
	dispute, err := w.run.ForceDispute(w.rand, d, 2, w.eks[string(w.operators[2])])
	require.NoError(t, err)
	require.Equal(t, threshold.VerdictComplainer, w.run.Judge(d, dispute, victim))
	honest, err := w.run.ForceDispute(w.rand, d, 2, w.eks[string(victim)])
	require.NoError(t, err)
	honest.DH = threshold.CanaryPoint(1)
	require.Equal(t, threshold.VerdictComplainer, w.run.Judge(d, honest, victim))
}

func TestVerifyDeal_AnyByteChanged(t *testing.T) {
	w := start(t, 4)
	d := w.deal(w.operators[0])
	raw, err := d.MarshalBinary()
	require.NoError(t, err)
	require.Len(t, raw, threshold.DealSize(w.t, 4))
	// Commitments beyond the first and the ciphertexts are the business of disputes.
	commitments, rest := 32, 32+32*w.t
	for i := range raw {
		if i >= commitments+32 && i < rest || i >= rest+160 {
			continue
		}
		bad := bytes.Clone(raw)
		bad[i] ^= 1
		got, err := threshold.UnmarshalDeal(bad)
		if err == nil {
			err = w.run.VerifyDeal(got)
		}
		require.Error(t, err, "byte %d", i)
	}
}

// TestDeal_CommitmentChanged leaves every reader with a dispute that convicts.
func TestDeal_CommitmentChanged(t *testing.T) {
	w := start(t, 4)
	raw, err := w.deal(w.operators[0]).MarshalBinary()
	require.NoError(t, err)
	copy(raw[32+32:], threshold.CanaryPoint(1))
	bad, err := threshold.UnmarshalDeal(raw)
	require.NoError(t, err)
	require.NoError(t, w.run.VerifyDeal(bad))
	for _, op := range w.operators {
		dispute, err := w.run.OpenDeal(w.rand, bad, op, w.eks[string(op)])
		require.ErrorIs(t, err, threshold.ErrBadShare)
		require.Equal(t, threshold.VerdictDealer, w.run.Judge(bad, dispute, op))
	}
}

func TestVerifyDeal_RunIsBound(t *testing.T) {
	w := start(t, 4)
	d := w.deal(w.operators[0])
	for name, change := range map[string]func(*threshold.RunContext){
		"chain": func(c *threshold.RunContext) { c.OriginChain = "other" },
		"key":   func(c *threshold.RunContext) { c.KeyID++ },
		"epoch": func(c *threshold.RunContext) { c.Epoch++ },
		"run":   func(c *threshold.RunContext) { c.Run++ },
	} {
		ctx := runContext
		change(&ctx)
		other := startRun(t, name, ctx, w.owners, w.t, nil)
		require.ErrorIs(t, other.run.VerifyDeal(d), threshold.ErrProof, name)
	}
	require.ErrorIs(t, start(t, 7).run.VerifyDeal(d), threshold.ErrDeal, "another size")
	_, err := start(t, 7).run.FinishPublic([]*threshold.Deal{d})
	require.ErrorIs(t, err, threshold.ErrDeal)
}

// TestVerifyDeal_StolenParts takes proofs of another dealer.
func TestVerifyDeal_StolenParts(t *testing.T) {
	w := start(t, 4)
	victim, err := w.deal(w.operators[0]).MarshalBinary()
	require.NoError(t, err)
	thief, err := w.deal(w.operators[1]).MarshalBinary()
	require.NoError(t, err)
	a := 32 + 32*w.t
	for name, span := range map[string][][2]int{
		"ephemeral key": {{a, a + 96}},
		"constant term": {{32, 64}, {a + 96, a + 160}},
	} {
		stolen := bytes.Clone(thief)
		for _, s := range span {
			copy(stolen[s[0]:s[1]], victim[s[0]:s[1]])
		}
		d, err := threshold.UnmarshalDeal(stolen)
		require.NoError(t, err)
		require.ErrorIs(t, w.run.VerifyDeal(d), threshold.ErrProof, name)
	}
}

func TestDeal_Refuses(t *testing.T) {
	w := start(t, 4)
	_, err := w.run.Deal(w.rand, threshold.Dealer{Operator: operator(30)}, nil)
	require.ErrorIs(t, err, threshold.ErrOperator)
	_, err = w.run.Deal(w.rand, threshold.Dealer{Operator: w.operators[0], OldShare: 1}, nil)
	require.ErrorIs(t, err, threshold.ErrOperator)
	for n := range 6 {
		short := io.MultiReader(io.LimitReader(newStream("x"), int64(40*n)), iotest.ErrReader(io.ErrClosedPipe))
		_, err = w.run.Deal(short, threshold.Dealer{Operator: w.operators[0]}, nil)
		require.Error(t, err)
	}
	d := w.deal(w.operators[0])
	_, err = w.run.OpenDeal(w.rand, d, operator(30), w.eks[string(w.operators[0])])
	require.ErrorIs(t, err, threshold.ErrOperator)
	_, err = w.run.OpenDeal(w.rand, d, w.operators[1], w.eks[string(w.operators[0])])
	require.ErrorIs(t, err, threshold.ErrShares)
	_, err = w.run.FinishPrivate(operator(30), w.eks[string(w.operators[0])], nil, nil)
	require.ErrorIs(t, err, threshold.ErrOperator)
	_, err = w.run.OpenDeal(
		iotest.ErrReader(io.ErrClosedPipe),
		spoil(t, d, w.t, 1),
		w.operators[0],
		w.eks[string(w.operators[0])],
	)
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

func TestUnmarshalDeal_Refuses(t *testing.T) {
	w := start(t, 4)
	raw, err := w.deal(w.operators[0]).MarshalBinary()
	require.NoError(t, err)
	for n := range raw {
		_, err := threshold.UnmarshalDeal(raw[:n])
		require.ErrorIs(t, err, threshold.ErrLength)
	}
	sizes := [][2]uint16{{0, 4}, {5, 4}, {4, 4}, {3, 5}, {401, 401}, {0xffff, 0xffff}, {0, 7}}
	for _, s := range sizes {
		bad := bytes.Clone(raw)
		binary.BigEndian.PutUint16(bad[28:], s[0])
		binary.BigEndian.PutUint16(bad[30:], s[1])
		_, err := threshold.UnmarshalDeal(bad)
		require.ErrorIs(t, err, threshold.ErrLength, s)
	}
	for name, point := range refusedPoints() {
		if len(point) != 32 {
			continue
		}
		for i := range w.t + 1 {
			bad := bytes.Clone(raw)
			copy(bad[32+32*i:], point)
			_, err := threshold.UnmarshalDeal(bad)
			require.Error(t, err, "%s in place %d", name, i)
		}
	}
	for name, s := range refusedScalars() {
		if len(s) == 32 {
			_, err := threshold.UnmarshalDeal(append(bytes.Clone(raw[:len(raw)-32]), s...))
			require.ErrorIs(t, err, threshold.ErrEncoding, name)
		}
	}
}

func TestEnrolment(t *testing.T) {
	secret, e, err := threshold.NewEnrolment(newStream("e"), runContext, operator(1))
	require.NoError(t, err)
	raw, err := e.MarshalBinary()
	require.NoError(t, err)
	require.Len(t, raw, threshold.EnrolmentSize)
	for i := range raw {
		bad := bytes.Clone(raw)
		bad[i] ^= 1
		x, err := threshold.UnmarshalEnrolment(bad)
		require.NoError(t, err)
		require.Error(t, threshold.VerifyEnrolment(runContext, x), "byte %d", i)
	}
	for name, point := range refusedPoints() {
		x := e
		x.EK = point
		require.Error(t, threshold.VerifyEnrolment(runContext, x), name)
		x = e
		x.Proof = append(bytes.Clone(point), e.Proof[32:]...)
		require.Error(t, threshold.VerifyEnrolment(runContext, x), name)
	}
	for name, s := range refusedScalars() {
		x := e
		x.Proof = append(bytes.Clone(e.Proof[:32]), s...)
		require.Error(t, threshold.VerifyEnrolment(runContext, x), name)
		_, err := threshold.EnrolmentSecretFromBytes(s)
		require.Error(t, err, name)
	}
	other := runContext
	other.Run++
	require.ErrorIs(t, threshold.VerifyEnrolment(other, e), threshold.ErrProof)

	again, err := threshold.EnrolmentSecretFromBytes(secret.Bytes())
	require.NoError(t, err)
	require.Equal(t, secret.Bytes(), again.Bytes())
	_, err = threshold.EnrolmentSecretFromBytes(make([]byte, 32))
	require.ErrorIs(t, err, threshold.ErrIdentity)
	secret.Zero()
	require.Equal(t, make([]byte, 32), secret.Bytes())

	_, _, err = threshold.NewEnrolment(newStream("e"), runContext, make([]byte, 19))
	require.ErrorIs(t, err, threshold.ErrLength)
	for _, n := range []int64{0, 63, 64, 95} {
		_, _, err = threshold.NewEnrolment(io.LimitReader(newStream("e"), n), runContext, operator(1))
		require.Error(t, err)
	}
	for _, n := range []int{0, 115, 117} {
		_, err = threshold.UnmarshalEnrolment(make([]byte, n))
		require.ErrorIs(t, err, threshold.ErrLength)
	}
	_, err = threshold.Enrolment{Operator: operator(1)}.MarshalBinary()
	require.ErrorIs(t, err, threshold.ErrLength)
}

func TestNewRun_Refuses(t *testing.T) {
	w := newWorld(t, 4)
	_, e, err := threshold.NewEnrolment(w.rand, runContext, operator(0))
	require.NoError(t, err)
	owners := w.owners
	_, err = threshold.NewRun(runContext, 3, owners, []threshold.Enrolment{e}, nil)
	require.ErrorIs(t, err, threshold.ErrOperator, "an owner has not enrolled")
	_, err = threshold.NewRun(runContext, 3, owners, []threshold.Enrolment{e, e}, nil)
	require.ErrorIs(t, err, threshold.ErrCommittee, "an operator enrolled twice")
	bad := e
	bad.EK = make([]byte, 32)
	_, err = threshold.NewRun(runContext, 3, owners, []threshold.Enrolment{bad}, nil)
	require.ErrorIs(t, err, threshold.ErrIdentity)
	_, err = threshold.NewRun(runContext, 5, owners, nil, nil)
	require.ErrorIs(t, err, threshold.ErrCommittee)
	for name, change := range map[string]func(*threshold.RunContext){
		"key":        func(c *threshold.RunContext) { c.KeyID++ },
		"chain":      func(c *threshold.RunContext) { c.OriginChain = "other" },
		"same epoch": func(c *threshold.RunContext) { c.Epoch = 1 },
	} {
		ctx := w.ctx
		ctx.Epoch = 2
		change(&ctx)
		_, err = threshold.NewRun(ctx, 3, owners, nil, w.committee)
		require.ErrorIs(t, err, threshold.ErrCommittee, name)
	}
}

func TestConfirmation(t *testing.T) {
	owners := [][]byte{operator(0), operator(0), operator(1), operator(2), operator(3)}
	w := newWeighted(t, owners, 4)
	op := operator(0)
	c, err := w.run.Confirm(w.rand, op, w.shares[string(op)], w.committee)
	require.NoError(t, err)
	raw, err := c.MarshalBinary()
	require.NoError(t, err)
	again, err := threshold.UnmarshalConfirmation(raw)
	require.NoError(t, err)
	require.NoError(t, w.run.VerifyConfirmation(again, w.committee))
	for i := range raw {
		bad := bytes.Clone(raw)
		bad[i] ^= 1
		x, err := threshold.UnmarshalConfirmation(bad)
		require.NoError(t, err)
		require.Error(t, w.run.VerifyConfirmation(x, w.committee), "byte %d", i)
	}
	// Half of the shares, or another's, do not confirm.
	secrets := w.shares[string(op)].Secrets()
	for name, x := range map[string][]*threshold.Scalar{
		"one share twice": {secrets[0], secrets[0]},
		"exchanged":       {secrets[1], secrets[0]},
	} {
		forged := threshold.ForceShares(keyID, 1, []int{1, 2}, x)
		c, err := w.run.Confirm(w.rand, op, forged, w.committee)
		require.NoError(t, err)
		require.ErrorIs(t, w.run.VerifyConfirmation(c, w.committee), threshold.ErrProof, name)
	}
	_, err = w.run.Confirm(w.rand, op, w.shares[string(operator(1))], w.committee)
	require.ErrorIs(t, err, threshold.ErrShares)
	_, err = w.run.Confirm(iotest.ErrReader(io.ErrClosedPipe), op, w.shares[string(op)], w.committee)
	require.ErrorIs(t, err, io.ErrClosedPipe)
	require.ErrorIs(t, w.run.VerifyConfirmation(threshold.Confirmation{}, w.committee), threshold.ErrOperator)
	other := newWorld(t, 4)
	require.ErrorIs(t, other.run.VerifyConfirmation(c, other.committee), threshold.ErrProof, "another committee")
	for _, n := range []int{0, 83, 85} {
		_, err = threshold.UnmarshalConfirmation(make([]byte, n))
		require.ErrorIs(t, err, threshold.ErrLength)
		_, err = threshold.UnmarshalDispute(make([]byte, n))
		require.ErrorIs(t, err, threshold.ErrLength)
	}
	_, err = threshold.Confirmation{}.MarshalBinary()
	require.ErrorIs(t, err, threshold.ErrLength)
	_, err = (&threshold.Dispute{}).MarshalBinary()
	require.ErrorIs(t, err, threshold.ErrLength)
}

func TestVerdict_String(t *testing.T) {
	require.Equal(t, "ignored", threshold.VerdictIgnored.String())
	require.Equal(t, "dealer guilty", threshold.VerdictDealer.String())
	require.Equal(t, "complainer guilty", threshold.VerdictComplainer.String())
}
