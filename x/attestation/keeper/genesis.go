package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/volens-network/volens/x/attestation"
)

// InitGenesis stores what ExportGenesis gave. The coins that Held counts must be
// in the module's account by the bank's own genesis.
func (k *Keeper) InitGenesis(ctx context.Context, g *attestation.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
	for _, o := range g.Organisations {
		if err := k.setOrganisation(ctx, o); err != nil {
			return err
		}
	}
	for _, h := range g.Heartbeats {
		key, err := parse("gateway", h.Gateway)
		if err != nil {
			return err
		}
		if err := k.Heartbeats.Set(ctx, key, h); err != nil {
			return err
		}
	}
	if err := k.initDeidentifications(ctx, g); err != nil {
		return err
	}
	for _, a := range g.Approvals {
		key, err := approvalKey(a.ProtocolSha256, a.Organisation)
		if err != nil {
			return err
		}
		if err := k.EthicsApprovals.Set(ctx, key, a); err != nil {
			return err
		}
	}
	for _, v := range g.Visas {
		key, err := visaKey(v.Researcher, v.Organisation)
		if err != nil {
			return err
		}
		if err := k.Visas.Set(ctx, key, v); err != nil {
			return err
		}
	}
	return nil
}

// initDeidentifications stores attestations and challenges, and lists anew when
// challenges lapse.
func (k *Keeper) initDeidentifications(ctx context.Context, g *attestation.GenesisState) error {
	for _, d := range g.Deidentifications {
		key, err := parseID(d.DatasetId)
		if err != nil {
			return err
		}
		if err := k.Deidentifications.Set(ctx, collections.Join(key, d.Version), d); err != nil {
			return err
		}
	}
	for _, c := range g.Challenges {
		key, err := parseID(c.DatasetId)
		if err != nil {
			return err
		}
		if err := k.Challenges.Set(ctx, collections.Join(key, c.Version), c); err != nil {
			return err
		}
		if c.State != attestation.CHALLENGE_STATE_OPEN {
			continue
		}
		if err := k.Freezes.Set(ctx, collections.Join3(c.FreezeUntil, key, c.Version)); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis returns the whole state in the order of its keys.
func (k *Keeper) ExportGenesis(ctx context.Context) (*attestation.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	g := &attestation.GenesisState{Params: params}
	if g.Organisations, err = values(ctx, k.Organisations); err != nil {
		return nil, err
	}
	if g.Heartbeats, err = values(ctx, k.Heartbeats); err != nil {
		return nil, err
	}
	if g.Deidentifications, err = values(ctx, k.Deidentifications); err != nil {
		return nil, err
	}
	if g.Challenges, err = values(ctx, k.Challenges); err != nil {
		return nil, err
	}
	if g.Approvals, err = values(ctx, k.EthicsApprovals); err != nil {
		return nil, err
	}
	g.Visas, err = values(ctx, k.Visas)
	return g, err
}

// values lists all entries of a collection.
func values[K, V any](ctx context.Context, entries collections.Map[K, V]) ([]V, error) {
	var out []V
	err := entries.Walk(ctx, nil, func(_ K, v V) (bool, error) {
		out = append(out, v)
		return false, nil
	})
	return out, err
}
