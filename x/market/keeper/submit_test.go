package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
	"github.com/volens-network/volens/x/market/keeper"
)

// What the fixture's price costs, by hand: four parts of floor(price * 500 / 8000).
const (
	side   = 62_501
	charge = price + 4*side
	fee    = 10_000
	bond   = 1_000_000
)

func TestNewKeeper_Authority(t *testing.T) {
	key := storetypes.NewKVStoreKey(market.StoreKey)
	require.Panics(t, func() {
		keeper.NewKeeper(moduletestutil.MakeTestEncodingConfig().Codec, runtime.NewKVStoreService(key),
			addresscodec.NewBech32Codec(dataset.AddressPrefix), "", market.Left{})
	})
}

func TestSubmitRequest(t *testing.T) {
	f := initFixture(t)
	msg := f.submission(spec(1, 3))
	out, err := f.msgs.SubmitRequest(f.ctx, msg)
	require.NoError(t, err)
	require.Equal(t, id.Request("volens-origin", raw(researcher), msg.Random).String(), out.RequestId)

	key, err := id.Parse(out.RequestId)
	require.NoError(t, err)
	r := f.request(t, key)
	require.Equal(t, market.STATE_SUBMITTED, r.State)
	require.Equal(t, int64(start), r.Height)
	require.Equal(t, uint32(8_000), r.Split.Patient)
	e := f.escrow(t, key)
	require.Equal(t, int64(3*charge+fee+bond), e.Deposited.Int64())
	require.Equal(t, e.Deposited, e.Pending)
	require.Equal(t, int64(bond), e.Bond.Int64())
	require.Equal(t, int64(wealth-3*charge-fee-bond), f.has(researcher))
	require.Equal(t, "volens.market.v1.EventRequestSubmitted", f.ctx.EventManager().Events()[0].Type)
	f.solvent(t)

	_, err = f.msgs.SubmitRequest(f.ctx, msg)
	require.ErrorIs(t, err, market.ErrExists)
}

func TestSubmitRequest_Refused(t *testing.T) {
	f := initFixture(t)
	f.params(t, func(p *market.Params) { p.MaxSeats, p.MaxDuration = 5, 50 })
	for name, c := range map[string]struct {
		change func(*market.MsgSubmitRequest)
		want   error
	}{
		"missing":         {func(m *market.MsgSubmitRequest) { m.Spec.Use.Purposes = nil }, market.ErrMissingFields},
		"short escrow":    {func(m *market.MsgSubmitRequest) { m.Escrow = m.Escrow.SubAmount(math.OneInt()) }, market.ErrEscrow},
		"much escrow":     {func(m *market.MsgSubmitRequest) { m.Escrow = m.Escrow.AddAmount(math.OneInt()) }, market.ErrEscrow},
		"denom":           {func(m *market.MsgSubmitRequest) { m.Spec.Price.Denom, m.Escrow.Denom = "uvol", "uvol" }, market.ErrDenom},
		"seats":           {func(m *market.MsgSubmitRequest) { m.Spec.NMax = 6 }, market.ErrCohort},
		"network k":       {func(m *market.MsgSubmitRequest) { m.Spec.NMax = 11 }, market.ErrCohort},
		"past":            {func(m *market.MsgSubmitRequest) { m.Spec.Deadline = start }, market.ErrDeadline},
		"far":             {func(m *market.MsgSubmitRequest) { m.Spec.Deadline = start + 51 }, market.ErrDeadline},
		"key":             {func(m *market.MsgSubmitRequest) { m.Spec.KeyId = 2 }, custody.ErrKey},
		"overflow":        {func(m *market.MsgSubmitRequest) { m.Spec.Price.Amount = math.NewIntFromUint64(1 << 63) }, market.ErrInvalid},
		"no organisation": {func(m *market.MsgSubmitRequest) { m.Spec.Use.Organisation = account(stranger) }, attestation.ErrNotFound},
		"not recipient":   {func(m *market.MsgSubmitRequest) { m.Researcher = account(stranger) }, market.ErrMissingFields},
		"poor": {func(m *market.MsgSubmitRequest) {
			m.Researcher = account(stranger)
			m.Spec.Use.Recipients = []string{m.Researcher}
		}, nil},
	} {
		msg := f.submission(spec(1, 3))
		c.change(msg)
		cached, _ := f.ctx.CacheContext()
		_, err := f.msgs.SubmitRequest(cached, msg)
		require.Error(t, err, name)
		if c.want != nil {
			require.ErrorIs(t, err, c.want, name)
		}
	}
	require.Equal(t, int64(wealth), f.has(researcher))

	o := f.world.organisations[account(university)]
	o.Status = attestation.ORGANISATION_STATUS_SUSPENDED
	f.world.organisations[account(university)] = o
	_, err := f.msgs.SubmitRequest(f.ctx, f.submission(spec(1, 3)))
	require.ErrorIs(t, err, market.ErrOrganisation)
}

