package consent_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/x/consent"
)

func TestProvision_Complete(t *testing.T) {
	require.NoError(t, provision(t).Validate())
	require.NoError(t, provision(t).ValidateAt(now))
}

// TestProvision_EmptyNamesEveryElement: nothing that a consent needs has a default.
func TestProvision_EmptyNamesEveryElement(t *testing.T) {
	err := consent.Provision{}.Validate()
	require.ErrorIs(t, err, consent.ErrMissingFields)
	want := []string{
		"provision.policy.permission",
		"provision.policy.own.ai",
		"provision.policy.data_classes",
		"provision.policy.recipient_classes",
		"provision.policy.accepted_bases",
		"provision.mode",
		"provision.expiry",
		"provision.payout",
		"provision.disclosure.discloser",
		"provision.disclosure.statements.revocation",
		"provision.disclosure.statements.no_conditioning",
		"provision.disclosure.statements.redisclosure",
		"provision.disclosure.statements.remuneration",
		"provision.disclosure.statements.rights",
		"provision.disclosure.statements.family_notice",
		"provision.disclosure.template_id",
		"provision.disclosure.language",
		"provision.disclosure.text_sha256",
		"provision.disclosure.comprehension_version",
		"provision.disclosure.comprehension_passed",
		"provision.disclosure.subject",
	}
	require.Equal(t, want, duo.MissingFields(err))
	for _, path := range want {
		require.ErrorContains(t, err, path)
	}
	var missing *duo.MissingFieldsError
	require.ErrorAs(t, err, &missing)
	require.Equal(t, want, missing.Paths)
}

func TestProvision_ErrorHasTheCodeOfTheModule(t *testing.T) {
	space, code, log := errorsmod.ABCIInfo(errorsmod.Wrap(consent.Provision{}.Validate(), "message 0"), false)
	require.Equal(t, consent.ModuleName, space)
	require.Equal(t, consent.ErrMissingFields.ABCICode(), code)
	require.Contains(t, log, "provision.disclosure.statements.family_notice")
}

func TestProvision_OneFaultEach(t *testing.T) {
	past := now
	zero := time.Time{}
	d := "provision.disclosure."
	for path, fault := range map[string]func(*consent.Provision){
		"provision.policy.own.ai":                 func(p *consent.Provision) { p.Policy.Own.Ai = 4 },
		"provision.policy.diseases[0]":            func(p *consent.Provision) { p.Policy.Diseases[0] = "diabetes" },
		"provision.policy.modifiers[0].term":      func(p *consent.Provision) { p.Policy.Modifiers[0] = consent.Modifier{Term: string(duo.RUO)} },
		"provision.policy.modifiers[0].values[0]": func(p *consent.Provision) { p.Policy.Modifiers[0].Values[0] = "my clinic" },
		"provision.policy.codebook":               func(p *consent.Provision) { p.Policy.Codebook = "the new one" },
		"provision.policy.refer_to":               func(p *consent.Provision) { p.Policy.ReferTo = "my doctor" },
		"provision.policy.data_classes[1]":        func(p *consent.Provision) { p.Policy.DataClasses[1] = 99 },
		"provision.mode":                          func(p *consent.Provision) { p.Mode = 2 },
		"provision.expiry":                        func(p *consent.Provision) { p.Expiry.Never = true },
		"provision.expiry.time":                   func(p *consent.Provision) { p.Expiry.Time = &past },
		"provision.k_min":                         func(p *consent.Provision) { p.KMin = 12 },
		"provision.payout":                        func(p *consent.Provision) { p.Payout = strings.ToUpper(p.Payout) },
		"provision.donate":                        func(p *consent.Provision) { p.Donate = true },
		d + "discloser":                           func(p *consent.Provision) { p.Disclosure.Discloser = "the clinic" },
		d + "statements.revocation":               func(p *consent.Provision) { p.Disclosure.Statements.Revocation = "version 1" },
		d + "statements.rights":                   func(p *consent.Provision) { p.Disclosure.Statements.Rights = strings.Repeat("1", 33) },
		d + "template_id":                         func(p *consent.Provision) { p.Disclosure.TemplateId = "ä" },
		d + "language":                            func(p *consent.Provision) { p.Disclosure.Language = "1n" },
		d + "text_sha256":                         func(p *consent.Provision) { p.Disclosure.TextSha256 = p.Disclosure.TextSha256[1:] },
		d + "comprehension_passed":                func(p *consent.Provision) { p.Disclosure.ComprehensionPassed = false },
		d + "subject":                             func(p *consent.Provision) { p.Disclosure.Subject = 3 },
		d + "representative_sha256":               func(p *consent.Provision) { p.Disclosure.RepresentativeSha256 = []byte("Mum") },
		d + "authority_sha256":                    func(p *consent.Provision) { p.Disclosure.AuthoritySha256 = make([]byte, 32) },
	} {
		p := provision(t)
		fault(&p)
		require.Equal(t, []string{path}, duo.MissingFields(p.ValidateAt(now)), path)
	}
	p := provision(t)
	p.Expiry = consent.Expiry{Time: &zero}
	require.Equal(t, []string{"provision.expiry.time"}, duo.MissingFields(p.Validate()))
}

