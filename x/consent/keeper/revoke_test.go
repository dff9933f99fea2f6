package keeper_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/consent/ante"
	"github.com/volens-network/volens/x/dataset"
)

func TestRevokeConsent(t *testing.T) {
	f := initFixture(t)
	_, err := f.grant(f.provision())
	require.NoError(t, err)
	version, err := f.revoke(patient, 1)
	require.NoError(t, err)
	require.EqualValues(t, 2, version)
	require.Equal(t, consent.STATUS_INACTIVE, f.latest().Status)
	require.Equal(t, f.provision(), f.latest().Provision, "what was granted is kept")
	require.Equal(t, consent.STATUS_ACTIVE, f.history()[0].Status)
	require.Equal(t, []id.ID{dataID}, f.hooks.revoked)
	require.Contains(t, f.events(), "volens.consent.v1.EventConsentRevoked")

	_, err = f.revoke(patient, 1)
	require.ErrorIs(t, err, consent.ErrVersion)
	_, err = f.revoke(patient, 2)
	require.ErrorIs(t, err, consent.ErrNotActive)
	require.Len(t, f.hooks.revoked, 1)
}

func TestRevokeConsent_WhoMay(t *testing.T) {
	f := initFixture(t)
	_, err := f.revoke(patient, 1)
	require.ErrorIs(t, err, consent.ErrNotFound)
	_, err = f.grant(f.provision())
	require.NoError(t, err)
	for _, who := range []byte{carer, stranger, authority} {
		_, err = f.revoke(who, 1)
		require.ErrorIs(t, err, consent.ErrNotRevoker)
	}
	require.NoError(t, f.setRevoker(patient, address(t, carer)))
	_, err = f.revoke(stranger, 1)
	require.ErrorIs(t, err, consent.ErrNotRevoker)
	_, err = f.revoke(carer, 1)
	require.NoError(t, err)
}

func TestRevokeConsent_MalformedNamesFields(t *testing.T) {
	f := initFixture(t)
	_, err := f.msgs.RevokeConsent(f.ctx, &consent.MsgRevokeConsent{})
	require.Equal(t, []string{"signer", "dataset_id", "version"}, duo.MissingFields(err))
}

// TestRevokeConsent_AlwaysWorks: after the expiry, and whatever became of the dataset.
func TestRevokeConsent_AlwaysWorks(t *testing.T) {
	f := initFixture(t)
	_, err := f.grant(f.provision())
	require.NoError(t, err)
	f.left.dataset.Status = dataset.STATUS_WITHDRAWN
	f.ctx = f.ctx.WithBlockTime(genesisTime.AddDate(9, 0, 0))
	_, err = f.revoke(patient, 1)
	require.NoError(t, err)
}

func TestRevokeConsent_HookFails(t *testing.T) {
	f := initFixture(t)
	_, err := f.grant(f.provision())
	require.NoError(t, err)
	f.hooks.err = errHook
	_, err = f.revoke(patient, 1)
	require.ErrorIs(t, err, errHook, "the transaction is undone as a whole")
}

// TestRevokeConsent_FitsTheLane: the largest provision leaves half of the lane's gas to
// signature and transaction bytes, whatever the hook has to end.
func TestRevokeConsent_FitsTheLane(t *testing.T) {
	f := initFixture(t)
	p := f.provision()
	values := []string{}
	for n := byte(10); p.Size() < consent.MaxProvisionSize-100; n++ {
		values = append(values, address(t, n))
		p.Policy.Modifiers = []consent.Modifier{{Term: string(duo.US), Values: values}}
	}
	_, err := f.grant(p)
	require.NoError(t, err)
	f.ctx = f.ctx.WithGasMeter(storetypes.NewGasMeter(math.MaxInt64))
	require.NoError(t, f.keeper.CheckRevoke(f.ctx, dataID, 1, address(t, patient)))
	require.NoError(t, f.keeper.UseLane(f.ctx, dataID))
	_, err = f.revoke(patient, 1)
	require.NoError(t, err)
	require.Greater(t, f.ctx.GasMeter().GasConsumed(), uint64(consent.MaxProvisionSize*30), "the meter runs")
	require.Less(t, f.ctx.GasMeter().GasConsumed(), uint64(ante.LaneGas/2))
}

