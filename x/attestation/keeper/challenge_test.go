package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/attestation/keeper"
	"github.com/volens-network/volens/x/dataset"
)

// key is the version of the dataset that the tests speak about.
func key() keeper.VersionKey { return collections.Join(setID, uint64(3)) }

// challengeFixture has an attested dataset; the attestor has a bond of 300, of
// which 100 are locked already; a challenge costs 150.
func challengeFixture(t *testing.T) *fixture {
	t.Helper()
	f := initFixture(t)
	require.NoError(t, f.attest(hospital))
	f.deposit(hospital, 300)
	require.NoError(t, f.keeper.LockBond(f.ctx, addr(hospital), uusd(100)))
	f.setParams(func(p *attestation.Params) { p.ChallengeBond = uusd(150) })
	return f
}

func (f *fixture) challenge(n byte, bond sdk.Coin) error {
	_, err := f.msgs.ChallengeDeidentification(f.ctx, &attestation.MsgChallengeDeidentification{
		Challenger: addr(n), DatasetId: setID.String(), Version: 3, EvidenceSha256: digest(7), Bond: bond,
	})
	return err
}

func (f *fixture) confirm(n byte) error {
	_, err := f.msgs.ConfirmChallenge(f.ctx, &attestation.MsgConfirmChallenge{
		Organisation: addr(n), DatasetId: setID.String(), Version: 3,
	})
	return err
}

func (f *fixture) judge(n byte, uphold bool) error {
	_, err := f.msgs.JudgeChallenge(f.ctx, &attestation.MsgJudgeChallenge{
		Authority: addr(n), DatasetId: setID.String(), Version: 3, Uphold: uphold,
	})
	return err
}

// endBlock ends the block of a height.
func (f *fixture) endBlock(height int64) {
	f.t.Helper()
	f.ctx = f.ctx.WithBlockHeight(height)
	require.NoError(f.t, f.keeper.EndBlocker(f.ctx))
	f.checkHeld()
}

// stands checks the challenge, the dataset and what the attestor has.
func (f *fixture) stands(state attestation.ChallengeState, status dataset.Status, bond, locked int64) {
	f.t.Helper()
	c, err := f.keeper.Challenges.Get(f.ctx, key())
	require.NoError(f.t, err)
	require.Equal(f.t, state, c.State)
	_, challenged, err := f.keeper.Deidentification(f.ctx, setID, 3)
	require.NoError(f.t, err)
	require.Equal(f.t, c.Open(), challenged)
	require.Equal(f.t, status, f.datasets[setID].Status)
	require.Equal(f.t, uusd(bond).String(), f.organisation(hospital).Bond.String())
	require.Equal(f.t, uusd(locked).String(), f.organisation(hospital).Locked.String())
	f.checkHeld()
}

const (
	open      = attestation.CHALLENGE_STATE_OPEN
	confirmed = attestation.CHALLENGE_STATE_CONFIRMED
	upheld    = attestation.CHALLENGE_STATE_UPHELD
	dismissed = attestation.CHALLENGE_STATE_DISMISSED
)

func TestChallenge_Upheld(t *testing.T) {
	f := challengeFixture(t)
	require.NoError(t, f.challenge(outsider, uusd(160)))
	f.has(outsider, 840)
	f.stands(open, dataset.STATUS_FROZEN, 300, 260)
	require.ErrorIs(t, f.withdraw(hospital, 41), attestation.ErrBond, "the stake cannot be withdrawn")

	require.NoError(t, f.judge(authority, true))
	f.stands(upheld, dataset.STATUS_ACTIVE, 140, 100)
	f.has(owner, 1_160)
	f.has(outsider, 1_000)
	require.True(t, f.attestation().Revoked)
	require.Contains(t, f.emitted(), "EventDeidentificationRevoked")

	require.ErrorIs(t, f.judge(authority, false), attestation.ErrChallenge, "decided")
	require.ErrorIs(t, f.attest(lab), attestation.ErrChallenge, "judged wrong: needs a new payload")
	f.endBlock(startHeight + 1_000)
	f.stands(upheld, dataset.STATUS_ACTIVE, 140, 100)
}

