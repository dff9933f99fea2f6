package market

import (
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/legacy"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
)

// RegisterInterfaces registers the module's messages.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations(
		(*sdk.Msg)(nil),
		&MsgSubmitRequest{},
		&MsgPostSeats{},
		&MsgDecideRequest{},
		&MsgCancelRequest{},
		&MsgAnswerReferral{},
		&MsgNoService{},
		&MsgAnswerService{},
		&MsgDisputeAnswer{},
		&MsgJudgeAnswer{},
		&MsgUpdateParams{},
	)
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}

// RegisterLegacyAminoCodec registers the names under which hardware wallets sign.
func RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	legacy.RegisterAminoMsg(cdc, &MsgSubmitRequest{}, "volens/MsgSubmitRequest")
	legacy.RegisterAminoMsg(cdc, &MsgPostSeats{}, "volens/MsgPostSeats")
	legacy.RegisterAminoMsg(cdc, &MsgDecideRequest{}, "volens/MsgDecideRequest")
	legacy.RegisterAminoMsg(cdc, &MsgCancelRequest{}, "volens/MsgCancelRequest")
	legacy.RegisterAminoMsg(cdc, &MsgAnswerReferral{}, "volens/MsgAnswerReferral")
	legacy.RegisterAminoMsg(cdc, &MsgNoService{}, "volens/MsgNoService")
	legacy.RegisterAminoMsg(cdc, &MsgAnswerService{}, "volens/MsgAnswerService")
	legacy.RegisterAminoMsg(cdc, &MsgDisputeAnswer{}, "volens/MsgDisputeAnswer")
	legacy.RegisterAminoMsg(cdc, &MsgJudgeAnswer{}, "volens/MsgJudgeAnswer")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "volens/market/MsgUpdateParams")
}
