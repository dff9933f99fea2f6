package keeper_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

func TestRelease_TwoBlocksAfterReady(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	ready := f.height()
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
	require.Equal(t, custody.SEAT_STATE_EMITTED, f.state(request, 0))
	batch, err := f.keeper.BatchAt(f.ctx, ready+1)
	require.NoError(t, err)
	require.Len(t, batch.Jobs, 1)
	s, err := f.keeper.Seat(f.ctx, request, 0)
	require.NoError(t, err)
	require.Equal(t, s.Q, batch.Jobs[0].Q)
	require.Equal(t, s.B, batch.Jobs[0].B)

	f.step()
	require.Equal(t, custody.SEAT_STATE_EMITTED, f.state(request, 0))
	f.step()
	require.Equal(t, custody.SEAT_STATE_RELEASED, f.state(request, 0))
	release, err := f.keeper.Release(f.ctx, request, 0)
	require.NoError(t, err)
	require.Equal(t, ready, release.ReadyHeight)
	require.Equal(t, ready+2, release.Height)
	require.Equal(t, uint64(3), release.ConsentVersion)
	require.Equal(t, account(researcher), release.Reader)
	require.Equal(t, []string{name(request, 0)}, f.market.released)

	// The reader, and nobody else, opens it.
	_, secrets := f.posts(request, researcher, 0, 2)
	xU, err := f.key().Recover(release.S, secrets[0])
	require.NoError(t, err)
	other, err := f.key().Recover(release.S, secrets[1])
	require.NoError(t, err)
	require.NotEqual(t, xU, other)

	f.steps(5)
	require.Len(t, f.market.released, 1, "stored and paid once")
	count, err := f.keeper.Jobs.EmissionCounts.Get(f.ctx, collections.Join(of, uint64(custody.JOB_KIND_RELEASE)))
	require.NoError(t, err)
	require.Equal(t, uint64(1), count.Count)
	none, err := f.keeper.Jobs.EmissionCounts.Has(f.ctx, collections.Join(of, uint64(custody.JOB_KIND_INSPECTION)))
	require.NoError(t, err)
	require.False(t, none)
}

func TestRelease_NothingIsLeftBehind(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
	f.steps(6)
	for name, walk := range map[string]func() (int, error){
		"queue":     func() (int, error) { return count(f, f.keeper.Jobs.Queue) },
		"deadlines": func() (int, error) { return count(f, f.keeper.Jobs.Deadlines) },
		"open":      func() (int, error) { return count(f, f.keeper.Seats.Open) },
		"revoking":  func() (int, error) { return count(f, f.keeper.Seats.Revoking) },
	} {
		n, err := walk()
		require.NoError(t, err)
		require.Zero(t, n, name)
	}
	batches := 0
	require.NoError(t, f.keeper.Jobs.Batches.Walk(f.ctx, nil, func(uint64, custody.Batch) (bool, error) {
		batches++
		return false, nil
	}))
	require.Zero(t, batches)
}

func count[K any](f *fixture, set collections.KeySet[K]) (int, error) {
	n := 0
	err := set.Walk(f.ctx, nil, func(K) (bool, error) {
		n++
		return false, nil
	})
	return n, err
}

func TestRelease_OfferedAgainUntilStored(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	f.nodes[0].silent, f.nodes[1].silent = true, true
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
	opened := f.height() - 1
	offered := []int64{}
	for range 6 {
		batch, err := f.keeper.BatchAt(f.ctx, f.height())
		require.NoError(t, err)
		if len(batch.Jobs) > 0 {
			offered = append(offered, f.height()-opened)
		}
		f.step()
	}
	require.Equal(t, []int64{1, 3, 5}, offered, "never in two batches that follow each other")
	// Whatever happens to the permission now, the job is offered on.
	f.left.challenged = true
	f.left.stale[account(gateway1)] = true
	d := f.left.datasets[of]
	d.Status = dataset.STATUS_FROZEN
	f.left.datasets[of] = d
	f.nodes[0].silent, f.nodes[1].silent = false, false
	f.steps(4)
	require.Equal(t, custody.SEAT_STATE_RELEASED, f.state(request, 0))
}

func TestRelease_MissingInjectionCostsTimeOnly(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
	f.step()
	f.dropNext = true
	f.step()
	require.Equal(t, custody.SEAT_STATE_EMITTED, f.state(request, 0))
	f.steps(3)
	require.Equal(t, custody.SEAT_STATE_RELEASED, f.state(request, 0))
}

