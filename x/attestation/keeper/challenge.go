package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/internal/quarantine"
)

// MaxLapses is how many challenges lapse in one block; the rest lapse in the next.
const MaxLapses = 200

// ChallengeDeidentification freezes the dataset of a live attestation against a
// bond. As much of the attestor's free bond is locked, so that it cannot be
// withdrawn before the judgement.
func (s msgServer) ChallengeDeidentification(
	ctx context.Context, msg *attestation.MsgChallengeDeidentification,
) (*attestation.MsgChallengeDeidentificationResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	key, d, err := s.keeper.challengeable(ctx, msg)
	if err != nil {
		return nil, err
	}
	params, err := s.keeper.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.keeper.checkChallengeBond(ctx, key, msg.Bond, params.ChallengeBond); err != nil {
		return nil, err
	}
	from, err := parse("challenger", msg.Challenger)
	if err != nil {
		return nil, err
	}
	err = s.keeper.bank.SendCoinsFromAccountToModule(ctx, from, attestation.ModuleName, sdk.NewCoins(msg.Bond))
	if err != nil {
		return nil, err
	}
	stake, err := s.keeper.stake(ctx, d.Attestor, msg.Bond)
	if err != nil {
		return nil, err
	}
	c := attestation.Challenge{
		DatasetId:      msg.DatasetId,
		Version:        msg.Version,
		Challenger:     msg.Challenger,
		EvidenceSha256: msg.EvidenceSha256,
		Bond:           msg.Bond,
		State:          attestation.CHALLENGE_STATE_OPEN,
		FreezeUntil:    sdk.UnwrapSDKContext(ctx).BlockHeight() + params.ChallengeFreeze,
		Stake:          stake,
	}
	if err := s.keeper.datasets.SetFrozen(ctx, key, true); err != nil {
		return nil, err
	}
	if err := s.keeper.Freezes.Set(ctx, collections.Join3(c.FreezeUntil, key, c.Version)); err != nil {
		return nil, err
	}
	return &attestation.MsgChallengeDeidentificationResponse{}, s.keeper.setChallenge(ctx, key, c)
}

// ConfirmChallenge lets a freeze last until the authority has judged. The
// challenger does not confirm himself.
func (s msgServer) ConfirmChallenge(
	ctx context.Context, msg *attestation.MsgConfirmChallenge,
) (*attestation.MsgConfirmChallengeResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	if _, err := s.keeper.speaker(ctx, msg.Organisation, attestation.ROLE_ETHICS); err != nil {
		return nil, err
	}
	key, c, err := s.keeper.undecided(ctx, msg.DatasetId, msg.Version)
	if err != nil {
		return nil, err
	}
	if c.State != attestation.CHALLENGE_STATE_OPEN {
		return nil, errorsmod.Wrapf(attestation.ErrChallenge, "of dataset %s version %d is %s", key, c.Version, c.State)
	}
	if c.Challenger == msg.Organisation {
		return nil, errorsmod.Wrapf(attestation.ErrRole, "%s is the challenger", msg.Organisation)
	}
	if err := s.keeper.Freezes.Remove(ctx, collections.Join3(c.FreezeUntil, key, c.Version)); err != nil {
		return nil, err
	}
	c.State = attestation.CHALLENGE_STATE_CONFIRMED
	return &attestation.MsgConfirmChallengeResponse{}, s.keeper.setChallenge(ctx, key, c)
}

// JudgeChallenge is the authority's decision.
func (s msgServer) JudgeChallenge(
	ctx context.Context, msg *attestation.MsgJudgeChallenge,
) (*attestation.MsgJudgeChallengeResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	if err := s.keeper.authorize(msg.Authority); err != nil {
		return nil, err
	}
	key, c, err := s.keeper.undecided(ctx, msg.DatasetId, msg.Version)
	if err != nil {
		return nil, err
	}
	decide := s.keeper.dismiss
	if msg.Uphold {
		decide = s.keeper.uphold
	}
	return &attestation.MsgJudgeChallengeResponse{}, decide(ctx, key, c)
}

