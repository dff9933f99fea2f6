package attestation_test

import (
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/x/attestation"
)

func TestOrganisation_Validate(t *testing.T) {
	require.NoError(t, organisation(t).Validate())
	for name, broken := range map[string]struct {
		spoil func(o *attestation.Organisation)
		is    error
	}{
		"address":         {func(o *attestation.Organisation) { o.Address = "x" }, attestation.ErrInvalid},
		"no kind":         {func(o *attestation.Organisation) { o.Kind = 0 }, attestation.ErrInvalid},
		"unknown kind":    {func(o *attestation.Organisation) { o.Kind = 10 }, attestation.ErrInvalid},
		"no country":      {func(o *attestation.Organisation) { o.Country = "" }, attestation.ErrInvalid},
		"long country":    {func(o *attestation.Organisation) { o.Country = "CHE" }, attestation.ErrInvalid},
		"small country":   {func(o *attestation.Organisation) { o.Country = "Ch" }, attestation.ErrInvalid},
		"no roles":        {func(o *attestation.Organisation) { o.Roles = nil }, attestation.ErrInvalid},
		"role 0":          {func(o *attestation.Organisation) { o.Roles[1] = 0 }, attestation.ErrInvalid},
		"unknown role":    {func(o *attestation.Organisation) { o.Roles[1] = 6 }, attestation.ErrInvalid},
		"role twice":      {func(o *attestation.Organisation) { o.Roles[1] = o.Roles[0] }, attestation.ErrInvalid},
		"no gateway":      {func(o *attestation.Organisation) { o.Gateway = nil }, attestation.ErrInvalid},
		"gateway":         {func(o *attestation.Organisation) { o.Gateway.BaseUrl = "" }, attestation.ErrInvalid},
		"gateway no role": {func(o *attestation.Organisation) { o.Roles = o.Roles[1:] }, attestation.ErrInvalid},
		"no status":       {func(o *attestation.Organisation) { o.Status = 0 }, attestation.ErrInvalid},
		"unknown status":  {func(o *attestation.Organisation) { o.Status = 3 }, attestation.ErrInvalid},
		"no bond":         {func(o *attestation.Organisation) { o.Bond = sdk.Coin{} }, attestation.ErrInvalid},
		"nothing locked":  {func(o *attestation.Organisation) { o.Locked = sdk.Coin{Denom: "uusd"} }, attestation.ErrInvalid},
		"debt": {func(o *attestation.Organisation) {
			o.Bond.Amount = math.NewInt(-1)
		}, attestation.ErrInvalid},
		"locked more":  {func(o *attestation.Organisation) { o.Locked = uusd(11) }, attestation.ErrBond},
		"locked other": {func(o *attestation.Organisation) { o.Locked = sdk.NewInt64Coin("uvol", 1) }, attestation.ErrBond},
	} {
		t.Run(name, func(t *testing.T) {
			o := organisation(t)
			broken.spoil(&o)
			require.ErrorIs(t, o.Validate(), broken.is)
		})
	}
}

// Who may never read has neither of the roles that read.
func TestOrganisation_MayInspect(t *testing.T) {
	for kind := range attestation.OrganisationKind_name {
		o := organisation(t)
		o.Kind = attestation.OrganisationKind(kind)
		want := kind >= 1 && kind <= 5
		require.Equal(t, want, o.MayInspect(), o.Kind)
		if kind == 0 {
			continue
		}
		for _, role := range []attestation.Role{attestation.ROLE_ATTESTOR, attestation.ROLE_ARBITER} {
			o.Roles = []attestation.Role{attestation.ROLE_GATEWAY, role}
			if want {
				require.NoError(t, o.Validate(), o.Kind)
			} else {
				require.ErrorIs(t, o.Validate(), attestation.ErrRole, o.Kind)
			}
		}
		o.Roles = []attestation.Role{attestation.ROLE_GATEWAY, attestation.ROLE_INSTITUTION}
		require.NoError(t, o.Validate(), o.Kind)
	}
}

