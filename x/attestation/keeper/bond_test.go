package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/attestation"
)

func TestDepositBond(t *testing.T) {
	f := initFixture(t)
	f.deposit(hospital, 30)
	f.deposit(hospital, 20)
	require.Equal(t, uusd(50).String(), f.organisation(hospital).Bond.String())
	f.has(hospital, 950)
	require.Contains(t, f.emitted(), "EventBondChanged")

	for name, row := range map[string]struct {
		msg *attestation.MsgDepositBond
		is  error
	}{
		"zero":     {&attestation.MsgDepositBond{Organisation: addr(hospital), Amount: uusd(0)}, attestation.ErrInvalid},
		"denom":    {&attestation.MsgDepositBond{Organisation: addr(hospital), Amount: sdk.NewInt64Coin("uvol", 1)}, attestation.ErrBond},
		"stranger": {&attestation.MsgDepositBond{Organisation: addr(outsider), Amount: uusd(1)}, attestation.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.msgs.DepositBond(f.ctx, row.msg)
			require.ErrorIs(t, err, row.is)
		})
	}
	_, err := f.msgs.DepositBond(f.ctx, &attestation.MsgDepositBond{Organisation: addr(hospital), Amount: uusd(951)})
	require.ErrorContains(t, err, "insufficient funds")
	require.Equal(t, uusd(50).String(), f.organisation(hospital).Bond.String())
}

func TestWithdrawBond(t *testing.T) {
	f := initFixture(t)
	f.deposit(hospital, 50)
	require.NoError(t, f.keeper.LockBond(f.ctx, addr(hospital), uusd(20)))
	require.ErrorIs(t, f.withdraw(hospital, 31), attestation.ErrBond, "locked")
	require.NoError(t, f.withdraw(hospital, 10))
	require.Equal(t, uusd(40).String(), f.organisation(hospital).Bond.String())
	f.has(hospital, 960)

	f.setParams(func(p *attestation.Params) { p.OrganisationBond = uusd(35) })
	require.ErrorIs(t, f.withdraw(hospital, 6), attestation.ErrBond, "the least bond stays")
	require.NoError(t, f.withdraw(hospital, 5))
	require.NoError(t, f.suspend(hospital, false))
	require.ErrorIs(t, f.withdraw(hospital, 16), attestation.ErrBond, "locked, suspended or not")
	require.NoError(t, f.withdraw(hospital, 15))
	require.ErrorIs(t, f.withdraw(hospital, 0), attestation.ErrInvalid)
	require.ErrorIs(t, f.withdraw(outsider, 1), attestation.ErrNotFound)
	_, err := f.msgs.WithdrawBond(f.ctx, &attestation.MsgWithdrawBond{
		Organisation: addr(hospital), Amount: sdk.NewInt64Coin("uvol", 1),
	})
	require.ErrorIs(t, err, attestation.ErrBond)
}

func TestLockBond(t *testing.T) {
	f := initFixture(t)
	f.deposit(hospital, 50)
	require.NoError(t, f.keeper.LockBond(f.ctx, addr(hospital), uusd(30)))
	require.ErrorIs(t, f.keeper.LockBond(f.ctx, addr(hospital), uusd(21)), attestation.ErrBond)
	require.NoError(t, f.keeper.LockBond(f.ctx, addr(hospital), uusd(20)))
	require.Equal(t, uusd(0).String(), f.organisation(hospital).Free().String())

	require.ErrorIs(t, f.keeper.UnlockBond(f.ctx, addr(hospital), uusd(51)), attestation.ErrBond)
	require.NoError(t, f.keeper.UnlockBond(f.ctx, addr(hospital), uusd(50)))
	require.Equal(t, uusd(50).String(), f.organisation(hospital).Free().String())

	for name, amount := range map[string]sdk.Coin{
		"denom": sdk.NewInt64Coin("uvol", 1), "negative": {Denom: "uusd", Amount: math.NewInt(-1)}, "none": {Denom: "uusd"},
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorIs(t, f.keeper.LockBond(f.ctx, addr(hospital), amount), attestation.ErrBond)
			require.ErrorIs(t, f.keeper.UnlockBond(f.ctx, addr(hospital), amount), attestation.ErrBond)
			_, err := f.keeper.SlashBond(f.ctx, addr(hospital), amount, raw(owner))
			require.ErrorIs(t, err, attestation.ErrBond)
		})
	}
	require.ErrorIs(t, f.keeper.LockBond(f.ctx, addr(outsider), uusd(1)), attestation.ErrNotFound)
	require.ErrorIs(t, f.keeper.UnlockBond(f.ctx, addr(outsider), uusd(1)), attestation.ErrNotFound)
}

