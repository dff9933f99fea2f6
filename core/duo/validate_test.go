package duo_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/duo"
)

// paths returns the paths of a MissingFieldsError, or nil.
func paths(tb testing.TB, err error) []string {
	tb.Helper()
	if err == nil {
		return nil
	}
	missing := (*duo.MissingFieldsError)(nil)
	require.ErrorAs(tb, err, &missing)
	return missing.Paths
}

func TestPolicyValidate_ZeroNamesAll(t *testing.T) {
	require.Equal(t,
		[]string{"permission", "own.ai", "data_classes", "recipient_classes", "accepted_bases"},
		paths(t, duo.Policy{}.Validate()))
}

func TestUseValidate_ZeroNamesAll(t *testing.T) {
	require.Equal(t, []string{
		"purposes", "data_classes", "ai", "mode", "organisation", "beneficial_owner", "recipients", "site_country",
		"compute_country", "duration_months", "protocol_sha256",
	}, paths(t, duo.Use{}.Validate()))
}

func TestPolicyValidate_Paths(t *testing.T) {
	long := strings.Repeat("x", duo.MaxText+1)
	with := func(m duo.Modifier) func(*duo.Policy) {
		return func(p *duo.Policy) { p.Modifiers = []duo.Modifier{m} }
	}
	for name, c := range map[string]struct {
		change func(*duo.Policy)
		want   []string
	}{
		"plain":              {func(*duo.Policy) {}, nil},
		"modifier as grant":  {func(p *duo.Policy) { p.Permission = duo.NCU }, []string{"permission"}},
		"short name as term": {func(p *duo.Policy) { p.Permission = "GRU" }, []string{"permission"}},
		"DS without disease": {func(p *duo.Policy) { p.Permission = duo.DS }, []string{"diseases"}},
		"disease without DS": {func(p *duo.Policy) { p.Diseases = []string{asthma} }, []string{"diseases"}},
		"DS without codebook": {
			func(p *duo.Policy) { p.Permission, p.Diseases, p.Codebook = duo.DS, []string{asthma}, "" },
			[]string{"codebook"},
		},
		"long codebook": {func(p *duo.Policy) { p.Codebook = long }, []string{"codebook"}},
		"malformed diseases": {func(p *duo.Policy) {
			p.Permission, p.Diseases = duo.DS, []string{asthma, "MONDO:12", "mondo:0004979", "MONDO:000497x"}
		}, []string{"diseases[1]", "diseases[2]", "diseases[3]"}},
		"repeated disease": {
			func(p *duo.Policy) { p.Permission, p.Diseases = duo.DS, []string{asthma, asthma} },
			[]string{"diseases[1]"},
		},
		"too many diseases": {func(p *duo.Policy) {
			p.Permission, p.Diseases = duo.DS, slices.Repeat([]string{asthma}, duo.MaxItems+1)
		}, []string{"diseases"}},
		"permission as mod.": {with(duo.Modifier{Term: duo.GRU}), []string{"modifiers[0].term"}},
		"alias as modifier":  {with(duo.Modifier{Term: duo.RUO}), []string{"modifiers[0].term"}},
		"too many modifiers": {
			func(p *duo.Policy) { p.Modifiers = slices.Repeat([]duo.Modifier{{Term: duo.CC}}, 19) },
			append([]string{"modifiers"}, repeatedTerms(19)...),
		},
		"GS without countries": {with(duo.Modifier{Term: duo.GS}), []string{"modifiers[0].values"}},
		"GS in lower case": {
			with(duo.Modifier{Term: duo.GS, Values: []string{"DE", "de", "DEU"}}),
			[]string{"modifiers[0].values[1]", "modifiers[0].values[2]"},
		},
		"US without users": {with(duo.Modifier{Term: duo.US}), []string{"modifiers[0].values"}},
		"US with nobody": {
			with(duo.Modifier{Term: duo.US, Values: []string{""}}),
			[]string{"modifiers[0].values[0]"},
		},
		"IS too long": {
			with(duo.Modifier{Term: duo.IS, Values: []string{long}}),
			[]string{"modifiers[0].values[0]"},
		},
		"PS in upper case": {
			with(duo.Modifier{Term: duo.PS, Values: []string{strings.Repeat("AB", 32)}}),
			[]string{"modifiers[0].values[0]"},
		},
		"PS too short": {
			with(duo.Modifier{Term: duo.PS, Values: []string{"ab"}}),
			[]string{"modifiers[0].values[0]"},
		},
		"MOR without date":  {with(duo.Modifier{Term: duo.MOR}), []string{"modifiers[0].date"}},
		"TS without months": {with(duo.Modifier{Term: duo.TS}), []string{"modifiers[0].months"}},
		"RS without types":  {with(duo.Modifier{Term: duo.RS}), []string{"modifiers[0].research_types"}},
		"RS of unknown type": {
			with(duo.Modifier{Term: duo.RS, ResearchTypes: []duo.ResearchType{1, 9}}),
			[]string{"modifiers[0].research_types[1]"},
		},
		"NCU with everything": {
			with(duo.Modifier{
				Term: duo.NCU, Values: []string{"x"}, Date: now, Months: 1, ResearchTypes: []duo.ResearchType{1},
			}),
			[]string{"modifiers[0].values", "modifiers[0].date", "modifiers[0].months", "modifiers[0].research_types"},
		},
		"COL with names": {with(duo.Modifier{Term: duo.COL, Values: []string{"org-hospital"}}), nil},
		"unknown AI":     {func(p *duo.Policy) { p.Own.AI = 4 }, []string{"own.ai"}},
		"unknown topic": {
			func(p *duo.Policy) { p.TopicsAllowed = []duo.SensitiveTopic{11} },
			[]string{"topics_allowed[0]"},
		},
		"unknown class": {
			func(p *duo.Policy) { p.DataClasses = []duo.DataClass{1, 10} },
			[]string{"data_classes[1]"},
		},
		"negative class": {
			func(p *duo.Policy) { p.RecipientClasses = []duo.RecipientClass{-1} },
			[]string{"recipient_classes[0]"},
		},
		"unknown basis":    {func(p *duo.Policy) { p.AcceptedBases = []duo.Basis{4} }, []string{"accepted_bases[0]"}},
		"long ethics name": {func(p *duo.Policy) { p.ReferTo = long }, []string{"refer_to"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newWorld(t).Policy
			c.change(&p)
			require.Equal(t, c.want, paths(t, p.Validate()))
		})
	}
}

