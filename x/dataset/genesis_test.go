package dataset_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/x/dataset"
)

func genesis(tb testing.TB) dataset.GenesisState {
	tb.Helper()
	return dataset.GenesisState{
		OriginChainId: "volens-1",
		Datasets:      []dataset.Dataset{stored(tb)},
		Receipts:      []dataset.Receipt{{DatasetId: someID, Version: 2, Gateway: account(tb, 0x21), Height: 8}},
	}
}

func TestGenesisState_Validate(t *testing.T) {
	require.NoError(t, dataset.DefaultGenesis().Validate())
	require.NoError(t, genesis(t).Validate())
	for name, broken := range map[string]struct {
		spoil func(g *dataset.GenesisState)
		is    error
	}{
		"chain id":        {func(g *dataset.GenesisState) { g.OriginChainId = strings.Repeat("x", 51) }, dataset.ErrInvalid},
		"dataset":         {func(g *dataset.GenesisState) { g.Datasets[0].Version = 0 }, dataset.ErrInvalid},
		"dataset twice":   {func(g *dataset.GenesisState) { g.Datasets = append(g.Datasets, g.Datasets[0]) }, dataset.ErrExists},
		"receipt twice":   {func(g *dataset.GenesisState) { g.Receipts = append(g.Receipts, g.Receipts[0]) }, dataset.ErrReceipt},
		"old receipt":     {func(g *dataset.GenesisState) { g.Receipts[0].Version = 1 }, dataset.ErrReceipt},
		"version 0":       {func(g *dataset.GenesisState) { g.Receipts[0].Version = 0 }, dataset.ErrInvalid},
		"receipt height":  {func(g *dataset.GenesisState) { g.Receipts[0].Height = -1 }, dataset.ErrInvalid},
		"receipt id":      {func(g *dataset.GenesisState) { g.Receipts[0].DatasetId = "" }, dataset.ErrInvalid},
		"receipt address": {func(g *dataset.GenesisState) { g.Receipts[0].Gateway = "" }, dataset.ErrInvalid},
		"stranger":        {func(g *dataset.GenesisState) { g.Receipts[0].Gateway = account(t, 1) }, dataset.ErrNotGateway},
		"orphan":          {func(g *dataset.GenesisState) { g.Datasets = nil }, dataset.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			g := genesis(t)
			broken.spoil(&g)
			require.ErrorIs(t, g.Validate(), broken.is)
		})
	}
}
