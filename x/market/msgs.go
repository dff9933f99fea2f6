package market

import (
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

var (
	_ sdk.HasValidateBasic = (*MsgSubmitRequest)(nil)
	_ sdk.HasValidateBasic = (*MsgPostSeats)(nil)
	_ sdk.HasValidateBasic = (*MsgDecideRequest)(nil)
	_ sdk.HasValidateBasic = (*MsgCancelRequest)(nil)
	_ sdk.HasValidateBasic = (*MsgAnswerReferral)(nil)
	_ sdk.HasValidateBasic = (*MsgNoService)(nil)
	_ sdk.HasValidateBasic = (*MsgAnswerService)(nil)
	_ sdk.HasValidateBasic = (*MsgDisputeAnswer)(nil)
	_ sdk.HasValidateBasic = (*MsgJudgeAnswer)(nil)
	_ sdk.HasValidateBasic = (*MsgUpdateParams)(nil)
)

// ValidateBasic refuses a request that lacks an element, with all that are missing.
func (m *MsgSubmitRequest) ValidateBasic() error {
	if err := validateSigner("researcher", m.Researcher); err != nil {
		return err
	}
	if len(m.Random) != id.Size {
		return errorsmod.Wrapf(ErrInvalid, "random has %d bytes, not %d", len(m.Random), id.Size)
	}
	if err := m.Spec.Validate(m.Researcher); err != nil {
		return err
	}
	if err := validCoin(m.Escrow); err != nil {
		return errorsmod.Wrap(err, "escrow")
	}
	if !m.Escrow.IsPositive() || m.Escrow.Denom != m.Spec.Price.Denom {
		return errorsmod.Wrapf(ErrEscrow, "%s for a price of %s", m.Escrow, m.Spec.Price)
	}
	return nil
}

// ValidateBasic checks that 1 to MaxSeatsAMessage seats are posted, each with the
// sizes of a point and a proof.
func (m *MsgPostSeats) ValidateBasic() error {
	if err := validateNamed("researcher", m.Researcher, m.RequestId); err != nil {
		return err
	}
	if n := len(m.Seats); n == 0 || n > MaxSeatsAMessage {
		return errorsmod.Wrapf(ErrInvalid, "seats has %d entries: want 1 to %d", n, MaxSeatsAMessage)
	}
	for i, s := range m.Seats {
		if len(s.Q) != custody.PointSize || len(s.Proof) != custody.SeatProofSize {
			return errorsmod.Wrapf(ErrInvalid, "seats[%d]: q of %d bytes, proof of %d", i, len(s.Q), len(s.Proof))
		}
	}
	return nil
}

// ValidateBasic checks every field on its own.
func (m *MsgDecideRequest) ValidateBasic() error {
	return validatePair("owner", m.Owner, m.RequestId, m.DatasetId)
}

// ValidateBasic checks every field on its own.
func (m *MsgCancelRequest) ValidateBasic() error {
	return validateNamed("researcher", m.Researcher, m.RequestId)
}

// ValidateBasic checks every field on its own.
func (m *MsgAnswerReferral) ValidateBasic() error {
	return validatePair("organisation", m.Organisation, m.RequestId, m.DatasetId)
}

// ValidateBasic checks every field on its own.
func (m *MsgNoService) ValidateBasic() error {
	if err := validateNamed("researcher", m.Researcher, m.RequestId); err != nil {
		return err
	}
	return validateSigner("gateway", m.Gateway)
}

// ValidateBasic checks every field on its own.
func (m *MsgAnswerService) ValidateBasic() error {
	if err := validateNamed("gateway", m.Gateway, m.RequestId); err != nil {
		return err
	}
	if n := len(m.Part); n == 0 || n > MaxPart {
		return errorsmod.Wrapf(ErrInvalid, "part has %d bytes: want 1 to %d", n, MaxPart)
	}
	return nil
}

// ValidateBasic checks every field on its own.
func (m *MsgDisputeAnswer) ValidateBasic() error {
	if err := validateNamed("researcher", m.Researcher, m.RequestId); err != nil {
		return err
	}
	if len(m.EvidenceSha256) != digestSize {
		return errorsmod.Wrapf(ErrInvalid, "evidence_sha256 has %d bytes, not %d", len(m.EvidenceSha256), digestSize)
	}
	return validateSigner("gateway", m.Gateway)
}

// ValidateBasic checks every field on its own.
func (m *MsgJudgeAnswer) ValidateBasic() error {
	if err := validateNamed("arbiter", m.Arbiter, m.RequestId); err != nil {
		return err
	}
	return validateSigner("gateway", m.Gateway)
}

// ValidateBasic checks the ranges of all parameters.
func (m *MsgUpdateParams) ValidateBasic() error {
	if err := validateSigner("authority", m.Authority); err != nil {
		return err
	}
	return m.Params.Validate()
}

func validateSigner(field, address string) error {
	if _, err := dataset.ParseAddress(address); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "%s: %v", field, err)
	}
	return nil
}

func validateNamed(role, signer, request string) error {
	if err := validateSigner(role, signer); err != nil {
		return err
	}
	if _, err := id.Parse(request); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "request_id: %v", err)
	}
	return nil
}

func validatePair(role, signer, request, of string) error {
	if err := validateNamed(role, signer, request); err != nil {
		return err
	}
	if _, err := id.Parse(of); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "dataset_id: %v", err)
	}
	return nil
}