func TestSlashBond(t *testing.T) {
	f := initFixture(t)
	f.deposit(hospital, 50)
	taken, err := f.keeper.SlashBond(f.ctx, addr(hospital), uusd(10), raw(owner))
	require.NoError(t, err)
	require.Equal(t, uusd(0).String(), taken.String(), "nothing is locked")

	require.NoError(t, f.keeper.LockBond(f.ctx, addr(hospital), uusd(30)))
	taken, err = f.keeper.SlashBond(f.ctx, addr(hospital), uusd(10), raw(owner))
	require.NoError(t, err)
	require.Equal(t, uusd(10).String(), taken.String())
	f.has(owner, 1_010)
	require.Equal(t, uusd(40).String(), f.organisation(hospital).Bond.String())
	require.Equal(t, uusd(20).String(), f.organisation(hospital).Locked.String())

	taken, err = f.keeper.SlashBond(f.ctx, addr(hospital), uusd(100), raw(owner))
	require.NoError(t, err)
	require.Equal(t, uusd(20).String(), taken.String(), "what is free is never taken")
	require.Equal(t, uusd(20).String(), f.organisation(hospital).Bond.String())
	require.Equal(t, uusd(0).String(), f.organisation(hospital).Locked.String())

	_, err = f.keeper.SlashBond(f.ctx, addr(outsider), uusd(1), raw(owner))
	require.ErrorIs(t, err, attestation.ErrNotFound)
	require.NoError(t, f.keeper.LockBond(f.ctx, addr(hospital), uusd(5)))
	f.bank.blocked[raw(owner).String()] = true
	ctx, _ := f.ctx.CacheContext()
	_, err = f.keeper.SlashBond(ctx, addr(hospital), uusd(5), raw(owner))
	require.ErrorContains(t, err, "blocked")
}

// Whatever is done with bonds, the module holds what it owes, and nobody has
// more locked than bonded.
func TestBonds_Invariant(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := initFixture(t)
		for range rapid.IntRange(1, 30).Draw(r, "steps") {
			who := rapid.SampledFrom([]byte{hospital, lab, outsider}).Draw(r, "who")
			amount := rapid.Int64Range(1, 400).Draw(r, "amount")
			ctx, write := f.ctx.CacheContext()
			g := *f
			g.ctx = ctx
			var err error
			switch rapid.IntRange(0, 4).Draw(r, "what") {
			case 0:
				_, err = g.msgs.DepositBond(
					ctx,
					&attestation.MsgDepositBond{Organisation: addr(who), Amount: uusd(amount)},
				)
			case 1:
				err = g.withdraw(who, amount)
			case 2:
				err = g.keeper.LockBond(ctx, addr(who), uusd(amount))
			case 3:
				err = g.keeper.UnlockBond(ctx, addr(who), uusd(amount))
			case 4:
				_, err = g.keeper.SlashBond(ctx, addr(who), uusd(amount), raw(owner))
			}
			if err == nil {
				write()
			}
			f.checkHeld()
			for _, n := range []byte{hospital, lab} {
				require.NoError(r, f.organisation(n).Validate())
			}
		}
	})
}
