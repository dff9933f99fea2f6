package consent

import errorsmod "cosmossdk.io/errors"

// MaxRevokesABlock is the largest value of Params.revokes_a_block.
const MaxRevokesABlock = 1000

// DefaultParams are those of a new chain.
func DefaultParams() Params {
	return Params{RevokesABlock: 64}
}

// Validate refuses a lane that is closed or boundless: revoking is free for ever.
func (p Params) Validate() error {
	if p.RevokesABlock == 0 || p.RevokesABlock > MaxRevokesABlock {
		return errorsmod.Wrapf(ErrParams, "revokes_a_block is %d, not 1 to %d", p.RevokesABlock, MaxRevokesABlock)
	}
	return nil
}
