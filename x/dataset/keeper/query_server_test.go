package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
)

func TestQueryDataset(t *testing.T) {
	f := initFixture(t)
	text := f.register(t, 1, 7)
	require.NoError(t, f.hold(0x21, text))
	got, err := f.query.Dataset(f.ctx, &dataset.QueryDatasetRequest{DatasetId: text})
	require.NoError(t, err)
	require.Equal(t, f.get(t, text), got.Dataset)
	require.Len(t, got.Receipts, 1)

	_, err = f.query.Dataset(f.ctx, nil)
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	_, err = f.query.Dataset(f.ctx, &dataset.QueryDatasetRequest{DatasetId: "x"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	_, err = f.query.Dataset(f.ctx, &dataset.QueryDatasetRequest{DatasetId: id.ID{}.String()})
	require.Equal(t, codes.NotFound, status.Code(err))
}

// list walks all pages of two.
func (f *fixture) list(t *testing.T, request dataset.QueryDatasetsRequest) []string {
	t.Helper()
	out := []string{}
	request.Pagination = &query.PageRequest{Limit: 2}
	for {
		got, err := f.query.Datasets(f.ctx, &request)
		require.NoError(t, err)
		require.LessOrEqual(t, len(got.Datasets), 2)
		for _, d := range got.Datasets {
			out = append(out, d.Id)
		}
		if len(got.Pagination.NextKey) == 0 {
			return out
		}
		request.Pagination.Key = got.Pagination.NextKey
	}
}

func TestQueryDatasets(t *testing.T) {
	f := initFixture(t)
	mine, all := []string{}, []string{}
	for n := byte(1); n <= 5; n++ {
		mine = append(mine, f.register(t, 1, n))
		all = append(all, f.register(t, 2, n))
	}
	all = append(all, mine...)
	require.NoError(t, f.withdraw(1, mine[3]))
	require.NoError(t, f.keeper.SetFrozen(f.ctx, parse(t, mine[4]), true))

	require.ElementsMatch(t, all, f.list(t, dataset.QueryDatasetsRequest{}))
	require.ElementsMatch(t, mine, f.list(t, dataset.QueryDatasetsRequest{Owner: account(1)}))
	require.Empty(t, f.list(t, dataset.QueryDatasetsRequest{Owner: account(3)}))
	require.Equal(t, mine[3:4], f.list(t, dataset.QueryDatasetsRequest{Status: dataset.STATUS_WITHDRAWN}))
	require.Equal(t, mine[4:], f.list(t, dataset.QueryDatasetsRequest{Status: dataset.STATUS_FROZEN}))
	require.Len(t, f.list(t, dataset.QueryDatasetsRequest{Status: dataset.STATUS_ACTIVE}), 8)
	require.ElementsMatch(t, mine[:3],
		f.list(t, dataset.QueryDatasetsRequest{Owner: account(1), Status: dataset.STATUS_ACTIVE}))
}

func TestQueryDatasets_Invalid(t *testing.T) {
	f := initFixture(t)
	for name, request := range map[string]*dataset.QueryDatasetsRequest{
		"nil": nil, "owner": {Owner: "x"}, "status": {Status: 9}, "negative": {Status: -1},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.query.Datasets(f.ctx, request)
			require.Equal(t, codes.InvalidArgument, status.Code(err))
		})
	}
}
