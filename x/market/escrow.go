package market

import (
	errorsmod "cosmossdk.io/errors"
	sdkmath "cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
)

// NewEscrow opens the ledger of a request: everything is pending.
func NewEscrow(request string, deposit sdk.Coin, bond sdkmath.Int) Escrow {
	zero := sdkmath.ZeroInt()
	return Escrow{
		RequestId: request, Denom: deposit.Denom, Deposited: deposit.Amount, Pending: deposit.Amount, Bond: bond,
		Paid: zero, Held: zero, Refunded: zero,
	}
}

// Pay moves a pending amount to what was paid.
func (e *Escrow) Pay(amount sdkmath.Int) error { return e.move(&e.Pending, &e.Paid, amount) }

// Refund moves a pending amount to what went back to the researcher.
func (e *Escrow) Refund(amount sdkmath.Int) error { return e.move(&e.Pending, &e.Refunded, amount) }

// Hold moves a pending amount to what is held for somebody.
func (e *Escrow) Hold(amount sdkmath.Int) error { return e.move(&e.Pending, &e.Held, amount) }

// PayHeld moves a held amount to what was paid.
func (e *Escrow) PayHeld(amount sdkmath.Int) error { return e.move(&e.Held, &e.Paid, amount) }

// RefundHeld moves a held amount to what went back to the researcher.
func (e *Escrow) RefundHeld(amount sdkmath.Int) error { return e.move(&e.Held, &e.Refunded, amount) }

// Deposit adds a further amount, which is pending.
func (e *Escrow) Deposit(amount sdkmath.Int) error {
	if amount.IsNil() || amount.IsNegative() {
		return errorsmod.Wrapf(ErrLedger, "request %s: deposit of %s", e.RequestId, amount)
	}
	e.Deposited, e.Pending = e.Deposited.Add(amount), e.Pending.Add(amount)
	return nil
}

func (e *Escrow) move(from, to *sdkmath.Int, amount sdkmath.Int) error {
	if amount.IsNil() || amount.IsNegative() || from.LT(amount) {
		return errorsmod.Wrapf(ErrLedger, "request %s: %s of %s", e.RequestId, amount, from)
	}
	*from, *to = from.Sub(amount), to.Add(amount)
	return nil
}

// Locked is what the module account must hold for the request.
func (e Escrow) Locked() sdk.Coin { return sdk.Coin{Denom: e.Denom, Amount: e.Held.Add(e.Pending)} }

// Done reports whether nothing is held or pending.
func (e Escrow) Done() bool { return e.Held.IsZero() && e.Pending.IsZero() }

// Validate reports ErrLedger unless deposited = paid + held + refunded + pending
// with no amount below zero.
func (e Escrow) Validate() error {
	if _, err := id.Parse(e.RequestId); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "escrow: request_id: %v", err)
	}
	if err := sdk.ValidateDenom(e.Denom); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "escrow of %s: %v", e.RequestId, err)
	}
	for _, amount := range []sdkmath.Int{e.Deposited, e.Paid, e.Held, e.Refunded, e.Pending, e.Bond} {
		if amount.IsNil() || amount.IsNegative() {
			return errorsmod.Wrapf(ErrLedger, "request %s: an amount is missing or negative", e.RequestId)
		}
	}
	if sum := e.Paid.Add(e.Held).Add(e.Refunded).Add(e.Pending); !sum.Equal(e.Deposited) {
		return errorsmod.Wrapf(ErrLedger, "request %s: parts add up to %s, not %s", e.RequestId, sum, e.Deposited)
	}
	if e.Bond.GT(e.Deposited) {
		return errorsmod.Wrapf(ErrLedger, "request %s: bond %s of %s", e.RequestId, e.Bond, e.Deposited)
	}
	return nil
}
