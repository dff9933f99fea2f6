package dataset_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"

	"github.com/volens-network/volens/x/dataset"
)

const someID = "000102030405060708090a0b0c0d0e0f"

// account is an address of which every byte is n.
func account(tb testing.TB, n byte) string {
	tb.Helper()
	text, err := addresscodec.NewBech32Codec(dataset.AddressPrefix).BytesToString(bytes.Repeat([]byte{n}, 20))
	require.NoError(tb, err)
	return text
}

func digest(n byte) []byte { return bytes.Repeat([]byte{n}, dataset.DigestSize) }

func payload(tb testing.TB) dataset.Payload {
	tb.Helper()
	return dataset.Payload{
		KeyId:      1,
		Kind:       dataset.KIND_VCF,
		SizeBucket: 1 << 20,
		Sha256:     digest(1),
		TreeRoot:   digest(2),
		U:          digest(3),
		BodySha256: digest(4),
		FacetsRoot: digest(5),
		Threshold:  2,
		Gateways: []dataset.GatePart{
			{Gateway: account(tb, 0x21), Commitment: digest(6)},
			{Gateway: account(tb, 0x22), Commitment: digest(7)},
			{Gateway: account(tb, 0x23), Commitment: digest(8)},
		},
	}
}

func stored(tb testing.TB) dataset.Dataset {
	tb.Helper()
	return dataset.Dataset{
		Id: someID, Version: 2, Owner: account(tb, 1), Payload: payload(tb), Status: dataset.STATUS_ACTIVE, Height: 7,
	}
}

func shout(s string) string { return strings.ToUpper(s) }
