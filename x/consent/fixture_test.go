package consent_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/bech32"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/dataset"
)

var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// address is the account of 20 equal bytes.
func address(tb testing.TB, b byte) string {
	tb.Helper()
	text, err := bech32.ConvertAndEncode(dataset.AddressPrefix, bytes.Repeat([]byte{b}, 20))
	require.NoError(tb, err)
	return text
}

// provision is complete.
func provision(tb testing.TB) consent.Provision {
	tb.Helper()
	expiry := now.AddDate(1, 0, 0)
	return consent.Provision{
		Policy: consent.Policy{
			Permission:       string(duo.DS),
			Diseases:         []string{"MONDO:0005015"},
			Modifiers:        []consent.Modifier{{Term: string(duo.IS), Values: []string{address(tb, 3)}}},
			Own:              consent.OwnCodes{Ai: consent.AI_USE_INFER},
			DataClasses:      []consent.DataClass{consent.DATA_CLASS_READS, consent.DATA_CLASS_LABS},
			RecipientClasses: []consent.RecipientClass{consent.RECIPIENT_CLASS_ACADEMIC},
			AcceptedBases:    []attestation.Basis{attestation.BASIS_SAFE_HARBOR},
			Codebook:         "mondo-2026.1",
			ReferTo:          address(tb, 4),
		},
		Mode:   consent.MODE_ASK_ME,
		Expiry: consent.Expiry{Time: &expiry},
		KMin:   11,
		Payout: address(tb, 2),
		Disclosure: consent.Disclosure{
			Discloser: address(tb, 1),
			Statements: consent.Statements{
				Revocation:     "1",
				NoConditioning: "1",
				Redisclosure:   "1.2",
				Remuneration:   "2026-01",
				Rights:         "a",
				FamilyNotice:   "1",
			},
			TemplateId:           "base",
			Language:             "en-GB",
			TextSha256:           bytes.Repeat([]byte{9}, 32),
			ComprehensionVersion: "q3",
			ComprehensionPassed:  true,
			Subject:              consent.SUBJECT_ADULT,
		},
	}
}
