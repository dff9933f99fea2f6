package custody

import (
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/legacy"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
)

// RegisterInterfaces registers the module's messages. MsgInject is among them
// only so that the transaction that carries an injection decodes; nothing
// handles it.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations(
		(*sdk.Msg)(nil),
		&MsgRequestInspection{},
		&MsgAcceptInspection{},
		&MsgWithdrawInspection{},
		&MsgRotateKey{},
		&MsgUpdateParams{},
		&MsgInject{},
	)
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}

// RegisterLegacyAminoCodec registers the names under which hardware wallets sign.
func RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	legacy.RegisterAminoMsg(cdc, &MsgRequestInspection{}, "volens/MsgRequestInspection")
	legacy.RegisterAminoMsg(cdc, &MsgAcceptInspection{}, "volens/MsgAcceptInspection")
	legacy.RegisterAminoMsg(cdc, &MsgWithdrawInspection{}, "volens/MsgWithdrawInspection")
	legacy.RegisterAminoMsg(cdc, &MsgRotateKey{}, "volens/custody/MsgRotateKey")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "volens/custody/MsgUpdateParams")
}
