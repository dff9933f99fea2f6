package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/dataset"
)

func statement(n byte) *attestation.MsgAttestDeidentification {
	return &attestation.MsgAttestDeidentification{
		Attestor: addr(
			n,
		),
		DatasetId:     setID.String(),
		Version:       3,
		Sha256:        digest(1),
		U:             digest(2),
		FacetsRoot:    digest(3),
		Basis:         attestation.BASIS_EXPERT_DETERMINATION,
		ProfileSha256: digest(4),
		ToolVersion:   "1.0",
		ReportSha256:  digest(5),
		Expiry:        start.Add(time.Hour),
		K:             11,
	}
}

func (f *fixture) attest(n byte) error {
	_, err := f.msgs.AttestDeidentification(f.ctx, statement(n))
	return err
}

func (f *fixture) revoke(n byte) error {
	_, err := f.msgs.RevokeDeidentification(f.ctx, &attestation.MsgRevokeDeidentification{
		Attestor: addr(n), DatasetId: setID.String(), Version: 3,
	})
	return err
}

func (f *fixture) refuse(n byte, version uint64) error {
	_, err := f.msgs.RefuseDeidentification(f.ctx, &attestation.MsgRefuseDeidentification{
		Attestor: addr(n), DatasetId: setID.String(), Version: version, ReportSha256: digest(9),
	})
	return err
}

func (f *fixture) attestation() attestation.Deidentification {
	f.t.Helper()
	d, _, err := f.keeper.Deidentification(f.ctx, setID, 3)
	require.NoError(f.t, err)
	return d
}

func TestAttestDeidentification(t *testing.T) {
	f := initFixture(t)
	require.NoError(t, f.attest(hospital))
	require.Equal(t, []verdict{{setID, 3, addr(hospital), true}}, f.hooks.verdicts)
	require.Equal(t, []string{"EventDeidentificationAttested"}, f.emitted())

	want := statement(hospital).Statement()
	want.Height = startHeight
	d, challenged, err := f.keeper.Deidentification(f.ctx, setID, 3)
	require.NoError(t, err)
	require.False(t, challenged)
	require.Equal(t, want, d)

	_, _, err = f.keeper.Deidentification(f.ctx, setID, 2)
	require.ErrorIs(t, err, attestation.ErrNotFound)
}

func TestAttestDeidentification_Refused(t *testing.T) {
	type message = *attestation.MsgAttestDeidentification
	for name, row := range map[string]struct {
		prepare func(f *fixture, m message)
		is      error
	}{
		"field":     {func(_ *fixture, m message) { m.ToolVersion = "" }, attestation.ErrInvalid},
		"stranger":  {func(_ *fixture, m message) { m.Attestor = addr(outsider) }, attestation.ErrNotFound},
		"role":      {func(_ *fixture, m message) { m.Attestor = addr(board) }, attestation.ErrRole},
		"suspended": {func(f *fixture, _ message) { require.NoError(f.t, f.suspend(hospital, false)) }, attestation.ErrStatus},
		"no bond": {func(f *fixture, _ message) {
			f.setParams(func(p *attestation.Params) { p.OrganisationBond = uusd(1) })
		}, attestation.ErrBond},
		"no dataset": {func(_ *fixture, m message) { m.DatasetId = id.ID{}.String() }, dataset.ErrNotFound},
		"withdrawn": {func(f *fixture, _ message) {
			f.change(func(d *dataset.Dataset) { d.Status = dataset.STATUS_WITHDRAWN })
		}, attestation.ErrStatus},
		"frozen": {func(f *fixture, _ message) {
			f.change(func(d *dataset.Dataset) { d.Status = dataset.STATUS_FROZEN })
		}, attestation.ErrStatus},
		"old version":  {func(_ *fixture, m message) { m.Version = 2 }, attestation.ErrVersion},
		"next version": {func(_ *fixture, m message) { m.Version = 4 }, attestation.ErrVersion},
		"sha256":       {func(_ *fixture, m message) { m.Sha256 = digest(9) }, attestation.ErrMismatch},
		"u":            {func(_ *fixture, m message) { m.U = digest(9) }, attestation.ErrMismatch},
		"facets":       {func(_ *fixture, m message) { m.FacetsRoot = digest(9) }, attestation.ErrMismatch},
		"expired":      {func(_ *fixture, m message) { m.Expiry = start }, attestation.ErrExpiry},
		"no verdict":   {func(f *fixture, _ message) { f.hooks.err = errHook }, errHook},
		"attested":     {func(f *fixture, _ message) { require.NoError(f.t, f.attest(lab)) }, attestation.ErrExists},
	} {
		t.Run(name, func(t *testing.T) {
			f := initFixture(t)
			m := statement(hospital)
			row.prepare(f, m)
			_, err := f.msgs.AttestDeidentification(f.ctx, m)
			require.ErrorIs(t, err, row.is)
			d, err := f.keeper.Deidentifications.Has(f.ctx, key())
			require.NoError(t, err)
			require.Equal(t, name == "attested", d)
		})
	}
}

