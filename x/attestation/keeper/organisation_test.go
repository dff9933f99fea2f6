package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/x/attestation"
)

func TestAccreditOrganisation(t *testing.T) {
	f := initFixture(t)
	f.accredit(outsider, attestation.ORGANISATION_KIND_LAB, attestation.ROLE_ATTESTOR)
	require.Equal(t, attestation.Organisation{
		Address: addr(outsider), Kind: attestation.ORGANISATION_KIND_LAB, Country: "CH",
		Roles:  []attestation.Role{attestation.ROLE_ATTESTOR},
		Status: attestation.ORGANISATION_STATUS_ACTIVE, Bond: uusd(0), Locked: uusd(0),
	}, f.organisation(outsider))
	require.Equal(t, []string{"EventOrganisationAccredited"}, f.emitted())
}

func TestAccreditOrganisation_Again(t *testing.T) {
	f := initFixture(t)
	f.deposit(gateway, 5)
	require.NoError(t, f.suspend(gateway, false))
	f.accredit(gateway, attestation.ORGANISATION_KIND_UNIVERSITY, attestation.ROLE_ETHICS)
	o := f.organisation(gateway)
	require.Equal(t, attestation.ORGANISATION_KIND_UNIVERSITY, o.Kind)
	require.Equal(t, []attestation.Role{attestation.ROLE_ETHICS}, o.Roles)
	require.Nil(t, o.Gateway, "no role, no address")
	require.Equal(t, uusd(5), o.Bond, "the bond stays")
	require.False(t, o.Active(), "the suspension stays")
}

func TestAccreditOrganisation_Refused(t *testing.T) {
	f := initFixture(t)
	msg := accreditation(outsider, attestation.ORGANISATION_KIND_LAB, attestation.ROLE_ATTESTOR)
	msg.Authority = addr(outsider)
	_, err := f.msgs.AccreditOrganisation(f.ctx, msg)
	require.ErrorIs(t, err, attestation.ErrAuthority)

	for _, kind := range []attestation.OrganisationKind{
		attestation.ORGANISATION_KIND_INSURER, attestation.ORGANISATION_KIND_EMPLOYER,
		attestation.ORGANISATION_KIND_GOVERNMENT, attestation.ORGANISATION_KIND_LAW_ENFORCEMENT,
	} {
		_, err := f.msgs.AccreditOrganisation(f.ctx, accreditation(outsider, kind, attestation.ROLE_ATTESTOR))
		require.ErrorIs(t, err, attestation.ErrRole, kind)
	}
	_, err = f.keeper.Organisation(f.ctx, addr(outsider))
	require.ErrorIs(t, err, attestation.ErrNotFound)
	_, err = f.keeper.Organisation(f.ctx, "x")
	require.ErrorIs(t, err, attestation.ErrInvalid)
}

func TestSuspendOrganisation(t *testing.T) {
	f := initFixture(t)
	require.ErrorIs(t, f.suspend(hospital, true), attestation.ErrStatus, "nothing to lift")
	require.NoError(t, f.suspend(hospital, false))
	require.False(t, f.organisation(hospital).Active())
	require.ErrorIs(t, f.suspend(hospital, false), attestation.ErrStatus)
	require.NoError(t, f.suspend(hospital, true))
	require.True(t, f.organisation(hospital).Active())
	require.ErrorIs(t, f.suspend(outsider, false), attestation.ErrNotFound)

	_, err := f.msgs.SuspendOrganisation(f.ctx, &attestation.MsgSuspendOrganisation{
		Authority: addr(lab), Address: addr(hospital),
	})
	require.ErrorIs(t, err, attestation.ErrAuthority)
	_, err = f.msgs.SuspendOrganisation(f.ctx, &attestation.MsgSuspendOrganisation{Authority: addr(authority)})
	require.ErrorIs(t, err, attestation.ErrInvalid)
}

func TestUpdateGateway(t *testing.T) {
	f := initFixture(t)
	update := func(n byte, url string) error {
		g := info()
		g.BaseUrl = url
		_, err := f.msgs.UpdateGateway(f.ctx, &attestation.MsgUpdateGateway{Organisation: addr(n), Gateway: *g})
		return err
	}
	require.NoError(t, update(gateway, "https://new.example"))
	require.Equal(t, "https://new.example", f.organisation(gateway).Gateway.BaseUrl)
	require.ErrorIs(t, update(gateway, "http://new.example"), attestation.ErrInvalid)
	require.ErrorIs(t, update(hospital, "https://new.example"), attestation.ErrRole)
	require.ErrorIs(t, update(outsider, "https://new.example"), attestation.ErrNotFound)
	require.NoError(t, f.suspend(gateway, false))
	require.ErrorIs(t, update(gateway, "https://other.example"), attestation.ErrStatus)
}

