package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
)

type msgServer struct{ keeper *Keeper }

// NewMsgServer serves the module's messages.
func NewMsgServer(k *Keeper) dataset.MsgServer { return msgServer{keeper: k} }

// RegisterDataset puts version 1 of a sealed file on the chain.
func (s msgServer) RegisterDataset(
	ctx context.Context, msg *dataset.MsgRegisterDataset,
) (*dataset.MsgRegisterDatasetResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	key, err := s.keeper.register(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &dataset.MsgRegisterDatasetResponse{DatasetId: key.String()}, nil
}

// HoldReceipts records for each dataset named that the signer holds its current version.
func (s msgServer) HoldReceipts(
	ctx context.Context, msg *dataset.MsgHoldReceipts,
) (*dataset.MsgHoldReceiptsResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	gateway, err := dataset.ParseAddress(msg.Gateway)
	if err != nil {
		return nil, err
	}
	for _, text := range msg.DatasetIds {
		if err := s.keeper.hold(ctx, gateway, text); err != nil {
			return nil, err
		}
	}
	return &dataset.MsgHoldReceiptsResponse{}, nil
}

// DropHold withdraws the signer's receipt of the current version.
func (s msgServer) DropHold(ctx context.Context, msg *dataset.MsgDropHold) (*dataset.MsgDropHoldResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	gateway, err := dataset.ParseAddress(msg.Gateway)
	if err != nil {
		return nil, err
	}
	if err := s.keeper.drop(ctx, gateway, msg.DatasetId); err != nil {
		return nil, err
	}
	return &dataset.MsgDropHoldResponse{}, nil
}

// ReplacePayload stores a newly sealed version and forgets the old one's receipts.
func (s msgServer) ReplacePayload(
	ctx context.Context, msg *dataset.MsgReplacePayload,
) (*dataset.MsgReplacePayloadResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	key, d, err := s.keeper.owned(ctx, msg.DatasetId, msg.Owner)
	if err != nil {
		return nil, err
	}
	version, err := s.keeper.replace(ctx, key, d, msg)
	if err != nil {
		return nil, err
	}
	return &dataset.MsgReplacePayloadResponse{Version: version}, nil
}

// WithdrawDataset ends a dataset for ever, frozen or not.
func (s msgServer) WithdrawDataset(
	ctx context.Context, msg *dataset.MsgWithdrawDataset,
) (*dataset.MsgWithdrawDatasetResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	key, d, err := s.keeper.owned(ctx, msg.DatasetId, msg.Owner)
	if err != nil {
		return nil, err
	}
	if err := s.keeper.withdraw(ctx, key, d); err != nil {
		return nil, err
	}
	return &dataset.MsgWithdrawDatasetResponse{}, nil
}

// named returns the dataset that a text id names.
func (k *Keeper) named(ctx context.Context, text string) (id.ID, dataset.Dataset, error) {
	key, err := id.Parse(text)
	if err != nil {
		return key, dataset.Dataset{}, errorsmod.Wrapf(dataset.ErrInvalid, "dataset_id: %v", err)
	}
	d, err := k.Dataset(ctx, key)
	return key, d, err
}

// owned returns a dataset that is not withdrawn and belongs to owner.
func (k *Keeper) owned(ctx context.Context, text, owner string) (id.ID, dataset.Dataset, error) {
	key, d, err := k.named(ctx, text)
	if err != nil {
		return key, d, err
	}
	if d.Owner != owner {
		return key, d, errorsmod.Wrapf(dataset.ErrNotOwner, "dataset %s", text)
	}
	if d.Status == dataset.STATUS_WITHDRAWN {
		return key, d, errorsmod.Wrapf(dataset.ErrStatus, "dataset %s is withdrawn", text)
	}
	return key, d, nil
}

func emit(ctx context.Context, event proto.Message) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(event)
}
