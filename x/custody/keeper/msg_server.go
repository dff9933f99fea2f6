package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/custody"
)

type msgServer struct{ keeper *Keeper }

// NewMsgServer serves the messages of x/custody.
func NewMsgServer(k *Keeper) custody.MsgServer { return msgServer{keeper: k} }

// RequestInspection is the owner's consent that one organisation reads one version.
func (s msgServer) RequestInspection(
	ctx context.Context, m *custody.MsgRequestInspection,
) (*custody.MsgRequestInspectionResponse, error) {
	if err := m.ValidateBasic(); err != nil {
		return nil, err
	}
	key, err := s.keeper.requestInspection(ctx, m)
	if err != nil {
		return nil, err
	}
	return &custody.MsgRequestInspectionResponse{InspectionId: key.String()}, nil
}

// AcceptInspection locks the organisation's bond and opens the job.
func (s msgServer) AcceptInspection(
	ctx context.Context, m *custody.MsgAcceptInspection,
) (*custody.MsgAcceptInspectionResponse, error) {
	if err := m.ValidateBasic(); err != nil {
		return nil, err
	}
	return &custody.MsgAcceptInspectionResponse{}, s.keeper.acceptInspection(ctx, m)
}

// WithdrawInspection is the owner's word against an inspection.
func (s msgServer) WithdrawInspection(
	ctx context.Context, m *custody.MsgWithdrawInspection,
) (*custody.MsgWithdrawInspectionResponse, error) {
	if err := m.ValidateBasic(); err != nil {
		return nil, err
	}
	return &custody.MsgWithdrawInspectionResponse{}, s.keeper.withdrawInspection(ctx, m)
}

// RotateKey lets the committee make the next key.
func (s msgServer) RotateKey(ctx context.Context, m *custody.MsgRotateKey) (*custody.MsgRotateKeyResponse, error) {
	if m.Authority != s.keeper.authority {
		return nil, errorsmod.Wrapf(custody.ErrAuthority, "%s is not %s", m.Authority, s.keeper.authority)
	}
	return &custody.MsgRotateKeyResponse{}, s.keeper.rotate(sdk.UnwrapSDKContext(ctx), m.KeyId)
}

// UpdateParams replaces the parameters. Blocks that are already too small for
// them refuse it.
func (s msgServer) UpdateParams(
	ctx context.Context, m *custody.MsgUpdateParams,
) (*custody.MsgUpdateParamsResponse, error) {
	if m.Authority != s.keeper.authority {
		return nil, errorsmod.Wrapf(custody.ErrAuthority, "%s is not %s", m.Authority, s.keeper.authority)
	}
	if err := m.Params.ValidateFor(blockBytes(ctx)); err != nil {
		return nil, err
	}
	return &custody.MsgUpdateParamsResponse{}, s.keeper.Params.Set(ctx, m.Params)
}