// repeatedTerms are the paths of all modifiers after the first of n equal ones.
func repeatedTerms(n int) []string {
	list := []string{}
	for i := 1; i < n; i++ {
		list = append(list, fmt.Sprintf("modifiers[%d].term", i))
	}
	return list
}

// manyEdges are n well-formed edges.
func manyEdges(n int) []duo.EdgeProof {
	return slices.Repeat([]duo.EdgeProof{{Child: asthma, Parent: respiratory}}, n)
}

func TestUseValidate_Paths(t *testing.T) {
	long := strings.Repeat("x", duo.MaxText+1)
	for name, c := range map[string]struct {
		change func(*duo.Use)
		want   []string
	}{
		"plain": {func(*duo.Use) {}, nil},
		"purposes": {func(u *duo.Use) {
			u.Purposes = []duo.PurposeStatement{
				{},
				{Purpose: 8},
				{Purpose: duo.PurposeDS},
				{Purpose: duo.PurposeMethods, Diseases: []string{asthma}},
				{Purpose: duo.PurposeHMB, Diseases: []string{"asthma"}},
			}
		}, []string{
			"purposes[0].purpose", "purposes[1].purpose", "purposes[2].diseases", "purposes[3].health_aim",
			"purposes[4].diseases[0]",
		}},
		"too many purposes": {
			func(u *duo.Use) { u.Purposes = slices.Repeat(u.Purposes, duo.MaxItems+1) },
			[]string{"purposes"},
		},
		"repeated type": {
			func(u *duo.Use) { u.ResearchTypes = []duo.ResearchType{1, 1} },
			[]string{"research_types[1]"},
		},
		"unknown class":     {func(u *duo.Use) { u.DataClasses = []duo.DataClass{0} }, []string{"data_classes[0]"}},
		"unknown AI":        {func(u *duo.Use) { u.AI = -1 }, []string{"ai"}},
		"unknown mode":      {func(u *duo.Use) { u.Mode = 4 }, []string{"mode"}},
		"long organisation": {func(u *duo.Use) { u.Organisation = long }, []string{"organisation"}},
		"long owner":        {func(u *duo.Use) { u.BeneficialOwner = long }, []string{"beneficial_owner"}},
		"repeated recipient": {
			func(u *duo.Use) { u.Recipients = []string{"a", "a", ""} },
			[]string{"recipients[1]", "recipients[2]"},
		},
		"countries": {
			func(u *duo.Use) { u.SiteCountry, u.ComputeCountry = "D", "Germany" },
			[]string{"site_country", "compute_country"},
		},
		"no duration":    {func(u *duo.Use) { u.DurationMonths = 0 }, []string{"duration_months"}},
		"repeated topic": {func(u *duo.Use) { u.Topics = []duo.SensitiveTopic{2, 2} }, []string{"topics[1]"}},
		"short digest": {
			func(u *duo.Use) { u.ProtocolSHA256 = u.ProtocolSHA256[:31] },
			[]string{"protocol_sha256"},
		},
		"disease without a codebook": {func(u *duo.Use) {
			u.Purposes, u.Codebook = []duo.PurposeStatement{columns["ds"]}, ""
		}, []string{"codebook"}},
		"no disease, no codebook": {func(u *duo.Use) { u.Codebook = "" }, nil},
		"too many edges": {
			func(u *duo.Use) { u.Ancestry = manyEdges(duo.MaxEdges + 1) },
			[]string{"ancestry"},
		},
		"malformed edge": {func(u *duo.Use) {
			u.Ancestry = []duo.EdgeProof{{Child: "x", Path: make([][]byte, 65)}}
		}, []string{"ancestry[0].child", "ancestry[0].parent", "ancestry[0].path"}},
		"long collaborator": {func(u *duo.Use) { u.Collaborator = long }, []string{"collaborator"}},
	} {
		t.Run(name, func(t *testing.T) {
			u := newWorld(t).Use
			c.change(&u)
			require.Equal(t, c.want, paths(t, u.Validate()))
		})
	}
}

