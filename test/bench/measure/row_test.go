package measure_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/test/bench/measure"
)

var rows = []measure.Row{
	{
		Name: "a", Unit: "us", Ours: value(20), Peer: value(90), PeerName: "other", Ratio: value(4.5), Runs: 3,
		Load: value(1.5), Target: "ratio >= 4",
	},
	{Name: "b", Unit: "s"},
}

const lines = `{"name":"a","unit":"us","ours":20,"peer":90,"peer_name":"other","ratio":4.5,"runs":3,"load":1.5,` +
	`"target":"ratio >= 4"}
{"name":"b","unit":"s","ours":null,"peer":null,"peer_name":"","ratio":null,"runs":0,"load":null,"target":""}
`

func TestWriteRows_Shape(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, measure.WriteRows(&out, rows))
	require.Equal(t, strings.SplitAfter(lines, "\n"), strings.SplitAfter(out.String(), "\n"))

	back, err := measure.ReadRows(&out)
	require.NoError(t, err)
	require.Equal(t, rows, back)
}

func TestReadRows_Malformed(t *testing.T) {
	for _, text := range []string{
		"{", "[]", `{"name":""}`, `{"name":"a"}{"name":"a"}`, `{"name":"a","speed":1}`, `{"name":"a","ours":"1"}`,
	} {
		_, err := measure.ReadRows(strings.NewReader(text))
		require.Error(t, err, text)
	}
	broken := errors.New("disk gone")
	_, err := measure.ReadRows(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
}

func FuzzReadRows(f *testing.F) {
	f.Add(lines)
	f.Add(`{"name":"a","target":"ours <= 1"}`)
	f.Fuzz(func(t *testing.T, text string) {
		read, err := measure.ReadRows(strings.NewReader(text))
		if err != nil {
			return
		}
		var out bytes.Buffer
		require.NoError(t, measure.WriteRows(&out, read))
		again, err := measure.ReadRows(&out)
		require.NoError(t, err)
		require.Equal(t, read, again)
	})
}

func TestWriteTable(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, measure.WriteTable(&out, rows))
	table := strings.Split(out.String(), "\n")
	require.Contains(t, table[1], "ratio >= 4: met")
	require.Equal(t, []string{"b", "-", "-", "-", "s", "-"}, strings.Fields(table[2]))
	require.Error(t, measure.WriteTable(&out, []measure.Row{{Name: "x", Target: "fast"}}))
}