func TestPostSeats(t *testing.T) {
	f := initFixture(t)
	key := f.submit(t, spec(1, 3))
	require.ErrorIs(t, f.decide(key, 1, true), market.ErrState, "before the seats are there")
	require.ErrorIs(t, f.post(key, 1, 1), market.ErrSeat, "a gap")
	require.ErrorIs(t, f.post(key, 0, 4), market.ErrSeat, "more than n_max")
	require.NoError(t, f.post(key, 0, 2))
	require.Equal(t, market.STATE_SUBMITTED, f.request(t, key).State)
	require.ErrorIs(t, f.post(key, 0, 1), market.ErrSeat, "posted already")
	_, err := f.msgs.PostSeats(f.ctx, &market.MsgPostSeats{
		Researcher: account(stranger), RequestId: key.String(), First: 2,
		Seats: []market.SeatPost{{Q: digest(1), Proof: make([]byte, 128)}},
	})
	require.ErrorIs(t, err, market.ErrNotResearcher)
	_, err = f.msgs.PostSeats(f.ctx, &market.MsgPostSeats{
		Researcher: account(researcher), RequestId: key.String(), First: 2,
		Seats: []market.SeatPost{{Q: digest(0xff), Proof: make([]byte, 128)}},
	})
	require.ErrorIs(t, err, custody.ErrProof)
	require.NoError(t, f.post(key, 2, 1))
	r := f.request(t, key)
	require.Equal(t, market.STATE_OPEN, r.State)
	require.Equal(t, int64(start), r.OpenedHeight)
	require.ErrorIs(t, f.post(key, 3, 1), market.ErrState)
	require.ErrorIs(t, f.post(ds(1), 0, 1), market.ErrNotFound)
}

func TestSubmitted_WithoutSeats(t *testing.T) {
	f := initFixture(t)
	key := f.submit(t, spec(1, 3))
	require.NoError(t, f.post(key, 0, 2))
	f.until(t, deadline)
	require.Equal(t, market.STATE_SUBMITTED, f.request(t, key).State)
	f.block(t)
	require.Equal(t, market.STATE_CANCELLED, f.request(t, key).State)
	require.Equal(t, int64(wealth-fee), f.has(researcher), "all but the process fee")
	require.Equal(t, int64(fee), f.pool())
	require.ErrorIs(t, f.post(key, 2, 1), market.ErrState)
}

func TestCancelRequest(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 3)
	f.yes(t, key, 1)
	cancel := func(who byte) error {
		_, err := f.msgs.CancelRequest(
			f.ctx,
			&market.MsgCancelRequest{Researcher: account(who), RequestId: key.String()},
		)
		return err
	}
	require.ErrorIs(t, cancel(stranger), market.ErrNotResearcher)
	require.NoError(t, cancel(researcher))
	const part = 3 * charge / 100
	require.Equal(t, int64(part+fee), f.pool(), "1 % of the seats' money, rounded down")
	require.Equal(t, int64(wealth-part-fee), f.has(researcher))
	require.Equal(t, market.STATE_CANCELLED, f.request(t, key).State)
	require.True(t, f.escrow(t, key).Done())
	require.ErrorIs(t, cancel(researcher), market.ErrState, "twice")
	require.ErrorIs(t, f.decide(key, 2, true), market.ErrState)
	f.block(t)
	require.Equal(t, market.DECISION_STATE_LOST, f.decision(t, key, 1).State)
	require.Zero(t, f.request(t, key).Yes)
	f.until(t, deadline+1)
	require.Equal(t, market.STATE_CANCELLED, f.request(t, key).State, "the deadline passes over it")
}

func TestCancelRequest_AfterClearing(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 1)
	f.yes(t, key, 1)
	f.block(t)
	_, err := f.msgs.CancelRequest(
		f.ctx,
		&market.MsgCancelRequest{Researcher: account(researcher), RequestId: key.String()},
	)
	require.ErrorIs(t, err, market.ErrState)
}

func TestUpdateParams(t *testing.T) {
	f := initFixture(t)
	p := market.MainnetParams()
	_, err := f.msgs.UpdateParams(f.ctx, &market.MsgUpdateParams{Authority: account(stranger), Params: p})
	require.ErrorIs(t, err, market.ErrAuthority)
	p.Split.Patient, p.Split.Pool = 6_999, 1_501
	_, err = f.msgs.UpdateParams(f.ctx, &market.MsgUpdateParams{Authority: account(authority), Params: p})
	require.ErrorIs(t, err, market.ErrParams, "the floor is nobody's to lower")
}

// A request keeps the split of its day, whatever the authority does.
func TestUpdateParams_SplitIsKept(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 1)
	f.params(t, func(p *market.Params) {
		p.Split.Patient, p.Split.Pool = 7_000, 1_500
		p.ProcessFee = math.NewInt(999)
	})
	f.yes(t, key, 1)
	f.block(t)
	f.release(t, key, 0)
	f.block(t)
	require.Equal(t, int64(fee+side), f.pool())
	require.Equal(t, sdk.NewInt64Coin("uusd", 0).Amount, f.escrow(t, key).Pending)
}
