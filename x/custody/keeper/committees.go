package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
)

// Committees are the committee keys and who holds them.
type Committees struct {
	// LiveChain is the chain id under which the state lives.
	LiveChain collections.Item[string]
	// Keys is keyed by key id.
	Keys collections.Map[uint64, custody.Key]
	// Epochs is keyed by key id, epoch.
	Epochs collections.Map[EpochKey, custody.Epoch]
}

// EpochKey is key id, epoch.
type EpochKey = collections.Pair[uint64, uint64]

func newCommittees(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) Committees {
	return Committees{
		LiveChain: collections.NewItem(sb, custody.LiveChainPrefix, "live_chain_id", collections.StringValue),
		Keys: collections.NewMap(sb, custody.KeysPrefix, "keys", collections.Uint64Key,
			codec.CollValue[custody.Key](cdc)),
		Epochs: collections.NewMap(
			sb,
			custody.EpochsPrefix,
			"epochs",
			collections.PairKeyCodec(
				collections.Uint64Key,
				collections.Uint64Key,
			),
			codec.CollValue[custody.Epoch](cdc),
		),
	}
}

// Epoch returns an epoch of a key, or custody.ErrNotFound.
func (c Committees) Epoch(ctx context.Context, keyID, epoch uint64) (custody.Epoch, error) {
	out, err := c.Epochs.Get(ctx, collections.Join(keyID, epoch))
	return out, found(err, "epoch %d of key %d", epoch, keyID)
}

// active returns a key that is active, or custody.ErrKey.
func (c Committees) active(ctx context.Context, keyID uint64) (custody.Key, error) {
	key, err := c.Keys.Get(ctx, keyID)
	if err != nil {
		return custody.Key{}, errorsmod.Wrapf(custody.ErrKey, "key %d: %v", keyID, err)
	}
	if key.Status != custody.KEY_STATUS_ACTIVE {
		return custody.Key{}, errorsmod.Wrapf(custody.ErrKey, "key %d is %s", keyID, key.Status)
	}
	return key, nil
}

// activeKey returns the public context of an active key.
func (k *Keeper) activeKey(ctx context.Context, keyID uint64) (*threshold.Key, error) {
	key, err := k.Committees.active(ctx, keyID)
	if err != nil {
		return nil, err
	}
	return k.thresholdKey(ctx, key)
}

func (k *Keeper) thresholdKey(ctx context.Context, key custody.Key) (*threshold.Key, error) {
	origin, err := k.left.Datasets.OriginChainID(ctx)
	if err != nil {
		return nil, err
	}
	return threshold.NewKey(origin, key.KeyId, key.Y)
}

// Committee returns the committee of an epoch, active or pending. It decodes
// every share key: callers keep it for the epoch's time.
func (k *Keeper) Committee(ctx context.Context, keyID, epoch uint64) (*threshold.Committee, error) {
	key, err := k.Committees.Keys.Get(ctx, keyID)
	if err != nil {
		return nil, found(err, "key %d", keyID)
	}
	stored, err := k.Committees.Epoch(ctx, keyID, epoch)
	if err != nil {
		return nil, err
	}
	public, err := k.thresholdKey(ctx, key)
	if err != nil {
		return nil, err
	}
	return threshold.NewCommittee(public, epoch, int(stored.Threshold), stored.PublicShares, stored.Owners)
}