func TestProvision_CodebookOfOtherPermissions(t *testing.T) {
	p := provision(t)
	p.Policy.Permission, p.Policy.Diseases, p.Policy.Codebook = string(duo.GRU), nil, ""
	require.NoError(t, p.Validate())
	p.Policy.Codebook = "no token"
	require.Equal(t, []string{"provision.policy.codebook"}, duo.MissingFields(p.Validate()))
}

func TestProvision_Choices(t *testing.T) {
	p := provision(t)
	p.Expiry, p.Payout, p.Donate = consent.Expiry{Never: true}, "", true
	for _, k := range append(consent.KMinLadder(), 0) {
		p.KMin = k
		require.NoError(t, p.ValidateAt(now))
	}
}

func TestProvision_TooLarge(t *testing.T) {
	p := provision(t)
	for n := range 255 {
		p.Policy.Modifiers[0].Values = append(p.Policy.Modifiers[0].Values, address(t, byte(n+4)))
	}
	require.Equal(t, []string{"provision"}, duo.MissingFields(p.Validate()))
	p.Policy.Modifiers[0].Values = p.Policy.Modifiers[0].Values[:100]
	require.NoError(t, p.Validate())
}

func TestProvision_Guardian(t *testing.T) {
	p := provision(t)
	p.Disclosure.Subject = consent.SUBJECT_WITH_GUARDIAN
	require.Equal(t,
		[]string{"provision.disclosure.representative_sha256", "provision.disclosure.authority_sha256"},
		duo.MissingFields(p.Validate()))
	p.Disclosure.RepresentativeSha256 = bytes.Repeat([]byte{1}, 32)
	p.Disclosure.AuthoritySha256 = bytes.Repeat([]byte{2}, 32)
	require.NoError(t, p.Validate())
}

func TestProvision_Canonical(t *testing.T) {
	p := provision(t)
	p.Policy.Diseases = []string{"MONDO:0005015", "MONDO:0004975"}
	p.Policy.Modifiers = append(p.Policy.Modifiers, consent.Modifier{Term: string(duo.NMDS)})
	c, err := p.Canonical()
	require.NoError(t, err)
	require.Equal(t, []string{"MONDO:0004975", "MONDO:0005015"}, c.Policy.Diseases)
	require.Equal(t, string(duo.NMDS), c.Policy.Modifiers[0].Term)
	again, err := c.Canonical()
	require.NoError(t, err)
	require.Equal(t, c, again)
	require.Equal(t, "MONDO:0005015", p.Policy.Diseases[0], "the input is left alone")
	_, err = consent.Provision{}.Canonical()
	require.ErrorIs(t, err, consent.ErrMissingFields)
}

// FuzzProvision decodes a provision from outside: whatever passes the gate is
// complete for duo, survives a round trip and is the same again when canonical.
func FuzzProvision(f *testing.F) {
	p := provision(f)
	raw, err := p.Marshal()
	require.NoError(f, err)
	f.Add(raw)
	p.Expiry, p.Payout, p.Donate = consent.Expiry{Never: true}, "", true
	raw, err = p.Marshal()
	require.NoError(f, err)
	f.Add(raw)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		var p consent.Provision
		if p.Unmarshal(data) != nil {
			return
		}
		if err := p.ValidateAt(now); err != nil {
			require.NotEmpty(t, duo.MissingFields(err))
			return
		}
		policy, err := p.Policy.DUO()
		require.NoError(t, err)
		require.NoError(t, policy.Validate())
		c, err := p.Canonical()
		require.NoError(t, err)
		require.NoError(t, c.ValidateAt(now))
		out, err := c.Marshal()
		require.NoError(t, err)
		var back consent.Provision
		require.NoError(t, back.Unmarshal(out))
		again, err := back.Canonical()
		require.NoError(t, err)
		require.Equal(t, c, again)
	})
}
