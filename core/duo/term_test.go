package duo_test

import (
	"encoding/csv"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/duo"
)

func TestParseTerm_AllUsable(t *testing.T) {
	all := append(duo.Permissions(), duo.Modifiers()...)
	require.Len(t, all, 23)
	seen := map[duo.Term]bool{}
	for _, term := range all {
		require.False(t, seen[term])
		seen[term] = true
		require.True(t, term.Known())
		require.NotEqual(t, term.IsPermission(), term.IsModifier())
		for _, form := range []string{string(term), term.Short()} {
			got, err := duo.ParseTerm(form)
			require.NoError(t, err)
			require.Equal(t, term, got)
		}
	}
}

func TestParseTerm_Release(t *testing.T) {
	file, err := os.Open("testdata/duo-2021-02-23.csv")
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	for _, row := range rows[1:] {
		term, err := duo.ParseTerm(row[0])
		if row[1] == "" {
			require.ErrorIs(t, err, duo.ErrTerm, row[0])
			continue
		}
		require.NoError(t, err, row[0])
		require.Equal(t, row[1], term.Short())
	}
	require.Len(t, rows, 1+23+2)
}

func TestParseTerm_Alias(t *testing.T) {
	for _, form := range []string{"RUO", "DUO:0000014"} {
		term, err := duo.ParseTerm(form)
		require.NoError(t, err)
		require.Equal(t, duo.RUO, term)
		require.False(t, term.Known())
		require.False(t, term.IsModifier())
	}
}

func TestParseTerm_Refuses(t *testing.T) {
	for _, s := range []string{
		"", "DUO:0000001", "DUO:0000017", "DUO:0000002", "DUO:42", "duo:0000042", "gru", " GRU", "GRU ", "DUO_0000042",
		"http://purl.obolibrary.org/obo/DUO_0000042", "DUO:00000042", "DUO:000004２",
	} {
		_, err := duo.ParseTerm(s)
		require.ErrorIs(t, err, duo.ErrTerm, "%q", s)
	}
}

func TestTerm_ShortOfUnknown(t *testing.T) {
	require.Equal(t, "DUO:0000099", duo.Term("DUO:0000099").Short())
	require.False(t, duo.Term("").Known())
	require.False(t, duo.Term("").IsPermission())
	require.False(t, duo.Term("").IsModifier())
}

func FuzzParseTerm(f *testing.F) {
	for _, s := range []string{"GRU", "DUO:0000042", "RUO", "DUO:0000001", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		term, err := duo.ParseTerm(s)
		if err != nil {
			require.ErrorIs(t, err, duo.ErrTerm)
			return
		}
		require.True(t, term.Known() || term == duo.RUO)
		require.True(t, s == string(term) || s == term.Short() || s == "RUO")
	})
}