func TestAnchorLog(t *testing.T) {
	f := initFixture(t)
	anchor := func(n byte, size uint64, root byte) error {
		_, err := f.msgs.AnchorLog(f.ctx, &attestation.MsgAnchorLog{Gateway: addr(n), Size_: size, Root: digest(root)})
		return err
	}
	require.NoError(t, anchor(gateway, 0, 1))
	require.ErrorIs(t, anchor(gateway, 0, 2), attestation.ErrLog, "an empty log has one root too")
	require.NoError(t, anchor(gateway, 5, 2))
	require.NoError(t, anchor(gateway, 5, 2), "a heartbeat without news")
	require.ErrorIs(t, anchor(gateway, 5, 3), attestation.ErrLog, "rewritten")
	require.ErrorIs(t, anchor(gateway, 4, 3), attestation.ErrLog, "shrunk")
	f.ctx = f.ctx.WithBlockHeight(12)
	require.NoError(t, anchor(gateway, 6, 3))

	got, err := f.query.Organisation(f.ctx, &attestation.QueryOrganisationRequest{Address: addr(gateway)})
	require.NoError(t, err)
	require.Equal(
		t,
		&attestation.Heartbeat{Gateway: addr(gateway), Size_: 6, Root: digest(3), Height: 12},
		got.Heartbeat,
	)

	require.ErrorIs(t, anchor(hospital, 6, 3), attestation.ErrRole)
	require.ErrorIs(t, anchor(outsider, 6, 3), attestation.ErrNotFound)
	_, err = f.msgs.AnchorLog(f.ctx, &attestation.MsgAnchorLog{Gateway: addr(gateway), Size_: 7})
	require.ErrorIs(t, err, attestation.ErrInvalid)
	require.NoError(t, f.suspend(gateway, false))
	require.ErrorIs(t, anchor(gateway, 7, 3), attestation.ErrStatus)
}

func TestGatewayFresh(t *testing.T) {
	f := initFixture(t)
	fresh := func(n byte) bool {
		out, err := f.keeper.GatewayFresh(f.ctx, addr(n))
		require.NoError(t, err)
		return out
	}
	require.False(t, fresh(gateway), "never anchored")
	require.False(t, fresh(outsider))
	_, err := f.keeper.GatewayFresh(f.ctx, "x")
	require.ErrorIs(t, err, attestation.ErrInvalid)

	_, err = f.msgs.AnchorLog(f.ctx, &attestation.MsgAnchorLog{Gateway: addr(gateway), Root: digest(1)})
	require.NoError(t, err)
	require.True(t, fresh(gateway))
	f.ctx = f.ctx.WithBlockHeight(startHeight + 500)
	require.True(t, fresh(gateway), "the window's last block")
	f.ctx = f.ctx.WithBlockHeight(startHeight + 501)
	require.False(t, fresh(gateway))

	f.ctx = f.ctx.WithBlockHeight(startHeight + 1)
	require.NoError(t, f.suspend(gateway, false))
	require.False(t, fresh(gateway), "suspended")
	require.NoError(t, f.suspend(gateway, true))
	require.True(t, fresh(gateway))
	f.accredit(gateway, attestation.ORGANISATION_KIND_COMPANY, attestation.ROLE_INSTITUTION)
	require.False(t, fresh(gateway), "no longer a gateway")
}

// An organisation speaks only with its bond complete.
func TestLeastBond(t *testing.T) {
	f := initFixture(t)
	f.setParams(func(p *attestation.Params) { p.OrganisationBond = uusd(100) })
	anchor := func() error {
		_, err := f.msgs.AnchorLog(f.ctx, &attestation.MsgAnchorLog{Gateway: addr(gateway), Root: digest(1)})
		return err
	}
	require.ErrorIs(t, anchor(), attestation.ErrBond)
	f.deposit(gateway, 99)
	require.ErrorIs(t, anchor(), attestation.ErrBond)
	f.deposit(gateway, 1)
	require.NoError(t, anchor())
}
