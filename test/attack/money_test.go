package attack_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"

	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// Money that came by a plain send would disturb the sums of a module's account.
func TestMoney_PlainSendIntoEscrow(t *testing.T) {
	s := shared(t)
	one := sdk.NewCoins(sdk.NewInt64Coin(story.Denom, 1))
	d := attested(s)
	for _, name := range []string{
		market.ModuleName, custody.ModuleName, attestation.ModuleName, authtypes.FeeCollectorName, distrtypes.ModuleName,
		minttypes.ModuleName, stakingtypes.BondedPoolName, stakingtypes.NotBondedPoolName, transfertypes.ModuleName,
	} {
		t.Run(name, func(t *testing.T) {
			s.For(t)
			account := moduleAccount(name)
			send := banktypes.NewMsgSend(s.Stranger.Address(), account, one)
			wrapped := authz.NewMsgExec(s.Stranger.Address(), []sdk.Msg{send})
			multi := banktypes.NewMsgMultiSend(
				banktypes.NewInput(s.Stranger.Address(), one), []banktypes.Output{banktypes.NewOutput(account, one)},
			)
			for _, msg := range []sdk.Msg{
				send, &wrapped, multi, distrtypes.NewMsgSetWithdrawAddress(s.Stranger.Address(), account),
			} {
				result := s.Try(s.Stranger, msg)
				require.NotZero(t, result.Code, "%T", msg)
				require.Contains(t, result.Log, "unauthorized", "%T", msg)
				solvent(t, s)
			}
			grant := s.Grant(d, func(p *consent.Provision) { p.Payout = account.String() })
			refused(t, s.Try(s.Patient, grant), consent.ErrPayout)
		})
	}
	s.For(t)
	solvent(t, s)
}

// A seat has one end: what was paid cannot be refunded or paid again, in whatever way it
// is asked for.
func TestMoney_DoubleSettlement(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	keeper := s.App().Volens.Market
	before := paid(s, d)
	r := offered(s, d)
	injected := s.Propose()
	s.Block(
		s.Sign(s.Researcher, 0, &market.MsgCancelRequest{Researcher: s.Researcher.String(), RequestId: r.ID.String()}),
	)
	require.True(t, released(s, r))
	require.Equal(t, int64(price), paid(s, d)-before)

	require.False(t, s.Accepts(injected...), "the injection again")
	s.Force(injected...)
	refused(t, s.Try(s.Researcher, &market.MsgCancelRequest{
		Researcher: s.Researcher.String(), RequestId: r.ID.String(),
	}), market.ErrState)
	require.NotZero(t, s.Try(s.Patient, s.Decide(d, r, true)).Code)
	cached, _ := s.Context().CacheContext()
	require.ErrorIs(t, keeper.AfterRelease(cached, r.ID, 0), market.ErrSeat)
	require.ErrorIs(t, keeper.AfterVoid(cached, r.ID, 0, custody.CAUSE_REVOKED), market.ErrSeat)
	s.Blocks(4)
	require.Equal(t, int64(price), paid(s, d)-before)

	// A refund is no more final than a payment is.
	r = s.Ask(s.Researcher)
	withhold(s)
	s.Send(s.Patient, s.Decide(d, r, true))
	s.Send(s.Patient, s.Revoke(d, 1))
	s.Tamper.Extension = nil
	s.Block()
	either(t, s, d, r, before+price, false)
	solvent(t, s)
}

// A committee that is silent for all windows costs the researcher nothing and pays
// nobody.
func TestMoney_SilentCommittee(t *testing.T) {
	s := story.New(t)
	d := s.Ready(s.Patient, content)
	r := s.Ask(s.Researcher)
	before := paid(s, d)
	withhold(s)
	s.Send(s.Patient, s.Decide(d, r, true))
	s.Until(80, "the end of all windows", func(sdk.Context) bool {
		solvent(t, s)
		return s.SeatState(r.ID, 0) == custody.SEAT_STATE_VOID
	})
	require.Equal(t, custody.CAUSE_LATE, seat(t, s, r.ID, 0).Cause)
	s.Tamper.Extension = nil
	either(t, s, d, r, before, false)
	opens(t, s, d)
}

// Until everything is paid out, every block's sums agree.
func TestMoney_EveryBlockAddsUp(t *testing.T) {
	s := story.New(t)
	first, second := s.Ready(s.Patient, content), s.Ready(s.Other, content)
	supply := s.App().Cosmos.Bank.GetSupply(s.Context(), story.Denom)
	r := s.Ask(s.Researcher, func(spec *market.Spec) { spec.NMin, spec.NMax = 1, 3; spec.Deadline = s.Height + 8 })
	s.Send(s.Patient, s.Decide(first, r, true))
	s.Send(s.Other, s.Decide(second, r, true))
	s.Until(240, "the end of the request", func(ctx sdk.Context) bool {
		solvent(t, s)
		out, err := s.App().Volens.Market.Requests.Get(ctx, r.ID)
		return err == nil && out.State == market.STATE_CLOSED
	})
	escrow, err := s.App().Volens.Market.Money.Escrows.Get(s.Context(), r.ID)
	require.NoError(t, err)
	require.True(t, escrow.Done())
	require.Equal(t, escrow.Deposited, escrow.Paid.Add(escrow.Refunded))
	require.Equal(t, supply, s.App().Cosmos.Bank.GetSupply(s.Context(), story.Denom), "no coin was made or lost")
	onePointEach(t, s)
}