func TestRelease_LateAfterThreeWindows(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	for _, n := range f.nodes {
		n.silent = true
	}
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
	first := f.height()
	for f.state(request, 0) == custody.SEAT_STATE_EMITTED {
		require.LessOrEqual(t, f.height(), first+62)
		f.step()
	}
	require.GreaterOrEqual(t, f.height()-1, first+60)
	require.Equal(t, custody.SEAT_STATE_VOID, f.state(request, 0))
	require.Equal(t, custody.CAUSE_LATE, f.cause(request, 0))
	require.Equal(t, []custody.Cause{custody.CAUSE_LATE}, f.market.causes)
	require.Equal(t, `true`, f.attribute("volens.custody.v1.EventSeatVoid", "possibly_opened"))
	require.ErrorIs(t, f.keeper.OpenJob(f.ctx, request, 0, f.registered(2), false), custody.ErrSeatState,
		"a void seat is never offered again")
}

// attribute returns an attribute of the newest event of a type.
func (f *fixture) attribute(event, key string) string {
	out := ""
	for _, e := range f.ctx.EventManager().Events() {
		if e.Type != event {
			continue
		}
		for _, a := range e.Attributes {
			if a.Key == key {
				out = a.Value
			}
		}
	}
	return out
}

func TestRelease_WaitsForGateways(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	f.left.stale[account(gateway2)] = true
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
	f.steps(4)
	require.Equal(t, custody.SEAT_STATE_ASSIGNED, f.state(request, 0))
	has, err := f.keeper.Jobs.EmissionCounts.Has(f.ctx, collections.Join(of, uint64(custody.JOB_KIND_RELEASE)))
	require.NoError(t, err)
	require.False(t, has)
	f.left.stale = map[string]bool{}
	ready := f.height()
	f.steps(3)
	release, err := f.keeper.Release(f.ctx, request, 0)
	require.NoError(t, err)
	require.Equal(t, ready, release.ReadyHeight)
}

func TestRelease_NeverReadyIsLate(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	f.left.stale[account(gateway2)] = true
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
	f.steps(61)
	require.Equal(t, custody.CAUSE_LATE, f.cause(request, 0))
	require.Equal(t, `false`, f.attribute("volens.custody.v1.EventSeatVoid", "possibly_opened"))
}

func TestRelease_DeniedAtTheBatch(t *testing.T) {
	for name, change := range map[string]func(*fixture, *consent.Consent, *attestation.Deidentification){
		"consent inactive": func(_ *fixture, c *consent.Consent, _ *attestation.Deidentification) {
			c.Status = consent.STATUS_INACTIVE
		},
		"consent expired": func(f *fixture, c *consent.Consent, _ *attestation.Deidentification) {
			now := f.ctx.BlockTime()
			c.Provision.Expiry = consent.Expiry{Time: &now}
		},
		"attestation revoked": func(_ *fixture, _ *consent.Consent, s *attestation.Deidentification) { s.Revoked = true },
		"attestation expired": func(f *fixture, _ *consent.Consent, s *attestation.Deidentification) {
			s.Expiry = f.ctx.BlockTime()
		},
		"challenged": func(f *fixture, _ *consent.Consent, _ *attestation.Deidentification) { f.left.challenged = true },
		"dataset frozen": func(f *fixture, _ *consent.Consent, _ *attestation.Deidentification) {
			d := f.left.datasets[datasetID(1)]
			d.Status = dataset.STATUS_FROZEN
			f.left.datasets[datasetID(1)] = d
		},
		"visa revoked": func(f *fixture, _ *consent.Consent, _ *attestation.Deidentification) {
			delete(f.left.visas, account(researcher))
		},
	} {
		f := initFixture(t)
		request, of := f.requested(1), f.registered(1)
		f.step(func() {
			require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false))
			c, s := f.left.consents[of], f.left.statements[of]
			change(f, &c, &s)
			f.left.consents[of], f.left.statements[of] = c, s
		})
		require.Equal(t, custody.CAUSE_DENIED, f.cause(request, 0), name)
		require.Equal(t, []custody.Cause{custody.CAUSE_DENIED}, f.market.causes, name)
		n, err := f.keeper.Jobs.EmissionCounts.Has(f.ctx, collections.Join(of, uint64(custody.JOB_KIND_RELEASE)))
		require.NoError(t, err)
		require.False(t, n, name)
	}
}

