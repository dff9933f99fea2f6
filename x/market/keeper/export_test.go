package keeper

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
)

// EncodeItem writes an entry of the agenda.
func EncodeItem(kind byte, request id.ID, seat uint64, of id.ID, gateway sdk.AccAddress) []byte {
	return item{task: task(kind), request: request, seat: seat, dataset: of, gateway: gateway}.encode()
}

// DecodeItem reads an entry and writes it again.
func DecodeItem(raw []byte) ([]byte, error) {
	i, err := decodeItem(raw)
	if err != nil {
		return nil, err
	}
	return i.encode(), nil
}
