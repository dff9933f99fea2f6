package dataset

import (
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
)

var (
	_ sdk.HasValidateBasic = (*MsgRegisterDataset)(nil)
	_ sdk.HasValidateBasic = (*MsgHoldReceipts)(nil)
	_ sdk.HasValidateBasic = (*MsgDropHold)(nil)
	_ sdk.HasValidateBasic = (*MsgReplacePayload)(nil)
	_ sdk.HasValidateBasic = (*MsgWithdrawDataset)(nil)
)

// ValidateBasic checks every field on its own.
func (m *MsgRegisterDataset) ValidateBasic() error {
	if _, err := ParseAddress(m.Owner); err != nil {
		return errorsmod.Wrap(err, "owner")
	}
	if len(m.Random) != id.Size {
		return errorsmod.Wrapf(ErrInvalid, "random has %d bytes, not %d", len(m.Random), id.Size)
	}
	return validateSealed(m.Payload, m.Proof)
}

// ValidateBasic checks that 1 to MaxReceipts different datasets are named.
func (m *MsgHoldReceipts) ValidateBasic() error {
	if _, err := ParseAddress(m.Gateway); err != nil {
		return errorsmod.Wrap(err, "gateway")
	}
	if n := len(m.DatasetIds); n == 0 || n > MaxReceipts {
		return errorsmod.Wrapf(ErrInvalid, "dataset_ids has %d entries: want 1 to %d", n, MaxReceipts)
	}
	seen := make(map[id.ID]bool, len(m.DatasetIds))
	for i, text := range m.DatasetIds {
		dataset, err := id.Parse(text)
		if err != nil {
			return errorsmod.Wrapf(ErrInvalid, "dataset_ids[%d]: %v", i, err)
		}
		if seen[dataset] {
			return errorsmod.Wrapf(ErrInvalid, "dataset_ids[%d]: %s stands twice", i, text)
		}
		seen[dataset] = true
	}
	return nil
}

// ValidateBasic checks every field on its own.
func (m *MsgDropHold) ValidateBasic() error {
	return validateNamed("gateway", m.Gateway, m.DatasetId)
}

// ValidateBasic checks every field on its own.
func (m *MsgReplacePayload) ValidateBasic() error {
	if err := validateNamed("owner", m.Owner, m.DatasetId); err != nil {
		return err
	}
	return validateSealed(m.Payload, m.Proof)
}

// ValidateBasic checks every field on its own.
func (m *MsgWithdrawDataset) ValidateBasic() error {
	return validateNamed("owner", m.Owner, m.DatasetId)
}

func validateNamed(role, signer, dataset string) error {
	if _, err := ParseAddress(signer); err != nil {
		return errorsmod.Wrap(err, role)
	}
	if _, err := id.Parse(dataset); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "dataset_id: %v", err)
	}
	return nil
}

func validateSealed(payload Payload, proof []byte) error {
	if err := payload.Validate(); err != nil {
		return err
	}
	if len(proof) != ProofSize {
		return errorsmod.Wrapf(ErrInvalid, "proof has %d bytes, not %d", len(proof), ProofSize)
	}
	return nil
}
