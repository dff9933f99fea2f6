package market

import (
	"slices"

	errorsmod "cosmossdk.io/errors"
	sdkmath "cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"

	coremarket "github.com/volens-network/volens/core/market"
)

const (
	// MaxCancelBps is the most of the seats' money that cancelling may cost.
	MaxCancelBps = 100
	// MaxSeats bounds the parameter max_seats.
	MaxSeats = 10_000
	// maxWindow bounds every window, in blocks: about a year of one-second blocks.
	maxWindow = 1 << 25
	// day is a day of one-second blocks.
	day = 86_400
	// denom in which requests are paid where genesis names no other.
	denom = "uusd"
)

// MainnetParams are the parameters for blocks of one second and real money.
func MainnetParams() Params {
	return Params{
		Denoms:         []string{denom},
		Split:          splitOf(coremarket.DefaultShares()),
		OptOutWindow:   7 * day,
		FetchWindow:    7 * day,
		ProcessFee:     sdkmath.NewInt(5 * coremarket.Unit),
		ResearcherBond: sdkmath.NewInt(100 * coremarket.Unit),
		CancelBps:      MaxCancelBps,
		MaxSeats:       MaxSeats,
		ServiceWindow:  600,
		ServiceBond:    sdkmath.NewInt(10 * coremarket.Unit),
		ReferralWindow: 7 * day,
		MaxDuration:    90 * day,
	}
}

// DevnetParams are the parameters of a network on one machine.
func DevnetParams() Params {
	p := MainnetParams()
	p.OptOutWindow, p.FetchWindow = 0, 200
	p.ProcessFee = sdkmath.NewInt(coremarket.Unit / 100)
	p.ResearcherBond = sdkmath.NewInt(coremarket.Unit)
	p.ServiceWindow, p.ServiceBond = 20, sdkmath.NewInt(coremarket.Unit/10)
	p.ReferralWindow = 200
	return p
}

// Validate reports the first parameter out of range.
func (p Params) Validate() error {
	if len(p.Denoms) == 0 {
		return errorsmod.Wrap(ErrParams, "denoms are empty")
	}
	for i, d := range p.Denoms {
		if err := sdk.ValidateDenom(d); err != nil || slices.Contains(p.Denoms[:i], d) {
			return errorsmod.Wrapf(ErrParams, "denoms[%d]: %q", i, d)
		}
	}
	if err := p.Split.Shares().Validate(); err != nil {
		return errorsmod.Wrapf(ErrParams, "split: %v", err)
	}
	for _, w := range []struct {
		name         string
		value, least int64
	}{
		{"opt_out_window", p.OptOutWindow, 0},
		{"fetch_window", p.FetchWindow, 1},
		{"service_window", p.ServiceWindow, 1},
		{"referral_window", p.ReferralWindow, 1},
		{"max_duration", p.MaxDuration, 1},
	} {
		if w.value < w.least || w.value > maxWindow {
			return errorsmod.Wrapf(ErrParams, "%s is %d, not %d to %d blocks", w.name, w.value, w.least, maxWindow)
		}
	}
	for _, a := range []struct {
		name  string
		value sdkmath.Int
	}{
		{"process_fee", p.ProcessFee},
		{"researcher_bond", p.ResearcherBond},
		{"service_bond", p.ServiceBond},
	} {
		if a.value.IsNil() || !a.value.IsUint64() {
			return errorsmod.Wrapf(ErrParams, "%s is not an amount of 64 bits", a.name)
		}
	}
	if p.CancelBps > MaxCancelBps {
		return errorsmod.Wrapf(ErrParams, "cancel_bps is %d, more than %d", p.CancelBps, MaxCancelBps)
	}
	if p.MaxSeats < 1 || p.MaxSeats > MaxSeats {
		return errorsmod.Wrapf(ErrParams, "max_seats is %d, not 1 to %d", p.MaxSeats, MaxSeats)
	}
	return nil
}

// Shares are the split as core/market takes it.
func (s Split) Shares() coremarket.Shares {
	return coremarket.Shares{
		Patient: s.Patient, Attestor: s.Attestor, Gateways: s.Gateways, Committee: s.Committee, Pool: s.Pool,
	}
}

func splitOf(s coremarket.Shares) Split {
	return Split{
		Patient: s.Patient, Attestor: s.Attestor, Gateways: s.Gateways, Committee: s.Committee, Pool: s.Pool,
	}
}

// Cost tells every part of what a request of so many seats locks at a patient's
// price. The error is ErrInvalid for a price that is not positive or does not fit,
// and ErrDenom for a denomination that is not allowed.
func (p Params) Cost(price sdk.Coin, seats uint32) (QueryCostResponse, error) {
	if err := p.checkPrice(price); err != nil {
		return QueryCostResponse{}, err
	}
	shares := p.Split.Shares()
	seat, err := coremarket.Split(price.Amount.Uint64(), shares)
	if err != nil {
		return QueryCostResponse{}, errorsmod.Wrapf(ErrInvalid, "price %s: %v", price, err)
	}
	all, err := coremarket.PostedCharge(price.Amount.Uint64(), uint64(seats), shares)
	if err != nil {
		return QueryCostResponse{}, errorsmod.Wrapf(ErrInvalid, "%d seats at %s: %v", seats, price, err)
	}
	coin := func(amount sdkmath.Int) sdk.Coin { return sdk.Coin{Denom: price.Denom, Amount: amount} }
	out := QueryCostResponse{
		SeatCharge: coin(sdkmath.NewIntFromUint64(seat.Total())),
		Seats:      coin(sdkmath.NewIntFromUint64(all)),
		ProcessFee: coin(p.ProcessFee),
		Bond:       coin(p.ResearcherBond),
	}
	out.Escrow = out.Seats.Add(out.ProcessFee).Add(out.Bond)
	return out, nil
}

func (p Params) checkPrice(price sdk.Coin) error {
	if price.Amount.IsNil() || !price.Amount.IsUint64() || price.Amount.IsZero() {
		return errorsmod.Wrap(ErrInvalid, "price is not a positive amount of 64 bits")
	}
	if !slices.Contains(p.Denoms, price.Denom) {
		return errorsmod.Wrapf(ErrDenom, "%q", price.Denom)
	}
	return nil
}
