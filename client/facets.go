package client

import (
	"errors"
	"strings"

	"filippo.io/age"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/facet"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/merkle"
	"github.com/volens-network/volens/x/dataset"
)

// CheckFacets is the check that the facets under the root on chain are those that the
// payload shows.
const CheckFacets deid.Check = "facets"

// facetsOf are what the payload shows, and what kind of data it is.
func facetsOf(kind dataset.Kind, shown []facet.Facet) []facet.Facet {
	name := strings.TrimPrefix(kind.String(), kindPrefix)
	return append(shown[:len(shown):len(shown)], facet.Facet{Code: facet.DataType, Value: name})
}

// facetTree is the tree of a version, and its opening sealed to its owner.
func (s *Session) facetTree(in sealing, kind dataset.Kind, shown []facet.Facet) (*facet.Tree, []byte, error) {
	root, err := s.Wallet.RootSecret()
	if err != nil {
		return nil, nil, err
	}
	tree, err := facet.NewTree(root, in.of, in.version, facetsOf(kind, shown))
	if err != nil {
		return nil, nil, err
	}
	opening, err := tree.Opening(in.of, in.version).Encode()
	if err != nil {
		return nil, nil, err
	}
	own, err := s.Wallet.PatientIdentity(in.of)
	if err != nil {
		return nil, nil, err
	}
	sealed, err := sealTo(own.Recipient(), opening)
	return tree, sealed, err
}

// checkFacets recomputes the root from the owner's opening, and holds its leaves against
// the payload. The verdict stands beside those on the files, under the check's name.
func checkFacets(
	shown []facet.Facet, file string, identity age.Identity, of id.ID, version uint64, p dataset.Payload,
) (FileVerdict, error) {
	verdict := func(detail string) FileVerdict {
		var v deid.Verdict
		v.Add(CheckFacets, detail == "", detail)
		return FileVerdict{Name: string(CheckFacets), OK: v.OK(), Findings: v.Findings}
	}
	root, err := merkle.FromBytes(p.FacetsRoot)
	if err != nil {
		return FileVerdict{}, err
	}
	opening, err := openOpening(file, identity)
	if err == nil {
		err = opening.Check(root, of, version, facetsOf(p.Kind, shown))
	}
	switch {
	case errors.Is(err, facet.ErrOpening), errors.Is(err, errSealedToOther):
		return verdict(err.Error()), nil
	case err != nil:
		return FileVerdict{}, err
	}
	return verdict(""), nil
}
