package attestation

import (
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

var (
	_ sdk.HasValidateBasic = (*MsgAccreditOrganisation)(nil)
	_ sdk.HasValidateBasic = (*MsgSuspendOrganisation)(nil)
	_ sdk.HasValidateBasic = (*MsgDepositBond)(nil)
	_ sdk.HasValidateBasic = (*MsgWithdrawBond)(nil)
	_ sdk.HasValidateBasic = (*MsgUpdateGateway)(nil)
	_ sdk.HasValidateBasic = (*MsgAnchorLog)(nil)
	_ sdk.HasValidateBasic = (*MsgAttestDeidentification)(nil)
	_ sdk.HasValidateBasic = (*MsgRefuseDeidentification)(nil)
	_ sdk.HasValidateBasic = (*MsgRevokeDeidentification)(nil)
	_ sdk.HasValidateBasic = (*MsgChallengeDeidentification)(nil)
	_ sdk.HasValidateBasic = (*MsgConfirmChallenge)(nil)
	_ sdk.HasValidateBasic = (*MsgJudgeChallenge)(nil)
	_ sdk.HasValidateBasic = (*MsgApproveEthics)(nil)
	_ sdk.HasValidateBasic = (*MsgRevokeEthics)(nil)
	_ sdk.HasValidateBasic = (*MsgIssueVisa)(nil)
	_ sdk.HasValidateBasic = (*MsgRevokeVisa)(nil)
	_ sdk.HasValidateBasic = (*MsgUpdateParams)(nil)
)

// ValidateBasic checks every field on its own, and that gateway is set exactly
// for role GATEWAY.
func (m *MsgAccreditOrganisation) ValidateBasic() error {
	if err := validateAddress("authority", m.Authority); err != nil {
		return err
	}
	if err := validateAddress("address", m.Address); err != nil {
		return err
	}
	return validateAccreditation(m.Kind, m.Country, m.Roles, m.Gateway)
}

// ValidateBasic checks every field on its own.
func (m *MsgSuspendOrganisation) ValidateBasic() error {
	if err := validateAddress("authority", m.Authority); err != nil {
		return err
	}
	return validateAddress("address", m.Address)
}

// ValidateBasic checks every field on its own.
func (m *MsgDepositBond) ValidateBasic() error {
	if err := validateAddress("organisation", m.Organisation); err != nil {
		return err
	}
	return validatePositive("amount", m.Amount)
}

// ValidateBasic checks every field on its own.
func (m *MsgWithdrawBond) ValidateBasic() error {
	if err := validateAddress("organisation", m.Organisation); err != nil {
		return err
	}
	return validatePositive("amount", m.Amount)
}

// ValidateBasic checks every field on its own.
func (m *MsgUpdateGateway) ValidateBasic() error {
	if err := validateAddress("organisation", m.Organisation); err != nil {
		return err
	}
	return m.Gateway.Validate()
}

// ValidateBasic checks every field on its own.
func (m *MsgAnchorLog) ValidateBasic() error {
	if err := validateAddress("gateway", m.Gateway); err != nil {
		return err
	}
	return validateDigest("root", m.Root)
}

// ValidateBasic checks every field on its own.
func (m *MsgAttestDeidentification) ValidateBasic() error { return m.Statement().Validate() }

// Statement is what the message says, before a height is given to it.
func (m *MsgAttestDeidentification) Statement() Deidentification {
	return Deidentification{
		DatasetId:     m.DatasetId,
		Version:       m.Version,
		Attestor:      m.Attestor,
		Sha256:        m.Sha256,
		U:             m.U,
		FacetsRoot:    m.FacetsRoot,
		Basis:         m.Basis,
		OptionCodes:   m.OptionCodes,
		ProfileSha256: m.ProfileSha256,
		ToolVersion:   m.ToolVersion,
		ReportSha256:  m.ReportSha256,
		Expiry:        m.Expiry,
		K:             m.K,
	}
}

// ValidateBasic checks every field on its own.
func (m *MsgRefuseDeidentification) ValidateBasic() error {
	if err := validateSigned("attestor", m.Attestor, m.DatasetId, m.Version); err != nil {
		return err
	}
	return validateDigest("report_sha256", m.ReportSha256)
}

// ValidateBasic checks every field on its own.
func (m *MsgRevokeDeidentification) ValidateBasic() error {
	return validateSigned("attestor", m.Attestor, m.DatasetId, m.Version)
}

// ValidateBasic checks every field on its own.
func (m *MsgChallengeDeidentification) ValidateBasic() error {
	if err := validateSigned("challenger", m.Challenger, m.DatasetId, m.Version); err != nil {
		return err
	}
	if err := validateDigest("evidence_sha256", m.EvidenceSha256); err != nil {
		return err
	}
	return validatePositive("bond", m.Bond)
}

// ValidateBasic checks every field on its own.
func (m *MsgConfirmChallenge) ValidateBasic() error {
	return validateSigned("organisation", m.Organisation, m.DatasetId, m.Version)
}

// ValidateBasic checks every field on its own.
func (m *MsgJudgeChallenge) ValidateBasic() error {
	return validateSigned("authority", m.Authority, m.DatasetId, m.Version)
}

// ValidateBasic checks every field on its own.
func (m *MsgApproveEthics) ValidateBasic() error { return m.Statement().Validate() }

// Statement is what the message says.
func (m *MsgApproveEthics) Statement() EthicsApproval {
	return EthicsApproval{
		ProtocolSha256: m.ProtocolSha256,
		Organisation:   m.Organisation,
		Purposes:       m.Purposes,
		DocumentSha256: m.DocumentSha256,
		Expiry:         m.Expiry,
	}
}

// ValidateBasic checks every field on its own.
func (m *MsgRevokeEthics) ValidateBasic() error {
	if err := validateAddress("organisation", m.Organisation); err != nil {
		return err
	}
	return validateDigest("protocol_sha256", m.ProtocolSha256)
}

// ValidateBasic checks every field on its own.
func (m *MsgIssueVisa) ValidateBasic() error { return m.Statement().Validate() }

// Statement is what the message says.
func (m *MsgIssueVisa) Statement() Visa {
	return Visa{
		Researcher:     m.Researcher,
		Organisation:   m.Organisation,
		RecipientClass: m.RecipientClass,
		Expiry:         m.Expiry,
	}
}

// ValidateBasic checks every field on its own.
func (m *MsgRevokeVisa) ValidateBasic() error {
	if err := validateAddress("organisation", m.Organisation); err != nil {
		return err
	}
	return validateAddress("researcher", m.Researcher)
}

// ValidateBasic checks every field on its own.
func (m *MsgUpdateParams) ValidateBasic() error {
	if err := validateAddress("authority", m.Authority); err != nil {
		return err
	}
	return m.Params.Validate()
}

func validateSigned(role, signer, dataset string, version uint64) error {
	if err := validateAddress(role, signer); err != nil {
		return err
	}
	return validateVersion(dataset, version)
}

func validatePositive(field string, coin sdk.Coin) error {
	if err := validateCoin(field, coin); err != nil {
		return err
	}
	if !coin.IsPositive() {
		return errorsmod.Wrapf(ErrInvalid, "%s is zero", field)
	}
	return nil
}
