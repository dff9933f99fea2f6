package client

import (
	"encoding/json"
	"errors"
	"io/fs"
	"strings"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/facet"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/merkle"
	"github.com/volens-network/volens/x/dataset"
)

// CheckFacets is the check that the facets under the root on chain are those that the
// payload shows.
const CheckFacets deid.Check = "facets"

// facetsPath is where the opening of the facets lies: beside the report.
func facetsPath(report string) string {
	return strings.TrimSuffix(report, ".json") + ".facets.json"
}

// facetsOf are what the payload shows, and what kind of data it is.
func facetsOf(kind dataset.Kind, shown []facet.Facet) []facet.Facet {
	name := strings.TrimPrefix(kind.String(), kindPrefix)
	return append(shown[:len(shown):len(shown)], facet.Facet{Code: facet.DataType, Value: name})
}

// facetTree is the tree of a version; the opening is for the attestor.
func facetTree(root []byte, in sealing, kind dataset.Kind, shown []facet.Facet) (*facet.Tree, []byte, error) {
	tree, err := facet.NewTree(root, in.of, in.version, facetsOf(kind, shown))
	if err != nil {
		return nil, nil, err
	}
	opening, err := json.Marshal(tree.Opening(in.of, in.version))
	return tree, opening, err
}

// checkFacets recomputes the root from the owner's opening, and holds its leaves against
// the payload. The verdict stands beside those on the files, under the check's name.
func checkFacets(
	shown []facet.Facet, file string, of id.ID, version uint64, p dataset.Payload,
) (FileVerdict, error) {
	verdict := func(detail string) FileVerdict {
		var v deid.Verdict
		v.Add(CheckFacets, detail == "", detail)
		return FileVerdict{Name: string(CheckFacets), OK: v.OK(), Findings: v.Findings}
	}
	data, err := readInput(file)
	if errors.Is(err, fs.ErrNotExist) {
		return verdict("the opening of the facets is missing: ask the owner for it"), nil
	}
	if err != nil {
		return FileVerdict{}, err
	}
	root, err := merkle.FromBytes(p.FacetsRoot)
	if err != nil {
		return FileVerdict{}, err
	}
	opening, err := facet.ParseOpening(data)
	if err == nil {
		err = opening.Check(root, of, version, facetsOf(p.Kind, shown))
	}
	switch {
	case errors.Is(err, facet.ErrOpening):
		return verdict(err.Error()), nil
	case err != nil:
		return FileVerdict{}, err
	}
	return verdict(""), nil
}
