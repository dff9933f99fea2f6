package keeper

import (
	"bytes"
	"context"
	"slices"

	"cosmossdk.io/collections"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
)

// KeptKey is job id, epoch.
type KeptKey = collections.Pair[[]byte, uint64]

// Kept are verified shares of jobs that are not finished: so the shares of several
// heights merge, and a proposer that hides some of them, or a validator that is slow,
// delays nobody. Shares of different epochs never meet. It is transient: a chain that
// starts from a genesis has none, and its jobs are answered again.
type Kept struct {
	// Shares is keyed by job id, epoch.
	Shares collections.Map[KeptKey, custody.KeptShares]
	// Epochs is keyed by key id, epoch, for those of which shares are kept.
	Epochs collections.Map[EpochKey, custody.KeptEpoch]
}

func newKept(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) Kept {
	return Kept{
		Shares: collections.NewMap(
			sb,
			custody.KeptSharesPrefix,
			"kept_shares",
			collections.PairKeyCodec(
				collections.BytesKey,
				collections.Uint64Key,
			),
			codec.CollValue[custody.KeptShares](cdc),
		),
		Epochs: collections.NewMap(
			sb,
			custody.KeptEpochsPrefix,
			"kept_epochs",
			collections.PairKeyCodec(
				collections.Uint64Key,
				collections.Uint64Key,
			),
			codec.CollValue[custody.KeptEpoch](cdc),
		),
	}
}

// of returns the shares of a job, none if there are none.
func (s Kept) of(ctx context.Context, job []byte, epoch uint64) (custody.KeptShares, error) {
	out, err := s.Shares.Get(ctx, collections.Join(job, epoch))
	if isNotFound(err) {
		return custody.KeptShares{}, nil
	}
	return out, err
}

// room is how many more shares may be kept.
func (s Kept) room(ctx context.Context) (int, error) {
	room := custody.MaxKeptShares
	err := s.Epochs.Walk(ctx, nil, func(_ EpochKey, e custody.KeptEpoch) (bool, error) {
		room -= int(e.Count) //nolint:gosec // at most MaxKeptShares
		return false, nil
	})
	return max(room, 0), err
}

// put adds shares of one job.
func (s Kept) put(ctx context.Context, epoch custody.Epoch, job []byte, added []custody.KeptShare) error {
	known, err := s.of(ctx, job, epoch.Epoch)
	if err != nil {
		return err
	}
	known.KeyId, known.Shares = epoch.KeyId, append(known.Shares, added...)
	slices.SortFunc(known.Shares, func(a, b custody.KeptShare) int { return int(a.Share) - int(b.Share) })
	if err := s.Shares.Set(ctx, collections.Join(job, epoch.Epoch), known); err != nil {
		return err
	}
	key := collections.Join(epoch.KeyId, epoch.Epoch)
	count, err := s.Epochs.Get(ctx, key)
	if err != nil && !isNotFound(err) {
		return err
	}
	return s.Epochs.Set(ctx, key, custody.KeptEpoch{Run: epoch.Run, Count: count.Count + uint64(len(added))})
}

// drop forgets the shares of a job, of all epochs.
func (s Kept) drop(ctx context.Context, job []byte) error {
	return s.remove(ctx, collections.NewPrefixedPairRange[[]byte, uint64](job),
		func(KeptKey, custody.KeptShares) bool { return true })
}

// end forgets the shares of an epoch.
func (s Kept) end(ctx context.Context, epoch EpochKey) error {
	return s.remove(ctx, nil, func(key KeptKey, shares custody.KeptShares) bool {
		return shares.KeyId == epoch.K1() && key.K2() == epoch.K2()
	})
}

