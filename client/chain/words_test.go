package chain_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/x/market"
)

const unknownRequest = "0123456789abcdef0123456789abcdef"

// What a node answers about a request that nobody made, as it was seen on a network.
func TestQueryError_NotFoundInPlainWords(t *testing.T) {
	n := newNode()
	n.answers["/volens.market.v1.Query/Request"] = func([]byte, int64) abci.ResponseQuery {
		return abci.ResponseQuery{
			Code: sdkerrors.ErrKeyNotFound.ABCICode(), Codespace: sdkerrors.RootCodespace,
			Log: "rpc error: code = NotFound desc = request " + unknownRequest + ": not found: key not found",
		}
	}
	_, err := client(t, n, chain.Options{}).Market().Request(t.Context(),
		&market.QueryRequestRequest{RequestId: unknownRequest})
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.EqualError(t, err, "there is no request "+unknownRequest+" on this chain")
}

func TestErrors_WithoutMachinery(t *testing.T) {
	for log, want := range map[string]string{
		"rpc error: code = InvalidArgument desc = protocol_sha256 is not 64 hexadecimal digits: invalid request": "protocol_sha256 " +
			"is not 64 hexadecimal digits",
		"failed to simulate tx: failed to execute message; message index: 0: request x: not found": "request x: not found",
		"failed to simulate tx: gateway: bad: invalid field " +
			"[volens-network/volens/x/dataset/address.go:21]: invalid field": "gateway: bad: invalid field",
		"of its own": "of its own", "": "",
		"a: b: a": "a: b: a", // said again about something else
	} {
		require.EqualError(t, &chain.TxError{Log: log}, "transaction refused: "+want)
		require.EqualError(t, &chain.QueryError{Path: "/p", Log: log}, "query /p: "+want)
	}
}