// EndBlocker dismisses the challenges whose freeze ended without a
// confirmation, MaxLapses at most. It moves no coins out of the module's
// account, so nothing that a recipient is can stop a block.
func (k *Keeper) EndBlocker(ctx context.Context) error {
	due := []FreezeKey{}
	span := collections.NewPrefixUntilTripleRange[int64, id.ID, uint64](sdk.UnwrapSDKContext(ctx).BlockHeight())
	err := k.Freezes.Walk(ctx, span, func(key FreezeKey) (bool, error) {
		due = append(due, key)
		return len(due) == MaxLapses, nil
	})
	if err != nil {
		return err
	}
	for _, key := range due {
		k.lapse(sdk.UnwrapSDKContext(ctx), key)
	}
	return nil
}

// lapse dismisses a challenge in a cache of its own. One that cannot be dismissed lapses no
// more and waits for the authority: tried again in every block it would stand in the way
// of others, and its error would stop the chain.
func (k *Keeper) lapse(ctx sdk.Context, key FreezeKey) {
	err := quarantine.Run(ctx, func(ctx sdk.Context) error {
		c, err := k.Challenges.Get(ctx, collections.Join(key.K2(), key.K3()))
		if err != nil {
			return err
		}
		return k.dismiss(ctx, key.K2(), c)
	})
	if err == nil {
		return
	}
	ctx.Logger().Error("challenge does not lapse", "dataset", key.K2().String(), "reason", err.Error())
	if err := k.Freezes.Remove(ctx, key); err != nil {
		ctx.Logger().Error("challenge does not lapse", "dataset", key.K2().String(), "reason", err.Error())
	}
}

// challengeable returns the attestation that a message challenges.
func (k *Keeper) challengeable(
	ctx context.Context, msg *attestation.MsgChallengeDeidentification,
) (id.ID, attestation.Deidentification, error) {
	key, _, err := k.current(ctx, msg.DatasetId, msg.Version)
	if err != nil {
		return key, attestation.Deidentification{}, err
	}
	d, challenged, err := k.Deidentification(ctx, key, msg.Version)
	if err != nil {
		return key, d, err
	}
	if challenged {
		return key, d, errorsmod.Wrapf(attestation.ErrChallenge, "of dataset %s version %d is open", key, d.Version)
	}
	if !d.Live(sdk.UnwrapSDKContext(ctx).BlockTime()) {
		return key, d, errorsmod.Wrapf(
			attestation.ErrRevoked,
			"attestation of dataset %s version %d ended",
			key,
			d.Version,
		)
	}
	if d.Attestor == msg.Challenger {
		return key, d, errorsmod.Wrapf(attestation.ErrRole, "%s is the attestor, who can revoke", msg.Challenger)
	}
	return key, d, nil
}

// checkChallengeBond asks for the floor and for twice what open seats would pay.
// A unit is a unit in every settlement denomination, so prices are added up.
func (k *Keeper) checkChallengeBond(ctx context.Context, key id.ID, bond, floor sdk.Coin) error {
	if k.prices == nil {
		return errorsmod.Wrap(attestation.ErrNoHooks, "challenge")
	}
	if bond.Denom != floor.Denom {
		return errorsmod.Wrapf(attestation.ErrBond, "%s is not in %s", bond, floor.Denom)
	}
	pending, err := k.prices.PendingPrice(ctx, key)
	if err != nil {
		return err
	}
	want := math.ZeroInt()
	for _, coin := range pending {
		want = want.Add(coin.Amount)
	}
	want = math.MaxInt(want.MulRaw(2), floor.Amount)
	if bond.Amount.LT(want) {
		return errorsmod.Wrapf(
			attestation.ErrBond,
			"challenge of dataset %s needs %s%s, not %s",
			key,
			want,
			bond.Denom,
			bond,
		)
	}
	return nil
}