// The owner gets what was free of the attestor's bond, not more.
func TestChallenge_UpheldPoor(t *testing.T) {
	f := challengeFixture(t)
	require.NoError(t, f.challenge(outsider, uusd(500)))
	f.stands(open, dataset.STATUS_FROZEN, 300, 300)
	require.NoError(t, f.judge(authority, true))
	f.stands(upheld, dataset.STATUS_ACTIVE, 100, 100)
	f.has(owner, 1_200)
	f.has(outsider, 1_000)
}

func TestChallenge_UpheldUnbonded(t *testing.T) {
	f := initFixture(t)
	require.NoError(t, f.attest(hospital))
	f.setParams(func(p *attestation.Params) { p.ChallengeBond = uusd(150) })
	require.NoError(t, f.challenge(outsider, uusd(150)))
	require.NoError(t, f.judge(authority, true))
	f.stands(upheld, dataset.STATUS_ACTIVE, 0, 0)
	f.has(owner, 1_000)
	f.has(outsider, 1_000)
}

func TestChallenge_DismissedByAuthority(t *testing.T) {
	f := challengeFixture(t)
	require.NoError(t, f.challenge(outsider, uusd(150)))
	require.NoError(t, f.judge(authority, false))
	f.stands(dismissed, dataset.STATUS_ACTIVE, 450, 100)
	f.has(outsider, 850)
	require.True(t, f.attestation().Live(start))
	require.NoError(t, f.withdraw(hospital, 350), "the challenger's bond is the attestor's now")
	require.NoError(t, f.challenge(outsider, uusd(150)), "it may be challenged again")
}

func TestChallenge_Lapses(t *testing.T) {
	f := challengeFixture(t)
	require.NoError(t, f.challenge(outsider, uusd(150)))
	f.endBlock(startHeight + 19)
	f.stands(open, dataset.STATUS_FROZEN, 300, 250)
	f.endBlock(startHeight + 20)
	f.stands(dismissed, dataset.STATUS_ACTIVE, 450, 100)
	f.endBlock(startHeight + 21)
	f.stands(dismissed, dataset.STATUS_ACTIVE, 450, 100)
}

// Nobody's account can stop a block: a lapse sends nothing.
func TestChallenge_LapsesBlocked(t *testing.T) {
	f := challengeFixture(t)
	require.NoError(t, f.challenge(outsider, uusd(150)))
	f.bank.blocked[raw(hospital).String()] = true
	f.endBlock(startHeight + 20)
	f.stands(dismissed, dataset.STATUS_ACTIVE, 450, 100)
}

func TestChallenge_Confirmed(t *testing.T) {
	f := challengeFixture(t)
	require.NoError(t, f.challenge(outsider, uusd(150)))
	require.ErrorIs(t, f.confirm(university), attestation.ErrRole)
	require.ErrorIs(t, f.confirm(outsider), attestation.ErrNotFound)
	require.NoError(t, f.confirm(board))
	require.ErrorIs(t, f.confirm(board), attestation.ErrChallenge)
	f.endBlock(startHeight + 1_000)
	f.stands(confirmed, dataset.STATUS_FROZEN, 300, 250)
	require.NoError(t, f.judge(authority, true))
	f.stands(upheld, dataset.STATUS_ACTIVE, 150, 100)
}

func TestConfirmChallenge_Refused(t *testing.T) {
	f := challengeFixture(t)
	require.ErrorIs(t, f.confirm(board), attestation.ErrNotFound)
	require.NoError(t, f.challenge(board, uusd(150)))
	require.ErrorIs(t, f.confirm(board), attestation.ErrRole, "nobody confirms himself")
	require.NoError(t, f.suspend(board, false))
	require.ErrorIs(t, f.confirm(board), attestation.ErrStatus)
	_, err := f.msgs.ConfirmChallenge(f.ctx, &attestation.MsgConfirmChallenge{Organisation: addr(board)})
	require.ErrorIs(t, err, attestation.ErrInvalid)
	require.NoError(t, f.suspend(board, true))
	f.endBlock(startHeight + 20)
	require.ErrorIs(t, f.confirm(board), attestation.ErrChallenge, "too late")
}

