package keeper

import (
	"bytes"
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/attestation"
)

// AnchorLog anchors the signing gateway's access log. The log never shrinks, and
// one size has one root for ever.
func (s msgServer) AnchorLog(
	ctx context.Context, msg *attestation.MsgAnchorLog,
) (*attestation.MsgAnchorLogResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	if _, err := s.keeper.speaker(ctx, msg.Gateway, attestation.ROLE_GATEWAY); err != nil {
		return nil, err
	}
	key, err := parse("gateway", msg.Gateway)
	if err != nil {
		return nil, err
	}
	last, found, err := s.keeper.heartbeat(ctx, key)
	if err != nil {
		return nil, err
	}
	if msg.Size_ < last.Size_ {
		return nil, errorsmod.Wrapf(attestation.ErrLog, "size %d after %d", msg.Size_, last.Size_)
	}
	if found && msg.Size_ == last.Size_ && !bytes.Equal(msg.Root, last.Root) {
		return nil, errorsmod.Wrapf(attestation.ErrLog, "another root for size %d", msg.Size_)
	}
	err = s.keeper.Heartbeats.Set(ctx, key, attestation.Heartbeat{
		Gateway: msg.Gateway, Size_: msg.Size_, Root: msg.Root, Height: sdk.UnwrapSDKContext(ctx).BlockHeight(),
	})
	if err != nil {
		return nil, err
	}
	return &attestation.MsgAnchorLogResponse{}, emit(ctx, &attestation.EventLogAnchored{
		Gateway: msg.Gateway, Size_: msg.Size_, Root: msg.Root,
	})
}

// GatewayFresh reports whether a gateway is accredited and active and anchored
// its log within the last heartbeat_window blocks. An address that is no
// organisation's is not fresh; one that is no address is an error.
func (k *Keeper) GatewayFresh(ctx context.Context, gateway string) (bool, error) {
	o, err := k.Organisation(ctx, gateway)
	if errors.Is(err, attestation.ErrNotFound) {
		return false, nil
	}
	if err != nil || !o.ActsAs(attestation.ROLE_GATEWAY) {
		return false, err
	}
	key, err := parse("gateway", gateway)
	if err != nil {
		return false, err
	}
	last, found, err := k.heartbeat(ctx, key)
	if err != nil || !found {
		return false, err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return false, err
	}
	return sdk.UnwrapSDKContext(ctx).BlockHeight()-last.Height <= params.HeartbeatWindow, nil
}

// heartbeat returns the last anchor of a gateway, if there was one.
func (k *Keeper) heartbeat(ctx context.Context, gateway sdk.AccAddress) (attestation.Heartbeat, bool, error) {
	h, err := k.Heartbeats.Get(ctx, gateway)
	if errors.Is(err, collections.ErrNotFound) {
		return h, false, nil
	}
	return h, err == nil, err
}