// stake locks what is free of the attestor's bond, up to the challenge's.
func (k *Keeper) stake(ctx context.Context, attestor string, bond sdk.Coin) (sdk.Coin, error) {
	o, err := k.bonded(ctx, attestor, bond)
	if err != nil {
		return sdk.Coin{}, err
	}
	out := least(bond, o.Free())
	return out, k.LockBond(ctx, attestor, out)
}

// undecided returns a challenge that is open or confirmed.
func (k *Keeper) undecided(ctx context.Context, text string, version uint64) (id.ID, attestation.Challenge, error) {
	key, err := parseID(text)
	if err != nil {
		return key, attestation.Challenge{}, err
	}
	c, found, err := k.challenge(ctx, key, version)
	if err != nil {
		return key, c, err
	}
	if !found {
		return key, c, errorsmod.Wrapf(attestation.ErrNotFound, "challenge of dataset %s version %d", key, version)
	}
	if !c.Open() {
		return key, c, errorsmod.Wrapf(
			attestation.ErrChallenge,
			"of dataset %s version %d is %s",
			key,
			version,
			c.State,
		)
	}
	return key, c, nil
}

// uphold ends the attestation, pays the attestor's stake to the owner, and gives
// the challenger his bond back.
func (k *Keeper) uphold(ctx context.Context, key id.ID, c attestation.Challenge) error {
	d, err := k.Deidentifications.Get(ctx, collections.Join(key, c.Version))
	if err != nil {
		return err
	}
	set, err := k.datasets.Dataset(ctx, key)
	if err != nil {
		return err
	}
	owner, err := parse("owner", set.Owner)
	if err != nil {
		return err
	}
	if _, err := k.SlashBond(ctx, d.Attestor, c.Stake, owner); err != nil {
		return err
	}
	if err := k.pay(ctx, c.Challenger, c.Bond); err != nil {
		return err
	}
	if !d.Revoked {
		if err := k.revoke(ctx, key, d); err != nil {
			return err
		}
	}
	return k.decide(ctx, key, c, attestation.CHALLENGE_STATE_UPHELD)
}

// dismiss frees the attestor's stake and adds the challenger's bond to the
// attestor's.
func (k *Keeper) dismiss(ctx context.Context, key id.ID, c attestation.Challenge) error {
	d, err := k.Deidentifications.Get(ctx, collections.Join(key, c.Version))
	if err != nil {
		return err
	}
	o, err := k.Organisation(ctx, d.Attestor)
	if err != nil {
		return err
	}
	o.Locked = o.Locked.Sub(least(c.Stake, o.Locked))
	o.Bond = o.Bond.Add(c.Bond)
	if err := k.setBond(ctx, o); err != nil {
		return err
	}
	return k.decide(ctx, key, c, attestation.CHALLENGE_STATE_DISMISSED)
}

// decide closes a challenge and thaws the dataset, unless it was withdrawn meanwhile.
func (k *Keeper) decide(
	ctx context.Context,
	key id.ID,
	c attestation.Challenge,
	state attestation.ChallengeState,
) error {
	if err := k.Freezes.Remove(ctx, collections.Join3(c.FreezeUntil, key, c.Version)); err != nil {
		return err
	}
	set, err := k.datasets.Dataset(ctx, key)
	if err != nil {
		return err
	}
	if set.Status == dataset.STATUS_FROZEN {
		if err := k.datasets.SetFrozen(ctx, key, false); err != nil {
			return err
		}
	}
	c.State = state
	return k.setChallenge(ctx, key, c)
}

func (k *Keeper) setChallenge(ctx context.Context, key id.ID, c attestation.Challenge) error {
	if err := k.Challenges.Set(ctx, collections.Join(key, c.Version), c); err != nil {
		return err
	}
	return emit(ctx, &attestation.EventChallengeChanged{DatasetId: c.DatasetId, Version: c.Version, State: c.State})
}
