package reference_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid/reference"
)

func TestIsPublic(t *testing.T) {
	for _, name := range []string{"chr1", "22", "X", "chrUn_KI270742v1", "GL000207.1", "NC_000001.11", "HLA-A*01:01:01", "hs37d5"} {
		require.True(t, reference.IsPublic(name), name)
	}
	for _, name := range []string{"", "JaneDoe", "chr1_jane", "123", "NC_1"} {
		require.False(t, reference.IsPublic(name), name)
	}
}

func TestIsPlain(t *testing.T) {
	require.True(t, reference.IsPlain([]byte("CHROMOSOME_I")))
	for _, name := range []string{"", "a b", "*", "=", "a\tb", "a@b"} {
		require.False(t, reference.IsPlain([]byte(name)), name)
	}
}

func TestAssembly(t *testing.T) {
	listed := []string{"GRCh37", "GRCh38"}
	require.Equal(t, "GRCh38", reference.Assembly(listed, "GRCh38.p14"))
	require.Empty(t, reference.Assembly(listed, "ourOwn"))
	require.Equal(t, "GRCh37", reference.ByLength("1", "249250621"))
	require.Equal(t, "T2T-CHM13", reference.ByLength("chr1", "248387328"))
	require.Empty(t, reference.ByLength("chr2", "249250621"))
	require.Empty(t, reference.ByLength("chr1", "5"))
}