// An insurer never attests, even if the state says that it may.
func TestAttestDeidentification_Kind(t *testing.T) {
	for _, kind := range []attestation.OrganisationKind{
		attestation.ORGANISATION_KIND_INSURER, attestation.ORGANISATION_KIND_EMPLOYER,
		attestation.ORGANISATION_KIND_GOVERNMENT, attestation.ORGANISATION_KIND_LAW_ENFORCEMENT,
	} {
		f := initFixture(t)
		o := f.organisation(hospital)
		o.Kind = kind
		require.NoError(t, f.keeper.Organisations.Set(f.ctx, raw(hospital), o))
		require.ErrorIs(t, f.attest(hospital), attestation.ErrRole, kind)
	}
}

func TestAttestDeidentification_NoHook(t *testing.T) {
	f := bareFixture(t)
	f.accredit(hospital, attestation.ORGANISATION_KIND_HOSPITAL, attestation.ROLE_ATTESTOR)
	require.ErrorIs(t, f.attest(hospital), attestation.ErrNoHooks)
}

func TestAttestDeidentification_Again(t *testing.T) {
	f := initFixture(t)
	require.NoError(t, f.attest(hospital))
	require.NoError(t, f.attest(hospital), "renewed after another inspection")
	require.Len(t, f.hooks.verdicts, 2)
	require.ErrorIs(t, f.attest(lab), attestation.ErrExists)

	f.ctx = f.ctx.WithBlockTime(start.Add(time.Hour))
	m := statement(lab)
	m.Expiry = start.Add(2 * time.Hour)
	_, err := f.msgs.AttestDeidentification(f.ctx, m)
	require.NoError(t, err, "the old one expired with this very block")
	require.Equal(t, addr(lab), f.attestation().Attestor)
}

func TestRevokeDeidentification(t *testing.T) {
	f := initFixture(t)
	require.ErrorIs(t, f.revoke(hospital), attestation.ErrNotFound)
	require.NoError(t, f.attest(hospital))
	require.ErrorIs(t, f.revoke(lab), attestation.ErrRole)
	require.NoError(t, f.suspend(hospital, false))
	require.NoError(t, f.revoke(hospital), "taking back needs no standing")
	require.True(t, f.attestation().Revoked)
	require.False(t, f.attestation().Live(start))
	require.ErrorIs(t, f.revoke(hospital), attestation.ErrRevoked)
	require.NoError(t, f.attest(lab), "a revoked one is in nobody's way")

	_, err := f.msgs.RevokeDeidentification(f.ctx, &attestation.MsgRevokeDeidentification{Attestor: addr(lab)})
	require.ErrorIs(t, err, attestation.ErrInvalid)
}

func TestRefuseDeidentification(t *testing.T) {
	f := initFixture(t)
	require.NoError(t, f.refuse(hospital, 3))
	require.NoError(t, f.refuse(lab, 2), "the inspection of an old version ends too")
	require.Equal(t, []verdict{{setID, 3, addr(hospital), false}, {setID, 2, addr(lab), false}}, f.hooks.verdicts)
	require.Equal(t, []string{"EventDeidentificationRefused", "EventDeidentificationRefused"}, f.emitted())

	require.NoError(t, f.attest(hospital))
	require.NoError(t, f.refuse(lab, 3))
	require.False(t, f.attestation().Revoked, "another's word stands")
	require.NoError(t, f.refuse(hospital, 3))
	require.True(t, f.attestation().Revoked, "its own does not")
	require.NoError(t, f.refuse(hospital, 3), "hook willing")
}

func TestRefuseDeidentification_Refused(t *testing.T) {
	f := initFixture(t)
	require.ErrorIs(t, f.refuse(board, 3), attestation.ErrRole)
	require.ErrorIs(t, f.refuse(outsider, 3), attestation.ErrNotFound)
	require.ErrorIs(t, f.refuse(hospital, 4), attestation.ErrVersion)
	require.ErrorIs(t, f.refuse(hospital, 0), attestation.ErrInvalid)
	_, err := f.msgs.RefuseDeidentification(f.ctx, &attestation.MsgRefuseDeidentification{
		Attestor: addr(hospital), DatasetId: id.ID{}.String(), Version: 3, ReportSha256: digest(9),
	})
	require.ErrorIs(t, err, dataset.ErrNotFound)
	f.hooks.err = errHook
	require.ErrorIs(t, f.refuse(hospital, 3), errHook)
	require.NoError(t, f.suspend(hospital, false))
	require.ErrorIs(t, f.refuse(hospital, 3), attestation.ErrStatus)
	require.Empty(t, f.emitted()[1:], "nothing but the suspension")

	bare := bareFixture(t)
	bare.accredit(hospital, attestation.ORGANISATION_KIND_HOSPITAL, attestation.ROLE_ATTESTOR)
	require.ErrorIs(t, bare.refuse(hospital, 3), attestation.ErrNoHooks)
}
