package custody

import (
	errorsmod "cosmossdk.io/errors"
	sdkmath "cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// maxWindow bounds every window, in blocks: about a year of one-second blocks.
const maxWindow = 1 << 25

// DefaultParams are those of the main network.
func DefaultParams() Params {
	return Params{
		ReleaseWindow:    100,
		EnrolWindow:      5,
		DealWindow:       60,
		DisputeWindow:    20,
		ConfirmWindow:    10,
		MaxValidators:    100,
		InspectionBond:   sdk.NewCoin("uvol", sdkmath.NewInt(100_000_000)),
		InspectionWindow: 604_800,
		MissWindow:       1_000,
		EpochLength:      86_400,
	}
}

// DevnetParams are those of a network on one machine.
func DevnetParams() Params {
	p := DefaultParams()
	p.ReleaseWindow = 20
	p.EnrolWindow, p.DealWindow, p.DisputeWindow, p.ConfirmWindow = 3, 4, 4, 3
	p.InspectionBond = sdk.NewCoin("uvol", sdkmath.NewInt(1_000_000))
	p.InspectionWindow = 200
	p.MissWindow = 50
	p.EpochLength = 600
	return p
}

// Validate reports the first parameter out of range, for blocks of MaxBlockBytes.
func (p Params) Validate() error { return p.ValidateFor(MaxBlockBytes) }

// ValidateFor reports the first parameter out of range for a block size: twice
// the extensions of all validators must fit, so that inflated extensions cannot
// crowd out the injection. A maxBytes below 1 means the largest block.
func (p Params) ValidateFor(maxBytes int64) error {
	for _, w := range []struct {
		name  string
		value int64
	}{
		{"release_window", p.ReleaseWindow},
		{"enrol_window", p.EnrolWindow},
		{"deal_window", p.DealWindow},
		{"dispute_window", p.DisputeWindow},
		{"confirm_window", p.ConfirmWindow},
		{"inspection_window", p.InspectionWindow},
		{"miss_window", p.MissWindow},
		{"epoch_length", p.EpochLength},
	} {
		if w.value < 1 || w.value > maxWindow {
			return errorsmod.Wrapf(ErrParams, "%s is %d, not 1 to %d blocks", w.name, w.value, maxWindow)
		}
	}
	if err := p.InspectionBond.Validate(); err != nil {
		return errorsmod.Wrapf(ErrParams, "inspection_bond: %v", err)
	}
	if maxBytes < 1 || maxBytes > MaxBlockBytes {
		maxBytes = MaxBlockBytes
	}
	need := 2 * int64(p.MaxValidators) * (ExtensionCap + ExtensionOverhead)
	if p.MaxValidators < 1 || need > maxBytes {
		return errorsmod.Wrapf(
			ErrParams,
			"max_validators %d need blocks of %d bytes, not %d",
			p.MaxValidators,
			need,
			maxBytes,
		)
	}
	return nil
}

// RunBlocks is after how many raw heights a run that is not finished is given up:
// twenty times its windows.
func (p Params) RunBlocks() int64 {
	return 20 * (p.EnrolWindow + p.DealWindow + p.DisputeWindow + p.ConfirmWindow)
}

// JobBlocks is for how many blocks a job is offered: three release windows.
func (p Params) JobBlocks() int64 { return 3 * p.ReleaseWindow }
