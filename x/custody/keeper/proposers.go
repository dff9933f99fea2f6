package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/custody"
)

// minSlots is the least number of own slots by which a proposer is judged.
const minSlots = 20

// CountInjection records whether this block carried a valid injection. Valid ones
// let the run's windows pass. Where one was expected, because the last height had
// a batch or a run is open, the proposer's slot counts, and its omission.
func (k *Keeper) CountInjection(ctx context.Context, valid bool, proposer sdk.ConsAddress, expected bool) {
	k.quarantine(sdk.UnwrapSDKContext(ctx), "injection", func(ctx sdk.Context) error {
		if valid {
			if err := k.countBlock(ctx); err != nil {
				return err
			}
		}
		if !expected || len(proposer) == 0 {
			return nil
		}
		record, err := k.Proposers.Get(ctx, proposer)
		if err != nil && !isNotFound(err) {
			return err
		}
		record.ConsensusAddress = proposer
		record.Slots++
		if !valid {
			record.Omitted++
		}
		return k.Proposers.Set(ctx, proposer, record)
	})
}

func (k *Keeper) countBlock(ctx sdk.Context) error {
	run, err := k.Runs.Run.Get(ctx)
	if isNotFound(err) {
		return nil
	}
	if err != nil || run.Finished {
		return err
	}
	run.Counted++
	return k.Runs.Run.Set(ctx, run)
}

// judgeProposers jails, at the end of each window, those who left out the
// injection in more than half of at least minSlots own slots and more than three
// times as often as the median of all: a bug that all have jails nobody.
func (k *Keeper) judgeProposers(ctx sdk.Context) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if ctx.BlockHeight()%params.MissWindow != 0 {
		return nil
	}
	var records []custody.ProposerRecord
	err = k.Proposers.Walk(ctx, nil, func(_ []byte, r custody.ProposerRecord) (bool, error) {
		records = append(records, r)
		return false, nil
	})
	if err != nil {
		return err
	}
	median := medianRate(records)
	for _, r := range records {
		if r.Slots < minSlots || 2*r.Omitted <= r.Slots || rate(r) <= 3*median {
			continue
		}
		k.quarantine(ctx, "jail proposer", func(ctx sdk.Context) error {
			return k.left.Validators.Jail(ctx, r.ConsensusAddress)
		})
	}
	return k.Proposers.Clear(ctx, new(collections.Range[[]byte]))
}

// rate is how often a proposer omitted the injection, in millionths.
func rate(r custody.ProposerRecord) uint64 {
	if r.Slots == 0 {
		return 0
	}
	return r.Omitted * 1_000_000 / r.Slots
}

// medianRate is the lower median.
func medianRate(records []custody.ProposerRecord) uint64 {
	if len(records) == 0 {
		return 0
	}
	rates := make([]uint64, len(records))
	for i, r := range records {
		rates[i] = rate(r)
	}
	slices.Sort(rates)
	return rates[(len(rates)-1)/2]
}
