package attack_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/cosmos-sdk/baseapp"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/volens-network/volens/test/chain"
	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/consent"
	consentante "github.com/volens-network/volens/x/consent/ante"
	"github.com/volens-network/volens/x/custody"
)

// price is what a patient gets for the story's request.
const price = 10 * story.Unit

// withhold lets two of four validators send no shares: none completes.
func withhold(s *story.Story) {
	s.Tamper.Extension = func(node int, _ int64, honest []byte) []byte {
		if node < 2 {
			return nil
		}
		return honest
	}
}

// either requires that a seat was paid and released, or void and refunded: never both.
func either(t *testing.T, s *story.Story, d *story.Dataset, r *story.Request, before int64, released bool) {
	t.Helper()
	s.Blocks(6)
	got := paid(s, d) - before
	escrow, err := s.App().Volens.Market.Money.Escrows.Get(s.Context(), r.ID)
	require.NoError(t, err)
	back := escrow.Refunded.Int64()
	if released {
		require.Equal(t, custody.SEAT_STATE_RELEASED, s.SeatState(r.ID, 0))
		require.NotNil(t, s.Released(s.Context(), r.ID, 0))
		require.Equal(t, int64(price), got)
		require.Equal(t, int64(story.Unit), back, "the bond only")
	} else {
		require.Equal(t, custody.SEAT_STATE_VOID, s.SeatState(r.ID, 0))
		require.Nil(t, s.Released(s.Context(), r.ID, 0))
		require.Zero(t, got)
		require.Equal(t, int64(story.Unit+price+price/4), back, "the charge and the bond")
	}
	solvent(t, s)
}

// In block h, whose EndBlock would write batch[h+1]: nothing is emitted, in either order.
func TestRevoke_BeforeTheBatch(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	for version, order := range [][2]int{{0, 1}, {1, 0}} {
		r := s.Ask(s.Researcher)
		msgs := [2]sdk.Msg{s.Decide(d, r, true), s.Revoke(d, uint64(2*version+1))}
		before := emissions(t, s, d)
		s.Block(s.Sign(s.Patient, 0, msgs[order[0]]), s.Sign(s.Patient, 1, msgs[order[1]]))
		s.Blocks(4)
		require.Equal(t, before, emissions(t, s, d))
		require.Zero(t, answered(t, s))
		require.False(t, released(s, r))
		s.Send(s.Patient, s.Grant(d))
	}
	solvent(t, s)
	opens(t, s, d)
}

// In block h+1, whose votes answer batch[h+1]: paid if S completes.
func TestRevoke_InTheBatch_Completes(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	r := s.Ask(s.Researcher)
	before := paid(s, d)
	s.Send(s.Patient, s.Decide(d, r, true))
	s.Send(s.Patient, s.Revoke(d, 1))
	require.Equal(t, custody.SEAT_STATE_REVOKING, s.SeatState(r.ID, 0))
	require.Equal(t, 4, answered(t, s))
	s.Block()
	either(t, s, d, r, before, true)
	denied(t, s, d, "INACTIVE")
}

// In block h+1 with two validators that withhold: void, refunded, and never offered again.
func TestRevoke_InTheBatch_Incomplete(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	r := s.Ask(s.Researcher)
	before := paid(s, d)
	withhold(s)
	s.Send(s.Patient, s.Decide(d, r, true))
	s.Send(s.Patient, s.Revoke(d, 1))
	require.Equal(t, custody.SEAT_STATE_REVOKING, s.SeatState(r.ID, 0))
	s.Block()
	require.Equal(t, custody.SEAT_STATE_VOID, s.SeatState(r.ID, 0))
	s.Tamper.Extension = nil
	either(t, s, d, r, before, false)
	require.Zero(t, answered(t, s))
}

// In block h+1, and the next proposer hides the whole commit: void. The same commit
// injected a block later is refused, and would count as absent: a void seat takes no S.
func TestRevoke_InTheBatch_Censored(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	r := s.Ask(s.Researcher)
	before := paid(s, d)
	s.Send(s.Patient, s.Decide(d, r, true))
	s.Send(s.Patient, s.Revoke(d, 1))
	withheld := s.Propose()
	require.Len(t, withheld, 1)
	s.Tamper.Proposal = func([][]byte, abci.ExtendedCommitInfo) [][]byte { return nil }
	s.Block()
	require.Zero(t, s.Tamper.Refused, "a block without an injection is always right")
	s.Tamper.Proposal = nil
	require.False(t, s.Accepts(withheld...))
	s.Force(withheld...)
	either(t, s, d, r, before, false)
}

