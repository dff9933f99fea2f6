package dataset

import (
	errorsmod "cosmossdk.io/errors"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/gate"
)

// AddressPrefix is the human-readable part of every account's bech32 address.
const AddressPrefix = "volens"

// ParseAddress reads a bech32 address of an account: prefix "volens", 20 bytes,
// lower case. Bech32 has an upper-case spelling too; it is refused, so that two
// texts are equal exactly when the accounts are.
func ParseAddress(text string) (sdk.AccAddress, error) {
	codec := addresscodec.NewBech32Codec(AddressPrefix)
	raw, err := codec.StringToBytes(text)
	if err != nil {
		return nil, errorsmod.Wrapf(ErrInvalid, "address %q: %v", text, err)
	}
	if len(raw) != gate.AddressSize {
		return nil, errorsmod.Wrapf(ErrInvalid, "address %q has %d bytes, not %d", text, len(raw), gate.AddressSize)
	}
	if again, err := codec.BytesToString(raw); err != nil || again != text {
		return nil, errorsmod.Wrapf(ErrInvalid, "address %q is not spelled in lower case", text)
	}
	return raw, nil
}
