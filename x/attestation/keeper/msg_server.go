package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	"github.com/volens-network/volens/x/attestation"
)

// msgServer serves the messages; the file of each is named for its noun.
type msgServer struct{ keeper *Keeper }

// NewMsgServer serves the module's messages.
func NewMsgServer(k *Keeper) attestation.MsgServer { return msgServer{keeper: k} }

// UpdateParams replaces all parameters. The denomination of bonds stays what
// genesis made it, for bonds are locked in it.
func (s msgServer) UpdateParams(
	ctx context.Context, msg *attestation.MsgUpdateParams,
) (*attestation.MsgUpdateParamsResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	if err := s.keeper.authorize(msg.Authority); err != nil {
		return nil, err
	}
	now, err := s.keeper.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	if msg.Params.ChallengeBond.Denom != now.ChallengeBond.Denom {
		return nil, errorsmod.Wrapf(attestation.ErrBond, "denomination of bonds is %s, cannot become %s",
			now.ChallengeBond.Denom, msg.Params.ChallengeBond.Denom)
	}
	if err := s.keeper.Params.Set(ctx, msg.Params); err != nil {
		return nil, err
	}
	return &attestation.MsgUpdateParamsResponse{}, nil
}
