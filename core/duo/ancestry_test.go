package duo_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/duo"
)

// studyOf is a DS use of the diseases under a DS policy for the allowed ones.
func studyOf(tb testing.TB, allowed, diseases []string) world {
	tb.Helper()
	w := newWorld(tb)
	w.Policy.Permission, w.Policy.Diseases = duo.DS, allowed
	w.state(tb, duo.PurposeStatement{Purpose: duo.PurposeDS, Diseases: diseases})
	return w
}

var (
	allow  = duo.Decision{Verdict: duo.Allow}
	denyDS = duo.Decision{Verdict: duo.Deny, Reasons: reasons("PERMISSION:DS")}
)

func TestEdgeProof_Verify(t *testing.T) {
	book, proofs := codebook(t, asthma)
	require.Len(t, proofs, 2, "asthma is a respiratory disease, which is a disease")
	for _, proof := range proofs {
		require.NoError(t, proof.Verify(book))
	}
}

func TestEdgeProof_VerifyRefuses(t *testing.T) {
	good := func() (duo.Codebook, duo.EdgeProof) {
		book, proofs := codebook(t, asthma)
		return book, proofs[0]
	}
	for name, spoil := range map[string]func(*duo.Codebook, *duo.EdgeProof){
		"another child":       func(_ *duo.Codebook, e *duo.EdgeProof) { e.Child = breastCancer },
		"another parent":      func(_ *duo.Codebook, e *duo.EdgeProof) { e.Parent = cancer },
		"child and parent":    func(_ *duo.Codebook, e *duo.EdgeProof) { e.Child, e.Parent = e.Parent, e.Child },
		"another index":       func(_ *duo.Codebook, e *duo.EdgeProof) { e.Index++ },
		"index outside":       func(b *duo.Codebook, e *duo.EdgeProof) { e.Index = b.Size },
		"another hash":        func(_ *duo.Codebook, e *duo.EdgeProof) { e.Path[0][0] ^= 1 },
		"short hash":          func(_ *duo.Codebook, e *duo.EdgeProof) { e.Path[0] = e.Path[0][:31] },
		"no path":             func(_ *duo.Codebook, e *duo.EdgeProof) { e.Path = nil },
		"longer path":         func(_ *duo.Codebook, e *duo.EdgeProof) { e.Path = append(e.Path, bytesOf(0, 32)) },
		"another root":        func(b *duo.Codebook, _ *duo.EdgeProof) { b.Root = bytes.Repeat([]byte{1}, 32) },
		"no root":             func(b *duo.Codebook, _ *duo.EdgeProof) { b.Root = nil },
		"empty codebook":      func(b *duo.Codebook, _ *duo.EdgeProof) { b.Size = 0 },
		"codebook of one":     func(b *duo.Codebook, _ *duo.EdgeProof) { b.Size = 1 },
		"concatenated fields": func(_ *duo.Codebook, e *duo.EdgeProof) { e.Child, e.Parent = e.Child+e.Parent, "" },
	} {
		t.Run(name, func(t *testing.T) {
			book, proof := good()
			require.NoError(t, proof.Verify(book))
			spoil(&book, &proof)
			require.Error(t, proof.Verify(book))
		})
	}
}

func TestPermits_Ancestry(t *testing.T) {
	for name, c := range map[string]struct {
		allowed, diseases []string
		want              duo.Decision
	}{
		"itself":              {[]string{asthma}, []string{asthma}, allow},
		"parent":              {[]string{respiratory}, []string{asthma}, allow},
		"root":                {[]string{disease}, []string{asthma, breastCancer}, allow},
		"each by another":     {[]string{cancer, asthma}, []string{asthma, breastCancer}, allow},
		"child is narrower":   {[]string{asthma}, []string{respiratory}, denyDS},
		"sibling":             {[]string{cancer}, []string{asthma}, denyDS},
		"one hit of two":      {[]string{respiratory}, []string{asthma, breastCancer}, denyDS},
		"not in the codebook": {[]string{respiratory}, []string{"MONDO:9999999"}, denyDS},
	} {
		t.Run(name, func(t *testing.T) {
			study := studyOf(t, c.allowed, c.diseases)
			require.Equal(t, c.want, study.decide())
		})
	}
}

func TestPermits_AncestryWithoutProof(t *testing.T) {
	w := studyOf(t, []string{respiratory}, []string{asthma})
	w.Use.Ancestry = nil
	require.Equal(t, denyDS, w.decide(), "the chain does not know the edge unless it is shown")

	w = studyOf(t, []string{asthma}, []string{asthma})
	w.Use.Ancestry = nil
	require.True(t, w.decide().Allowed(), "a disease needs no proof of being itself")
}

func TestPermits_AncestryForged(t *testing.T) {
	w := studyOf(t, []string{respiratory}, []string{breastCancer})
	_, honest := codebook(t, asthma)
	forged := honest[0]
	forged.Child = breastCancer
	w.Use.Ancestry = append(w.Use.Ancestry, forged)
	d := w.decide()
	require.Equal(t, duo.Deny, d.Verdict)
	require.Contains(t, d.Reasons, duo.ReasonMalformed)
}

func TestPermits_AncestryUnknownCodebook(t *testing.T) {
	w := studyOf(t, []string{respiratory}, []string{asthma})
	w.Facts.Codebook = duo.Codebook{}
	require.Equal(t, duo.Decision{Verdict: duo.Deny, Reasons: reasons("MALFORMED")}, w.decide())
}
