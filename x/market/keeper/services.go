package keeper

import (
	"context"
	"math"

	"cosmossdk.io/collections"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

const maxHeight = math.MaxInt64

// ServiceKey is request id, seat, gateway.
type ServiceKey = collections.Triple[id.ID, uint64, sdk.AccAddress]

// Services are what gateways owe.
type Services struct {
	// Locks is keyed by request id, seat, gateway.
	Locks collections.Map[ServiceKey, market.BondLock]
	// Claims is keyed by request id, seat, gateway.
	Claims collections.Map[ServiceKey, market.ServiceClaim]
}

func newServices(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) Services {
	key := collections.TripleKeyCodec(dataset.IDKey, collections.Uint64Key, sdk.AccAddressKey)
	return Services{
		Locks:  collections.NewMap(sb, market.LocksPrefix, "locks", key, codec.CollValue[market.BondLock](cdc)),
		Claims: collections.NewMap(sb, market.ClaimsPrefix, "claims", key, codec.CollValue[market.ServiceClaim](cdc)),
	}
}

func serviceKey(request string, seat uint64, gateway string) (ServiceKey, error) {
	key, err := id.Parse(request)
	if err != nil {
		return ServiceKey{}, err
	}
	address, err := dataset.ParseAddress(gateway)
	if err != nil {
		return ServiceKey{}, err
	}
	return collections.Join3(key, seat, address), nil
}

// locks lists the locks of a seat: there are as many as the dataset needs gateways.
func (s Services) locks(ctx context.Context, request id.ID, seat uint64) ([]market.BondLock, error) {
	var out []market.BondLock
	span := collections.NewSuperPrefixedTripleRange[id.ID, uint64, sdk.AccAddress](request, seat)
	err := s.Locks.Walk(ctx, span, func(_ ServiceKey, l market.BondLock) (bool, error) {
		out = append(out, l)
		return false, nil
	})
	return out, err
}

// bound reports whether a request has any lock.
func (s Services) bound(ctx context.Context, request id.ID) (bool, error) {
	some := false
	span := collections.NewPrefixedTripleRange[id.ID, uint64, sdk.AccAddress](request)
	err := s.Locks.Walk(ctx, span, func(ServiceKey, market.BondLock) (bool, error) {
		some = true
		return true, nil
	})
	return some, err
}

// slashed lists the gateways of a seat that paid for not serving it.
func (s Services) slashed(ctx context.Context, request id.ID, seat uint64) ([]sdk.AccAddress, error) {
	var out []sdk.AccAddress
	span := collections.NewSuperPrefixedTripleRange[id.ID, uint64, sdk.AccAddress](request, seat)
	err := s.Claims.Walk(ctx, span, func(key ServiceKey, c market.ServiceClaim) (bool, error) {
		if c.State == market.SERVICE_STATE_SLASHED {
			out = append(out, key.K3())
		}
		return false, nil
	})
	return out, err
}

// live reports whether a claim awaits a step.
func (s Services) live(ctx context.Context, key ServiceKey) (bool, error) {
	c, err := s.Claims.Get(ctx, key)
	if isNotFound(err) {
		return false, nil
	}
	return c.Live(), err
}

// lock binds a gateway to a seat. It reports false, and leaves no trace, if the
// gateway was not heard of lately or has too little free bond.
func (k *Keeper) lock(ctx sdk.Context, l market.BondLock) (bool, error) {
	fresh, err := k.left.Attestations.GatewayFresh(ctx, l.Gateway)
	if err != nil || !fresh {
		return false, nil //nolint:nilerr // an unknown gateway is not fresh
	}
	key, err := serviceKey(l.RequestId, l.Seat, l.Gateway)
	if err != nil {
		return false, err
	}
	cached, write := ctx.CacheContext()
	if err := k.left.Attestations.LockBond(cached, l.Gateway, l.Amount); err != nil {
		return false, nil //nolint:nilerr // too little is free, or bonds are in another denomination
	}
	write()
	return true, k.Services.Locks.Set(ctx, key, l)
}

// unlock ends a lock and frees the bond. A bond that cannot be freed, because
// somebody else took of it, must not keep others from their money.
func (k *Keeper) unlock(ctx context.Context, l market.BondLock) error {
	key, err := serviceKey(l.RequestId, l.Seat, l.Gateway)
	if err != nil {
		return err
	}
	if err := k.Services.Locks.Remove(ctx, key); err != nil {
		return err
	}
	k.quarantine(sdk.UnwrapSDKContext(ctx), "unlock", func(ctx sdk.Context) error {
		return k.left.Attestations.UnlockBond(ctx, l.Gateway, l.Amount)
	})
	return nil
}