func TestJudgeChallenge_Refused(t *testing.T) {
	f := challengeFixture(t)
	require.ErrorIs(t, f.judge(authority, true), attestation.ErrNotFound)
	require.NoError(t, f.challenge(outsider, uusd(150)))
	require.ErrorIs(t, f.judge(board, true), attestation.ErrAuthority)
	_, err := f.msgs.JudgeChallenge(f.ctx, &attestation.MsgJudgeChallenge{Authority: addr(authority)})
	require.ErrorIs(t, err, attestation.ErrInvalid)
	f.stands(open, dataset.STATUS_FROZEN, 300, 250)
}

func TestChallengeDeidentification_Refused(t *testing.T) {
	for name, row := range map[string]struct {
		prepare func(f *fixture)
		who     byte
		bond    sdk.Coin
		is      error
	}{
		"zero":       {func(*fixture) {}, outsider, uusd(0), attestation.ErrInvalid},
		"below":      {func(*fixture) {}, outsider, uusd(149), attestation.ErrBond},
		"denom":      {func(*fixture) {}, outsider, sdk.NewInt64Coin("uvol", 1_000), attestation.ErrBond},
		"attestor":   {func(*fixture) {}, hospital, uusd(150), attestation.ErrRole},
		"challenged": {func(f *fixture) { require.NoError(f.t, f.challenge(lab, uusd(150))) }, outsider, uusd(150), attestation.ErrStatus},
		"challenged, thawed": {func(f *fixture) {
			require.NoError(f.t, f.challenge(lab, uusd(150)))
			f.change(func(d *dataset.Dataset) { d.Status = dataset.STATUS_ACTIVE })
		}, outsider, uusd(150), attestation.ErrChallenge},
		"pending": {func(f *fixture) {
			f.hooks.pending = sdk.NewCoins(uusd(60), sdk.NewInt64Coin("ueur", 20))
		}, outsider, uusd(159), attestation.ErrBond},
		"prices unknown": {func(f *fixture) { f.hooks.err = errHook }, outsider, uusd(150), errHook},
		"revoked":        {func(f *fixture) { require.NoError(f.t, f.revoke(hospital)) }, outsider, uusd(150), attestation.ErrRevoked},
		"expired": {func(f *fixture) {
			f.ctx = f.ctx.WithBlockTime(start.Add(time.Hour))
		}, outsider, uusd(150), attestation.ErrRevoked},
		"withdrawn": {func(f *fixture) {
			f.change(func(d *dataset.Dataset) { d.Status = dataset.STATUS_WITHDRAWN })
		}, outsider, uusd(150), attestation.ErrStatus},
		"replaced": {func(f *fixture) {
			f.change(func(d *dataset.Dataset) { d.Version = 4 })
		}, outsider, uusd(150), attestation.ErrVersion},
		"no attestation": {func(f *fixture) {
			require.NoError(f.t, f.keeper.Deidentifications.Remove(f.ctx, key()))
		}, outsider, uusd(150), attestation.ErrNotFound},
		"no dataset": {func(f *fixture) { delete(f.datasets, setID) }, outsider, uusd(150), dataset.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			f := challengeFixture(t)
			row.prepare(f)
			require.ErrorIs(t, f.challenge(row.who, row.bond), row.is)
		})
	}
}

func TestChallengeDeidentification_Poor(t *testing.T) {
	f := challengeFixture(t)
	require.ErrorContains(t, f.challenge(outsider, uusd(1_001)), "insufficient funds")
	require.Equal(t, dataset.STATUS_ACTIVE, f.datasets[setID].Status)
}

func TestChallengeDeidentification_Pending(t *testing.T) {
	f := challengeFixture(t)
	f.hooks.pending = sdk.NewCoins(uusd(60), sdk.NewInt64Coin("ueur", 20))
	require.NoError(t, f.challenge(outsider, uusd(160)), "twice what is pending")
}

func TestChallengeDeidentification_NoHook(t *testing.T) {
	f := bareFixture(t)
	f.keeper.SetVerdictHook(f.hooks)
	f.accredit(hospital, attestation.ORGANISATION_KIND_HOSPITAL, attestation.ROLE_ATTESTOR)
	require.NoError(t, f.attest(hospital))
	require.ErrorIs(t, f.challenge(outsider, attestation.DevnetParams().ChallengeBond), attestation.ErrNoHooks)
}

