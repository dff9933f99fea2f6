package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/dataset"
)

func TestGrantConsent(t *testing.T) {
	f := initFixture(t)
	version, err := f.grant(f.provision())
	require.NoError(t, err)
	require.EqualValues(t, 1, version)
	require.Equal(t, consent.Consent{
		DatasetId: dataID.String(), Version: 1, Owner: address(t, patient), Status: consent.STATUS_ACTIVE,
		Provision: f.provision(), Height: 10, Time: genesisTime,
	}, f.latest())
	require.Contains(t, f.events(), "volens.consent.v1.EventConsentGranted")
}

func TestGrantConsent_StoresTheCanonicalPolicy(t *testing.T) {
	f := initFixture(t)
	p := f.provision()
	p.Policy.Diseases[0], p.Policy.Diseases[1] = p.Policy.Diseases[1], p.Policy.Diseases[0]
	_, err := f.grant(p)
	require.NoError(t, err)
	require.Equal(t, f.provision(), f.latest().Provision)
}

// TestGrantConsent_IncompleteStoresNothing: all missing paths at once, and no trace.
func TestGrantConsent_IncompleteStoresNothing(t *testing.T) {
	f := initFixture(t)
	p := f.provision()
	p.Disclosure.Statements.Revocation = ""
	p.Policy.Own.Ai = 0
	p.Expiry = consent.Expiry{}
	_, err := f.grant(p)
	require.ErrorIs(t, err, consent.ErrMissingFields)
	var missing *duo.MissingFieldsError
	require.ErrorAs(t, err, &missing)
	require.Equal(t, []string{
		"provision.policy.own.ai", "provision.expiry", "provision.disclosure.statements.revocation",
	}, missing.Paths)
	require.Empty(t, f.history())
	_, err = f.keeper.Consent(f.ctx, dataID)
	require.ErrorIs(t, err, consent.ErrNotFound)
	require.Empty(t, f.events())
}

func TestGrantConsent_ExpiryAgainstBlockTime(t *testing.T) {
	f := initFixture(t)
	p := f.provision()
	f.ctx = f.ctx.WithBlockTime(*p.Expiry.Time)
	_, err := f.grant(p)
	require.Equal(t, []string{"provision.expiry.time"}, duo.MissingFields(err))
	p.Expiry = consent.Expiry{Never: true}
	_, err = f.grant(p)
	require.NoError(t, err)
}

func TestGrantConsent_Refuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*fixture, *consent.Provision)
		want   error
	}{
		"not the owner": {func(f *fixture, _ *consent.Provision) { f.left.dataset.Owner = address(f.t, stranger) }, consent.ErrNotOwner},
		"withdrawn": {
			func(f *fixture, _ *consent.Provision) { f.left.dataset.Status = dataset.STATUS_WITHDRAWN }, consent.ErrWithdrawn,
		},
		"no template":    {func(_ *fixture, p *consent.Provision) { p.Disclosure.Language = "de" }, consent.ErrTemplate},
		"other text":     {func(_ *fixture, p *consent.Provision) { p.Disclosure.TextSha256[0]++ }, consent.ErrTemplate},
		"no codebook":    {func(_ *fixture, p *consent.Provision) { p.Policy.Codebook = "mondo-2" }, consent.ErrNotFound},
		"blocked payout": {func(f *fixture, p *consent.Provision) { p.Payout = address(f.t, blocked) }, consent.ErrPayout},
	} {
		f := initFixture(t)
		p := f.provision()
		c.change(f, &p)
		_, err := f.grant(p)
		require.ErrorIs(t, err, c.want, name)
		require.Empty(t, f.history(), name)
	}
	f := initFixture(t)
	_, err := f.msgs.GrantConsent(f.ctx, &consent.MsgGrantConsent{
		Owner: address(t, patient), DatasetId: id.ID{7}.String(), Provision: f.provision(),
	})
	require.ErrorIs(t, err, dataset.ErrNotFound)
}

func TestGrantConsent_FrozenDataset(t *testing.T) {
	f := initFixture(t)
	f.left.dataset.Status = dataset.STATUS_FROZEN
	_, err := f.grant(f.provision())
	require.NoError(t, err)
}

func TestGrantConsent_BesideAnActiveOne(t *testing.T) {
	f := initFixture(t)
	_, err := f.grant(f.provision())
	require.NoError(t, err)
	_, err = f.grant(f.provision())
	require.ErrorIs(t, err, consent.ErrActive)
	require.Len(t, f.history(), 1)
}

func TestGrantConsent_AfterARevocation(t *testing.T) {
	f := initFixture(t)
	_, err := f.grant(f.provision())
	require.NoError(t, err)
	require.NoError(t, f.setRevoker(patient, address(t, carer)))
	_, err = f.revoke(patient, 1)
	require.NoError(t, err)
	version, err := f.grant(f.provision())
	require.NoError(t, err)
	require.EqualValues(t, 3, version)
	require.Equal(t, address(t, carer), f.latest().Revoker, "the carer stays")
	require.Len(t, f.history(), 3)
}

func TestAmendConsent(t *testing.T) {
	f := initFixture(t)
	_, err := f.grant(f.provision())
	require.NoError(t, err)
	f.ctx = f.ctx.WithBlockHeight(11)
	p := f.provision()
	p.KMin = 50
	version, err := f.amend(1, p)
	require.NoError(t, err)
	require.EqualValues(t, 2, version)
	require.Equal(t, p, f.latest().Provision)
	require.EqualValues(t, 11, f.latest().Height)
	require.Equal(t, f.provision(), f.history()[0].Provision, "the old version is kept")
	require.Contains(t, f.events(), "volens.consent.v1.EventConsentAmended")

	_, err = f.amend(1, f.provision())
	require.ErrorIs(t, err, consent.ErrVersion, "a late amendment never undoes another")
	_, err = f.amend(3, f.provision())
	require.ErrorIs(t, err, consent.ErrVersion)
	p.Mode = 0
	_, err = f.amend(2, p)
	require.Equal(t, []string{"provision.mode"}, duo.MissingFields(err))
	require.Len(t, f.history(), 2)
}

func TestAmendConsent_NotActive(t *testing.T) {
	f := initFixture(t)
	_, err := f.amend(1, f.provision())
	require.ErrorIs(t, err, consent.ErrNotFound)
	_, err = f.grant(f.provision())
	require.NoError(t, err)
	_, err = f.revoke(patient, 1)
	require.NoError(t, err)
	_, err = f.amend(2, f.provision())
	require.ErrorIs(t, err, consent.ErrNotActive)
}

func TestAmendConsent_NotOwner(t *testing.T) {
	f := initFixture(t)
	_, err := f.grant(f.provision())
	require.NoError(t, err)
	require.NoError(t, f.setRevoker(patient, address(t, carer)))
	_, err = f.msgs.AmendConsent(f.ctx, &consent.MsgAmendConsent{
		Owner: address(t, carer), DatasetId: dataID.String(), Version: 1, Provision: f.provision(),
	})
	require.ErrorIs(t, err, consent.ErrNotOwner, "a revoker may revoke and do nothing else")
}
