package keeper_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/collections"

	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/attestation/keeper"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/internal/brittle"
)

// No failure of the store is swallowed: whichever operation fails, the step fails.
func TestStore_Fails(t *testing.T) {
	challenged := func(f *fixture) { require.NoError(f.t, f.challenge(outsider, uusd(150))) }
	plain := func(*fixture) {}
	for name, row := range map[string]struct {
		prepare func(f *fixture)
		step    func(f *fixture) error
	}{
		"accredit": {plain, func(f *fixture) error {
			_, err := f.msgs.AccreditOrganisation(f.ctx,
				accreditation(outsider, attestation.ORGANISATION_KIND_LAB, attestation.ROLE_ATTESTOR))
			return err
		}},
		"suspend": {plain, func(f *fixture) error { return f.suspend(lab, false) }},
		"deposit": {plain, func(f *fixture) error {
			_, err := f.msgs.DepositBond(f.ctx, &attestation.MsgDepositBond{Organisation: addr(lab), Amount: uusd(1)})
			return err
		}},
		"withdraw": {plain, func(f *fixture) error { return f.withdraw(hospital, 1) }},
		"anchor": {plain, func(f *fixture) error {
			_, err := f.msgs.AnchorLog(f.ctx, &attestation.MsgAnchorLog{Gateway: addr(gateway), Root: digest(1)})
			return err
		}},
		"fresh": {func(f *fixture) {
			_, err := f.msgs.AnchorLog(f.ctx, &attestation.MsgAnchorLog{Gateway: addr(gateway), Root: digest(1)})
			require.NoError(f.t, err)
		}, func(f *fixture) error {
			_, err := f.keeper.GatewayFresh(f.ctx, addr(gateway))
			return err
		}},
		"attest":          {plain, func(f *fixture) error { return f.attest(hospital) }},
		"revoke":          {plain, func(f *fixture) error { return f.revoke(hospital) }},
		"refuse":          {plain, func(f *fixture) error { return f.refuse(hospital, 3) }},
		"challenge":       {plain, func(f *fixture) error { return f.challenge(outsider, uusd(150)) }},
		"confirm":         {challenged, func(f *fixture) error { return f.confirm(board) }},
		"uphold":          {challenged, func(f *fixture) error { return f.judge(authority, true) }},
		"dismiss":         {challenged, func(f *fixture) error { return f.judge(authority, false) }},
		"approve":         {plain, func(f *fixture) error { return f.approve(board, 1, 3) }},
		"issue":           {plain, func(f *fixture) error { return f.issue(university) }},
		"revoke approval": {func(f *fixture) { require.NoError(f.t, f.approve(board, 1, 3)) }, func(f *fixture) error { return f.revokeEthics(board) }},
		"revoke visa":     {func(f *fixture) { require.NoError(f.t, f.issue(university)) }, func(f *fixture) error { return f.revokeVisa(university) }},
		"held": {challenged, func(f *fixture) error {
			_, err := f.keeper.Held(f.ctx)
			return err
		}},
		"export": {challenged, func(f *fixture) error {
			_, err := f.keeper.ExportGenesis(f.ctx)
			return err
		}},
		"import": {challenged, func(f *fixture) error {
			g, err := f.keeper.ExportGenesis(f.ctx)
			if err != nil {
				return err
			}
			return f.keeper.InitGenesis(f.ctx, g)
		}},
		"params": {plain, func(f *fixture) error {
			_, err := f.msgs.UpdateParams(f.ctx, &attestation.MsgUpdateParams{
				Authority: addr(authority), Params: attestation.DevnetParams(),
			})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := challengeFixture(t)
			row.prepare(f)
			f.brittle.Count = 0
			ctx := f.ctx
			f.ctx, _ = ctx.CacheContext()
			ledger, sets := *f.bank, f.datasets[setID]
			require.NoError(t, row.step(f), "the step goes well on a sound store")
			count := f.brittle.Count
			require.Positive(t, count)
			for n := 1; n <= count; n++ {
				f.ctx, _ = ctx.CacheContext()
				f.bank.module, f.datasets[setID] = ledger.module, sets
				f.brittle.Count, f.brittle.FailAt = 0, n
				require.ErrorIs(t, row.step(f), brittle.ErrStore, "operation %d of %d", n, count)
				f.brittle.FailAt = 0
			}
			f.ctx, f.bank.module, f.datasets[setID] = ctx, ledger.module, sets
		})
	}
}

// Whatever people do, in whatever order: the module holds what it owes, a
// dataset is frozen exactly while its challenge is undecided, and exactly the
// unconfirmed challenges are listed to lapse.
func TestChallenge_Histories(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := challengeFixture(t)
		steps := []func() error{
			func() error { return f.challenge(outsider, uusd(rapid.Int64Range(140, 320).Draw(r, "bond"))) },
			func() error { return f.confirm(board) },
			func() error { return f.judge(authority, true) },
			func() error { return f.judge(authority, false) },
			func() error { return f.attest(rapid.SampledFrom([]byte{hospital, lab}).Draw(r, "attestor")) },
			func() error { return f.revoke(hospital) },
			func() error { return f.refuse(hospital, 3) },
			func() error { return f.withdraw(hospital, rapid.Int64Range(1, 200).Draw(r, "withdrawn")) },
			func() error {
				f.ctx = f.ctx.WithBlockTime(f.ctx.BlockTime().Add(10 * time.Minute))
				f.endBlock(f.ctx.BlockHeight() + rapid.Int64Range(1, 12).Draw(r, "blocks"))
				return nil
			},
		}
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			step := rapid.IntRange(0, len(steps)-1).Draw(r, "step")
			before := f.ctx
			ctx, write := f.ctx.CacheContext()
			f.ctx = ctx
			err := steps[step]()
			after := f.ctx
			f.ctx = before.WithBlockHeight(after.BlockHeight()).WithBlockTime(after.BlockTime())
			if err == nil {
				write()
			}
			f.checkHeld()
			f.checkFreeze(r)
		}
	})
}

// checkFreeze compares challenge, dataset and list.
func (f *fixture) checkFreeze(r *rapid.T) {
	state := attestation.CHALLENGE_STATE_UNSPECIFIED
	c, err := f.keeper.Challenges.Get(f.ctx, key())
	if !errors.Is(err, collections.ErrNotFound) {
		require.NoError(r, err)
		state = c.State
	}
	require.Equal(r, c.Open(), f.datasets[setID].Status == dataset.STATUS_FROZEN)
	listed := 0
	require.NoError(r, f.keeper.Freezes.Walk(f.ctx, nil, func(keeper.FreezeKey) (bool, error) {
		listed++
		return false, nil
	}))
	require.Equal(r, state == open, listed == 1)
	require.NoError(r, f.organisation(hospital).Validate())
}