// While the job is EMITTED and not in this block's batch: void at once.
func TestRevoke_BetweenTwoBatches(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	r := s.Ask(s.Researcher)
	before := paid(s, d)
	withhold(s)
	s.Send(s.Patient, s.Decide(d, r, true))
	s.Block()
	s.Until(4, "a batch without the job", func(sdk.Context) bool { return !inNextBatch(t, s, r.ID, 0) })
	s.Send(s.Patient, s.Revoke(d, 1))
	require.Equal(t, custody.SEAT_STATE_VOID, s.SeatState(r.ID, 0))
	s.Tamper.Extension = nil
	either(t, s, d, r, before, false)
}

// Right after payment: what was paid stays paid, what was released stays released, and
// nothing more is.
func TestRevoke_AfterPayment(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	r := s.Ask(s.Researcher)
	before := paid(s, d)
	s.Send(s.Patient, s.Decide(d, r, true))
	release := s.WaitRelease(r, 0)
	s.Send(s.Patient, s.Revoke(d, 1))
	either(t, s, d, r, before, true)
	require.Equal(t, release, s.Released(s.Context(), r.ID, 0))
	opened, err := s.Open(d, release, r.Seats[0])
	require.NoError(t, err, "the download right lasts for T_fetch; what it opens does not change")
	require.Equal(t, content, string(opened))
	denied(t, s, d, "INACTIVE")
}

// An inspection that is withdrawn before its batch is never answered.
func TestRevoke_Inspection(t *testing.T) {
	s := shared(t)
	d := s.Seal(s.Patient, content)
	s.Send(s.Patient, d.Message) // no gateway holds it: the job waits
	i := s.RequestInspection(d)
	s.Send(s.Hospital, s.AcceptInspection(i))
	s.Blocks(2)
	require.Equal(t, custody.SEAT_STATE_ASSIGNED, s.SeatState(i.ID, 0))
	s.Send(s.Patient, &custody.MsgWithdrawInspection{Owner: s.Patient.String(), InspectionId: i.ID.String()})
	s.Hold(d)
	s.Blocks(5)
	require.Equal(t, custody.SEAT_STATE_VOID, s.SeatState(i.ID, 0))
	require.Nil(t, s.Released(s.Context(), i.ID, 0))
	require.Zero(t, answered(t, s))
	refused(t, s.Try(s.Hospital, s.Attest(d)), custody.ErrInspection)
}

// Revoking is free where everything else costs, also for whom has nothing at all; the
// free lane takes one revocation of what can be revoked, and nothing else.
func TestRevoke_ZeroFee(t *testing.T) {
	s := story.With(t, chain.Options{
		Validators: 4, App: []func(*baseapp.BaseApp){baseapp.SetMinGasPrices("1uvol")},
	})
	d := s.Ready(s.Patient, content)
	for _, denom := range []string{story.Denom, "uvol"} {
		all := sdk.NewCoins(sdk.NewCoin(denom, sdkmath.NewInt(s.Balance(s.Patient.Address(), denom))))
		s.Send(s.Patient, banktypes.NewMsgSend(s.Patient.Address(), s.Other.Address(), all))
	}
	s.Gas = consentante.LaneGas
	for name, msg := range map[string]sdk.Msg{
		"a grant":                   s.Grant(d),
		"a decision":                s.Decide(d, s.Submit(s.Researcher), true),
		"two revocations of others": s.Revoke(d, 7),
	} {
		require.NotZero(t, s.Check(s.Patient, msg).Code, name)
	}
	twice := s.Check(s.Patient, s.Revoke(d, 1), s.Revoke(d, 1))
	require.Equal(t, sdkerrors.ErrInsufficientFee.ABCICode(), twice.Code, "two messages: "+twice.Log)
	memo := s.CheckRaw(s.SignMemo(s.Patient, 0, "hello", s.Revoke(d, 1)))
	require.Equal(t, sdkerrors.ErrInsufficientFee.ABCICode(), memo.Code, memo.Log)
	stranger := s.Revoke(d, 1)
	stranger.Signer = s.Stranger.String()
	refusal := s.Check(s.Stranger, stranger)
	require.Equal(t, consent.ErrNotRevoker.ABCICode(), refusal.Code, refusal.Log)

	free := s.Check(s.Patient, s.Revoke(d, 1))
	require.Zero(t, free.Code, free.Log)
	s.Block()
	// One consent has one place: a second one waits in the mempool, and no proposer can
	// use it up.
	first, second := s.Sign(s.Patient, 0, s.Revoke(d, 1)), s.Sign(s.Patient, 1, s.Revoke(d, 1))
	require.Equal(t, [][]byte{first}, s.Propose(first, second))
	require.True(t, s.Accepts(first))
	require.False(t, s.Accepts(first, second))
	s.Send(s.Patient, s.Revoke(d, 1))
	s.Gas = 0
	denied(t, s, d, "INACTIVE")
}