func TestSetRevoker(t *testing.T) {
	f := initFixture(t)
	require.ErrorIs(t, f.setRevoker(patient, address(t, carer)), consent.ErrNotFound)
	_, err := f.grant(f.provision())
	require.NoError(t, err)
	require.ErrorIs(t, f.setRevoker(stranger, address(t, carer)), consent.ErrNotOwner)
	require.Equal(t, []string{"revoker"}, duo.MissingFields(f.setRevoker(patient, address(t, patient))))

	require.NoError(t, f.setRevoker(patient, address(t, carer)))
	require.Equal(t, address(t, carer), f.latest().Revoker)
	require.Len(t, f.left.accounts, 1, "a carer without an account gets one")
	require.Len(t, f.history(), 1, "no new version")
	require.ErrorIs(t, f.setRevoker(carer, address(t, stranger)), consent.ErrNotOwner)
	require.Contains(t, f.events(), "volens.consent.v1.EventRevokerSet")

	require.NoError(t, f.setRevoker(patient, ""))
	require.Empty(t, f.latest().Revoker)
	_, err = f.revoke(carer, 1)
	require.ErrorIs(t, err, consent.ErrNotRevoker)
}

func TestSetRevoker_KeepsAnAccount(t *testing.T) {
	f := initFixture(t)
	_, err := f.grant(f.provision())
	require.NoError(t, err)
	account, err := dataset.ParseAddress(address(t, carer))
	require.NoError(t, err)
	f.left.accounts[account.String()] = false
	f.left.SetAccount(f.ctx, f.left.NewAccountWithAddress(f.ctx, account))
	require.NoError(t, f.setRevoker(patient, address(t, carer)))
	require.Len(t, f.left.accounts, 1)
}

func TestCheckRevoke(t *testing.T) {
	f := initFixture(t)
	_, err := f.grant(f.provision())
	require.NoError(t, err)
	require.NoError(t, f.keeper.CheckRevoke(f.ctx, dataID, 1, address(t, patient)))
	require.ErrorIs(t, f.keeper.CheckRevoke(f.ctx, dataID, 2, address(t, patient)), consent.ErrVersion)
	require.ErrorIs(t, f.keeper.CheckRevoke(f.ctx, dataID, 1, address(t, carer)), consent.ErrNotRevoker)
	require.ErrorIs(t, f.keeper.CheckRevoke(f.ctx, dataID, 1, ""), consent.ErrNotRevoker)
	require.Equal(t, consent.STATUS_ACTIVE, f.latest().Status, "it only asks")
}

func TestUseLane(t *testing.T) {
	f := initFixture(t)
	one, two, three := id.ID{1}, id.ID{2}, id.ID{3}
	require.NoError(t, f.keeper.UseLane(f.ctx, one))
	require.ErrorIs(t, f.keeper.UseLane(f.ctx, one), consent.ErrLaneFull, "one place for each")
	require.NoError(t, f.keeper.UseLane(f.ctx, two))
	require.ErrorIs(t, f.keeper.UseLane(f.ctx, three), consent.ErrLaneFull, "two in a block here")
	f.cms.Commit()
	require.NoError(t, f.keeper.UseLane(f.ctx, three), "the next block serves again")
	require.NoError(t, f.keeper.UseLane(f.ctx, one))
}

func TestUnbroken(t *testing.T) {
	f := initFixture(t)
	unbroken := func(since uint64) bool {
		t.Helper()
		out, err := f.keeper.Unbroken(f.ctx, dataID, since)
		require.NoError(t, err)
		return out
	}
	require.False(t, unbroken(1), "there is none")
	_, err := f.grant(f.provision())
	require.NoError(t, err)
	require.True(t, unbroken(1))
	require.False(t, unbroken(0))
	require.False(t, unbroken(2), "not yet")
	_, err = f.amend(1, f.provision())
	require.NoError(t, err)
	require.True(t, unbroken(1))
	require.True(t, unbroken(2))
	_, err = f.revoke(patient, 2)
	require.NoError(t, err)
	require.False(t, unbroken(1))
	require.False(t, unbroken(3), "the revocation itself")
	_, err = f.grant(f.provision())
	require.NoError(t, err)
	for since := range uint64(4) {
		require.False(t, unbroken(since), "granting anew mends nothing")
	}
	require.True(t, unbroken(4))
	for version := uint64(4); version < 68; version++ {
		_, err = f.amend(version, f.provision())
		require.NoError(t, err)
	}
	require.False(t, unbroken(4), "more than anybody looks at")
	require.True(t, unbroken(5))
}
