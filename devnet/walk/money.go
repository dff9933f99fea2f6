package walk

import (
	"context"
	"maps"
	"slices"
	"strings"

	sdkmath "cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// balances are what accounts have of Denom, by address.
type balances map[string]sdkmath.Int

// balances asks for the balance of everybody who can pay or be paid, and of others besides.
func (s *Story) balances(ctx context.Context, others ...string) (balances, error) {
	accounts := []string{
		s.gateway.Address, market.Account().String(), market.PoolAccount().String(),
		market.CommitteeAccount().String(),
	}
	for _, role := range slices.Sorted(maps.Keys(s.people)) {
		accounts = append(accounts, s.people[role].Address)
	}
	for _, d := range s.sets {
		accounts = append(accounts, d.owner)
	}
	accounts = append(accounts, others...)
	out := make(balances, len(accounts))
	for _, address := range accounts {
		of, err := sdk.AccAddressFromBech32(address)
		if err != nil {
			return nil, err
		}
		coin, err := s.people[Researcher].Chain.Balance(ctx, of, Denom)
		if err != nil {
			return nil, err
		}
		out[address] = coin.Amount
	}
	return out, nil
}

// add moves an amount in a list of expected changes.
func (b balances) add(address string, amount sdkmath.Int) {
	if now, known := b[address]; known {
		amount = amount.Add(now)
	}
	b[address] = amount
}

// expected is how the balances must have changed by the requests' ledgers and payments.
func (s *Story) expected(ctx context.Context) (balances, error) {
	changes := make(balances)
	researcher := s.people[Researcher]
	for _, requestID := range s.requests {
		view, err := researcher.Request(ctx, requestID)
		if err != nil {
			return nil, err
		}
		e := view.Escrow
		if err := e.Validate(); err != nil {
			return nil, broken("%w", err)
		}
		changes.add(researcher.Address, e.Deposited.Neg())
		changes.add(market.Account().String(), e.Held.Add(e.Pending))
		sums := map[bool]sdkmath.Int{true: sdkmath.ZeroInt(), false: sdkmath.ZeroInt()}
		for _, p := range view.Payments {
			sums[p.Paid] = sums[p.Paid].Add(p.Amount.Amount)
			if p.Paid {
				changes.add(p.Address, p.Amount.Amount)
			}
		}
		if !sums[true].Equal(e.Paid.Add(e.Refunded)) || !sums[false].Equal(e.Held) {
			return nil, broken("request %s: payments of %s paid and %s held, the ledger says %s, %s back and %s",
				requestID, sums[true], sums[false], e.Paid, e.Refunded, e.Held)
		}
	}
	return changes, nil
}

// rewarded is how the committee's account and its holders' must have changed by what ended
// epochs paid.
func rewarded(rewards []*custody.EventReward) (balances, error) {
	changes := make(balances)
	for _, r := range rewards {
		paid, err := sdk.ParseCoinsNormalized(r.Amount)
		if err != nil {
			return nil, broken("reward of epoch %d: %w", r.Epoch, err)
		}
		amount := paid.AmountOf(Denom)
		changes.add(sdk.AccAddress(r.Operator).String(), amount)
		changes.add(market.CommitteeAccount().String(), amount.Neg())
	}
	return changes, nil
}

// Money compares the balances of everybody, since before the first request, with what
// ledgers and payments of all requests and the rewards of all ended epochs say, to the unit.
func (s *Story) Money(ctx context.Context, rewards ...*custody.EventReward) error {
	changes, err := rewarded(rewards)
	if err != nil {
		return err
	}
	after, err := s.balances(ctx, slices.Collect(maps.Keys(changes))...)
	if err != nil {
		return err
	}
	requested, err := s.expected(ctx)
	if err != nil {
		return err
	}
	for address, amount := range requested {
		changes.add(address, amount)
	}
	sum := sdkmath.ZeroInt()
	for _, address := range slices.Sorted(maps.Keys(after)) {
		want, known := changes[address]
		if !known {
			want = sdkmath.ZeroInt()
		}
		delete(changes, address)
		have := after[address]
		if before, known := s.before[address]; known { // others had nothing
			have = have.Sub(before)
		}
		if !have.Equal(want) {
			return broken("the balance of %s changed by %s%s, the payments say %s", address, have, Denom, want)
		}
		sum = sum.Add(have)
	}
	if !sum.IsZero() || len(changes) > 0 {
		return broken("%s%s came from nowhere; payments to strangers: %d", sum, Denom, len(changes))
	}
	answer, err := s.people[Researcher].Chain.Bank().SupplyOf(ctx, &banktypes.QuerySupplyOfRequest{Denom: Denom})
	if err != nil {
		return err
	}
	return s.sameSupply(answer.Amount)
}

// sameSupply checks that nobody made or burnt money since genesis.
func (s *Story) sameSupply(now sdk.Coin) error {
	begun := sdk.NewCoins()
	for _, account := range s.spec.Accounts {
		coins, err := sdk.ParseCoinsNormalized(account.Coins)
		if err != nil {
			return err
		}
		begun = begun.Add(coins...)
	}
	for _, o := range s.spec.Organisations {
		bond, err := sdk.ParseCoinNormalized(o.Bond)
		if err != nil {
			return err
		}
		begun = begun.Add(bond)
	}
	if want := begun.AmountOf(Denom); !now.Amount.Equal(want) {
		return broken("the supply is %s, at genesis it was %s%s", now, want, Denom)
	}
	return nil
}

// paidPart is a payment in the words of a summary.
func paidPart(p market.Payment) Paid {
	out := Paid{
		Role: roleName(p.Role), Address: p.Address, Amount: p.Amount.Amount.Uint64(), Denom: p.Amount.Denom,
	}
	if !p.Paid {
		out.HeldUntil = p.HeldUntil
	}
	return out
}

// roleName is for what somebody is paid, in lower case: process-fee.
func roleName(role market.PartRole) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(role.String(), "PART_ROLE_"), "_", "-"))
}
