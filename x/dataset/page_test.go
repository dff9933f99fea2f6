package dataset_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/collections/colltest"
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

// shelf is a collection of the numbers below n; asked counts how often one was judged.
type shelf struct {
	t     *testing.T
	ctx   context.Context
	all   collections.Map[collections.Pair[uint64, uint64], uint64]
	asked int
}

func newShelf(t *testing.T, n uint64) *shelf {
	t.Helper()
	store, ctx := colltest.MockStore()
	sb := collections.NewSchemaBuilder(store)
	all := collections.NewMap(sb, collections.NewPrefix(1), "numbers",
		collections.PairKeyCodec(collections.Uint64Key, collections.Uint64Key), collections.Uint64Value)
	_, err := sb.Build()
	require.NoError(t, err)
	for i := range n {
		require.NoError(t, all.Set(ctx, collections.Join(uint64(7), i), i))
	}
	require.NoError(t, all.Set(ctx, collections.Join(uint64(6), uint64(0)), 0))
	require.NoError(t, all.Set(ctx, collections.Join(uint64(8), uint64(0)), 0))
	return &shelf{t: t, ctx: ctx, all: all}
}

func (s *shelf) page(page *query.PageRequest, fits func(uint64) bool) ([]uint64, *query.PageResponse) {
	s.t.Helper()
	out, next, err := dataset.Filter(s.ctx, s.all, page,
		func(_ collections.Pair[uint64, uint64], v uint64) (bool, error) {
			s.asked++
			return fits(v), nil
		},
		func(_ collections.Pair[uint64, uint64], v uint64) (uint64, error) { return v, nil },
		query.WithCollectionPaginationPairPrefix[uint64, uint64](7))
	require.NoError(s.t, err)
	return out, next
}

// Whatever fits is found once, in order, however rare it is, and no page looks at more than
// its bound.
func TestFilter_PagesAreBoundedAndWhole(t *testing.T) {
	const n = 3*dataset.MaxScan + 321
	s := newShelf(t, n)
	for name, fits := range map[string]func(uint64) bool{
		"none":            func(uint64) bool { return false },
		"the last":        func(v uint64) bool { return v == n-1 },
		"one in a while":  func(v uint64) bool { return v%997 == 1 },
		"all":             func(uint64) bool { return true },
		"the bound alone": func(v uint64) bool { return v == dataset.MaxScan || v == dataset.MaxScan-1 },
		"a block":         func(v uint64) bool { return v > 1990 && v < 2500 },
	} {
		for _, limit := range []uint64{0, 1, 7, 1 << 50} {
			if limit == 1 && name == "all" {
				continue
			}
			for _, reverse := range []bool{false, true} {
				var want, got []uint64
				for v := range uint64(n) {
					if fits(v) {
						want = append(want, v)
					}
				}
				if reverse {
					slices.Reverse(want)
				}
				page := &query.PageRequest{Limit: limit, Reverse: reverse}
				for {
					s.asked = 0
					found, next := s.page(page, fits)
					require.LessOrEqual(t, s.asked, dataset.MaxScan+2*dataset.MaxPage+1, name)
					require.LessOrEqual(t, len(found), int(dataset.Page(page).Limit), name)
					got = append(got, found...)
					if len(next.NextKey) == 0 {
						break
					}
					page = &query.PageRequest{Limit: limit, Reverse: reverse, Key: next.NextKey}
				}
				require.Equal(t, want, got, "%s by %d, reverse %t", name, limit, reverse)
			}
		}
	}
}

// An offset counts what fits, as it always did.
func TestFilter_Offset(t *testing.T) {
	s := newShelf(t, 5_000)
	even := func(v uint64) bool { return v%2 == 0 }
	found, next := s.page(&query.PageRequest{Offset: 2_400, Limit: 3}, even)
	require.Equal(t, []uint64{4_800, 4_802, 4_804}, found)
	require.NotEmpty(t, next.NextKey)
	found, next = s.page(&query.PageRequest{Offset: 1 << 60, Limit: 3}, even)
	require.Empty(t, found)
	require.Empty(t, next.NextKey)
}

func TestFilter_HandsErrorsOn(t *testing.T) {
	s := newShelf(t, dataset.MaxScan+5)
	broken := errors.New("broken")
	none := func(collections.Pair[uint64, uint64], uint64) (bool, error) { return false, nil }
	read := func(_ collections.Pair[uint64, uint64], v uint64) (uint64, error) { return v, nil }
	_, _, err := dataset.Filter(s.ctx, s.all, &query.PageRequest{Key: []byte{1}, Offset: 1}, none, read)
	require.Error(t, err, "a key and an offset")
	for _, at := range []uint64{0, dataset.MaxScan + 3} {
		_, _, err := dataset.Filter(s.ctx, s.all, nil,
			func(_ collections.Pair[uint64, uint64], v uint64) (bool, error) {
				if v == at {
					return false, broken
				}
				return false, nil
			}, read)
		require.ErrorIs(t, err, broken)
	}
	_, _, err = dataset.Filter(s.ctx, s.all, nil,
		func(collections.Pair[uint64, uint64], uint64) (bool, error) { return true, nil },
		func(collections.Pair[uint64, uint64], uint64) (uint64, error) { return 0, broken })
	require.ErrorIs(t, err, broken)
}
