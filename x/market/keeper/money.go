package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/collections/indexes"
	sdkmath "cosmossdk.io/math"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// PaymentKey is request id, number.
type PaymentKey = collections.Pair[id.ID, uint64]

// PaymentIndexes list payments otherwise than by request.
type PaymentIndexes struct {
	// ByAddress is keyed by address, request id, number.
	ByAddress *indexes.Multi[sdk.AccAddress, PaymentKey, market.Payment]
}

// IndexesList is what collections asks of a set of indexes.
func (i PaymentIndexes) IndexesList() []collections.Index[PaymentKey, market.Payment] {
	return []collections.Index[PaymentKey, market.Payment]{i.ByAddress}
}

// Money are the ledgers and the payments that explain them.
type Money struct {
	// Escrows is keyed by request id.
	Escrows collections.Map[id.ID, market.Escrow]
	// Payments is keyed by request id, number.
	Payments *collections.IndexedMap[PaymentKey, market.Payment, PaymentIndexes]
	// Held is keyed by request id, seat, number: the parts that are not paid yet.
	Held collections.KeySet[collections.Triple[id.ID, uint64, uint64]]
}

func newMoney(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) Money {
	key := collections.PairKeyCodec(dataset.IDKey, collections.Uint64Key)
	return Money{
		Escrows: collections.NewMap(sb, market.EscrowsPrefix, "escrows", dataset.IDKey,
			codec.CollValue[market.Escrow](cdc)),
		Payments: collections.NewIndexedMap(sb, market.PaymentsPrefix, "payments", key,
			codec.CollValue[market.Payment](cdc), PaymentIndexes{
				ByAddress: indexes.NewMulti(
					sb,
					market.ByAddressPrefix,
					"payments_by_address",
					sdk.AccAddressKey,
					key,
					func(_ PaymentKey, p market.Payment) (sdk.AccAddress, error) { return dataset.ParseAddress(p.Address) },
				),
			}),
		Held: collections.NewKeySet(sb, market.HeldPrefix, "held",
			collections.TripleKeyCodec(dataset.IDKey, collections.Uint64Key, collections.Uint64Key)),
	}
}

// wide stands for a part that belongs to no seat.
const wide = -1

// part is a part of a request's money on its way to somebody.
type part struct {
	seat   int64
	role   market.PartRole
	to     string
	amount sdkmath.Int
}

// payment is how the part is written down.
func (p part) payment(e market.Escrow) market.Payment {
	return market.Payment{
		RequestId: e.RequestId, Seat: uint64(max(p.seat, 0)), RequestWide: p.seat == wide,
		Role: p.role, Address: p.to, Amount: sdk.Coin{Denom: e.Denom, Amount: p.amount}, Number: e.Payments,
	}
}

// pay moves a pending part out, now. Nothing is written for an amount of zero.
func (k *Keeper) pay(ctx context.Context, request id.ID, p part) error {
	if p.amount.IsZero() {
		return nil
	}
	e, err := k.Money.Escrows.Get(ctx, request)
	if err != nil {
		return found(err, "escrow of %s", request)
	}
	move := e.Pay
	if p.role == market.PART_ROLE_REFUND {
		move = e.Refund
	}
	if err := move(p.amount); err != nil {
		return err
	}
	out := p.payment(e)
	out.Paid = true
	e.Payments++
	if err := k.Money.Escrows.Set(ctx, request, e); err != nil {
		return err
	}
	if err := k.Money.Payments.Set(ctx, collections.Join(request, out.Number), out); err != nil {
		return err
	}
	return k.send(ctx, out)
}

