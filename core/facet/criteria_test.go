package facet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/facet"
)

func TestCriteria_AnswerAndMatch(t *testing.T) {
	owner := tree(t, person...)
	rule := facet.Criteria{
		criterion(
			facet.Condition,
			1,
			"IX",
		),
		criterion(facet.AgeBand, 2, "40-59", "60-79"),
		criterion(facet.Sex, 1, "female"),
	}
	shown, meets, err := rule.Answer(owner)
	require.NoError(t, err)
	require.True(t, meets)
	require.Len(t, shown, 3)
	require.NoError(t, rule.Match(owner.Root(), shown))
	require.Equal(t, "IX", shown[0].Value, "the chapter was asked for, and the code is not told")
	require.Equal(t, "40-59", shown[1].Value)
}

func TestCriteria_NothingIsShownUnlessAllAreMet(t *testing.T) {
	rule := facet.Criteria{criterion(facet.Sex, 1, "female"), criterion(facet.Condition, 2, "C50")}
	shown, meets, err := rule.Answer(tree(t, person...))
	require.NoError(t, err)
	require.False(t, meets)
	require.Empty(t, shown)
}

func TestCriteria_MatchRefuses(t *testing.T) {
	owner := tree(t, person...)
	rule := facet.Criteria{criterion(facet.Condition, 2, "I21"), criterion(facet.Sex, 1, "female")}
	answer := func() []facet.Disclosure {
		shown, meets, err := rule.Answer(owner)
		require.NoError(t, err)
		require.True(t, meets)
		return shown
	}
	for name, change := range map[string]func([]facet.Disclosure) []facet.Disclosure{
		"none":          func([]facet.Disclosure) []facet.Disclosure { return nil },
		"one missing":   func(d []facet.Disclosure) []facet.Disclosure { return d[:1] },
		"turned":        func(d []facet.Disclosure) []facet.Disclosure { return []facet.Disclosure{d[1], d[0]} },
		"another value": func(d []facet.Disclosure) []facet.Disclosure { d[0].Value = "I50"; return d },
		"a false value": func(d []facet.Disclosure) []facet.Disclosure { d[0].Value = "C50"; return d },
		"another level": func(d []facet.Disclosure) []facet.Disclosure { d[0].Level = 1; return d },
		"another place": func(d []facet.Disclosure) []facet.Disclosure { d[0].Index ^= 1; return d },
		"below zero":    func(d []facet.Disclosure) []facet.Disclosure { d[0].Index = -1; return d },
		"another salt": func(d []facet.Disclosure) []facet.Disclosure {
			d[0].Salt = append([]byte{d[0].Salt[0] ^ 1}, d[0].Salt[1:]...)
			return d
		},
		"no salt":     func(d []facet.Disclosure) []facet.Disclosure { d[0].Salt = nil; return d },
		"cut path":    func(d []facet.Disclosure) []facet.Disclosure { d[0].Path = d[0].Path[1:]; return d },
		"longer path": func(d []facet.Disclosure) []facet.Disclosure { d[0].Path = append(d[0].Path, d[0].Path[0]); return d },
	} {
		require.ErrorIs(t, rule.Match(owner.Root(), change(answer())), facet.ErrDisclosure, name)
	}
	other := tree(t, person[1:]...)
	require.ErrorIs(t, rule.Match(other.Root(), answer()), facet.ErrDisclosure, "another tree")
}

// An unused leaf is random, so nobody can show it as a value.
func TestDisclosure_UnusedLeaf(t *testing.T) {
	owner := tree(t)
	for i, leaf := range owner.Opening(dataset, 1).Leaves {
		d := facet.Disclosure{Leaf: leaf, Index: i}
		require.ErrorIs(t, d.Verify(owner.Root()), facet.ErrDisclosure)
		d.Code, d.Level, d.Value = facet.Sex, 1, "male"
		require.ErrorIs(t, d.Verify(owner.Root()), facet.ErrDisclosure)
	}
}

func TestCriteria_Validate(t *testing.T) {
	many := make([]string, 65)
	for i := range many {
		many[i] = "I21"
	}
	for name, rule := range map[string]facet.Criteria{
		"unknown code":     {criterion("gene", 1, "BRCA1")},
		"level 0":          {criterion(facet.Sex, 0, "male")},
		"level 2 of 1":     {criterion(facet.Sex, 2, "male")},
		"no values":        {criterion(facet.Sex, 1)},
		"too many values":  {criterion(facet.Condition, 2, many...)},
		"off the grid":     {criterion(facet.AgeBand, 2, "41-47")},
		"another level's":  {criterion(facet.Condition, 1, "I21")},
		"finer than grids": {criterion(facet.Condition, 2, "I21.4")},
		"chapter unknown":  {criterion(facet.Condition, 1, "XXIII")},
		"continent":        {criterion(facet.Country, 1, "NO")},
		"twice":            {criterion(facet.Sex, 1, "male"), criterion(facet.Sex, 1, "female")},
		"too many": {
			criterion(facet.Sex, 1, "male"), criterion(facet.AgeBand, 1, "20-up"), criterion(facet.Country, 1, "EU"),
			criterion(facet.Condition, 1, "IX"), criterion(facet.DataType, 1, "reads"), criterion(facet.Assay, 1, "exome"),
			criterion(facet.Assembly, 1, "GRCh38"),
		},
	} {
		require.Error(t, rule.Validate(), name)
		_, _, err := rule.Answer(tree(t, person...))
		require.Error(t, err, name)
		require.Error(t, rule.Match(tree(t).Root(), nil), name)
	}
	require.NoError(t, facet.Criteria(nil).Validate(), "no criterion is met by all")
}
