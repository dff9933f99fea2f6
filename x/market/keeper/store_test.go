package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/internal/brittle"
	"github.com/volens-network/volens/x/market"
)

// No failure of the store is swallowed: whichever operation fails, the message, the hook or
// the query fails with it, and no coin moves for good.
func TestStore_Fails(t *testing.T) {
	type step func(f *fixture, key id.ID) error
	read := func(ask func(f *fixture, key string) error) step {
		return func(f *fixture, key id.ID) error { return ask(f, key.String()) }
	}
	for name, row := range map[string]struct {
		prepare func(t *testing.T, f *fixture) id.ID
		step    step
	}{
		"post seats": {
			func(t *testing.T, f *fixture) id.ID {
				t.Helper()
				return f.submit(t, spec(1, 3))
			},
			func(f *fixture, key id.ID) error { return f.post(key, 0, 3) },
		},
		"say yes": {
			func(t *testing.T, f *fixture) id.ID {
				t.Helper()
				return f.opened(t, 1, 3)
			},
			func(f *fixture, key id.ID) error { return f.decide(key, 1, true) },
		},
		"say no": {
			func(t *testing.T, f *fixture) id.ID {
				t.Helper()
				return f.opened(t, 1, 3)
			},
			func(f *fixture, key id.ID) error { return f.decide(key, 1, false) },
		},
		"release": {
			func(t *testing.T, f *fixture) id.ID {
				t.Helper()
				return f.won(t, 2)
			},
			func(f *fixture, key id.ID) error { return f.finish(key, 0, custody.SEAT_STATE_RELEASED) },
		},
		"void": {
			func(t *testing.T, f *fixture) id.ID {
				t.Helper()
				return f.won(t, 2)
			},
			func(f *fixture, key id.ID) error { return f.finish(key, 0, custody.SEAT_STATE_VOID) },
		},
		"claim": {
			func(t *testing.T, f *fixture) id.ID {
				t.Helper()
				return f.served(t)
			},
			func(f *fixture, key id.ID) error { return f.noService(key, 0, gatewayOne) },
		},
		"answer": {
			func(t *testing.T, f *fixture) id.ID {
				t.Helper()
				key := f.served(t)
				require.NoError(t, f.noService(key, 0, gatewayOne))
				return key
			},
			func(f *fixture, key id.ID) error { return f.serve(key, 0, gatewayOne) },
		},
		"uphold": {
			func(t *testing.T, f *fixture) id.ID {
				t.Helper()
				return f.disputed(t)
			},
			func(f *fixture, key id.ID) error { return f.judge(key, 0, gatewayOne, arbiter, true) },
		},
		"dismiss": {
			func(t *testing.T, f *fixture) id.ID {
				t.Helper()
				return f.disputed(t)
			},
			func(f *fixture, key id.ID) error { return f.judge(key, 0, gatewayOne, arbiter, false) },
		},
		"parameters": {
			func(t *testing.T, f *fixture) id.ID {
				t.Helper()
				return f.submit(t, spec(1, 3))
			},
			func(f *fixture, _ id.ID) error {
				_, err := f.msgs.UpdateParams(f.ctx, &market.MsgUpdateParams{
					Authority: account(authority), Params: market.DevnetParams(),
				})
				return err
			},
		},
		"export": {
			func(t *testing.T, f *fixture) id.ID {
				t.Helper()
				return f.served(t)
			},
			func(f *fixture, _ id.ID) error {
				_, err := f.keeper.ExportGenesis(f.ctx)
				return err
			},
		},
		"query a request": {
			func(t *testing.T, f *fixture) id.ID {
				t.Helper()
				return f.served(t)
			},
			read(func(f *fixture, key string) error {
				_, err := f.query.Request(f.ctx, &market.QueryRequestRequest{RequestId: key})
				return err
			}),
		},
		"query requests": {
			func(t *testing.T, f *fixture) id.ID {
				t.Helper()
				return f.served(t)
			},
			read(func(f *fixture, _ string) error {
				_, err := f.query.Requests(f.ctx, &market.QueryRequestsRequest{Researcher: account(researcher)})
				return err
			}),
		},
		"query decisions": {
			func(t *testing.T, f *fixture) id.ID {
				t.Helper()
				return f.served(t)
			},
			read(func(f *fixture, key string) error {
				_, err := f.query.Decisions(f.ctx, &market.QueryDecisionsRequest{RequestId: key})
				return err
			}),
		},
		"query payments": {
			func(t *testing.T, f *fixture) id.ID {
				t.Helper()
				return f.served(t)
			},
			read(func(f *fixture, key string) error {
				if _, err := f.query.Payments(f.ctx, &market.QueryPaymentsRequest{RequestId: key}); err != nil {
					return err
				}
				_, err := f.query.Earnings(f.ctx, &market.QueryEarningsRequest{Address: account(attestor)})
				return err
			}),
		},
		"query the solvency": {
			func(t *testing.T, f *fixture) id.ID {
				t.Helper()
				return f.served(t)
			},
			read(func(f *fixture, _ string) error {
				_, err := f.query.Solvency(f.ctx, &market.QuerySolvencyRequest{})
				return err
			}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := initFixture(t)
			key := row.prepare(t, f)
			tried, outer := 0, f.ctx
			require.NoError(t, f.brittle.Try(func() error {
				f.ctx, _ = outer.CacheContext()
				return row.step(f, key)
			}, func(n, of int, err error) {
				tried++
				require.ErrorIs(t, err, brittle.ErrStore, "operation %d of %d", n, of)
			}))
			require.Positive(t, tried)
			f.ctx = outer
			f.solvent(t)
		})
	}
}

