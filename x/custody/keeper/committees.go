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
	// Epochs is keyed by key id, epoch: of each key the active one, the one before it, and
	// the one that waits for its canary.
	Epochs collections.Map[EpochKey, custody.Epoch]
	// Injections is keyed by key id, proposer: its injections that answered a batch of the
	// epoch that releases now.
	Injections collections.Map[ProposerKey, uint64]
	// Absences is keyed by key id, proposer, operator: how many of them went without the
	// operator's shares; absent while there are none.
	Absences collections.Map[AbsenceKey, uint64]

	decoded *cache[*threshold.Committee]
}

// EpochKey is key id, epoch.
type EpochKey = collections.Pair[uint64, uint64]

// ProposerKey is key id, consensus address.
type ProposerKey = collections.Pair[uint64, []byte]

// AbsenceKey is key id, consensus address of the proposer, operator.
type AbsenceKey = collections.Triple[uint64, []byte, []byte]

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
		Injections: collections.NewMap(sb, custody.InjectionsPrefix, "injections",
			collections.PairKeyCodec(collections.Uint64Key, collections.BytesKey), collections.Uint64Value),
		Absences: collections.NewMap(sb, custody.AbsencesPrefix, "absences",
			collections.TripleKeyCodec(collections.Uint64Key, collections.BytesKey, collections.BytesKey),
			collections.Uint64Value),
		decoded: newCache[*threshold.Committee](),
	}
}

// Epoch returns an epoch of a key, or custody.ErrNotFound.
func (c Committees) Epoch(ctx context.Context, keyID, epoch uint64) (custody.Epoch, error) {
	out, err := c.Epochs.Get(ctx, collections.Join(keyID, epoch))
	return out, found(err, "epoch %d of key %d", epoch, keyID)
}

// all lists the keys, the oldest first. There are few: one, and one more for each rotation.
func (c Committees) all(ctx context.Context) ([]custody.Key, error) {
	var out []custody.Key
	err := c.Keys.Walk(ctx, nil, func(_ uint64, key custody.Key) (bool, error) {
		out = append(out, key)
		return false, nil
	})
	return out, err
}

// newest returns the key that new datasets are sealed to: the one that is ACTIVE, or,
// while none is yet, the one that is PENDING.
func (c Committees) newest(ctx context.Context) (custody.Key, error) {
	keys, err := c.all(ctx)
	if err != nil {
		return custody.Key{}, err
	}
	for i := len(keys) - 1; i >= 0; i-- {
		if keys[i].Status == custody.KEY_STATUS_ACTIVE || i == 0 {
			return keys[i], nil
		}
	}
	return custody.Key{}, errorsmod.Wrap(custody.ErrNotFound, "key")
}

// active returns a key that takes new datasets, or custody.ErrKey.
func (c Committees) active(ctx context.Context, keyID uint64) (custody.Key, error) {
	return c.with(ctx, keyID, func(key custody.Key) bool { return key.Status == custody.KEY_STATUS_ACTIVE })
}

// serving returns a key that releases, be it active or superseded, or custody.ErrKey.
func (c Committees) serving(ctx context.Context, keyID uint64) (custody.Key, error) {
	return c.with(ctx, keyID, custody.Key.Serves)
}

func (c Committees) with(ctx context.Context, keyID uint64, fits func(custody.Key) bool) (custody.Key, error) {
	key, err := c.Keys.Get(ctx, keyID)
	if isNotFound(err) {
		return custody.Key{}, errorsmod.Wrapf(custody.ErrKey, "key %d is not there", keyID)
	}
	if err != nil {
		return custody.Key{}, err
	}
	if !fits(key) {
		return custody.Key{}, errorsmod.Wrapf(custody.ErrKey, "key %d is %s", keyID, key.Status)
	}
	return key, nil
}

func (k *Keeper) thresholdKey(ctx context.Context, key custody.Key) (*threshold.Key, error) {
	origin, err := k.left.Datasets.OriginChainID(ctx)
	if err != nil {
		return nil, err
	}
	return threshold.NewKey(origin, key.KeyId, key.Y)
}

// Committee returns the committee of an epoch, active or pending. Decoding its share keys
// is work, so the last few are kept.
func (k *Keeper) Committee(ctx context.Context, keyID, epoch uint64) (*threshold.Committee, error) {
	key, err := k.Committees.Keys.Get(ctx, keyID)
	if err != nil {
		return nil, found(err, "key %d", keyID)
	}
	stored, err := k.Committees.Epoch(ctx, keyID, epoch)
	if err != nil {
		return nil, err
	}
	origin, err := k.left.Datasets.OriginChainID(ctx)
	if err != nil {
		return nil, err
	}
	raw, err := stored.Marshal()
	if err != nil {
		return nil, err
	}
	return k.Committees.decoded.get(func() (*threshold.Committee, error) {
		public, err := threshold.NewKey(origin, keyID, key.Y)
		if err != nil {
			return nil, err
		}
		return threshold.NewCommittee(public, epoch, int(stored.Threshold), stored.PublicShares, stored.Owners)
	}, []byte(origin), key.Y, raw)
}
