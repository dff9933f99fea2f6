package custody_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"

	"github.com/volens-network/volens/x/custody"
)

// reader is an address.
var reader = address(2)

func address(n byte) string {
	text, err := addresscodec.NewBech32Codec("volens").BytesToString(bytes.Repeat([]byte{n}, 20))
	if err != nil {
		panic(err)
	}
	return text
}

func TestCodec_KnowsEveryMessage(t *testing.T) {
	config := moduletestutil.MakeTestEncodingConfig()
	custody.RegisterInterfaces(config.InterfaceRegistry)
	custody.RegisterLegacyAminoCodec(config.Amino)
	for _, url := range []string{
		"/volens.custody.v1.MsgRequestInspection", "/volens.custody.v1.MsgAcceptInspection",
		"/volens.custody.v1.MsgWithdrawInspection", "/volens.custody.v1.MsgUpdateParams", "/volens.custody.v1.MsgInject",
	} {
		_, err := config.InterfaceRegistry.Resolve(url)
		require.NoError(t, err, url)
	}
	out, err := config.Amino.MarshalJSON(&custody.MsgWithdrawInspection{Owner: "o", InspectionId: "i"})
	require.NoError(t, err)
	require.Contains(t, string(out), "volens/MsgWithdrawInspection")
}

func TestMsgs_DeliveryKey(t *testing.T) {
	m := custody.MsgAcceptInspection{
		Organisation: address(4), InspectionId: "000102030405060708090a0b0c0d0e0f", Q: make([]byte, 32),
		Proof: make([]byte, 128), DeliveryKey: "age1pq1" + string(bytes.Repeat([]byte{'q'}, 2000)),
		Bond: custody.DefaultParams().InspectionBond,
	}
	require.NoError(t, m.ValidateBasic())
	for _, bad := range []string{
		"", "age1qqq", "AGE1PQ1QQQ", "age1pq1q q", "age1pq1é", "age1pq1" + string(bytes.Repeat([]byte{'q'}, 5000)),
	} {
		m.DeliveryKey = bad
		require.ErrorIs(t, m.ValidateBasic(), custody.ErrInvalid, "%.20q", bad)
	}
	update := custody.MsgUpdateParams{Authority: "x", Params: custody.DefaultParams()}
	require.ErrorIs(t, update.ValidateBasic(), custody.ErrInvalid)
	update = custody.MsgUpdateParams{Authority: address(1)}
	require.ErrorIs(t, update.ValidateBasic(), custody.ErrParams)
}
