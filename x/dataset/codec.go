package dataset

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
		&MsgRegisterDataset{},
		&MsgHoldReceipts{},
		&MsgDropHold{},
		&MsgReplacePayload{},
		&MsgWithdrawDataset{},
	)
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}

// RegisterLegacyAminoCodec registers the names under which hardware wallets sign.
func RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	legacy.RegisterAminoMsg(cdc, &MsgRegisterDataset{}, "volens/MsgRegisterDataset")
	legacy.RegisterAminoMsg(cdc, &MsgHoldReceipts{}, "volens/MsgHoldReceipts")
	legacy.RegisterAminoMsg(cdc, &MsgDropHold{}, "volens/MsgDropHold")
	legacy.RegisterAminoMsg(cdc, &MsgReplacePayload{}, "volens/MsgReplacePayload")
	legacy.RegisterAminoMsg(cdc, &MsgWithdrawDataset{}, "volens/MsgWithdrawDataset")
}
