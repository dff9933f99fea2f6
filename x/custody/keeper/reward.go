package keeper

import (
	"context"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/volens-network/volens/x/custody"
)

// RecordPresence counts which holders of shares an injection went without. The pre-blocker
// of height+1 calls it with the operators whose shares the proposer used.
func (k *Keeper) RecordPresence(ctx context.Context, height int64, proposer sdk.ConsAddress, present [][]byte) {
	k.quarantine(sdk.UnwrapSDKContext(ctx), "presence", func(ctx sdk.Context) error {
		batch, err := k.Jobs.batch(ctx, height)
		if err != nil || len(batch.Jobs) == 0 || len(proposer) == 0 {
			return err
		}
		key, err := k.Committees.Keys.Get(ctx, batch.KeyId)
		if err != nil {
			return err
		}
		if !key.Serves() || key.Epoch != batch.Epoch {
			return nil
		}
		epoch, err := k.Committees.Epoch(ctx, key.KeyId, key.Epoch)
		if err != nil {
			return err
		}
		if err := count(ctx, k.Committees.Injections, collections.Join(key.KeyId, []byte(proposer))); err != nil {
			return err
		}
		for _, holder := range epoch.Holdings() {
			if among(present, holder.Operator) {
				continue
			}
			at := collections.Join3(key.KeyId, []byte(proposer), holder.Operator)
			if err := count(ctx, k.Committees.Absences, at); err != nil {
				return err
			}
		}
		return nil
	})
}

func count[K any](ctx context.Context, in collections.Map[K, uint64], at K) error {
	n, err := in.Get(ctx, at)
	if err != nil && !isNotFound(err) {
		return err
	}
	return in.Set(ctx, at, n+1)
}

// reward pays what has gathered for the committee to the holders of a key's ending epoch,
// by their shares. Who was absent gets nothing; that, and what does not divide, stays for
// the next time. Paying for each answer instead would pay proposers to leave others out.
func (k *Keeper) reward(ctx sdk.Context, key custody.Key) error {
	epoch, err := k.Committees.Epoch(ctx, key.KeyId, key.Epoch)
	if err != nil {
		return err
	}
	absent, err := k.Committees.absent(ctx, key.KeyId)
	if err != nil {
		return err
	}
	pool := k.left.Bank.GetAllBalances(ctx, authtypes.NewModuleAddress(custody.CommitteeName))
	for _, holder := range epoch.Holdings() {
		paid := sdk.NewCoins()
		if !absent[string(holder.Operator)] {
			for _, c := range pool {
				part := c.Amount.MulRaw(int64(holder.Shares)).QuoRaw(int64(len(epoch.Owners)))
				paid = paid.Add(sdk.NewCoin(c.Denom, part))
			}
		}
		k.quarantine(ctx, "reward of a holder", func(ctx sdk.Context) error {
			return k.payHolder(ctx, epoch, holder, paid, absent[string(holder.Operator)])
		})
	}
	return nil
}

func (k *Keeper) payHolder(
	ctx sdk.Context, epoch custody.Epoch, holder custody.Holder, paid sdk.Coins, absent bool,
) error {
	if !paid.Empty() {
		err := k.left.Bank.SendCoinsFromModuleToAccount(ctx, custody.CommitteeName, holder.Operator, paid)
		if err != nil {
			return err
		}
	}
	return ctx.EventManager().EmitTypedEvent(&custody.EventReward{
		KeyId: epoch.KeyId, Epoch: epoch.Epoch, Operator: holder.Operator, Shares: holder.Shares,
		Absent: absent, Amount: paid.String(),
	})
}

// absent are the operators that were missing in more than half of the injections of at
// least two thirds of all proposers.
func (c Committees) absent(ctx context.Context, keyID uint64) (map[string]bool, error) {
	injections := map[string]uint64{}
	err := c.Injections.Walk(ctx, collections.NewPrefixedPairRange[uint64, []byte](keyID),
		func(key ProposerKey, n uint64) (bool, error) {
			injections[string(key.K2())] = n
			return false, nil
		})
	if err != nil {
		return nil, err
	}
	missed := map[string]int{} // by how many proposers
	err = c.Absences.Walk(ctx, collections.NewPrefixedTripleRange[uint64, []byte, []byte](keyID),
		func(key AbsenceKey, n uint64) (bool, error) {
			if 2*n > injections[string(key.K2())] {
				missed[string(key.K3())]++
			}
			return false, nil
		})
	if err != nil {
		return nil, err
	}
	out := make(map[string]bool, len(missed))
	for operator, proposers := range missed {
		out[operator] = 3*proposers >= 2*len(injections)
	}
	return out, nil
}

// forgetAbsences lets counting begin anew for a key's next epoch.
func (c Committees) forgetAbsences(ctx context.Context, keyID uint64) error {
	if err := c.Injections.Clear(ctx, collections.NewPrefixedPairRange[uint64, []byte](keyID)); err != nil {
		return err
	}
	return c.Absences.Clear(ctx, collections.NewPrefixedTripleRange[uint64, []byte, []byte](keyID))
}
