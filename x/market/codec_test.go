package market_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"

	"github.com/volens-network/volens/x/market"
)

func TestRegister(t *testing.T) {
	registry := codectypes.NewInterfaceRegistry()
	market.RegisterInterfaces(registry)
	for _, name := range []string{
		"SubmitRequest", "PostSeats", "DecideRequest", "CancelRequest", "AnswerReferral", "NoService", "AnswerService",
		"DisputeAnswer", "JudgeAnswer", "UpdateParams",
	} {
		_, err := registry.Resolve("/volens.market.v1.Msg" + name)
		require.NoError(t, err)
	}
	amino := codec.NewLegacyAmino()
	market.RegisterLegacyAminoCodec(amino)
	raw, err := amino.MarshalJSON(&market.MsgCancelRequest{Researcher: "a", RequestId: "b"})
	require.NoError(t, err)
	require.JSONEq(t, `{"type":"volens/MsgCancelRequest","value":{"researcher":"a","request_id":"b"}}`, string(raw))
}

// The three accounts are different.
func TestAccounts(t *testing.T) {
	require.NotEqual(t, market.Account(), market.PoolAccount())
	require.NotEqual(t, market.Account(), market.CommitteeAccount())
	require.NotEqual(t, market.PoolAccount(), market.CommitteeAccount())
}