// remove forgets the entries of a range that are meant, and counts them off.
func (s Kept) remove(
	ctx context.Context, span collections.Ranger[KeptKey], meant func(KeptKey, custody.KeptShares) bool,
) error {
	var keys []KeptKey
	var shares []custody.KeptShares
	err := s.Shares.Walk(ctx, span, func(key KeptKey, kept custody.KeptShares) (bool, error) {
		if meant(key, kept) {
			keys, shares = append(keys, key), append(shares, kept)
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	for i, key := range keys {
		if err := s.Shares.Remove(ctx, key); err != nil {
			return err
		}
		of := collections.Join(shares[i].KeyId, key.K2())
		count, err := s.Epochs.Get(ctx, of)
		if err != nil {
			return err
		}
		count.Count -= min(count.Count, uint64(len(shares[i].Shares)))
		if count.Count > 0 {
			err = s.Epochs.Set(ctx, of, count)
		} else {
			err = s.Epochs.Remove(ctx, of)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// KeptShares returns the shares that are kept for the batch of a height, ascending by
// job and share, all of the batch's epoch.
func (k *Keeper) KeptShares(ctx context.Context, height int64) ([]threshold.KeptShare, error) {
	batch, err := k.Jobs.batch(ctx, height)
	if err != nil || len(batch.Jobs) == 0 {
		return nil, err
	}
	some, err := k.Kept.Epochs.Has(ctx, collections.Join(batch.KeyId, batch.Epoch))
	if err != nil || !some {
		return nil, err
	}
	var out []threshold.KeptShare
	for j, job := range batch.Jobs {
		kept, err := k.Kept.of(ctx, job.Id, batch.Epoch)
		if err != nil {
			return nil, err
		}
		for _, share := range kept.Shares {
			out = append(out, threshold.KeptShare{JobIndex: j, Share: int(share.Share), S: share.S})
		}
	}
	return out, nil
}

// KeepShares keeps verified shares of the batch of a height, for jobs that are open
// still and an epoch that has not ended: in their order, as long as there is room, and
// fewer than the threshold of each job. A share that is kept already changes nothing.
func (k *Keeper) KeepShares(ctx context.Context, height int64, shares []threshold.KeptShare) {
	if len(shares) == 0 {
		return
	}
	k.quarantine(sdk.UnwrapSDKContext(ctx), "shares to keep", func(ctx sdk.Context) error {
		batch, err := k.Jobs.batch(ctx, height)
		if err != nil {
			return err
		}
		epoch, live, err := k.keeps(ctx, collections.Join(batch.KeyId, batch.Epoch))
		if err != nil || !live {
			return err
		}
		room, err := k.Kept.room(ctx)
		if err != nil {
			return err
		}
		for len(shares) > 0 {
			n := 1
			for n < len(shares) && shares[n].JobIndex == shares[0].JobIndex {
				n++
			}
			if shares[0].JobIndex < 0 || shares[0].JobIndex >= len(batch.Jobs) {
				return nil
			}
			kept, err := k.keep(ctx, epoch, batch.Jobs[shares[0].JobIndex].Id, shares[:n], room)
			if err != nil {
				return err
			}
			room, shares = room-kept, shares[n:]
		}
		return nil
	})
}

// keep adds shares of one job, and returns how many.
func (k *Keeper) keep(
	ctx sdk.Context, epoch custody.Epoch, job []byte, shares []threshold.KeptShare, room int,
) (int, error) {
	open, err := k.Jobs.Jobs.Has(ctx, job)
	if err != nil {
		return 0, err
	}
	if !open && !bytes.Equal(job, canaryJob(ctx, epoch.KeyId).Id) {
		return 0, nil
	}
	known, err := k.Kept.of(ctx, job, epoch.Epoch)
	if err != nil {
		return 0, err
	}
	room = min(room, int(epoch.Threshold)-1-len(known.Shares))
	var added []custody.KeptShare
	for _, s := range shares {
		if len(added) >= room {
			break
		}
		index := uint32(s.Share) //nolint:gosec // at most threshold.MaxShares
		if !slices.ContainsFunc(known.Shares, func(k custody.KeptShare) bool { return k.Share == index }) {
			added = append(added, custody.KeptShare{Share: index, S: s.S})
		}
	}
	if len(added) == 0 {
		return 0, nil
	}
	return len(added), k.Kept.put(ctx, epoch, job, added)
}

// keeps returns an epoch whose shares are kept: one that releases or will.
func (k *Keeper) keeps(ctx context.Context, of EpochKey) (epoch custody.Epoch, live bool, err error) {
	key, err := k.Committees.Keys.Get(ctx, of.K1())
	if isNotFound(err) || (err == nil && of.K2() < key.Epoch) {
		return custody.Epoch{}, false, nil
	}
	if err != nil {
		return custody.Epoch{}, false, err
	}
	epoch, err = k.Committees.Epochs.Get(ctx, of)
	if isNotFound(err) {
		return custody.Epoch{}, false, nil
	}
	return epoch, err == nil, err
}

// sweepKept forgets the shares of epochs that have ended. One that was given up may
// be followed by another with the same number: the run tells them apart.
func (k *Keeper) sweepKept(ctx sdk.Context) error {
	var ended []EpochKey
	err := k.Kept.Epochs.Walk(ctx, nil, func(of EpochKey, kept custody.KeptEpoch) (bool, error) {
		epoch, live, err := k.keeps(ctx, of)
		if err == nil && (!live || epoch.Run != kept.Run) {
			ended = append(ended, of)
		}
		return false, err
	})
	if err != nil {
		return err
	}
	for _, of := range ended {
		if err := k.Kept.end(ctx, of); err != nil {
			return err
		}
	}
	return nil
}
