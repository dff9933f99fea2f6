package dataset_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"

	"github.com/volens-network/volens/x/dataset"
)

func TestRegister(t *testing.T) {
	registry := codectypes.NewInterfaceRegistry()
	dataset.RegisterInterfaces(registry)
	msg, err := registry.Resolve("/volens.dataset.v1.MsgRegisterDataset")
	require.NoError(t, err)
	require.IsType(t, &dataset.MsgRegisterDataset{}, msg)

	amino := codec.NewLegacyAmino()
	dataset.RegisterLegacyAminoCodec(amino)
	raw, err := amino.MarshalJSON(&dataset.MsgDropHold{DatasetId: someID})
	require.NoError(t, err)
	require.Contains(t, string(raw), `"volens/MsgDropHold"`)
}
