package custody_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/custody"
)

var states = []custody.SeatState{
	custody.SEAT_STATE_UNSPECIFIED, custody.SEAT_STATE_FREE, custody.SEAT_STATE_ASSIGNED, custody.SEAT_STATE_EMITTED,
	custody.SEAT_STATE_REVOKING, custody.SEAT_STATE_RELEASED, custody.SEAT_STATE_VOID,
}

func TestSeat_EveryStep(t *testing.T) {
	type step struct{ from, to custody.SeatState }
	allowed := map[step]bool{
		{custody.SEAT_STATE_FREE, custody.SEAT_STATE_ASSIGNED}:     true,
		{custody.SEAT_STATE_FREE, custody.SEAT_STATE_VOID}:         true,
		{custody.SEAT_STATE_ASSIGNED, custody.SEAT_STATE_EMITTED}:  true,
		{custody.SEAT_STATE_ASSIGNED, custody.SEAT_STATE_VOID}:     true,
		{custody.SEAT_STATE_EMITTED, custody.SEAT_STATE_REVOKING}:  true,
		{custody.SEAT_STATE_EMITTED, custody.SEAT_STATE_RELEASED}:  true,
		{custody.SEAT_STATE_EMITTED, custody.SEAT_STATE_VOID}:      true,
		{custody.SEAT_STATE_REVOKING, custody.SEAT_STATE_RELEASED}: true,
		{custody.SEAT_STATE_REVOKING, custody.SEAT_STATE_VOID}:     true,
	}
	for _, from := range states {
		for _, to := range states {
			seat := custody.Seat{State: from}
			err := seat.Step(to)
			if allowed[step{from, to}] {
				require.NoError(t, err, "%s to %s", from, to)
				require.Equal(t, to, seat.State)
				continue
			}
			require.ErrorIs(t, err, custody.ErrSeatState, "%s to %s", from, to)
			require.Equal(t, from, seat.State)
		}
	}
}

func validSeat() custody.Seat {
	return custody.Seat{
		RequestId: "000102030405060708090a0b0c0d0e0f", Reader: reader, Q: bytes.Repeat([]byte{1}, 32),
		State: custody.SEAT_STATE_ASSIGNED, DatasetId: "f00102030405060708090a0b0c0d0e0f", Version: 1,
		B: bytes.Repeat([]byte{2}, 32),
	}
}

func TestSeat_Validate(t *testing.T) {
	require.NoError(t, validSeat().Validate())
	for name, spoil := range map[string]func(*custody.Seat){
		"request":        func(s *custody.Seat) { s.RequestId = "x" },
		"reader":         func(s *custody.Seat) { s.Reader = "x" },
		"q":              func(s *custody.Seat) { s.Q = s.Q[1:] },
		"no state":       func(s *custody.Seat) { s.State = 0 },
		"unknown state":  func(s *custody.Seat) { s.State = 7 },
		"no b":           func(s *custody.Seat) { s.B = nil },
		"short b":        func(s *custody.Seat) { s.B = s.B[1:] },
		"b is q":         func(s *custody.Seat) { s.B = s.Q },
		"free with b":    func(s *custody.Seat) { s.State = custody.SEAT_STATE_FREE },
		"released, no b": func(s *custody.Seat) { s.State, s.B = custody.SEAT_STATE_RELEASED, nil },
		"dataset":        func(s *custody.Seat) { s.DatasetId = "x" },
		"version":        func(s *custody.Seat) { s.Version = 0 },
	} {
		s := validSeat()
		spoil(&s)
		require.ErrorIs(t, s.Validate(), custody.ErrInvalid, name)
	}
	void := validSeat()
	void.State, void.B, void.DatasetId, void.Version = custody.SEAT_STATE_VOID, nil, "", 0
	require.NoError(t, void.Validate(), "void without having been assigned")
}

func TestMayInspect_EveryKindRoleAndStatus(t *testing.T) {
	never := map[attestation.OrganisationKind]bool{
		attestation.ORGANISATION_KIND_UNSPECIFIED: true, attestation.ORGANISATION_KIND_INSURER: true,
		attestation.ORGANISATION_KIND_EMPLOYER: true, attestation.ORGANISATION_KIND_GOVERNMENT: true,
		attestation.ORGANISATION_KIND_LAW_ENFORCEMENT: true,
	}
	for kind := range attestation.OrganisationKind_name {
		for role := range attestation.Role_name {
			for status := range attestation.OrganisationStatus_name {
				o := attestation.Organisation{
					Kind: attestation.OrganisationKind(kind), Roles: []attestation.Role{attestation.Role(role)},
					Status: attestation.OrganisationStatus(status),
				}
				may := !never[o.Kind] && o.Status == attestation.ORGANISATION_STATUS_ACTIVE &&
					(o.Roles[0] == attestation.ROLE_ATTESTOR || o.Roles[0] == attestation.ROLE_ARBITER)
				if may {
					require.NoError(t, custody.MayInspect(o))
				} else {
					require.ErrorIs(
						t,
						custody.MayInspect(o),
						custody.ErrOrganisation,
						"%s %s %s",
						o.Kind,
						o.Roles[0],
						o.Status,
					)
				}
			}
		}
	}
	unknown := attestation.Organisation{
		Kind: 99, Roles: []attestation.Role{attestation.ROLE_ATTESTOR}, Status: attestation.ORGANISATION_STATUS_ACTIVE,
	}
	require.ErrorIs(t, custody.MayInspect(unknown), custody.ErrOrganisation, "a kind of the future may not")
}
