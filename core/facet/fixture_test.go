package facet_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/facet"
	"github.com/volens-network/volens/core/id"
)

var (
	secret  = bytes.Repeat([]byte{7}, 32)
	dataset = id.ID{1, 2, 3}
	person  = []facet.Facet{
		{facet.DataType, "FHIR_BUNDLE"},
		{facet.Sex, "female"},
		{facet.AgeBand, "40-59"},
		{facet.Country, "NO"},
		{facet.Condition, "I21"},
		{facet.Condition, "I50"},
		{facet.Condition, "E11"},
	}
)

func tree(t *testing.T, facets ...facet.Facet) *facet.Tree {
	t.Helper()
	made, err := facet.NewTree(secret, dataset, 1, facets)
	require.NoError(t, err)
	return made
}

func criterion(code facet.Code, level int, values ...string) facet.Criterion {
	return facet.Criterion{Code: code, Level: level, Values: values}
}
