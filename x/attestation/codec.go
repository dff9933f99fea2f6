package attestation

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
		&MsgAccreditOrganisation{},
		&MsgSuspendOrganisation{},
		&MsgDepositBond{},
		&MsgWithdrawBond{},
		&MsgUpdateGateway{},
		&MsgAnchorLog{},
		&MsgAttestDeidentification{},
		&MsgRefuseDeidentification{},
		&MsgRevokeDeidentification{},
		&MsgChallengeDeidentification{},
		&MsgConfirmChallenge{},
		&MsgJudgeChallenge{},
		&MsgApproveEthics{},
		&MsgRevokeEthics{},
		&MsgIssueVisa{},
		&MsgRevokeVisa{},
		&MsgUpdateParams{},
	)
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}

// RegisterLegacyAminoCodec registers the names under which hardware wallets sign.
func RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	legacy.RegisterAminoMsg(cdc, &MsgAccreditOrganisation{}, "volens/MsgAccreditOrganisation")
	legacy.RegisterAminoMsg(cdc, &MsgSuspendOrganisation{}, "volens/MsgSuspendOrganisation")
	legacy.RegisterAminoMsg(cdc, &MsgDepositBond{}, "volens/MsgDepositBond")
	legacy.RegisterAminoMsg(cdc, &MsgWithdrawBond{}, "volens/MsgWithdrawBond")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateGateway{}, "volens/MsgUpdateGateway")
	legacy.RegisterAminoMsg(cdc, &MsgAnchorLog{}, "volens/MsgAnchorLog")
	legacy.RegisterAminoMsg(cdc, &MsgAttestDeidentification{}, "volens/MsgAttestDeidentification")
	legacy.RegisterAminoMsg(cdc, &MsgRefuseDeidentification{}, "volens/MsgRefuseDeidentification")
	legacy.RegisterAminoMsg(cdc, &MsgRevokeDeidentification{}, "volens/MsgRevokeDeidentification")
	legacy.RegisterAminoMsg(cdc, &MsgChallengeDeidentification{}, "volens/MsgChallengeDeidentification")
	legacy.RegisterAminoMsg(cdc, &MsgConfirmChallenge{}, "volens/MsgConfirmChallenge")
	legacy.RegisterAminoMsg(cdc, &MsgJudgeChallenge{}, "volens/MsgJudgeChallenge")
	legacy.RegisterAminoMsg(cdc, &MsgApproveEthics{}, "volens/MsgApproveEthics")
	legacy.RegisterAminoMsg(cdc, &MsgRevokeEthics{}, "volens/MsgRevokeEthics")
	legacy.RegisterAminoMsg(cdc, &MsgIssueVisa{}, "volens/MsgIssueVisa")
	legacy.RegisterAminoMsg(cdc, &MsgRevokeVisa{}, "volens/MsgRevokeVisa")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "volens/attestation/MsgUpdateParams")
}