// A block whose store fails at any place either fails whole, or leaves books that balance.
func TestStore_BlocksBalance(t *testing.T) {
	for name, height := range map[string]int64{"clearing": deadline, "the end of the windows": deadline + 210} {
		t.Run(name, func(t *testing.T) {
			f := initFixture(t)
			key := f.opened(t, 1, 3)
			f.yes(t, key, 1, 2)
			f.until(t, min(height, deadline+1))
			if height > deadline {
				f.release(t, key, 0)
				f.until(t, height)
			}
			tried, outer := 0, f.ctx
			require.NoError(t, f.brittle.Try(func() error {
				f.ctx, _ = outer.CacheContext()
				if err := f.keeper.EndBlock(f.ctx); err != nil {
					return err // the block is not committed
				}
				failAt := f.brittle.FailAt
				f.brittle.FailAt = 0
				f.solvent(t)
				f.brittle.FailAt = failAt
				return nil
			}, func(n, of int, err error) {
				tried++
				if err != nil {
					require.ErrorIs(t, err, brittle.ErrStore, "operation %d of %d", n, of)
				}
			}))
			require.Positive(t, tried)
		})
	}
}

// Whatever page is asked for, a list answers with no more than a page and no total, and leads
// on to the rest.
func TestQuery_HostilePages(t *testing.T) {
	f := initFixture(t)
	const all = 213
	other := ds(0xee)
	for i := range all {
		key := f.submit(t, spec(1, 1))
		require.NoError(t, f.keeper.Decisions.Decisions.Set(f.ctx, collections.Join(other, key),
			market.Decision{RequestId: other.String(), DatasetId: key.String()}))
		require.NoError(t, f.keeper.Money.Payments.Set(f.ctx, collections.Join(other, uint64(i)), market.Payment{
			RequestId: other.String(), Address: account(stranger), Amount: sdk.NewInt64Coin("uusd", int64(i)),
		}))
	}
	for name, list := range map[string]func(page *query.PageRequest) (int, *query.PageResponse, error){
		"all": func(page *query.PageRequest) (int, *query.PageResponse, error) {
			out, err := f.query.Requests(f.ctx, &market.QueryRequestsRequest{Pagination: page})
			return len(out.GetRequests()), out.GetPagination(), err
		},
		"of one": func(page *query.PageRequest) (int, *query.PageResponse, error) {
			out, err := f.query.Requests(f.ctx, &market.QueryRequestsRequest{
				Researcher: account(researcher), Pagination: page,
			})
			return len(out.GetRequests()), out.GetPagination(), err
		},
		"decisions": func(page *query.PageRequest) (int, *query.PageResponse, error) {
			out, err := f.query.Decisions(f.ctx, &market.QueryDecisionsRequest{RequestId: other.String(), Pagination: page})
			return len(out.GetDecisions()), out.GetPagination(), err
		},
		"payments": func(page *query.PageRequest) (int, *query.PageResponse, error) {
			out, err := f.query.Payments(f.ctx, &market.QueryPaymentsRequest{RequestId: other.String(), Pagination: page})
			for _, p := range out.GetPayments() {
				require.Equal(t, other.String(), p.RequestId, "of another request")
			}
			return len(out.GetPayments()), out.GetPagination(), err
		},
		"earnings": func(page *query.PageRequest) (int, *query.PageResponse, error) {
			out, err := f.query.Earnings(f.ctx, &market.QueryEarningsRequest{Address: account(stranger), Pagination: page})
			for _, p := range out.GetPayments() {
				require.Equal(t, account(stranger), p.Address, "of somebody else")
			}
			return len(out.GetPayments()), out.GetPagination(), err
		},
	} {
		for _, c := range []struct {
			page *query.PageRequest
			want int
		}{
			{nil, 100},
			{&query.PageRequest{Limit: 1<<64 - 1, CountTotal: true}, 200},
			{&query.PageRequest{Offset: all - 4}, 4},
			{&query.PageRequest{Offset: 1<<64 - 1}, 0},
			{&query.PageRequest{Limit: 7, Reverse: true}, 7},
		} {
			n, page, err := list(c.page)
			require.NoError(t, err, name)
			require.Equal(t, c.want, n, "%s: %v", name, c.page)
			require.Zero(t, page.GetTotal(), name)
		}
		_, _, err := list(&query.PageRequest{Key: []byte{1}, Offset: 1})
		require.Error(t, err, name)
		got, page := 0, &query.PageRequest{Limit: 50}
		for {
			n, next, err := list(page)
			require.NoError(t, err)
			if got += n; len(next.NextKey) == 0 {
				break
			}
			page = &query.PageRequest{Limit: 50, Key: next.NextKey}
		}
		require.Equal(t, all, got, name)
	}
}