// The owner withdraws, or the attestor revokes, while the challenge is open: it
// is decided all the same.
func TestChallenge_Overtaken(t *testing.T) {
	for _, uphold := range []bool{true, false} {
		f := challengeFixture(t)
		require.NoError(t, f.challenge(outsider, uusd(150)))
		require.NoError(t, f.revoke(hospital))
		f.change(func(d *dataset.Dataset) { d.Status = dataset.STATUS_WITHDRAWN })
		require.NoError(t, f.judge(authority, uphold))
		if uphold {
			f.stands(upheld, dataset.STATUS_WITHDRAWN, 150, 100)
			f.has(owner, 1_150)
		} else {
			f.stands(dismissed, dataset.STATUS_WITHDRAWN, 450, 100)
		}
		require.True(t, f.attestation().Revoked)
	}
}

// lapsing stores a challenge of another dataset whose freeze ends at height 20.
func (f *fixture) lapsing(n int, change func(*attestation.Deidentification)) id.ID {
	f.t.Helper()
	key := id.ID{0xbb, byte(n >> 8), byte(n)}
	d := statement(hospital).Statement()
	d.DatasetId = key.String()
	if change != nil {
		change(&d)
	}
	f.datasets[key] = dataset.Dataset{
		Id: d.DatasetId, Version: 3, Owner: addr(owner), Status: dataset.STATUS_FROZEN,
	}
	require.NoError(f.t, f.keeper.Deidentifications.Set(f.ctx, collections.Join(key, uint64(3)), d))
	require.NoError(f.t, f.keeper.Challenges.Set(f.ctx, collections.Join(key, uint64(3)), attestation.Challenge{
		DatasetId: d.DatasetId, Version: 3, Challenger: addr(outsider), Bond: uusd(0), Stake: uusd(0), State: open,
		FreezeUntil: 20,
	}))
	require.NoError(f.t, f.keeper.Freezes.Set(f.ctx, collections.Join3(int64(20), key, uint64(3))))
	return key
}

// One that cannot be dismissed stops neither the chain nor the others, and waits for the
// authority.
func TestEndBlocker_OneThatFails(t *testing.T) {
	f := challengeFixture(t)
	lost := f.lapsing(1, nil)
	require.NoError(t, f.keeper.Deidentifications.Remove(f.ctx, collections.Join(lost, uint64(3))))
	odd := f.lapsing(2, func(d *attestation.Deidentification) { d.Attestor = addr(lab) })
	sound := f.organisation(lab)
	o := sound
	o.Bond = sdk.Coin{Denom: "other", Amount: o.Bond.Amount} // adding up panics
	require.NoError(t, f.keeper.Organisations.Set(f.ctx, raw(lab), o))
	good := f.lapsing(3, nil)
	f.ctx = f.ctx.WithBlockHeight(20)
	require.NoError(t, f.keeper.EndBlocker(f.ctx))
	for key, want := range map[id.ID]attestation.ChallengeState{
		lost: open, odd: open, good: attestation.CHALLENGE_STATE_DISMISSED,
	} {
		c, err := f.keeper.Challenges.Get(f.ctx, collections.Join(key, uint64(3)))
		require.NoError(t, err)
		require.Equal(t, want, c.State)
		waits, err := f.keeper.Freezes.Has(f.ctx, collections.Join3(int64(20), key, uint64(3)))
		require.NoError(t, err)
		require.False(t, waits)
	}
	require.Equal(t, dataset.STATUS_FROZEN, f.datasets[lost].Status)
	require.Equal(t, dataset.STATUS_ACTIVE, f.datasets[good].Status)
	require.NoError(t, f.keeper.EndBlocker(f.ctx.WithBlockHeight(21)))
	require.NoError(t, f.keeper.Organisations.Set(f.ctx, raw(lab), sound))
}

// At most MaxLapses a block; the rest follow.
func TestEndBlocker_Bounded(t *testing.T) {
	f := challengeFixture(t)
	for n := range keeper.MaxLapses + 3 {
		f.lapsing(n, nil)
	}
	frozen := func() int {
		count := 0
		for _, d := range f.datasets {
			if d.Status == dataset.STATUS_FROZEN {
				count++
			}
		}
		return count
	}
	f.endBlock(20)
	require.Equal(t, 3, frozen())
	f.endBlock(21)
	require.Equal(t, 0, frozen())
}
