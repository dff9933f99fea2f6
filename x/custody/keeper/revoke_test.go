package keeper_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
)

// revoke does what x/consent does.
func (f *fixture) revoke(of id.ID) func() {
	return func() {
		c := f.left.consents[of]
		c.Status = consent.STATUS_INACTIVE
		f.left.consents[of] = c
		require.NoError(f.t, f.keeper.AfterRevoke(f.ctx, of))
	}
}

func TestRevoke_InTheBlockThatWouldWriteTheBatch(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) }, f.revoke(of))
	batch, err := f.keeper.BatchAt(f.ctx, f.height())
	require.NoError(t, err)
	require.Empty(t, batch.Jobs)
	require.Equal(t, custody.CAUSE_REVOKED, f.cause(request, 0))
	require.Equal(t, []custody.Cause{custody.CAUSE_REVOKED}, f.market.causes)
	emitted, err := f.keeper.Jobs.Emissions.Has(f.ctx, collections.Join3(of, request, uint64(0)))
	require.NoError(t, err)
	require.False(t, emitted)
	f.steps(4)
	require.Empty(t, f.market.released)
}

func TestRevoke_BeforeTheJobOpens(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	f.step(f.revoke(of), func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
	require.Equal(t, custody.CAUSE_DENIED, f.cause(request, 0))
	f.steps(4)
	require.Empty(t, f.market.released)
}

func TestRevoke_InTheBatchIsPaidWhenItCompletes(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
	f.step(f.revoke(of)) // the shares are on their way
	require.Equal(t, custody.SEAT_STATE_REVOKING, f.state(request, 0))
	require.Empty(t, f.market.voided)
	f.step()
	require.Equal(t, custody.SEAT_STATE_RELEASED, f.state(request, 0))
	require.Len(t, f.market.released, 1)
	require.Empty(t, f.market.voided, "paid or void, never both")
}

func TestRevoke_InTheBatchIsVoidWhenItDoesNotComplete(t *testing.T) {
	for name, hinder := range map[string]func(*fixture){
		"too few shares": func(f *fixture) { f.nodes[0].silent, f.nodes[1].silent = true, true },
		"no injection":   func(f *fixture) { f.dropNext = true },
	} {
		f := initFixture(t)
		request, of := f.requested(1), f.registered(1)
		f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
		if name == "too few shares" {
			hinder(f)
		}
		f.step(f.revoke(of))
		if name == "no injection" {
			hinder(f)
		}
		f.step()
		require.Equal(t, custody.SEAT_STATE_VOID, f.state(request, 0), name)
		require.Equal(t, custody.CAUSE_REVOKED, f.cause(request, 0), name)
		require.Equal(t, `true`, f.attribute("volens.custody.v1.EventSeatVoid", "possibly_opened"), name)
		f.nodes[0].silent, f.nodes[1].silent = false, false
		f.steps(5)
		require.Empty(t, f.market.released, name)
		require.Len(t, f.market.voided, 1, name)
	}
}

func TestRevoke_EmittedBetweenTwoBatches(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	f.nodes[0].silent, f.nodes[1].silent = true, true
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
	f.step()
	batch, err := f.keeper.BatchAt(f.ctx, f.height())
	require.NoError(t, err)
	require.Empty(t, batch.Jobs, "it stood in the last one")
	f.nodes[0].silent, f.nodes[1].silent = false, false
	f.step(f.revoke(of))
	require.Equal(t, custody.SEAT_STATE_VOID, f.state(request, 0))
	f.steps(4)
	require.Empty(t, f.market.released)
}

func TestRevoke_AfterTheRelease(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
	f.steps(2)
	f.step(f.revoke(of))
	require.Equal(t, custody.SEAT_STATE_RELEASED, f.state(request, 0))
	require.Empty(t, f.market.voided)
}

func TestRevoke_TwiceInABlock(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
	f.step(f.revoke(of), f.revoke(of))
	require.Equal(t, custody.SEAT_STATE_REVOKING, f.state(request, 0))
	f.step()
	require.Equal(t, custody.SEAT_STATE_RELEASED, f.state(request, 0))
}

func TestRevoke_OthersAreUntouched(t *testing.T) {
	f := initFixture(t)
	request, mine, other := f.requested(1), f.registered(1), f.registered(2)
	f.step(func() {
		require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, mine, false))
		require.NoError(t, f.keeper.OpenJob(f.ctx, request, 1, other, false))
	}, f.revoke(mine))
	f.steps(2)
	require.Equal(t, custody.SEAT_STATE_VOID, f.state(request, 0))
	require.Equal(t, custody.SEAT_STATE_RELEASED, f.state(request, 1))
}

func TestRevoke_StandsWhateverTheMarketSays(t *testing.T) {
	for name, fail := range map[string]func(*market){
		"error": func(m *market) { m.fail = errors.New("market") },
		"panic": func(m *market) { m.explode = true },
	} {
		f := initFixture(t)
		request, of := f.requested(1), f.registered(1)
		fail(f.market)
		f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) }, f.revoke(of))
		require.Equal(t, custody.SEAT_STATE_VOID, f.state(request, 0), name)
	}
}

func TestRevoke_GasCannotSilenceTheMarket(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false))
	f.market.gas = 10_000_000
	cached, _ := f.ctx.CacheContext()
	require.Panics(t, func() {
		err := f.keeper.AfterRevoke(cached.WithGasMeter(storetypes.NewGasMeter(1_000_000)), of)
		t.Log("revoked without the market's knowledge", err)
	})
	require.Equal(t, custody.SEAT_STATE_ASSIGNED, f.state(request, 0), "the transaction failed as a whole")
	require.NoError(t, f.keeper.AfterRevoke(f.ctx, of))
	require.Len(t, f.market.voided, 1)
}

func TestWithdraw_EndsLikeARevocation(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	f.step(
		func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) },
		func() { require.NoError(t, f.keeper.AfterWithdraw(f.ctx, of)) },
	)
	require.Equal(t, custody.CAUSE_WITHDRAWN, f.cause(request, 0))
	require.Equal(t, []custody.Cause{custody.CAUSE_WITHDRAWN}, f.market.causes)
}

func TestWithdraw_InTheBatchIsSettledNextBlock(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
	f.nodes[0].silent, f.nodes[1].silent = true, true
	f.step(func() { require.NoError(t, f.keeper.AfterWithdraw(f.ctx, of)) })
	require.Equal(t, custody.SEAT_STATE_REVOKING, f.state(request, 0))
	f.step()
	require.Equal(t, custody.CAUSE_WITHDRAWN, f.cause(request, 0))
}