func TestOrganisation_Answers(t *testing.T) {
	o := organisation(t)
	require.True(t, o.Active())
	require.True(t, o.Has(attestation.ROLE_GATEWAY))
	require.False(t, o.Has(attestation.ROLE_ETHICS))
	require.True(t, o.ActsAs(attestation.ROLE_GATEWAY))
	require.False(t, o.ActsAs(attestation.ROLE_ETHICS))
	require.Equal(t, uusd(6), o.Free())
	facts := duo.Organisation{Address: o.Address, Kind: duo.OrganisationHospital, Country: "CH", Accredited: true}
	require.Equal(t, facts, o.Facts())

	o.Status = attestation.ORGANISATION_STATUS_SUSPENDED
	require.False(t, o.Active())
	require.False(t, o.ActsAs(attestation.ROLE_GATEWAY))
	facts.Accredited = false
	require.Equal(t, facts, o.Facts())
}

func TestGatewayInfo_BaseURL(t *testing.T) {
	for url, good := range map[string]bool{
		"https://gateway.example":             true,
		"https://gateway.example:8443/v1/":    true,
		"http://localhost:8080":               true,
		"http://127.0.0.1:8080":               true,
		"http://[::1]:8080":                   true,
		"http://gateway.example":              false,
		"http://localhost.example":            false,
		"http://10.0.0.1":                     false,
		"ftp://gateway.example":               false,
		"gateway.example":                     false,
		"HTTPS://gateway.example":             false,
		"https:gateway.example":               false,
		"https://":                            false,
		"https://:443":                        false,
		"https://user:secret@gateway.example": false,
		"https://gateway.example/?a=b":        false,
		"https://gateway.example/?":           false,
		"https://gateway.example/#":           false,
		"https://gate way.example":            false,
		"https://g\u00e4tway.example":         false,
		"https://gateway.example/\n":          false,
		"https://gateway.example/%zz":         false,
		"":                                    false,
	} {
		g := gatewayInfo()
		g.BaseUrl = url
		if good {
			require.NoError(t, g.Validate(), url)
		} else {
			require.ErrorIs(t, g.Validate(), attestation.ErrInvalid, url)
		}
	}
}

func TestGatewayInfo_LongURL(t *testing.T) {
	g := gatewayInfo()
	g.BaseUrl = "https://gateway.example/" + strings.Repeat("x", 200-24)
	require.NoError(t, g.Validate())
	g.BaseUrl += "x"
	require.ErrorIs(t, g.Validate(), attestation.ErrInvalid)
}

func TestGatewayInfo_Recipient(t *testing.T) {
	identity, err := age.GenerateHybridIdentity()
	require.NoError(t, err)
	classical, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	good := identity.Recipient().String()

	g := gatewayInfo()
	g.Recipient = good
	require.NoError(t, g.Validate(), "what age itself prints")
	for name, text := range map[string]string{
		"empty":     "",
		"classical": classical.Recipient().String(),
		"short":     good[:len(good)-1],
		"long":      good + "q",
		"letter b":  good[:100] + "b" + good[101:],
		"upper":     strings.ToUpper(good),
		"space":     good[:100] + " " + good[101:],
	} {
		t.Run(name, func(t *testing.T) {
			g.Recipient = text
			require.ErrorIs(t, g.Validate(), attestation.ErrInvalid)
		})
	}
}

func TestGatewayInfo_Terms(t *testing.T) {
	g := gatewayInfo()
	g.TermsSha256 = g.TermsSha256[1:]
	require.ErrorIs(t, g.Validate(), attestation.ErrInvalid)
}

func TestParams(t *testing.T) {
	require.NoError(t, attestation.MainnetParams().Validate())
	require.NoError(t, attestation.DevnetParams().Validate())
	for name, spoil := range map[string]func(p *attestation.Params){
		"window":       func(p *attestation.Params) { p.HeartbeatWindow = 0 },
		"freeze":       func(p *attestation.Params) { p.ChallengeFreeze = -1 },
		"free":         func(p *attestation.Params) { p.ChallengeBond = uusd(0) },
		"no bond":      func(p *attestation.Params) { p.ChallengeBond = sdk.Coin{} },
		"no other":     func(p *attestation.Params) { p.OrganisationBond = sdk.Coin{} },
		"other denom":  func(p *attestation.Params) { p.OrganisationBond = sdk.NewInt64Coin("uvol", 1) },
		"negative":     func(p *attestation.Params) { p.OrganisationBond.Amount = math.NewInt(-1) },
		"strange name": func(p *attestation.Params) { p.ChallengeBond.Denom = "1" },
	} {
		t.Run(name, func(t *testing.T) {
			p := attestation.DevnetParams()
			spoil(&p)
			require.ErrorIs(t, p.Validate(), attestation.ErrInvalid)
		})
	}
}
