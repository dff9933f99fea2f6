package facet_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
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
	// Grids has values of every grid with their place on each level.
	Grids []gridAnswer `json:"grids"`
	Shown []shown      `json:"shown"`
}

// gridAnswer is a value on every level of its grid.
type gridAnswer struct {
	facet.Facet

	Generalised []string `json:"generalised"`
}

// gridValues are all values of the small grids, and some of the two large ones.
var gridValues = map[facet.Code]string{
	facet.DataType:       "VCF GVCF GENOTYPE_ARRAY BAM CRAM FASTQ DICOM_STUDY FHIR_BUNDLE TABULAR",
	facet.Assembly:       "NCBI36 GRCh37 GRCh38 T2T-CHM13",
	facet.Assay:          "genome exome panel",
	facet.Modality:       "CR CT DX ECG IO MG MR NM OP OPT PT RF SM US XA",
	facet.BodyPart:       "HEAD NECK CHEST HEART BREAST ABDOMEN PELVIS SPINE LIMB WHOLEBODY",
	facet.Images:         "1 2-31 32-255 256-up",
	facet.SliceThickness: "to-1 1-3 3-5 5-up",
	facet.Contrast:       "yes",
	facet.Observation:    "activity exam imaging laboratory procedure social-history survey therapy vital-signs",
	facet.Condition:      "A00 B99 C00 D48 D50 E90 F10 G99 H00 H60 I21 J45 K93 L40 M54 N18 O80 P07 Q90 R07 S72 T98 U07 V01 Y98 Z99",
	facet.Sex:            "female male other",
	facet.AgeBand:        "0-19 20-39 40-59 60-79 80-up",
	facet.Country:        "NO SE DE ZA AQ JP US BR AU RU TR",
	facet.Ancestry:       "AFR AMR EAS EUR SAS",
}

func gridAnswers(t *testing.T) []gridAnswer {
	t.Helper()
	var out []gridAnswer
	for _, code := range slices.Sorted(maps.Keys(gridValues)) {
		for value := range strings.FieldsSeq(gridValues[code]) {
			one := facet.Facet{Code: code, Value: value}
			generalised, err := one.Generalise()
			require.NoError(t, err)
			out = append(out, gridAnswer{Facet: one, Generalised: generalised})
		}
	}
	return out
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
		Grids:       gridAnswers(t),
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
