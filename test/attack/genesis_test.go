package attack_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// moment is a chain with one of everything that can be on its way.
type moment struct {
	*story.Story
	done, emitted, open *story.Request // released; emitted and unanswered; free seats
	first, second       *story.Dataset
	inspection          *story.Inspection // accepted, no gateway holds the file
	waiting             *story.Dataset
	paid                int64
	supply              sdk.Coin
}

func newMoment(t *testing.T) *moment {
	t.Helper()
	s := story.New(t)
	m := &moment{Story: s, first: s.Ready(s.Patient, content), second: s.Ready(s.Other, content)}
	m.waiting = s.Seal(s.Other, content)
	s.Send(s.Other, m.waiting.Message)
	m.inspection = s.RequestInspection(m.waiting)
	s.Send(s.Hospital, s.AcceptInspection(m.inspection))
	m.done = s.Ask(s.Researcher)
	s.Send(s.Patient, s.Decide(m.first, m.done, true))
	s.WaitRelease(m.done, 0)
	m.paid = paid(s, m.first)
	m.open = s.Ask(s.Researcher, func(spec *market.Spec) { spec.Deadline += 100 })
	withhold(s)
	m.emitted = s.Ask(s.Researcher)
	s.Send(s.Patient, s.Decide(m.first, m.emitted, true))
	s.Blocks(3)
	require.Equal(t, custody.SEAT_STATE_EMITTED, s.SeatState(m.emitted.ID, 0))
	s.Tamper.Extension = nil
	m.supply = s.App().Cosmos.Bank.GetSupply(s.Context(), story.Denom)
	return m
}

// The state goes on under another chain id, whose validators know nothing of what the old
// chain's emitted: whatever is not RELEASED is void and refunded, and every Q stays seen.
func TestGenesis_AnotherChainID(t *testing.T) {
	m := newMoment(t)
	release := m.Released(m.Context(), m.done.ID, 0)
	wealth := m.Balance(m.Researcher.Address(), story.Denom)
	locked := m.Balance(moduleAccount(market.ModuleName), story.Denom)
	bond := m.Balance(m.Hospital.Address(), "uvol")
	n := m.On(m.Import("test-2", m.Export()))
	n.Block() // the first block commits what the genesis said

	require.Equal(t, release, n.Released(n.Context(), m.done.ID, 0))
	require.Equal(t, custody.SEAT_STATE_RELEASED, n.SeatState(m.done.ID, 0))
	for _, r := range []*story.Request{m.emitted, m.open} {
		require.Equal(t, custody.SEAT_STATE_VOID, n.SeatState(r.ID, 0))
		escrow, err := n.App().Volens.Market.Money.Escrows.Get(n.Context(), r.ID)
		require.NoError(t, err)
		require.True(t, escrow.Done())
	}
	require.Equal(t, custody.CAUSE_MIGRATED, seat(t, n, m.emitted.ID, 0).Cause)
	require.Equal(t, custody.SEAT_STATE_VOID, n.SeatState(m.inspection.ID, 0))
	require.Equal(t, bond+custody.DevnetParams().InspectionBond.Amount.Int64(), n.Balance(n.Hospital.Address(), "uvol"))

	// No coin was made or lost, and what left the escrow came back to the researcher.
	require.Equal(t, m.supply.String(), n.App().Cosmos.Bank.GetSupply(n.Context(), story.Denom).String())
	back := n.Balance(n.Researcher.Address(), story.Denom) - wealth
	require.Equal(t, locked-n.Balance(moduleAccount(market.ModuleName), story.Denom), back)
	require.GreaterOrEqual(t, back, int64(2*(price+price/4)))
	solvent(t, n)

	// Nothing of the old chain's is answered or accepted, and no Q comes again.
	n.Blocks(4)
	require.Zero(t, answered(t, n))
	require.NotZero(t, n.Try(n.Patient, n.Decide(m.first, m.open, true)).Code)
	for _, old := range []*story.Request{m.done, m.emitted, m.open} {
		fresh := n.Submit(n.Researcher)
		n.Send(n.Researcher, fresh.Message)
		refused(t, n.Try(n.Researcher, reuse(t, n, fresh, old)), custody.ErrSeen)
		n.Send(n.Researcher, n.PostSeats(fresh))
	}
	require.Equal(t, m.paid, paid(n, m.first))
	opened, err := n.Open(m.first, release, m.done.Seats[0])
	require.NoError(t, err, "what was released stays released")
	require.Equal(t, content, string(opened))

	n.Anchor()
	opens(t, n, m.first)
	honest(t, n)
	onePointEach(t, n)
	solvent(t, n)
}

// Under its own chain id the state goes on where it was: what was emitted is answered
// once, what was open can be decided.
func TestGenesis_SameChainID(t *testing.T) {
	m := newMoment(t)
	n := m.On(m.Import(m.ChainID, m.Export()))
	require.Equal(t, m.Height, n.Height)
	n.Block()
	require.Equal(t, m.supply.String(), n.App().Cosmos.Bank.GetSupply(n.Context(), story.Denom).String())
	require.Equal(t, custody.SEAT_STATE_EMITTED, n.SeatState(m.emitted.ID, 0))
	n.WaitRelease(m.emitted, 0)
	require.Equal(t, m.paid+price, paid(n, m.first))
	n.Send(n.Other, n.Decide(m.second, m.open, true))
	n.WaitRelease(m.open, 0)
	n.Hold(m.waiting)
	n.Until(8, "the inspection", func(ctx sdk.Context) bool { return n.Released(ctx, m.inspection.ID, 0) != nil })

	fresh := n.Submit(n.Researcher)
	n.Send(n.Researcher, fresh.Message)
	refused(t, n.Try(n.Researcher, reuse(t, n, fresh, m.done)), custody.ErrSeen)
	honest(t, n)
	onePointEach(t, n)
	solvent(t, n)
}

// The same state under the same name from height 1 on would let old heights come again:
// such an export is not made, and if one is forged, the guards answer nothing.
func TestGenesis_SameChainIDFromTheStart(t *testing.T) {
	m := newMoment(t)
	_, err := m.App().Export(true, nil)
	require.ErrorIs(t, err, app.ErrZeroHeight)

	doc := m.Export()
	doc.InitialHeight = 1
	n := m.On(m.Import(m.ChainID, doc))
	for range 8 {
		n.Block()
		require.Zero(t, answered(t, n))
	}
	require.Nil(t, n.Released(n.Context(), m.emitted.ID, 0))
}

// A revocation that waits for the next block when the chain is exported ends void.
func TestGenesis_Revoking(t *testing.T) {
	s := story.New(t)
	d := s.Ready(s.Patient, content)
	r := s.Ask(s.Researcher)
	before := paid(s, d)
	s.Send(s.Patient, s.Decide(d, r, true))
	s.Send(s.Patient, s.Revoke(d, 1))
	require.Equal(t, custody.SEAT_STATE_REVOKING, s.SeatState(r.ID, 0))
	doc := s.Export()
	for _, chainID := range []string{s.ChainID, "test-2"} {
		n := s.On(s.Import(chainID, doc))
		n.Block()
		either(t, n, d, r, before, false)
	}
}
