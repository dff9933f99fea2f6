package market

import (
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
)

const (
	// MaxPart bounds a gateway's part, age-encrypted, in bytes.
	MaxPart = 4096
	// MaxSeatsAMessage bounds the seats of one MsgPostSeats.
	MaxSeatsAMessage = 200
	// MaxItems bounds every loop over items in one block.
	MaxItems = 200
)

// Live reports whether a step is awaited.
func (c ServiceClaim) Live() bool { return c.Deadline > 0 }

// Validate reports the first field that no stored claim can have.
func (c ServiceClaim) Validate() error {
	if _, err := id.Parse(c.RequestId); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "claim: request_id: %v", err)
	}
	if !validAddress(c.Gateway) || !validAddress(c.Researcher) {
		return errorsmod.Wrapf(ErrInvalid, "claim on seat %d of %s: gateway or researcher", c.Seat, c.RequestId)
	}
	if err := validCoin(c.Bond); err != nil {
		return errorsmod.Wrapf(err, "claim on seat %d of %s: bond", c.Seat, c.RequestId)
	}
	if c.State < SERVICE_STATE_OPEN || c.State > SERVICE_STATE_DISMISSED || c.Deadline < 0 {
		return errorsmod.Wrapf(ErrInvalid, "claim on seat %d of %s: state %d, deadline %d",
			c.Seat, c.RequestId, c.State, c.Deadline)
	}
	if (c.State == SERVICE_STATE_OPEN || c.State == SERVICE_STATE_DISPUTED) && !c.Live() {
		return errorsmod.Wrapf(
			ErrInvalid,
			"claim on seat %d of %s is %s without deadline",
			c.Seat,
			c.RequestId,
			c.State,
		)
	}
	if len(c.Answer) > MaxPart {
		return errorsmod.Wrapf(
			ErrInvalid,
			"claim on seat %d of %s: answer of %d bytes",
			c.Seat,
			c.RequestId,
			len(c.Answer),
		)
	}
	return nil
}

// Validate reports the first field that no stored lock can have.
func (l BondLock) Validate() error {
	if _, err := id.Parse(l.RequestId); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "lock: request_id: %v", err)
	}
	if !validAddress(l.Gateway) || l.Until < 0 {
		return errorsmod.Wrapf(ErrInvalid, "lock for seat %d of %s: gateway %q, until %d",
			l.Seat, l.RequestId, l.Gateway, l.Until)
	}
	return errorsmod.Wrapf(validCoin(l.Amount), "lock for seat %d of %s", l.Seat, l.RequestId)
}

// Validate reports the first field that no stored payment can have.
func (p Payment) Validate() error {
	if _, err := id.Parse(p.RequestId); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "payment: request_id: %v", err)
	}
	if !validAddress(p.Address) || p.Role < PART_ROLE_PATIENT || p.Role > PART_ROLE_CLAIM_BOND {
		return errorsmod.Wrapf(ErrInvalid, "payment %d of %s: role %d to %q", p.Number, p.RequestId, p.Role, p.Address)
	}
	if p.HeldUntil < 0 || (p.HeldUntil == 0 && !p.Paid) {
		return errorsmod.Wrapf(ErrInvalid, "payment %d of %s: held until %d", p.Number, p.RequestId, p.HeldUntil)
	}
	return errorsmod.Wrapf(validCoin(p.Amount), "payment %d of %s", p.Number, p.RequestId)
}

// validCoin checks an amount that may be zero.
func validCoin(coin sdk.Coin) error {
	if coin.Amount.IsNil() {
		return errorsmod.Wrap(ErrInvalid, "amount is missing")
	}
	if err := coin.Validate(); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "%v", err)
	}
	return nil
}
