package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/volens-network/volens/x/consent"
)

// InitGenesis stores a genesis, which it validates first.
func (k *Keeper) InitGenesis(ctx context.Context, state consent.GenesisState) error {
	if err := state.Validate(); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, state.Params); err != nil {
		return err
	}
	for _, t := range state.Templates {
		if err := k.Templates.Set(ctx, collections.Join(t.Id, t.Language), t); err != nil {
			return err
		}
	}
	for _, c := range state.Codebooks {
		if err := k.Codebooks.Set(ctx, c.Version, c); err != nil {
			return err
		}
	}
	for _, c := range state.Consents {
		key, err := c.ID()
		if err != nil {
			return err
		}
		if err := k.Consents.Set(ctx, collections.Join(key, c.Version), c); err != nil {
			return err
		}
		// The versions of a dataset come in rising order, so the last one stays.
		if err := k.Latest.Set(ctx, key, c.Version); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis returns all state, the histories in rising order of version.
func (k *Keeper) ExportGenesis(ctx context.Context) (*consent.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	out := &consent.GenesisState{Params: params}
	if out.Consents, err = values(ctx, k.Consents); err != nil {
		return nil, err
	}
	if out.Templates, err = values(ctx, k.Templates); err != nil {
		return nil, err
	}
	out.Codebooks, err = values(ctx, k.Codebooks)
	return out, err
}