func TestMissingFields(t *testing.T) {
	err := fmt.Errorf("policy: %w", &duo.MissingFieldsError{Paths: []string{"permission", "own.ai"}})
	require.Equal(t, []string{"permission", "own.ai"}, duo.MissingFields(err))
	require.EqualError(t, err, "policy: missing or wrong fields: permission, own.ai")
	require.Nil(t, duo.MissingFields(errors.New("other")))
	require.Nil(t, duo.MissingFields(nil))
}

func TestIncomplete(t *testing.T) {
	numbered := errors.New("request is incomplete")
	require.NoError(t, duo.Incomplete(numbered, nil))

	err := duo.Incomplete(numbered, []string{"spec.price", "spec.n_max"})
	require.EqualError(t, err, "request is incomplete: missing or wrong fields: spec.price, spec.n_max")
	require.Equal(t, []string{"spec.price", "spec.n_max"}, duo.MissingFields(err))
	require.ErrorIs(t, err, numbered)
	var coded interface{ Cause() error }
	require.ErrorAs(t, err, &coded)
	require.Equal(t, numbered, coded.Cause())
}

func TestPolicyCanonical_DropsAliasAndSorts(t *testing.T) {
	p := newWorld(t).Policy
	p.Modifiers = []duo.Modifier{
		{Term: duo.NCU},
		{Term: duo.RUO},
		{Term: duo.GS, Values: []string{"FR", "DE"}},
		{Term: duo.RS, ResearchTypes: []duo.ResearchType{8, 2}},
	}
	p.AcceptedBases = []duo.Basis{3, 1}
	before := p.Modifiers[2].Values[0]
	c, err := p.Canonical()
	require.NoError(t, err)
	require.Equal(t, []duo.Modifier{
		{Term: duo.RS, ResearchTypes: []duo.ResearchType{2, 8}},
		{Term: duo.GS, Values: []string{"DE", "FR"}},
		{Term: duo.NCU},
	}, c.Modifiers)
	require.Equal(t, []duo.Basis{1, 3}, c.AcceptedBases)
	require.Equal(t, before, p.Modifiers[2].Values[0], "the input is left alone")
	again, err := c.Canonical()
	require.NoError(t, err)
	require.Equal(t, c, again)
}

func TestPolicyCanonical_AliasBesideCC(t *testing.T) {
	p := newWorld(t).Policy
	p.Modifiers = []duo.Modifier{{Term: duo.CC}, {Term: duo.RUO}}
	_, err := p.Canonical()
	require.Equal(t, []string{"modifiers[1].term"}, paths(t, err))
}

func TestPolicyCanonical_RefusesWhatValidateRefuses(t *testing.T) {
	p := newWorld(t).Policy
	p.Modifiers = []duo.Modifier{{Term: duo.MOR, Date: time.Time{}}}
	p.DataClasses = nil
	_, err := p.Canonical()
	require.Equal(t, []string{"modifiers[0].date", "data_classes"}, paths(t, err))
	p.Modifiers = []duo.Modifier{{Term: duo.NPU}, {Term: duo.NPU}}
	_, err = p.Canonical()
	require.Contains(t, paths(t, err), "modifiers[1].term", "a repetition is not merged in silence")
}

func TestPolicy_Modifier(t *testing.T) {
	p := duo.Policy{Modifiers: []duo.Modifier{{Term: duo.TS, Months: 6}}}
	m, ok := p.Modifier(duo.TS)
	require.True(t, ok)
	require.EqualValues(t, 6, m.Months)
	_, ok = p.Modifier(duo.NCU)
	require.False(t, ok)
}
