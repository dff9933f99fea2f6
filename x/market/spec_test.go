package market_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"
	sdkmath "cosmossdk.io/math"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/market"
)

func TestSpec_Valid(t *testing.T) {
	require.NoError(t, spec(t).Validate(account(t, 1)))
}

// Every element that a request lacks is refused by its path.
func TestSpec_MissingFields(t *testing.T) {
	for path, spoil := range map[string]func(*market.Spec){
		"spec.mode":                     func(s *market.Spec) { s.Mode = market.MODE_UNSPECIFIED },
		"spec.use.purposes":             func(s *market.Spec) { s.Use.Purposes = nil },
		"spec.use.purposes[0].diseases": func(s *market.Spec) { s.Use.Purposes[0].Purpose = consent.PURPOSE_DS },
		"spec.use.data_classes":         func(s *market.Spec) { s.Use.DataClasses = nil },
		"spec.use.ai":                   func(s *market.Spec) { s.Use.Ai = 0 },
		"spec.use.mode":                 func(s *market.Spec) { s.Use.Mode = consent.USE_MODE_COMPUTE },
		"spec.use.organisation":         func(s *market.Spec) { s.Use.Organisation = "University" },
		"spec.use.beneficial_owner":     func(s *market.Spec) { s.Use.BeneficialOwner = "" },
		"spec.use.recipients":           func(s *market.Spec) { s.Use.Recipients = nil },
		"spec.use.recipients[0]":        func(s *market.Spec) { s.Use.Recipients[0] = account(t, 9) },
		"spec.use.recipients[1]":        func(s *market.Spec) { s.Use.Recipients[1] = "Jane Doe" },
		"spec.use.site_country":         func(s *market.Spec) { s.Use.SiteCountry = "" },
		"spec.use.compute_country":      func(s *market.Spec) { s.Use.ComputeCountry = "Germany" },
		"spec.use.duration_months":      func(s *market.Spec) { s.Use.DurationMonths = 0 },
		"spec.use.protocol_sha256":      func(s *market.Spec) { s.Use.ProtocolSha256 = nil },
		"spec.use.codebook":             func(s *market.Spec) { s.Use.Codebook = "free text" },
		"spec.use.collaborator":         func(s *market.Spec) { s.Use.Collaborator = "somebody" },
		"spec.digests.title":            func(s *market.Spec) { s.Digests.Title = nil },
		"spec.digests.lay_summary":      func(s *market.Spec) { s.Digests.LaySummary = digest(1)[:31] },
		"spec.digests.protocol":         func(s *market.Spec) { s.Digests.Protocol = nil },
		"spec.digests.contact":          func(s *market.Spec) { s.Digests.Contact = nil },
		"spec.key_id":                   func(s *market.Spec) { s.KeyId = 0 },
		"spec.n_min":                    func(s *market.Spec) { s.NMin = 0 },
		"spec.n_max":                    func(s *market.Spec) { s.NMin = 4 },
		"spec.price":                    func(s *market.Spec) { s.Price = coin(0) },
		"spec.deadline":                 func(s *market.Spec) { s.Deadline = 0 },
		"spec.criteria_sha256":          func(s *market.Spec) { s.CriteriaSha256 = nil },
		"spec.no_cohort_protection":     func(s *market.Spec) { s.NoCohortProtection = false },
		"spec.delivery_key":             func(s *market.Spec) { s.DeliveryKey = "age1qqqq" },
	} {
		s := spec(t)
		spoil(&s)
		err := s.Validate(account(t, 1))
		require.ErrorIs(t, err, market.ErrMissingFields, path)
		require.Equal(t, []string{path}, duo.MissingFields(err))
	}
}

func TestSpec_AllMissingAtOnce(t *testing.T) {
	err := market.Spec{}.Validate(account(t, 1))
	paths := duo.MissingFields(err)
	require.Subset(t, paths, []string{
		"spec.mode", "spec.use.purposes", "spec.use.recipients", "spec.digests.contact", "spec.price",
		"spec.no_cohort_protection", "spec.delivery_key",
	})
	seen := map[string]bool{}
	for _, p := range paths {
		require.False(t, seen[p], "%s stands twice", p)
		seen[p] = true
	}
	var missing *duo.MissingFieldsError
	require.ErrorAs(t, err, &missing)
	codespace, code, _ := errorsmod.ABCIInfo(err, false)
	require.Equal(t, market.ModuleName, codespace)
	require.Equal(t, uint32(4), code, "the chain answers with the number, not an internal error")
	require.Nil(t, duo.MissingFields(errors.New("other")))
}

func TestSpec_Price(t *testing.T) {
	s := spec(t)
	s.Price.Amount = sdkmath.Int{}
	require.ErrorIs(t, s.Validate(account(t, 1)), market.ErrMissingFields, "no amount")
	s.Price.Amount = sdkmath.NewInt(-1)
	require.ErrorIs(t, s.Validate(account(t, 1)), market.ErrMissingFields)
	s.Price.Amount = sdkmath.NewIntFromUint64(1 << 63).MulRaw(2)
	require.ErrorIs(t, s.Validate(account(t, 1)), market.ErrMissingFields, "65 bits")
	s.Price = coin(1)
	s.Price.Denom = "!"
	require.ErrorIs(t, s.Validate(account(t, 1)), market.ErrMissingFields)
}

// Posted requests ask each patient for herself: they stay below the network's k.
func TestSpec_NetworkK(t *testing.T) {
	s := spec(t)
	s.NMax = market.NetworkK - 1
	require.NoError(t, s.Validate(account(t, 1)))
	s.NMax = market.NetworkK
	require.ErrorIs(t, s.Validate(account(t, 1)), market.ErrCohort)
}

func TestSpec_DeliveryKey(t *testing.T) {
	for _, key := range []string{
		"", "age1pq1", "age1pq1" + strings.Repeat("q", 1892), "age1pq1" + strings.Repeat("q", 1994),
		"age1pq1" + strings.Repeat("Q", 1952), "age1pq1" + strings.Repeat("b", 1952),
		"AGE1PQ1" + strings.Repeat("q", 1952),
	} {
		s := spec(t)
		s.DeliveryKey = key
		require.Equal(t, []string{"spec.delivery_key"}, duo.MissingFields(s.Validate(account(t, 1))))
	}
}