func TestRelease_BatchOrderAndBounds(t *testing.T) {
	f := initFixture(t)
	const seats = 70
	require.NoError(t, f.keeper.OpenTerms(f.ctx, terms(1)))
	posts, _ := f.posts(requestID(1), researcher, 0, seats)
	require.NoError(t, f.keeper.AddSeats(f.ctx, requestID(1), raw(researcher), 0, posts))
	for i := range seats {
		f.registered(byte(i))
	}
	f.nodes[0].silent, f.nodes[1].silent = true, true // nothing completes
	f.step(func() {
		for i := range seats {
			require.NoError(t, f.keeper.OpenJob(f.ctx, requestID(1), uint64(i), datasetID(byte(i)), false))
		}
	})
	first, err := f.keeper.BatchAt(f.ctx, f.height())
	require.NoError(t, err)
	require.Len(t, first.Jobs, custody.MaxBatch)
	for i := 1; i < len(first.Jobs); i++ {
		require.Negative(t, bytes.Compare(first.Jobs[i-1].Id, first.Jobs[i].Id))
	}
	f.step()
	second, err := f.keeper.BatchAt(f.ctx, f.height())
	require.NoError(t, err)
	require.Len(t, second.Jobs, seats-custody.MaxBatch, "the others, not those under way")
	f.step()
	third, err := f.keeper.BatchAt(f.ctx, f.height())
	require.NoError(t, err)
	require.Equal(t, first.Jobs[0].Id, third.Jobs[0].Id)
	require.Len(t, third.Jobs, custody.MaxBatch)
}

func TestRelease_MarketFailureKeepsTheJob(t *testing.T) {
	for name, fail := range map[string]func(*market){
		"error": func(m *market) { m.fail = errors.New("market") },
		"panic": func(m *market) { m.explode = true },
	} {
		f := initFixture(t)
		request, of, other := f.requested(1), f.registered(1), f.registered(2)
		f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
		f.step()
		fail(f.market)
		f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 1, other, false)) })
		require.Equal(t, custody.SEAT_STATE_EMITTED, f.state(request, 0), name)
		_, err := f.keeper.Release(f.ctx, request, 0)
		require.ErrorIs(t, err, custody.ErrNotFound, name)
		f.market.fail, f.market.explode = nil, false
		f.steps(4)
		require.Equal(t, custody.SEAT_STATE_RELEASED, f.state(request, 0), name)
		require.Equal(t, custody.SEAT_STATE_RELEASED, f.state(request, 1), name)
		require.Len(t, f.market.released, 2, name)
	}
}

func TestStoreReleases_PassesOverWhatIsNotThere(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
	s := threshold.CanaryPoint(9)
	f.keeper.StoreReleases(f.ctx, f.height()+9, []threshold.Combined{{JobIndex: 0, S: s}})
	f.keeper.StoreReleases(f.ctx, f.height(), []threshold.Combined{{JobIndex: -1, S: s}, {JobIndex: 1, S: s}})
	require.Equal(t, custody.SEAT_STATE_EMITTED, f.state(request, 0))
	f.keeper.StoreReleases(f.ctx, f.height(), []threshold.Combined{{JobIndex: 0, S: s}, {JobIndex: 0, S: digest("x")}})
	release, err := f.keeper.Release(f.ctx, request, 0)
	require.NoError(t, err)
	require.Equal(t, s, release.S, "the first stays")
	require.Len(t, f.market.released, 1)
}

func TestStoreReleases_OnlyEmittedSeats(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false))
	name, err := f.keeper.Jobs.BySeat.Get(f.ctx, seat(request, 0))
	require.NoError(t, err)
	forged := custody.Batch{Height: 5, KeyId: 1, Epoch: 1, Jobs: []custody.BatchJob{{Id: name}}}
	require.NoError(t, f.keeper.Jobs.Batches.Set(f.ctx, 5, forged))
	f.keeper.StoreReleases(f.ctx, 5, []threshold.Combined{{JobIndex: 0, S: threshold.CanaryPoint(9)}})
	require.Equal(t, custody.SEAT_STATE_ASSIGNED, f.state(request, 0))
	require.Empty(t, f.market.released)
}

func TestStoreReleases_NeverAsksPermissionAgain(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
	f.step()
	c := f.left.consents[of]
	c.Status = consent.STATUS_INACTIVE // without the hook: nobody told custody
	f.left.consents[of] = c
	f.step()
	require.Equal(t, custody.SEAT_STATE_RELEASED, f.state(request, 0))
}

func TestEndBlock_SurvivesBrokenNeighbours(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	f.left.fail = errors.New("unreadable")
	f.step(func() {
		f.left.fail = nil
		require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false))
		f.left.fail = errors.New("unreadable")
	})
	require.Equal(t, custody.SEAT_STATE_ASSIGNED, f.state(request, 0), "neither denied nor emitted")
	f.left.fail = nil
	f.steps(3)
	require.Equal(t, custody.SEAT_STATE_RELEASED, f.state(request, 0))
}
