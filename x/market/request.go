package market

import (
	errorsmod "cosmossdk.io/errors"
	sdkmath "cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
	coremarket "github.com/volens-network/volens/core/market"
)

// Reasons that the market adds to those of duo.Permits and of x/custody.
const (
	// ReasonKMin: the patient wants to be among more persons than the request may end with.
	ReasonKMin duo.Reason = "K_MIN"
	// ReasonRevoked: the patient revoked since she said yes. What she granted anew does not
	// bring her yes back.
	ReasonRevoked duo.Reason = "REVOKED"
	// ReasonBond: fewer than k of the dataset's gateways have enough free bond.
	ReasonBond duo.Reason = "BOND"
	// ReasonJob: the dataset cannot be assigned now, for instance with too many open seats.
	ReasonJob duo.Reason = "JOB"
)

// ID returns the 16 bytes that the request's text id stands for.
func (r Request) ID() (id.ID, error) {
	out, err := id.Parse(r.Id)
	if err != nil {
		return id.ID{}, errorsmod.Wrapf(ErrInvalid, "request id: %v", err)
	}
	return out, nil
}

// Undecided reports whether the request has not cleared and has not ended.
func (r Request) Undecided() bool { return r.State == STATE_SUBMITTED || r.State == STATE_OPEN }

// Parts are the parts of one seat's charge, by the split of the day of submission.
func (r Request) Parts() (coremarket.Parts, error) {
	if r.Spec.Price.Amount.IsNil() || !r.Spec.Price.Amount.IsUint64() {
		return coremarket.Parts{}, errorsmod.Wrapf(ErrInvalid, "price of %s", r.Id)
	}
	parts, err := coremarket.Split(r.Spec.Price.Amount.Uint64(), r.Split.Shares())
	if err != nil {
		return coremarket.Parts{}, errorsmod.Wrapf(ErrInvalid, "split of %s: %v", r.Id, err)
	}
	return parts, nil
}

// Charge is what so many seats cost the researcher.
func (r Request) Charge(seats uint64) (sdk.Coin, error) {
	parts, err := r.Parts()
	if err != nil {
		return sdk.Coin{}, err
	}
	amount := sdkmath.NewIntFromUint64(parts.Total()).Mul(sdkmath.NewIntFromUint64(seats))
	return sdk.Coin{Denom: r.Spec.Price.Denom, Amount: amount}, nil
}

// Party reports whether an address takes part in the request: such an organisation
// never judges it.
func (r Request) Party(address string) bool {
	use := r.Spec.Use
	if address == r.Researcher || address == use.Organisation || address == use.BeneficialOwner ||
		address == use.Collaborator {
		return true
	}
	for _, recipient := range use.Recipients {
		if address == recipient {
			return true
		}
	}
	return false
}

// Validate reports the first field that no stored request can have.
func (r Request) Validate() error {
	if _, err := r.ID(); err != nil {
		return err
	}
	if !validAddress(r.Researcher) {
		return errorsmod.Wrapf(ErrInvalid, "request %s: researcher %q", r.Id, r.Researcher)
	}
	if err := r.Spec.Validate(r.Researcher); err != nil {
		return errorsmod.Wrapf(err, "request %s", r.Id)
	}
	if r.State < STATE_SUBMITTED || r.State > STATE_FAILED_SHORT {
		return errorsmod.Wrapf(ErrInvalid, "request %s: state %d", r.Id, r.State)
	}
	if r.Height < 0 || r.OpenedHeight < 0 || r.ClearedHeight < 0 {
		return errorsmod.Wrapf(ErrInvalid, "request %s: negative height", r.Id)
	}
	if _, err := r.Charge(1); err != nil {
		return err
	}
	nMax := uint64(r.Spec.NMax)
	if r.Seats > nMax || r.Won > r.Seats || r.Released > r.Won || r.Void > r.Won-r.Released {
		return errorsmod.Wrapf(ErrInvalid, "request %s: %d of %d seats, %d won, %d released, %d void",
			r.Id, r.Seats, nMax, r.Won, r.Released, r.Void)
	}
	if (r.State == STATE_OPEN) != (r.Undecided() && r.Seats == nMax) {
		return errorsmod.Wrapf(ErrInvalid, "request %s is %s with %d of %d seats", r.Id, r.State, r.Seats, nMax)
	}
	if cleared := r.State == STATE_RELEASING || r.State == STATE_SETTLED ||
		r.State == STATE_CLOSED; cleared != (r.Won > 0) {
		return errorsmod.Wrapf(ErrInvalid, "request %s is %s with %d seats won", r.Id, r.State, r.Won)
	}
	if (r.State == STATE_RELEASING) != (r.Won > r.Released+r.Void) {
		return errorsmod.Wrapf(ErrInvalid, "request %s is %s with %d of %d seats settled",
			r.Id, r.State, r.Released+r.Void, r.Won)
	}
	return nil
}
