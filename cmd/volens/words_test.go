package main_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	main "github.com/volens-network/volens/cmd/volens"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// requirePlain checks every value of an enum.
func requirePlain[T ~int32](t *testing.T, names map[int32]string) {
	t.Helper()
	require.NotEmpty(t, names)
	shape := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for number, name := range names {
		got := main.Word(T(number))
		if number == 0 {
			require.Empty(t, got, name)
			continue
		}
		require.Regexp(t, shape, got, name)
		require.False(t, seen[got], "%s: another value reads the same", name)
		require.Less(t, len(got), len(name), "%s: the prefix is no word for people", name)
		seen[got] = true
	}
}

// No name of a generated enum is shown to people.
func TestWord_EveryEnum(t *testing.T) {
	requirePlain[attestation.OrganisationKind](t, attestation.OrganisationKind_name)
	requirePlain[attestation.OrganisationStatus](t, attestation.OrganisationStatus_name)
	requirePlain[attestation.Role](t, attestation.Role_name)
	requirePlain[attestation.Basis](t, attestation.Basis_name)
	requirePlain[attestation.ChallengeState](t, attestation.ChallengeState_name)
	requirePlain[consent.Mode](t, consent.Mode_name)
	requirePlain[consent.Status](t, consent.Status_name)
	requirePlain[consent.Subject](t, consent.Subject_name)
	requirePlain[consent.AIUse](t, consent.AIUse_name)
	requirePlain[custody.KeyStatus](t, custody.KeyStatus_name)
	requirePlain[custody.Phase](t, custody.Phase_name)
	requirePlain[custody.JobKind](t, custody.JobKind_name)
	requirePlain[custody.SeatState](t, custody.SeatState_name)
	requirePlain[custody.Cause](t, custody.Cause_name)
	requirePlain[custody.InspectionState](t, custody.InspectionState_name)
	requirePlain[dataset.Kind](t, dataset.Kind_name)
	requirePlain[dataset.Status](t, dataset.Status_name)
	requirePlain[market.State](t, market.State_name)
	requirePlain[market.DecisionState](t, market.DecisionState_name)
	requirePlain[market.PartRole](t, market.PartRole_name)
	requirePlain[market.ServiceState](t, market.ServiceState_name)
	require.Equal(t, "release", main.Word(custody.JOB_KIND_RELEASE))
	require.Equal(t, "inactive", main.Word(consent.STATUS_INACTIVE))
	require.Equal(t, "7", main.Word(7))
}

// In text every result goes through it, and JSON keeps the documented names.
func TestResult_EnumsInWords(t *testing.T) {
	type row struct {
		State custody.SeatState `json:"state"`
	}
	text := main.Shown("text", row{custody.SEAT_STATE_RELEASED}, "state", custody.SEAT_STATE_RELEASED)
	require.Equal(t, "state  released\nSTATE\nreleased\n", text)
	asJSON := main.Shown("json", row{custody.SEAT_STATE_RELEASED}, "state", custody.SEAT_STATE_RELEASED)
	lines := strings.Split(strings.TrimSpace(asJSON), "\n")
	require.Len(t, lines, 2)
	for _, line := range lines {
		require.JSONEq(t, `{"state":5}`, line)
	}
}
