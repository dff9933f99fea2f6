package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	"github.com/volens-network/volens/x/market"
)

type msgServer struct{ keeper *Keeper }

// NewMsgServer serves the module's messages.
func NewMsgServer(k *Keeper) market.MsgServer { return msgServer{keeper: k} }

// UpdateParams replaces all parameters. Requests keep the split, decisions the
// maturity, and held parts the height that they began with.
func (s msgServer) UpdateParams(
	ctx context.Context, msg *market.MsgUpdateParams,
) (*market.MsgUpdateParamsResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	if msg.Authority != s.keeper.authority {
		return nil, errorsmod.Wrapf(market.ErrAuthority, "%s is not %s", msg.Authority, s.keeper.authority)
	}
	return &market.MsgUpdateParamsResponse{}, s.keeper.Params.Set(ctx, msg.Params)
}
