package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/x/dataset"
)

func TestGenesis_RoundTrip(t *testing.T) {
	f := initFixture(t)
	one, two := f.register(t, 1, 7), f.register(t, 2, 8)
	require.NoError(t, f.hold(0x21, one, two))
	require.NoError(t, f.hold(0x23, two))
	require.NoError(t, f.withdraw(1, one))
	exported, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, exported.Validate())
	require.Equal(t, chainID, exported.OriginChainId)
	require.Len(t, exported.Datasets, 2)
	require.Len(t, exported.Receipts, 3)

	g := initFixture(t)
	g.ctx = g.ctx.WithChainID("volens-test-2")
	require.NoError(t, g.keeper.InitGenesis(g.ctx, exported))
	again, err := g.keeper.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.Equal(t, exported, again, "the origin outlives a new chain id")
	require.Equal(t, []string{one}, g.list(t, dataset.QueryDatasetsRequest{Status: dataset.STATUS_WITHDRAWN}),
		"indexes are rebuilt")
	require.Empty(t, g.hooks.payloads, "an import is no registration")
}

func TestInitGenesis_Invalid(t *testing.T) {
	f := initFixture(t)
	require.ErrorIs(t, f.keeper.InitGenesis(f.ctx, &dataset.GenesisState{Datasets: []dataset.Dataset{{}}}),
		dataset.ErrInvalid)
}
