package market_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

const (
	someID  = "000102030405060708090a0b0c0d0e0f"
	otherID = "ff0102030405060708090a0b0c0d0e0f"
)

// account is an address of which every byte is n.
func account(tb testing.TB, n byte) string {
	tb.Helper()
	text, err := addresscodec.NewBech32Codec(dataset.AddressPrefix).BytesToString(bytes.Repeat([]byte{n}, 20))
	require.NoError(tb, err)
	return text
}

func digest(n byte) []byte { return bytes.Repeat([]byte{n}, 32) }

func coin(amount int64) sdk.Coin { return sdk.NewInt64Coin("uusd", amount) }

// spec is complete, and account 1 asks for it.
func spec(tb testing.TB) market.Spec {
	tb.Helper()
	return market.Spec{
		Mode: market.MODE_POSTED, KeyId: 1, NMin: 1, NMax: 3, Price: coin(1_000_023), Deadline: 30,
		CriteriaSha256: digest(5), NoCohortProtection: true, DeliveryKey: "age1pq1" + strings.Repeat("q", 1952),
		Digests: market.Digests{Title: digest(1), LaySummary: digest(2), Protocol: digest(3), Contact: digest(4)},
		Use: consent.Use{
			Purposes:    []consent.PurposeStatement{{Purpose: consent.PURPOSE_GRU_RESEARCH}},
			DataClasses: []consent.DataClass{consent.DATA_CLASS_GERMLINE_VARIANTS},
			Ai:          consent.AI_USE_NONE, Mode: consent.USE_MODE_RELEASE,
			Organisation: account(tb, 2), BeneficialOwner: account(tb, 3),
			Recipients:  []string{account(tb, 1), account(tb, 4)},
			SiteCountry: "DE", ComputeCountry: "DE", DurationMonths: 12, ProtocolSha256: digest(3),
		},
	}
}

func submission(tb testing.TB) *market.MsgSubmitRequest {
	tb.Helper()
	return &market.MsgSubmitRequest{
		Researcher: account(tb, 1), Random: bytes.Repeat([]byte{1}, 16), Spec: spec(tb), Escrow: coin(5_000_000),
	}
}

func request(tb testing.TB) market.Request {
	tb.Helper()
	return market.Request{
		Id: someID, Researcher: account(tb, 1), Spec: spec(tb), State: market.STATE_OPEN, Seats: 3,
		Split: market.DevnetParams().Split,
	}
}
