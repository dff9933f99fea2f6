package papers_test

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/papers"
	"github.com/volens-network/volens/test/vectors"
)

// papersVectors is test/vectors/papers.json.
type papersVectors struct {
	Document string `json:"document"`
	Title    string `json:"title"`
	Summary  string `json:"lay_summary"`
	Protocol string `json:"protocol"`
	Contact  string `json:"contact"`
	Criteria string `json:"criteria"`
	// Refused are documents that do not parse.
	Refused []string `json:"refused"`
}

func TestVectors(t *testing.T) {
	raw, err := words().Encode()
	require.NoError(t, err)
	d, err := words().Digests()
	require.NoError(t, err)
	out := papersVectors{
		Document: string(raw),
		Title:    hex.EncodeToString(d.Title), Summary: hex.EncodeToString(d.LaySummary),
		Protocol: hex.EncodeToString(d.Protocol), Contact: hex.EncodeToString(d.Contact),
		Criteria: hex.EncodeToString(d.Criteria),
		Refused: []string{
			"", "null", "[]", "{}", string(raw[:len(raw)-1]), string(raw) + "{}", `{"protocol":"x",` + string(raw[1:]),
		},
	}
	for _, refused := range out.Refused {
		_, err := papers.Parse([]byte(refused))
		require.ErrorIs(t, err, papers.ErrPapers)
	}
	vectors.Check(t, "papers.json", out)
}
