package custody_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/custody"
)

func operators(names string) [][]byte {
	out := make([][]byte, len(names))
	for i := range names {
		out[i] = bytes.Repeat([]byte{names[i]}, custody.OperatorSize)
	}
	return out
}

func TestKey_ServesAndAwaits(t *testing.T) {
	for name, c := range map[string]struct {
		key     custody.Key
		serves  bool
		awaited uint64
		waits   bool
	}{
		"nothing yet":          {custody.Key{}, false, 0, false},
		"the first epoch":      {custody.Key{Status: custody.KEY_STATUS_PENDING, Epoch: 1}, false, 1, true},
		"active":               {custody.Key{Status: custody.KEY_STATUS_ACTIVE, Epoch: 3}, true, 0, false},
		"active, next to come": {custody.Key{Status: custody.KEY_STATUS_ACTIVE, Epoch: 3, PendingEpoch: 4}, true, 4, true},
		"superseded":           {custody.Key{Status: custody.KEY_STATUS_SUPERSEDED, Epoch: 3}, true, 0, false},
		"superseded, resharing": {
			custody.Key{Status: custody.KEY_STATUS_SUPERSEDED, Epoch: 3, PendingEpoch: 4}, true, 4, true,
		},
	} {
		awaited, waits := c.key.Awaits()
		require.Equal(t, c.serves, c.key.Serves(), name)
		require.Equal(t, c.awaited, awaited, name)
		require.Equal(t, c.waits, waits, name)
	}
}

// An epoch's time counts from its canary, or, while that is awaited, from its shares.
func TestEpoch_Since(t *testing.T) {
	require.Equal(t, int64(7), custody.Epoch{Height: 7}.Since())
	require.Equal(t, int64(9), custody.Epoch{Height: 7, ActiveHeight: 9}.Since())
}

func TestEpoch_Holdings(t *testing.T) {
	for owners, want := range map[string]struct {
		order   string
		shares  []uint32
		largest int
	}{
		"":       {"", nil, 0},
		"a":      {"a", []uint32{1}, 1},
		"aabbbc": {"abc", []uint32{2, 3, 1}, 3},
		"cba":    {"cba", []uint32{1, 1, 1}, 1},
		"abab":   {"ab", []uint32{2, 2}, 2},
	} {
		epoch := custody.Epoch{Owners: operators(owners)}
		var order [][]byte
		var shares []uint32
		for _, h := range epoch.Holdings() {
			order, shares = append(order, h.Operator), append(shares, h.Shares)
		}
		require.Len(t, order, len(want.order), owners)
		for i, operator := range operators(want.order) {
			require.Equal(t, operator, order[i], owners)
		}
		require.Equal(t, want.shares, shares, owners)
		require.Equal(t, want.largest, epoch.LargestHolder(), owners)
	}
}

func TestRun_FreshAndTotal(t *testing.T) {
	require.True(t, custody.Run{}.Fresh())
	require.False(t, custody.Run{OldEpoch: 1}.Fresh())
	require.Zero(t, custody.Run{}.TotalStake())
	run := custody.Run{Holders: []custody.Holder{{Stake: 3, Shares: 1}, {Stake: 4}, {Stake: 5, Shares: 2}}}
	require.Equal(t, uint64(12), run.TotalStake(), "also of those without a share")
}

func TestInspection_Undecided(t *testing.T) {
	for state, want := range map[custody.InspectionState]bool{
		custody.INSPECTION_STATE_UNSPECIFIED: false,
		custody.INSPECTION_STATE_REQUESTED:   true,
		custody.INSPECTION_STATE_ACCEPTED:    true,
		custody.INSPECTION_STATE_RELEASED:    true,
		custody.INSPECTION_STATE_ATTESTED:    false,
		custody.INSPECTION_STATE_REFUSED:     false,
		custody.INSPECTION_STATE_WITHDRAWN:   false,
		custody.INSPECTION_STATE_EXPIRED:     false,
	} {
		require.Equal(t, want, custody.Inspection{State: state}.Undecided(), state)
	}
}

// Of all kinds, roles and states of an organisation, only these may read a dataset to judge it.
func TestMayInspect_EveryOrganisation(t *testing.T) {
	kinds := map[attestation.OrganisationKind]bool{
		attestation.ORGANISATION_KIND_HOSPITAL: true, attestation.ORGANISATION_KIND_LAB: true,
		attestation.ORGANISATION_KIND_UNIVERSITY: true, attestation.ORGANISATION_KIND_NONPROFIT: true,
		attestation.ORGANISATION_KIND_COMPANY: true,
	}
	roles := map[attestation.Role]bool{attestation.ROLE_ATTESTOR: true, attestation.ROLE_ARBITER: true}
	allowed := 0
	for kind, kindName := range attestation.OrganisationKind_name {
		for role, roleName := range attestation.Role_name {
			for status, statusName := range attestation.OrganisationStatus_name {
				o := attestation.Organisation{
					Address: address(
						1,
					),
					Kind:   attestation.OrganisationKind(kind),
					Roles:  []attestation.Role{attestation.Role(role)},
					Status: attestation.OrganisationStatus(status),
				}
				want := kinds[o.Kind] && roles[attestation.Role(role)] &&
					o.Status == attestation.ORGANISATION_STATUS_ACTIVE
				err := custody.MayInspect(o)
				if want {
					allowed++
					require.NoError(t, err, "%s %s %s", kindName, roleName, statusName)
				} else {
					require.ErrorIs(t, err, custody.ErrOrganisation, "%s %s %s", kindName, roleName, statusName)
				}
			}
		}
	}
	require.Equal(t, 10, allowed)
	hospital := attestation.Organisation{
		Kind: attestation.ORGANISATION_KIND_HOSPITAL, Status: attestation.ORGANISATION_STATUS_ACTIVE,
	}
	require.ErrorIs(t, custody.MayInspect(hospital), custody.ErrOrganisation, "no role at all")
	hospital.Roles = []attestation.Role{attestation.ROLE_GATEWAY, attestation.ROLE_ARBITER}
	require.NoError(t, custody.MayInspect(hospital), "one of its roles is enough")
}
