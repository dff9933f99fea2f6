package attestation_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/dataset"
)

const someID = "000102030405060708090a0b0c0d0e0f"

var expiry = time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)

// account is an address of which every byte is n.
func account(tb testing.TB, n byte) string {
	tb.Helper()
	text, err := addresscodec.NewBech32Codec(dataset.AddressPrefix).BytesToString(bytes.Repeat([]byte{n}, 20))
	require.NoError(tb, err)
	return text
}

func digest(n byte) []byte { return bytes.Repeat([]byte{n}, attestation.DigestSize) }

func uusd(amount int64) sdk.Coin { return sdk.NewInt64Coin(attestation.BondDenom, amount) }

func gatewayInfo() *attestation.GatewayInfo {
	return &attestation.GatewayInfo{
		BaseUrl:     "https://gateway.example/volens",
		Recipient:   "age1pq1" + strings.Repeat("q", 1952),
		TermsSha256: digest(1),
	}
}

func organisation(tb testing.TB) attestation.Organisation {
	tb.Helper()
	return attestation.Organisation{
		Address: account(tb, 1), Kind: attestation.ORGANISATION_KIND_HOSPITAL, Country: "CH",
		Roles:   []attestation.Role{attestation.ROLE_GATEWAY, attestation.ROLE_ATTESTOR},
		Status:  attestation.ORGANISATION_STATUS_ACTIVE,
		Bond:    uusd(10),
		Locked:  uusd(4),
		Gateway: gatewayInfo(),
	}
}

func attest(tb testing.TB) *attestation.MsgAttestDeidentification {
	tb.Helper()
	return &attestation.MsgAttestDeidentification{
		Attestor: account(tb, 1), DatasetId: someID, Version: 3, Sha256: digest(1), U: digest(2), FacetsRoot: digest(3),
		Basis: attestation.BASIS_SAFE_HARBOR, OptionCodes: []string{"113100", "113107"}, ProfileSha256: digest(4),
		ToolVersion: "1.2.0-rc.1+x", ReportSha256: digest(5), Expiry: expiry, K: 11,
	}
}

func approve(tb testing.TB) *attestation.MsgApproveEthics {
	tb.Helper()
	return &attestation.MsgApproveEthics{
		Organisation: account(tb, 1), ProtocolSha256: digest(1), Purposes: []uint32{2, 3}, DocumentSha256: digest(2),
		Expiry: expiry,
	}
}

func visa(tb testing.TB) *attestation.MsgIssueVisa {
	tb.Helper()
	return &attestation.MsgIssueVisa{
		Organisation: account(tb, 1), Researcher: account(tb, 2), RecipientClass: 1, Expiry: expiry,
	}
}
