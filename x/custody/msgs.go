package custody

import (
	"strings"

	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
)

// maxDeliveryKey bounds an age1pq recipient, in characters.
const maxDeliveryKey = 4096

// deliveryPrefix is how the recipient of a hybrid age identity begins.
const deliveryPrefix = "age1pq1"

var (
	_ sdk.HasValidateBasic = (*MsgRequestInspection)(nil)
	_ sdk.HasValidateBasic = (*MsgAcceptInspection)(nil)
	_ sdk.HasValidateBasic = (*MsgWithdrawInspection)(nil)
	_ sdk.HasValidateBasic = (*MsgRotateKey)(nil)
	_ sdk.HasValidateBasic = (*MsgUpdateParams)(nil)
)

// ValidateBasic checks every field on its own.
func (m *MsgRequestInspection) ValidateBasic() error {
	if err := validateSigner("owner", m.Owner); err != nil {
		return err
	}
	if _, err := id.Parse(m.DatasetId); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "dataset_id: %v", err)
	}
	if m.Version == 0 {
		return errorsmod.Wrap(ErrInvalid, "version is 0")
	}
	if len(m.Random) != id.Size {
		return errorsmod.Wrapf(ErrInvalid, "random has %d bytes, not %d", len(m.Random), id.Size)
	}
	return validateSigner("organisation", m.Organisation)
}

// ValidateBasic checks every field on its own.
func (m *MsgAcceptInspection) ValidateBasic() error {
	if err := validateSigner("organisation", m.Organisation); err != nil {
		return err
	}
	if _, err := id.Parse(m.InspectionId); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "inspection_id: %v", err)
	}
	if len(m.Q) != PointSize {
		return errorsmod.Wrapf(ErrInvalid, "q has %d bytes, not %d", len(m.Q), PointSize)
	}
	if len(m.Proof) != SeatProofSize {
		return errorsmod.Wrapf(ErrInvalid, "proof has %d bytes, not %d", len(m.Proof), SeatProofSize)
	}
	if err := m.Bond.Validate(); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "bond: %v", err)
	}
	return validateDeliveryKey(m.DeliveryKey)
}

// ValidateBasic checks every field on its own.
func (m *MsgWithdrawInspection) ValidateBasic() error {
	if _, err := id.Parse(m.InspectionId); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "inspection_id: %v", err)
	}
	return validateSigner("owner", m.Owner)
}

// ValidateBasic checks every field on its own.
func (m *MsgRotateKey) ValidateBasic() error {
	if m.KeyId == 0 {
		return errorsmod.Wrap(ErrInvalid, "key_id is 0")
	}
	return validateSigner("authority", m.Authority)
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

// validateDeliveryKey looks only at the shape of the text: the gateway that
// encrypts to it parses it.
func validateDeliveryKey(key string) error {
	if len(key) > maxDeliveryKey || !strings.HasPrefix(key, deliveryPrefix) {
		return errorsmod.Wrapf(ErrInvalid, "delivery_key of %d characters is not an age1pq recipient", len(key))
	}
	for _, c := range key[len(deliveryPrefix):] {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return errorsmod.Wrap(ErrInvalid, "delivery_key is not lower-case bech32")
		}
	}
	return nil
}
