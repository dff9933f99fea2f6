package attack_test

import (
	"crypto/rand"
	"testing"

	"github.com/gtank/ristretto255"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// minus is a - b.
func minus(t *testing.T, a, b []byte) []byte {
	t.Helper()
	x, err := ristretto255.NewIdentityElement().SetCanonicalBytes(a)
	require.NoError(t, err)
	y, err := ristretto255.NewIdentityElement().SetCanonicalBytes(b)
	require.NoError(t, err)
	return x.Subtract(x, y).Bytes()
}

// Q = U' - U makes B of the own dataset U the victim's U': the committee would open the
// victim's capsule. Nobody knows such a Q's secret.
func TestSeat_RogueQ(t *testing.T) {
	s := shared(t)
	victim := s.Register(s.Patient, content)
	own := s.Register(s.Stranger, content)
	rogue := minus(t, victim.Message.Payload.U, own.Message.Payload.U)
	sum, err := threshold.AddPoints(rogue, own.Message.Payload.U)
	require.NoError(t, err)
	require.Equal(t, victim.Message.Payload.U, sum, "the attack works without the proof")

	r := s.Submit(s.Researcher)
	s.Send(s.Researcher, r.Message)
	seats := s.PostSeats(r)
	honestProof := seats.Seats[0].Proof
	for name, proof := range map[string][]byte{
		"of another point": honestProof,
		"for it, with another secret": forge(t, s, threshold.SeatContext{
			LiveChain: s.ChainID, RequestID: r.ID, Researcher: r.By.Address(), Q: rogue,
		}),
		"of zeros": make([]byte, threshold.ProofSize),
	} {
		seats.Seats[0] = market.SeatPost{Q: rogue, Proof: proof}
		result := s.Try(s.Researcher, seats)
		require.Equal(t, custody.ErrProof.ABCICode(), result.Code, name+": "+result.Log)
	}

	// The same through an inspection of the own dataset.
	i := s.RequestInspection(own)
	accept := s.AcceptInspection(i)
	accept.Q = rogue
	refused(t, s.Try(s.Hospital, accept), custody.ErrProof)
	s.Send(s.Hospital, s.AcceptInspection(i))
	s.Send(s.Researcher, s.PostSeats(r))
}

// forge proves with a secret that does not belong to Q, as well as one can.
func forge(t *testing.T, s *story.Story, ctx threshold.SeatContext) []byte {
	t.Helper()
	secret, err := s.Key().DeriveSeat(make([]byte, threshold.MinReaderSeed), s.ChainID, ctx.RequestID, 7)
	require.NoError(t, err)
	proof, err := secret.Prove(rand.Reader, s.Key(), ctx)
	if err != nil {
		ctx.Q = secret.Q()
		proof, err = secret.Prove(rand.Reader, s.Key(), ctx)
	}
	require.NoError(t, err)
	return proof
}

// reuse makes the message that posts another request's seats for this one, with true
// proofs.
func reuse(t *testing.T, s *story.Story, r, of *story.Request) *market.MsgPostSeats {
	t.Helper()
	again := *r
	again.Seats = of.Seats
	return s.PostSeats(&again)
}

func TestSeat_QUsedTwice(t *testing.T) {
	s := shared(t)
	submitted := func() *story.Request {
		r := s.Submit(s.Researcher)
		s.Send(s.Researcher, r.Message)
		return r
	}
	t.Run("in one message", func(t *testing.T) {
		r := s.Submit(s.Researcher, func(spec *market.Spec) { spec.NMax = 2 })
		s.Send(s.Researcher, r.Message)
		twice := *r
		twice.Seats = []*threshold.SeatSecret{r.Seats[0], r.Seats[0]}
		refused(t, s.Try(s.Researcher, s.PostSeats(&twice)), custody.ErrSeen)
		s.Send(s.Researcher, s.PostSeats(r))
	})
	t.Run("across requests", func(t *testing.T) {
		first, second := s.Ask(s.Researcher), submitted()
		refused(t, s.Try(s.Researcher, reuse(t, s, second, first)), custody.ErrSeen)
		s.Send(s.Researcher, s.PostSeats(second))
	})
	t.Run("after a cancelled request", func(t *testing.T) {
		first := s.Ask(s.Researcher)
		s.Send(s.Researcher, &market.MsgCancelRequest{Researcher: s.Researcher.String(), RequestId: first.ID.String()})
		second := submitted()
		refused(t, s.Try(s.Researcher, reuse(t, s, second, first)), custody.ErrSeen)
		s.Send(s.Researcher, s.PostSeats(second))
	})
	t.Run("after a request that nobody answered", func(t *testing.T) {
		first := s.Ask(s.Researcher, func(spec *market.Spec) { spec.Deadline = s.Height + 4 })
		s.Until(10, "the end of the request", func(ctx sdk.Context) bool {
			out, err := s.App().Volens.Market.Requests.Get(ctx, first.ID)
			return err == nil && out.State == market.STATE_FAILED_SHORT
		})
		second := submitted()
		refused(t, s.Try(s.Researcher, reuse(t, s, second, first)), custody.ErrSeen)
		s.Send(s.Researcher, s.PostSeats(second))
	})
	t.Run("of an inspection", func(t *testing.T) {
		first := s.Register(s.Patient, content)
		i := s.Inspect(first)
		j := s.RequestInspection(s.Register(s.Patient, content))
		again := *j
		again.Seat = i.Seat
		refused(t, s.Try(s.Hospital, s.AcceptInspection(&again)), custody.ErrSeen)
		s.Send(s.Hospital, s.AcceptInspection(j))
	})
	onePointEach(t, s)
}

// A seat that is void is never assigned again, and accepts no S.
func TestSeat_VoidedAndOfferedAgain(t *testing.T) {
	s := shared(t)
	first, second := s.Ready(s.Patient, content), s.Ready(s.Other, content)
	r := s.Ask(s.Researcher, func(spec *market.Spec) { spec.NMin, spec.NMax = 1, 2 })
	keeper := s.App().Volens.Custody

	// Voided after assignment: decided by one, deadline reached, revoked in the same block.
	s.Tamper.Extension = func(_ int, _ int64, _ []byte) []byte { return nil }
	s.Send(s.Patient, s.Decide(first, r, true))
	s.Send(s.Other, s.Decide(second, r, true))
	s.Block()
	require.Equal(t, custody.SEAT_STATE_EMITTED, s.SeatState(r.ID, 0))
	s.Block()
	s.Until(4, "a block whose batch lacks the job", func(sdk.Context) bool { return !inNextBatch(t, s, r.ID, 0) })
	s.Send(s.Patient, s.Revoke(first, 1))
	require.Equal(t, custody.SEAT_STATE_VOID, seat(t, s, r.ID, 0).State)

	cached, _ := s.Context().CacheContext()
	err := keeper.OpenJob(cached, r.ID, 0, second.ID, false)
	require.Error(t, err, "offered again")
	s.Tamper.Extension = nil
	s.Until(6, "the other seat's release", func(ctx sdk.Context) bool { return s.Released(ctx, r.ID, 1) != nil })
	require.Nil(t, s.Released(s.Context(), r.ID, 0))
	require.Equal(t, custody.SEAT_STATE_VOID, seat(t, s, r.ID, 0).State)

	// Voided while free: the request closed.
	unused := s.Ask(s.Researcher)
	s.Send(s.Researcher, &market.MsgCancelRequest{Researcher: s.Researcher.String(), RequestId: unused.ID.String()})
	require.Equal(t, custody.SEAT_STATE_VOID, seat(t, s, unused.ID, 0).State)
	require.ErrorIs(t, keeper.OpenJob(cached, unused.ID, 0, second.ID, false), custody.ErrClosed)
	onePointEach(t, s)
	solvent(t, s)
}

// inNextBatch reports whether the votes of the next block answer a seat's job.
func inNextBatch(t *testing.T, s *story.Story, request id.ID, index uint64) bool {
	t.Helper()
	batch, err := s.App().Volens.Custody.BatchAt(s.Context(), s.Height+1)
	require.NoError(t, err)
	q := seat(t, s, request, index).Q
	for _, job := range batch.Jobs {
		if string(job.Q) == string(q) {
			return true
		}
	}
	return false
}

// What was released to one reader's seat opens with that seat's secret only.
func TestRelease_ToAnotherReader(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	s.Send(s.University, s.Visa(s.Rival))
	r := s.Ask(s.Researcher)

	// A rival's seat in the researcher's request, and the researcher's seat as the rival's.
	mine := s.Submit(s.Rival)
	s.Send(s.Rival, mine.Message)
	theirs := s.PostSeats(mine)
	theirs.RequestId = s.Submit(s.Researcher).ID.String()
	require.NotZero(t, s.Try(s.Rival, theirs).Code)
	refused(t, s.Try(s.Rival, reuse(t, s, mine, r)), custody.ErrSeen)
	open := s.Submit(s.Researcher)
	s.Send(s.Researcher, open.Message)
	stolen := s.PostSeats(open)
	stolen.Researcher = s.Rival.String()
	refused(t, s.Try(s.Rival, stolen), market.ErrNotResearcher)
	copied := s.PostSeats(mine)
	copied.Seats = s.PostSeats(open).Seats
	refused(t, s.Try(s.Rival, copied), custody.ErrProof)

	s.Send(s.Rival, s.PostSeats(mine))
	s.Send(s.Patient, s.Decide(d, r, true))
	release := s.WaitRelease(r, 0)
	require.Equal(t, s.Researcher.String(), release.Reader)
	_, err := s.Open(d, release, mine.Seats[0])
	require.Error(t, err, "with the rival's secret")
	opened, err := s.Open(d, release, r.Seats[0])
	require.NoError(t, err)
	require.Equal(t, content, string(opened))

	// The hospital's own release does not open with another inspection's seat.
	other := s.Inspect(s.Register(s.Patient, content))
	_, err = s.Open(d, release, other.Seat)
	require.Error(t, err)
}
