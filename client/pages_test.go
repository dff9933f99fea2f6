package client_test

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/fault"
)

// listed asks a node that has so many entries, numbered from 0, and gives 200 at most at a
// time.
func listed(t *testing.T, entries uint64, w client.Window) []uint64 {
	t.Helper()
	var out []uint64
	require.NoError(t, client.Pages(w, func(page *query.PageRequest) (int, *query.PageResponse, error) {
		require.True(t, page.Offset == 0 || len(page.Key) == 0, "a node refuses both")
		from := page.Offset
		if len(page.Key) > 0 {
			from = binary.BigEndian.Uint64(page.Key)
		}
		to := min(from+min(page.Limit, 200), entries)
		for i := from; i < to; i++ {
			out = append(out, i)
		}
		answer := &query.PageResponse{}
		if to < entries {
			answer.NextKey = binary.BigEndian.AppendUint64(nil, to)
		}
		return int(to - min(from, to)), answer, nil
	}))
	return out
}

func span(from, to uint64) []uint64 {
	var out []uint64
	for i := from; i < to; i++ {
		out = append(out, i)
	}
	return out
}

func TestPages(t *testing.T) {
	for name, row := range map[string]struct {
		entries uint64
		w       client.Window
		want    []uint64
	}{
		"none":             {0, client.Window{}, nil},
		"one page":         {200, client.Window{}, span(0, 200)},
		"beyond one page":  {450, client.Window{}, span(0, 450)},
		"some":             {450, client.Window{Limit: 10}, span(0, 10)},
		"the next":         {450, client.Window{Limit: 10, Page: 2}, span(10, 20)},
		"more than a page": {950, client.Window{Limit: 300, Page: 2}, span(300, 600)},
		"the last lot":     {450, client.Window{Limit: 300, Page: 2}, span(300, 450)},
		"behind the end":   {450, client.Window{Limit: 300, Page: 9}, nil},
	} {
		require.Equal(t, row.want, listed(t, row.entries, row.w), name)
	}
}

func TestPages_Refuses(t *testing.T) {
	err := client.Pages(client.Window{Page: 2}, nil)
	require.Equal(t, fault.Usage, fault.KindOf(err))
	calls := 0
	err = client.Pages(client.Window{}, func(*query.PageRequest) (int, *query.PageResponse, error) {
		calls++
		return 0, &query.PageResponse{NextKey: []byte{1}}, nil
	})
	require.Equal(t, fault.Internal, fault.KindOf(err), "a node that never ends")
	require.Equal(t, 10_000, calls)
}