// hold keeps a pending part for somebody until a height.
func (k *Keeper) hold(ctx context.Context, request id.ID, p part, until int64) error {
	if p.amount.IsZero() {
		return nil
	}
	e, err := k.Money.Escrows.Get(ctx, request)
	if err != nil {
		return found(err, "escrow of %s", request)
	}
	if err := e.Hold(p.amount); err != nil {
		return err
	}
	out := p.payment(e)
	out.HeldUntil = until
	e.Payments++
	if err := k.Money.Escrows.Set(ctx, request, e); err != nil {
		return err
	}
	if err := k.Money.Payments.Set(ctx, collections.Join(request, out.Number), out); err != nil {
		return err
	}
	if err := k.Money.Held.Set(ctx, collections.Join3(request, out.Seat, out.Number)); err != nil {
		return err
	}
	return emit(ctx, &market.EventHeld{
		RequestId: out.RequestId, Seat: out.Seat, Role: out.Role, Address: out.Address, Amount: out.Amount.String(),
		Until: until,
	})
}

// heldFor lists what is held for a seat, in one role and for one account if they are
// given.
func (k *Keeper) heldFor(
	ctx context.Context, request id.ID, seat uint64, role market.PartRole, to string,
) ([]market.Payment, error) {
	var out []market.Payment
	span := collections.NewSuperPrefixedTripleRange[id.ID, uint64, uint64](request, seat)
	err := k.Money.Held.Walk(ctx, span, func(key collections.Triple[id.ID, uint64, uint64]) (bool, error) {
		p, err := k.Money.Payments.Get(ctx, collections.Join(request, key.K3()))
		if err == nil && p.Role == role && (to == "" || p.Address == to) {
			out = append(out, p)
		}
		return false, err
	})
	return out, err
}

// release pays what was held, in a role and to an account that may be others than
// those it was held for. In the role of a refund it goes back.
func (k *Keeper) release(
	ctx context.Context, request id.ID, p market.Payment, role market.PartRole, to string,
) error {
	e, err := k.Money.Escrows.Get(ctx, request)
	if err != nil {
		return found(err, "escrow of %s", request)
	}
	move := e.PayHeld
	if role == market.PART_ROLE_REFUND {
		move = e.RefundHeld
	}
	if err := move(p.Amount.Amount); err != nil {
		return err
	}
	p.Role, p.Address, p.Paid = role, to, true
	if err := k.Money.Escrows.Set(ctx, request, e); err != nil {
		return err
	}
	if err := k.Money.Payments.Set(ctx, collections.Join(request, p.Number), p); err != nil {
		return err
	}
	if err := k.Money.Held.Remove(ctx, collections.Join3(request, p.Seat, p.Number)); err != nil {
		return err
	}
	return k.send(ctx, p)
}

// send moves the coins of a payment and announces it. The community pool and the
// committee's account are reached by their own ways.
func (k *Keeper) send(ctx context.Context, p market.Payment) error {
	if err := k.move(ctx, p.Address, sdk.NewCoins(p.Amount)); err != nil {
		return err
	}
	return emit(ctx, &market.EventPaid{
		RequestId: p.RequestId, Seat: p.Seat, Role: p.Role, Address: p.Address, Amount: p.Amount.String(),
	})
}

func (k *Keeper) move(ctx context.Context, address string, coins sdk.Coins) error {
	switch address {
	case k.pool:
		return k.left.Pool.FundCommunityPool(ctx, coins, market.Account())
	case k.committee:
		return k.left.Bank.SendCoinsFromModuleToModule(ctx, market.ModuleName, custody.CommitteeName, coins)
	}
	to, err := dataset.ParseAddress(address)
	if err != nil {
		return err
	}
	return k.left.Bank.SendCoinsFromModuleToAccount(ctx, market.ModuleName, to, coins)
}

// refund returns a pending amount to the researcher.
func (k *Keeper) refund(ctx context.Context, r market.Request, seat int64, amount sdkmath.Int) error {
	request, err := r.ID()
	if err != nil {
		return err
	}
	return k.pay(ctx, request, part{seat: seat, role: market.PART_ROLE_REFUND, to: r.Researcher, amount: amount})
}

// charge pays a fee of the request's to the community pool.
func (k *Keeper) charge(ctx context.Context, request id.ID, role market.PartRole, amount sdkmath.Int) error {
	return k.pay(ctx, request, part{seat: wide, role: role, to: k.pool, amount: amount})
}
