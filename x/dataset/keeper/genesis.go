package keeper

import (
	"context"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
)

// InitGenesis stores what ExportGenesis gave. Hooks are not called: the module
// that owns them imports its own state.
func (k *Keeper) InitGenesis(ctx context.Context, g *dataset.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	origin := g.OriginChainId
	if origin == "" {
		origin = sdk.UnwrapSDKContext(ctx).ChainID()
	}
	if err := k.Origin.Set(ctx, origin); err != nil {
		return err
	}
	for _, d := range g.Datasets {
		key, err := d.ID()
		if err != nil {
			return err
		}
		if err := k.Datasets.Set(ctx, key, d); err != nil {
			return err
		}
	}
	for _, r := range g.Receipts {
		key, err := id.Parse(r.DatasetId)
		if err != nil {
			return err
		}
		gateway, err := dataset.ParseAddress(r.Gateway)
		if err != nil {
			return err
		}
		if err := k.Held.Set(ctx, collections.Join3(key, r.Version, gateway), r); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis returns the whole state in the order of its keys.
func (k *Keeper) ExportGenesis(ctx context.Context) (*dataset.GenesisState, error) {
	origin, err := k.OriginChainID(ctx)
	if err != nil {
		return nil, err
	}
	g := &dataset.GenesisState{OriginChainId: origin}
	err = k.Datasets.Walk(ctx, nil, func(_ id.ID, d dataset.Dataset) (bool, error) {
		g.Datasets = append(g.Datasets, d)
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.Held.Walk(ctx, nil, func(_ ReceiptKey, r dataset.Receipt) (bool, error) {
		g.Receipts = append(g.Receipts, r)
		return false, nil
	})
	return g, err
}
