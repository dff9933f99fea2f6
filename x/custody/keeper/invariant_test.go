package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/collections"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/keeper"
)

// checkInvariants holds the law of README.md over the whole state.
func checkInvariants(t require.TestingT, f *fixture) {
	points, held := map[string]bool{}, int64(0)
	require.NoError(t, f.keeper.Seats.Seats.Walk(f.ctx, nil, func(key keeper.SeatKey, s custody.Seat) (bool, error) {
		require.NoError(t, s.Validate())
		require.False(t, points[string(s.Q)], "a q in two seats")
		points[string(s.Q)] = true
		seen, err := f.keeper.Seats.Seen.Has(f.ctx, s.Q)
		require.NoError(t, err)
		require.True(t, seen)
		job, err := f.keeper.Jobs.BySeat.Has(f.ctx, key)
		require.NoError(t, err)
		require.Equal(t, s.Open(), job, "a seat is open exactly when a job stands behind it")
		released, err := f.keeper.Jobs.Releases.Has(f.ctx, key)
		require.NoError(t, err)
		require.Equal(t, s.State == custody.SEAT_STATE_RELEASED, released)
		if !s.Assigned() {
			return false, nil
		}
		of, err := id.Parse(s.DatasetId)
		require.NoError(t, err)
		emitted, err := f.keeper.Jobs.Emissions.Has(f.ctx, collections.Join3(of, key.K1(), key.K2()))
		require.NoError(t, err)
		switch s.State {
		case custody.SEAT_STATE_EMITTED, custody.SEAT_STATE_REVOKING, custody.SEAT_STATE_RELEASED:
			require.True(t, emitted)
		case custody.SEAT_STATE_ASSIGNED:
			require.False(t, emitted)
		default:
		}
		return false, nil
	}))
	require.NoError(
		t,
		f.keeper.Inspections.Inspections.Walk(f.ctx, nil, func(_ id.ID, i custody.Inspection) (bool, error) {
			if i.State == custody.INSPECTION_STATE_ACCEPTED || i.State == custody.INSPECTION_STATE_RELEASED {
				held += i.Bond.Amount.Int64()
			}
			return false, nil
		}),
	)
	require.Equal(t, held, f.escrow())
	checkKept(t, f)
	g, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, g.Validate())
	// The market hears of each seat's end once.
	ended := map[string]bool{}
	for _, name := range append(append([]string{}, f.market.released...), f.market.voided...) {
		require.False(t, ended[name], "paid or void, never both, never twice")
		ended[name] = true
	}
}

// TestInvariants_AnyHistory plays random blocks.
func TestInvariants_AnyHistory(t *testing.T) {
	base := initFixture(t)
	const datasets, seats = 6, 8
	require.NoError(t, base.keeper.OpenTerms(base.ctx, terms(1)))
	posts, _ := base.posts(requestID(1), researcher, 0, seats)
	require.NoError(t, base.keeper.AddSeats(base.ctx, requestID(1), raw(researcher), 0, posts))
	for n := range byte(datasets) {
		base.registered(n)
	}
	granted := base.left.consents
	rapid.Check(t, func(rt *rapid.T) {
		f := *base
		cached, _ := base.ctx.CacheContext()
		f.ctx, f.t = cached, t
		*f.market = market{}
		f.left.consents = map[id.ID]consent.Consent{}
		for of, c := range granted {
			f.left.consents[of] = c
		}
		f.left.stale = map[string]bool{}
		f.left.balances = map[string]int64{account(hospital): 10_000_000}
		var inspections []id.ID
		for range rapid.IntRange(1, 12).Draw(rt, "blocks") {
			f.nodes[0].silent = rapid.Bool().Draw(rt, "first silent")
			f.nodes[1].silent = rapid.Bool().Draw(rt, "second silent")
			f.dropNext = rapid.IntRange(0, 4).Draw(rt, "drop") == 0
			f.left.stale[account(gateway1)] = rapid.IntRange(0, 3).Draw(rt, "stale") == 0
			var txs []func()
			for range rapid.IntRange(0, 4).Draw(rt, "txs") {
				of := datasetID(byte(rapid.IntRange(0, datasets-1).Draw(rt, "dataset")))
				seat := uint64(rapid.IntRange(0, seats-1).Draw(rt, "seat"))
				random := byte(rapid.IntRange(0, 255).Draw(rt, "random"))
				switch rapid.SampledFrom([]string{"open", "open", "open", "revoke", "ask", "accept", "withdraw", "judge"}).
					Draw(rt, "tx") {
				case "open":
					txs = append(
						txs,
						f.maybe(func() error { return f.keeper.OpenJob(f.ctx, requestID(1), seat, of, false) }),
					)
				case "revoke":
					txs = append(txs, f.revoke(of))
				case "ask":
					txs = append(txs, f.maybe(func() error {
						out, err := f.msgs.RequestInspection(f.ctx, ask(of, random))
						if err == nil {
							inspections = append(inspections, parse(f.t, out.InspectionId))
						}
						return err
					}))
				case "accept", "withdraw", "judge":
					if len(inspections) == 0 {
						continue
					}
					key := rapid.SampledFrom(inspections).Draw(rt, "inspection")
					txs = append(txs, f.maybe(func() error {
						_, err := f.msgs.AcceptInspection(f.ctx, f.acceptance(key))
						return err
					}))
					if random%3 == 0 {
						txs = append(txs, f.maybe(func() error { return f.withdraw(key) }))
					}
					txs = append(txs, f.maybe(func() error {
						return f.keeper.BeforeVerdict(f.ctx, of, 1, raw(hospital), random%2 == 0)
					}))
				}
			}
			f.step(txs...)
			checkInvariants(rt, &f)
		}
	})
}

// maybe runs a transaction that may be refused, as a chain does: all or nothing.
func (f *fixture) maybe(tx func() error) func() {
	return func() {
		outer, balances := f.ctx, map[string]int64{}
		for a, n := range f.left.balances {
			balances[a] = n
		}
		cached, write := outer.CacheContext()
		f.ctx = cached
		err := tx()
		f.ctx = outer
		if err != nil {
			f.left.balances = balances
			return
		}
		write()
	}
}

func parse(t require.TestingT, text string) id.ID {
	out, err := id.Parse(text)
	require.NoError(t, err)
	return out
}

// TestGrowth_StateOfARelease keeps the table of README.md honest.
func TestGrowth_StateOfARelease(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
	f.steps(3)
	out, err := f.query.Seat(f.ctx, &custody.QuerySeatRequest{RequestId: request.String()})
	require.NoError(t, err)
	const keys = (1 + 24) + (1 + 24) + (1 + 40) + (1 + 32) // seat, release, emission, seen
	size := keys + out.Seat.Size() + out.Release.Size() + out.Emission.Size()
	require.InDelta(t, 550, size, 25, "bytes of one release")
}
