package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/internal/brittle"
)

// cached runs a step in a cache that is thrown away.
func (f *fixture) cached(step func() error) func() error {
	outer := f.ctx
	return func() error {
		f.ctx, _ = outer.CacheContext()
		defer func() { f.ctx = outer }()
		return step()
	}
}

// No failure of the store is swallowed: whichever operation fails, the message, the call or
// the query fails with it.
func TestStore_FailuresAreHandedOn(t *testing.T) {
	f := busy(t)
	f.left.balances[account(hospital)] = 1 << 50 // tries that fail late have paid the bond
	waiting := f.asked(datasetID(0), 40)
	posts, _ := f.posts(requestID(9), researcher, 0, 2)
	require.NoError(t, f.keeper.OpenTerms(f.ctx, terms(8)))
	more, _ := f.posts(requestID(8), researcher, 0, 2)
	require.NoError(t, f.keeper.AddSeats(f.ctx, requestID(8), raw(researcher), 0, more))
	d, proof := f.sealed(40, 1)
	acceptance := f.acceptance(waiting)
	request := requestID(2).String()
	for name, step := range map[string]func() error{
		"request an inspection": func() error {
			_, err := f.msgs.RequestInspection(f.ctx, ask(datasetID(1), 41))
			return err
		},
		"accept it": func() error {
			_, err := f.msgs.AcceptInspection(f.ctx, acceptance)
			return err
		},
		"withdraw it": func() error { return f.withdraw(waiting) },
		"judge":       func() error { return f.keeper.BeforeVerdict(f.ctx, datasetID(5), 1, raw(hospital), true) },
		"rotate": func() error {
			_, err := f.msgs.RotateKey(f.ctx, &custody.MsgRotateKey{Authority: account(authority), KeyId: 1})
			return err
		},
		"change the parameters": func() error {
			_, err := f.msgs.UpdateParams(f.ctx, &custody.MsgUpdateParams{
				Authority: account(authority), Params: custody.DevnetParams(),
			})
			return err
		},
		"open a request": func() error {
			if err := f.keeper.OpenTerms(f.ctx, terms(9)); err != nil {
				return err
			}
			return f.keeper.AddSeats(f.ctx, requestID(9), raw(researcher), 0, posts)
		},
		"open a job":      func() error { return f.keeper.OpenJob(f.ctx, requestID(8), 0, datasetID(0), false) },
		"close a request": func() error { return f.keeper.CloseRequest(f.ctx, requestID(8)) },
		"seal":            func() error { return f.keeper.BeforePayload(f.ctx, d, proof) },
		"export, import": func() error {
			g, err := f.keeper.ExportGenesis(f.ctx)
			if err != nil {
				return err
			}
			return f.keeper.InitGenesis(f.ctx, *g)
		},
		"query keys": func() error {
			if _, err := f.query.Epoch(f.ctx, &custody.QueryEpochRequest{KeyId: 1, Epoch: 1}); err != nil {
				return err
			}
			_, err := f.query.Key(f.ctx, &custody.QueryKeyRequest{})
			return err
		},
		"query the run": func() error {
			if _, err := f.query.Faults(f.ctx, &custody.QueryFaultsRequest{}); err != nil {
				return err
			}
			_, err := f.query.Run(f.ctx, &custody.QueryRunRequest{})
			return err
		},
		"query a seat": func() error {
			_, err := f.query.Seat(f.ctx, &custody.QuerySeatRequest{RequestId: request})
			return err
		},
		"query seats": func() error {
			_, err := f.query.Seats(f.ctx, &custody.QuerySeatsRequest{RequestId: request})
			return err
		},
		"query an audit": func() error {
			_, err := f.query.Audit(f.ctx, &custody.QueryAuditRequest{DatasetId: datasetID(0).String()})
			return err
		},
		"query inspections": func() error {
			_, err := f.query.Inspection(f.ctx, &custody.QueryInspectionRequest{InspectionId: waiting.String()})
			if err != nil {
				return err
			}
			_, err = f.query.Inspections(f.ctx, &custody.QueryInspectionsRequest{})
			return err
		},
		"query parameters": func() error {
			_, err := f.query.Params(f.ctx, &custody.QueryParamsRequest{})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			tried := 0
			require.NoError(t, f.brittle.Try(f.cached(step), func(n, of int, err error) {
				tried++
				require.ErrorIs(t, err, brittle.ErrStore, "operation %d of %d", n, of)
			}))
			require.Positive(t, tried)
		})
	}
}

