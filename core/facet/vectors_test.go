package facet_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/facet"
	"github.com/volens-network/volens/test/vectors"
)

// vectorFile is test/vectors/facet.json.
type vectorFile struct {
	Description string        `json:"description"`
	Codebook    string        `json:"codebook"`
	Secret      string        `json:"secret"`
	DatasetID   string        `json:"dataset_id"`
	Version     uint64        `json:"version"`
	Facets      []facet.Facet `json:"facets"`
	Leaves      []placed      `json:"leaves"`
	Root        string        `json:"root"`
	EmptyRoot   string        `json:"empty_root"`
	// Opening is SHA-256 of the opening in JSON.
	Opening  string         `json:"opening_sha256"`
	Criteria facet.Criteria `json:"criteria"`
	Shown    []shown        `json:"shown"`
}

// placed is a used leaf.
type placed struct {
	Index int        `json:"index"`
	Code  facet.Code `json:"code"`
	Level int        `json:"level"`
	Value string     `json:"value"`
	Salt  string     `json:"salt"`
}

// shown is a disclosure.
type shown struct {
	placed

	Path []string `json:"path"`
}

func place(i int, l facet.Leaf) placed {
	return placed{Index: i, Code: l.Code, Level: l.Level, Value: l.Value, Salt: hex.EncodeToString(l.Salt)}
}

func TestVectors(t *testing.T) {
	owner := tree(t, person...)
	rule := facet.Criteria{criterion(facet.Condition, 1, "II", "IX"), criterion(facet.Country, 2, "NO", "SE")}
	answer, meets, err := rule.Answer(owner)
	require.NoError(t, err)
	require.True(t, meets)
	opening, err := json.Marshal(owner.Opening(dataset, 1))
	require.NoError(t, err)
	openingSum := sha256.Sum256(opening)
	file := vectorFile{
		Description: "A tree of facets (docs/spec/facets.md): its used leaves, its root, and the leaves that meet criteria.",
		Codebook:    facet.Codebook,
		Secret:      hex.EncodeToString(secret),
		DatasetID:   dataset.String(),
		Version:     1,
		Facets:      person,
		Root:        owner.Root().String(),
		EmptyRoot:   tree(t).Root().String(),
		Opening:     hex.EncodeToString(openingSum[:]),
		Criteria:    rule,
	}
	for i, leaf := range owner.Opening(dataset, 1).Leaves {
		if leaf.Code != "" {
			file.Leaves = append(file.Leaves, place(i, leaf))
		}
	}
	for _, d := range answer {
		one := shown{placed: place(d.Index, d.Leaf)}
		for _, hash := range d.Path {
			one.Path = append(one.Path, hash.String())
		}
		file.Shown = append(file.Shown, one)
	}
	vectors.Check(t, "facet.json", file)
}
