package dataset_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/x/dataset"
)

func TestPage(t *testing.T) {
	require.Equal(t, &query.PageRequest{Limit: 100}, dataset.Page(nil))
	require.Equal(t, &query.PageRequest{Limit: 100, Offset: 3}, dataset.Page(&query.PageRequest{Offset: 3}))
	asked := &query.PageRequest{Limit: 1 << 40, CountTotal: true, Key: []byte{1}}
	require.Equal(t, &query.PageRequest{Limit: dataset.MaxPage, Key: []byte{1}}, dataset.Page(asked))
	require.Equal(t, uint64(1<<40), asked.Limit, "the caller's request stays as it was")
}
