package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/dataset"
)

// spokenFixture is a chain on which everybody has said something.
func spokenFixture(t *testing.T) *fixture {
	t.Helper()
	f := challengeFixture(t)
	require.NoError(t, f.challenge(outsider, uusd(150)))
	require.NoError(t, f.approve(board, 1, 3))
	require.NoError(t, f.issue(university))
	_, err := f.msgs.AnchorLog(f.ctx, &attestation.MsgAnchorLog{Gateway: addr(gateway), Root: digest(1)})
	require.NoError(t, err)
	return f
}

func TestGenesis_RoundTrip(t *testing.T) {
	f := spokenFixture(t)
	exported, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, exported.Validate())

	g := bareFixture(t)
	require.NoError(t, g.keeper.InitGenesis(g.ctx, exported))
	again, err := g.keeper.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.Equal(t, exported, again)
	require.Len(t, again.Organisations, 5)
	require.Len(t, again.Heartbeats, 1)
	require.Len(t, again.Approvals, 1)
	require.Len(t, again.Visas, 1)

	g.bank.module = f.bank.module
	g.change(func(d *dataset.Dataset) { d.Status = dataset.STATUS_FROZEN })
	g.stands(open, dataset.STATUS_FROZEN, 300, 250)
	g.endBlock(startHeight + 20)
	g.stands(dismissed, dataset.STATUS_ACTIVE, 450, 100)
}

func TestInitGenesis_Invalid(t *testing.T) {
	f := bareFixture(t)
	require.ErrorIs(t, f.keeper.InitGenesis(f.ctx, &attestation.GenesisState{}), attestation.ErrInvalid)
}
