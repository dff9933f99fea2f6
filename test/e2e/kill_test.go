package e2e_test

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/devnet/walk"
	"github.com/volens-network/volens/test/sample"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// requestBlocks is how many blocks the patients of these tests have to decide.
const requestBlocks = 200

// diary writes the walk's report into the test's log.
type diary struct{ t *testing.T }

func (d diary) Note(text string) { d.t.Log(text) }

func (d diary) Done(step walk.Step) {
	d.t.Logf("%2d %-9s height %-4d %5.1f s  %s", step.Number, step.Step, step.Height, step.Seconds, step.Text)
}

// newTown builds a town with datasets that may be asked for.
func newTown(ctx context.Context, t *testing.T, portOffset int) (*walk.Town, *walk.Story) {
	t.Helper()
	_, all := programs(t)
	town, err := walk.Build(ctx, walk.Options{
		Programs: all, Dir: filepath.Join(t.TempDir(), "town"), Validators: 4, PortOffset: portOffset,
		BlockTime: time.Second, Report: diary{t}, Rand: rand.Reader, Now: time.Now, Version: "e2e",
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, town.Close())
		requireNothingLeft(t, portOffset, "")
	})
	story, err := town.Begin([]string{smallSample(t, 11), smallSample(t, 12)})
	require.NoError(t, err)
	return town, story
}

// smallSample writes a small genome file of somebody who does not exist.
func smallSample(t *testing.T, seed uint64) string {
	t.Helper()
	return writeSample(t, sample.Options{Seed: seed, Records: 500})
}

// siege is a town under attack.
type siege struct {
	t     *testing.T
	town  *walk.Town
	story *walk.Story
}

// kill -9 during releases: nothing is lost, nothing doubled.
func TestKill9(t *testing.T) {
	ctx := bounded(t)
	town, story := newTown(ctx, t, portsKill)
	s := siege{t: t, town: town, story: story}
	require.NoError(t, story.To(ctx, 8))
	const victim = 3

	first := s.ask(ctx, "one is killed")
	s.requirePending(ctx, first)
	s.kill(victim)
	s.requireReleased(ctx, first)

	second := s.ask(ctx, "one is missing")
	s.requireReleased(ctx, second)

	third := s.ask(ctx, "one comes back")
	require.NoError(t, town.Network().StartNode(victim))
	s.requireReleased(ctx, third)
	s.requireCaughtUp(ctx, victim)

	fourth := s.ask(ctx, "all are killed")
	s.requirePending(ctx, fourth)
	s.kill(0, 1, 2, 3)
	for i := range 4 {
		require.NoError(t, town.Network().StartNode(i))
	}
	waited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	require.NoError(t, town.Network().WaitHeight(waited, 0, 1))
	s.requireReleased(ctx, fourth)
	for i := range 4 {
		s.requireCaughtUp(ctx, i)
	}
	require.NoError(t, town.Network().Died(), "nothing ended by itself, the gateway neither")

	fifth := s.ask(ctx, "as before")
	s.requireReleased(ctx, fifth)
	s.requireFetched(ctx, fourth, fifth)
	s.requireEmissions(ctx, 5)
	require.NoError(t, story.Money(ctx))
}

// ask submits a request and has the patient say yes, so that its releases are under way.
func (s siege) ask(ctx context.Context, name string) string {
	s.t.Helper()
	out, err := s.story.Ask(ctx, name, requestBlocks)
	require.NoError(s.t, err)
	require.NoError(s.t, s.story.Yes(ctx, out.RequestID))
	return out.RequestID
}

func (s siege) kill(victims ...int) {
	s.t.Helper()
	for _, i := range victims {
		require.NoError(s.t, s.town.Network().KillNode(i))
		s.t.Logf("validator %d was killed", i)
	}
}

// requirePending checks that releases are under way: otherwise the test would test nothing.
func (s siege) requirePending(ctx context.Context, requestID string) {
	s.t.Helper()
	seats, err := s.town.Person(walk.Researcher).Seats(ctx, requestID, client.Window{})
	require.NoError(s.t, err)
	for _, seat := range seats {
		require.Contains(s.t, []custody.SeatState{custody.SEAT_STATE_ASSIGNED, custody.SEAT_STATE_EMITTED}, seat.State)
	}
}

// requireReleased waits until every seat is released, and checks that each was paid once.
func (s siege) requireReleased(ctx context.Context, requestID string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	researcher := s.town.Person(walk.Researcher)
	err := researcher.Chain.Wait(ctx, func(ctx context.Context, _ chain.Status) (bool, error) {
		seats, err := researcher.Seats(ctx, requestID, client.Window{})
		if err != nil {
			return false, err
		}
		for _, seat := range seats {
			if seat.State != custody.SEAT_STATE_RELEASED {
				return false, nil
			}
		}
		return len(seats) == len(s.story.Datasets()), nil
	})
	require.NoError(s.t, err)
	view, err := researcher.Request(ctx, requestID)
	require.NoError(s.t, err)
	paid := map[uint64]int{}
	for _, p := range view.Payments {
		if p.Role == market.PART_ROLE_PATIENT {
			require.True(s.t, p.Paid)
			paid[p.Seat]++
		}
	}
	require.Equal(s.t, map[uint64]int{0: 1, 1: 1}, paid, "each seat is paid once")
	require.Zero(s.t, view.Void)
}

// requireCaughtUp waits until a validator has the newest block of another, and the same one.
func (s siege) requireCaughtUp(ctx context.Context, i int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	other := (i + 1) % s.town.Network().Spec.Validators
	height, err := s.town.Network().Height(ctx, other)
	require.NoError(s.t, err)
	require.NoError(s.t, s.town.Network().WaitHeight(ctx, i, height))
	var anchors [2]chain.Anchor
	for n, node := range []int{i, other} {
		c, err := chain.New(s.town.Network().RPC(node), chain.Options{ChainID: walk.ChainID})
		require.NoError(s.t, err)
		header, err := c.FetchHeader(ctx, height)
		require.NoError(s.t, err)
		anchors[n] = header.Anchor()
	}
	require.Equal(s.t, anchors[0], anchors[1])
}

// requireFetched opens what was released.
func (s siege) requireFetched(ctx context.Context, requests ...string) {
	s.t.Helper()
	for _, requestID := range requests {
		digests := map[string]bool{}
		for seat := range s.story.Datasets() {
			out, err := s.town.Person(walk.Researcher).Fetch(ctx, client.FetchOptions{
				RequestID: requestID,
				Seat:      uint64(seat),
				Out:       filepath.Join(s.t.TempDir(), strconv.Itoa(seat)),
				Wait:      true,
			})
			require.NoError(s.t, err)
			digests[out.PlaintextSHA256] = true
		}
		require.Len(s.t, digests, len(s.story.Datasets()), "each seat has a dataset of its own")
	}
}

// requireEmissions checks that the committee emitted each seat once, and the inspection.
func (s siege) requireEmissions(ctx context.Context, requests int) {
	s.t.Helper()
	for _, datasetID := range s.story.Datasets() {
		audit, err := s.town.Person(walk.Researcher).AuditDataset(ctx, datasetID)
		require.NoError(s.t, err)
		require.EqualValues(s.t, requests, audit.Released)
		require.EqualValues(s.t, 1, audit.Inspected)
		seen := map[string]int{}
		for _, r := range audit.Releases {
			seen[r.RequestId+"/"+strconv.FormatUint(r.Seat, 10)]++
		}
		require.Len(s.t, seen, requests+1)
		require.Len(s.t, audit.Releases, requests+1, "no seat is released twice")
	}
}