// Whatever the store does in the middle of a block, what the block goes on with keeps the law:
// an item is done whole or not at all, and what takes no error does not panic.
func TestStore_BlocksKeepTheLaw(t *testing.T) {
	f := busy(t)
	f.nodes[0].silent, f.nodes[1].silent = false, false
	f.left.stale = map[string]bool{}
	made := f.extend()
	for made.round == nil {
		f.step()
		made = f.extend()
	}
	f.step() // what was answered lands in the block that begins now
	height := f.answers.height
	round := f.answers.round
	require.NotNil(t, round)
	done, err := round.Combine(f.answers.shares)
	require.NoError(t, err)
	require.NotEmpty(t, done)
	half := f.answers.shares[:2]
	unfinished, err := round.Unfinished(half)
	require.NoError(t, err)
	for name, step := range map[string]func() error{
		"store releases": func() error { f.keeper.StoreReleases(f.ctx, height, done); return nil },
		"settle":         func() error { f.keeper.SettleRevoking(f.ctx, height); return nil },
		"keep shares":    func() error { f.keeper.KeepShares(f.ctx, height, unfinished); return nil },
		"count": func() error {
			f.keeper.CountInjection(f.ctx, true, sdk.ConsAddress{1}, true)
			f.keeper.RecordPresence(f.ctx, height, sdk.ConsAddress{1}, nil)
			return nil
		},
		"end of the block": func() error { return f.keeper.EndBlock(f.ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			released, voided := f.market.released, f.market.voided
			guarded := func() error {
				f.market.released, f.market.voided = released, voided
				if err := step(); err != nil {
					return err // the block is not committed
				}
				failAt := f.brittle.FailAt
				f.brittle.FailAt = 0
				checkInvariants(t, f)
				f.brittle.FailAt = failAt
				return nil
			}
			tried := 0
			require.NoError(t, f.brittle.Try(f.cached(guarded), func(n, of int, err error) {
				tried++
				if err != nil {
					require.ErrorIs(t, err, brittle.ErrStore, "operation %d of %d", n, of)
				}
			}))
			require.Positive(t, tried)
			f.market.released, f.market.voided = released, voided
		})
	}
}

// A message of a run that meets a failing store leaves nothing of itself, and comes again.
func TestStore_RunMessagesComeAgain(t *testing.T) {
	for _, phase := range []custody.Phase{
		custody.PHASE_ENROL, custody.PHASE_DEAL, custody.PHASE_DISPUTE, custody.PHASE_CONFIRM,
	} {
		t.Run(phase.String(), func(t *testing.T) {
			f := bareFixture(t, 4)
			f.until(phase)
			if phase == custody.PHASE_ENROL {
				f.step()
			}
			view, err := f.keeper.RunView(f.ctx)
			require.NoError(t, err)
			own := f.nodes[1]
			f.answers.run = nil
			said := f.say(own, view)
			if phase == custody.PHASE_ENROL {
				_, e, err := threshold.NewEnrolment(f.rand, view.Context(), own.operator)
				require.NoError(t, err)
				said = []custody.RunMessage{enrolment(e)}
			}
			if phase == custody.PHASE_DISPUTE {
				said = []custody.RunMessage{f.accusation(own, f.nodes[0], 2, 0)}
			}
			require.NotEmpty(t, said)
			landed := func() bool {
				failAt := f.brittle.FailAt
				f.brittle.FailAt = 0
				defer func() { f.brittle.FailAt = failAt }()
				v, err := f.keeper.RunView(f.ctx)
				require.NoError(t, err)
				switch phase {
				case custody.PHASE_ENROL:
					return v.Enrolled(own.operator)
				case custody.PHASE_DEAL:
					return v.Dealt(threshold.Dealer{Operator: own.operator})
				case custody.PHASE_DISPUTE:
					return v.Convicted(own.operator)
				default:
					return v.HasConfirmed(own.operator)
				}
			}
			lost, again := 0, 0
			require.NoError(t, f.brittle.Try(f.cached(func() error {
				f.keeper.ApplyRunMessages(f.ctx, own.operator, said)
				if landed() {
					return nil
				}
				lost++
				f.brittle.FailAt = 0
				f.keeper.ApplyRunMessages(f.ctx, own.operator, said)
				require.True(t, landed(), "it comes again and lands")
				again++
				return nil
			}), func(int, int, error) {}))
			require.Positive(t, lost)
			require.Equal(t, lost, again)
		})
	}
}

// A seat's parts are told apart from parts that cannot be read.
func TestQuery_SeatOfNothing(t *testing.T) {
	f := initFixture(t)
	request := f.requested(1)
	out, err := f.query.Seat(f.ctx, &custody.QuerySeatRequest{RequestId: request.String()})
	require.NoError(t, err)
	require.Nil(t, out.Job)
	require.Nil(t, out.Emission)
	require.Nil(t, out.Release)
	broken := out.Seat
	broken.B, broken.DatasetId, broken.State = digest("b"), "no id", custody.SEAT_STATE_ASSIGNED
	require.NoError(t, f.keeper.Seats.Seats.Set(f.ctx, seat(request, 0), broken))
	_, err = f.query.Seat(f.ctx, &custody.QuerySeatRequest{RequestId: request.String()})
	require.Error(t, err)
	_, err = id.Parse(broken.DatasetId)
	require.Error(t, err)
}
