package consent

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
		&MsgGrantConsent{},
		&MsgAmendConsent{},
		&MsgRevokeConsent{},
		&MsgSetRevoker{},
		&MsgRegisterTemplate{},
		&MsgRegisterCodebook{},
		&MsgUpdateParams{},
	)
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}

// RegisterLegacyAminoCodec registers the names that Ledger wallets sign.
func RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	legacy.RegisterAminoMsg(cdc, &MsgGrantConsent{}, "volens/MsgGrantConsent")
	legacy.RegisterAminoMsg(cdc, &MsgAmendConsent{}, "volens/MsgAmendConsent")
	legacy.RegisterAminoMsg(cdc, &MsgRevokeConsent{}, "volens/MsgRevokeConsent")
	legacy.RegisterAminoMsg(cdc, &MsgSetRevoker{}, "volens/MsgSetRevoker")
	legacy.RegisterAminoMsg(cdc, &MsgRegisterTemplate{}, "volens/MsgRegisterTemplate")
	legacy.RegisterAminoMsg(cdc, &MsgRegisterCodebook{}, "volens/MsgRegisterCodebook")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "volens/consent/MsgUpdateParams")
}
