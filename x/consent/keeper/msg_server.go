package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/x/consent"
)

type msgServer struct {
	k *Keeper
}

// NewMsgServer serves the module's messages.
func NewMsgServer(k *Keeper) consent.MsgServer {
	return msgServer{k: k}
}

// RegisterTemplate adds a plain text. One that is registered never changes.
func (m msgServer) RegisterTemplate(
	ctx context.Context, msg *consent.MsgRegisterTemplate,
) (*consent.MsgRegisterTemplateResponse, error) {
	if err := m.govern(msg, msg.Authority); err != nil {
		return nil, err
	}
	t := msg.Template
	if err := add(ctx, m.k.Templates, collections.Join(t.Id, t.Language), t); err != nil {
		return nil, errorsmod.Wrapf(err, "template %s in %s", t.Id, t.Language)
	}
	event := &consent.EventTemplateRegistered{Id: t.Id, Language: t.Language}
	return &consent.MsgRegisterTemplateResponse{}, emit(ctx, event)
}

// RegisterCodebook adds a disease vocabulary. One that is registered never changes.
func (m msgServer) RegisterCodebook(
	ctx context.Context, msg *consent.MsgRegisterCodebook,
) (*consent.MsgRegisterCodebookResponse, error) {
	if err := m.govern(msg, msg.Authority); err != nil {
		return nil, err
	}
	c := msg.Codebook
	if err := add(ctx, m.k.Codebooks, c.Version, c); err != nil {
		return nil, errorsmod.Wrapf(err, "codebook %s", c.Version)
	}
	return &consent.MsgRegisterCodebookResponse{}, emit(ctx, &consent.EventCodebookRegistered{Version: c.Version})
}

// UpdateParams replaces all parameters.
func (m msgServer) UpdateParams(
	ctx context.Context, msg *consent.MsgUpdateParams,
) (*consent.MsgUpdateParamsResponse, error) {
	if err := m.govern(msg, msg.Authority); err != nil {
		return nil, err
	}
	if err := m.k.Params.Set(ctx, msg.Params); err != nil {
		return nil, err
	}
	return &consent.MsgUpdateParamsResponse{}, emit(ctx, &consent.EventParamsUpdated{Params: msg.Params})
}

// govern checks a message of the authority's.
func (m msgServer) govern(msg sdk.HasValidateBasic, signer string) error {
	if err := msg.ValidateBasic(); err != nil {
		return err
	}
	if signer != m.k.authority {
		return errorsmod.Wrapf(consent.ErrAuthority, "%s is not %s", signer, m.k.authority)
	}
	return nil
}

// add stores what is not there yet.
func add[K, V any](ctx context.Context, into collections.Map[K, V], key K, v V) error {
	_, err := into.Get(ctx, key)
	if err == nil {
		return consent.ErrRegistered
	}
	if !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	return into.Set(ctx, key, v)
}

func emit(ctx context.Context, event proto.Message) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(event)
}
