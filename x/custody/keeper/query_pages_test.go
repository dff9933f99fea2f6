package keeper_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

// emitted writes emissions of a dataset as if they had happened, and a release of each second.
func (f *fixture) emitted(of id.ID, n int) {
	f.t.Helper()
	for i := range n {
		request := id.ID{0xee, byte(i >> 8), byte(i)}
		emission := custody.Emission{
			DatasetId: of.String(), RequestId: request.String(), Seat: uint64(i), Kind: custody.JOB_KIND_RELEASE,
			Height: int64(i) + 1,
		}
		require.NoError(f.t, f.keeper.Jobs.Emissions.Set(f.ctx, collections.Join3(of, request, uint64(i)), emission))
		if i%2 == 1 {
			continue
		}
		require.NoError(f.t, f.keeper.Jobs.Releases.Set(f.ctx, collections.Join(request, uint64(i)),
			custody.Release{RequestId: request.String(), Seat: uint64(i), DatasetId: of.String()}))
	}
	require.NoError(f.t, f.keeper.Jobs.EmissionCounts.Set(f.ctx,
		collections.Join(of, uint64(custody.JOB_KIND_RELEASE)), counted(of, n)))
}

func counted(of id.ID, n int) custody.EmissionCount {
	return custody.EmissionCount{DatasetId: of.String(), Kind: custody.JOB_KIND_RELEASE, Count: uint64(n)}
}

// An audit pages through the emissions of one dataset, each with its release on the same page,
// while the counts are of all pages.
func TestQuery_AuditPages(t *testing.T) {
	f := initFixture(t)
	of, other := id.ID{1}, id.ID{2}
	const all = 451
	f.emitted(of, all)
	f.emitted(other, 3)
	var pages []int
	seen, released := map[string]bool{}, 0
	page := &query.PageRequest{Limit: 1 << 40}
	for {
		out, err := f.query.Audit(f.ctx, &custody.QueryAuditRequest{DatasetId: of.String(), Pagination: page})
		require.NoError(t, err)
		require.Equal(t, []custody.EmissionCount{counted(of, all)}, out.Counts)
		pages = append(pages, len(out.Emissions))
		here := map[string]bool{}
		for _, e := range out.Emissions {
			require.False(t, seen[e.RequestId])
			seen[e.RequestId], here[e.RequestId] = true, true
		}
		for _, r := range out.Releases {
			require.True(t, here[r.RequestId], "a release of another page")
			released++
		}
		if len(out.Pagination.NextKey) == 0 {
			break
		}
		page = &query.PageRequest{Key: out.Pagination.NextKey, Limit: 200}
	}
	require.Equal(t, []int{dataset.MaxPage, dataset.MaxPage, all - 2*dataset.MaxPage}, pages)
	require.Len(t, seen, all)
	require.Equal(t, (all+1)/2, released)
}

// listed asks each query that pages, and returns how many entries came and where it goes on.
func (f *fixture) listed(name string, page *query.PageRequest) (int, *query.PageResponse, error) {
	f.t.Helper()
	switch name {
	case "faults":
		out, err := f.query.Faults(f.ctx, &custody.QueryFaultsRequest{Pagination: page})
		return len(out.GetFaults()), out.GetPagination(), err
	case "seats":
		request := id.ID{0x5e}.String()
		out, err := f.query.Seats(f.ctx, &custody.QuerySeatsRequest{RequestId: request, Pagination: page})
		return len(out.GetSeats()), out.GetPagination(), err
	case "audit":
		out, err := f.query.Audit(f.ctx, &custody.QueryAuditRequest{DatasetId: id.ID{1}.String(), Pagination: page})
		return len(out.GetEmissions()), out.GetPagination(), err
	default:
		out, err := f.query.Inspections(f.ctx, &custody.QueryInspectionsRequest{Pagination: page})
		return len(out.GetInspections()), out.GetPagination(), err
	}
}

// Whatever page is asked for, a query answers with no more than a page, and what it says to go
// on with leads on to the rest, each entry once.
func TestQuery_HostilePages(t *testing.T) {
	f := initFixture(t)
	const all = dataset.MaxPage + 37
	f.emitted(id.ID{1}, all)
	for i := range uint64(all) {
		require.NoError(t, f.keeper.Runs.Faults.Set(f.ctx, i+1, custody.Fault{Number: i + 1}))
		require.NoError(t, f.keeper.Seats.Seats.Set(f.ctx, collections.Join(id.ID{0x5e}, i), custody.Seat{Index: i}))
		inspection := id.ID{0x1a, byte(i)}
		require.NoError(t, f.keeper.Inspections.Inspections.Set(f.ctx, inspection,
			custody.Inspection{Id: inspection.String()}))
	}
	for _, name := range []string{"faults", "seats", "audit", "inspections"} {
		for what, c := range map[string]struct {
			page *query.PageRequest
			want int
		}{
			"nothing":           {nil, query.DefaultLimit},
			"no limit":          {&query.PageRequest{}, query.DefaultLimit},
			"the largest limit": {&query.PageRequest{Limit: 1<<64 - 1}, dataset.MaxPage},
			"a total":           {&query.PageRequest{Limit: 3, CountTotal: true}, 3},
			"an offset":         {&query.PageRequest{Limit: 99, Offset: all - 5}, 5},
			"beyond the end":    {&query.PageRequest{Offset: 1<<64 - 1}, 0},
			"a key that is no key of it, after all others": {
				&query.PageRequest{Key: []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}, 0,
			},
		} {
			got, next, err := f.listed(name, c.page)
			require.NoError(t, err, "%s: %s", name, what)
			require.Equal(t, c.want, got, "%s: %s", name, what)
			require.Zero(t, next.GetTotal(), "a total costs a walk over all: %s: %s", name, what)
		}
		_, _, err := f.listed(name, &query.PageRequest{Key: []byte{1}, Offset: 1})
		require.Error(t, err, "%s: a key and an offset", name)
		for _, reverse := range []bool{false, true} {
			got, page := 0, &query.PageRequest{Limit: 50, Reverse: reverse}
			for {
				n, next, err := f.listed(name, page)
				require.NoError(t, err)
				if got += n; len(next.NextKey) == 0 {
					break
				}
				page = &query.PageRequest{Limit: 50, Reverse: reverse, Key: next.NextKey}
			}
			require.Equal(t, all, got, "%s, reverse %t", name, reverse)
		}
	}
}

// Inspections are found by dataset, organisation and state, alone and together.
func TestQuery_InspectionsByAll(t *testing.T) {
	f := initFixture(t)
	n := byte(0)
	for _, of := range []byte{1, 2} {
		for _, organisation := range []byte{hospital, insurer} {
			for _, state := range []custody.InspectionState{
				custody.INSPECTION_STATE_REQUESTED, custody.INSPECTION_STATE_EXPIRED,
			} {
				n++
				require.NoError(t, f.keeper.Inspections.Inspections.Set(f.ctx, id.ID{n}, custody.Inspection{
					Id: id.ID{
						n,
					}.String(),
					DatasetId:    id.ID{of}.String(),
					Organisation: account(organisation),
					State:        state,
				}))
			}
		}
	}
	for _, c := range []struct {
		ask  custody.QueryInspectionsRequest
		want int
	}{
		{custody.QueryInspectionsRequest{}, 8},
		{custody.QueryInspectionsRequest{DatasetId: id.ID{1}.String()}, 4},
		{custody.QueryInspectionsRequest{Organisation: account(hospital)}, 4},
		{custody.QueryInspectionsRequest{State: custody.INSPECTION_STATE_EXPIRED}, 4},
		{custody.QueryInspectionsRequest{DatasetId: id.ID{2}.String(), Organisation: account(insurer)}, 2},
		{custody.QueryInspectionsRequest{
			DatasetId: id.ID{2}.String(), Organisation: account(insurer), State: custody.INSPECTION_STATE_REQUESTED,
		}, 1},
		{custody.QueryInspectionsRequest{DatasetId: id.ID{9}.String()}, 0},
		{custody.QueryInspectionsRequest{DatasetId: "no id"}, 0},
		{custody.QueryInspectionsRequest{State: custody.INSPECTION_STATE_REFUSED}, 0},
		{custody.QueryInspectionsRequest{State: 99}, 0},
	} {
		out, err := f.query.Inspections(f.ctx, &c.ask)
		require.NoError(t, err)
		require.Len(t, out.Inspections, c.want, "%v", c.ask)
		for _, i := range out.Inspections {
			require.Contains(t, []string{"", i.DatasetId}, c.ask.DatasetId)
			require.Contains(t, []string{"", i.Organisation}, c.ask.Organisation)
		}
	}
}

// What is asked for wrongly is told apart from what is not there.
func TestQuery_Codes(t *testing.T) {
	f := initFixture(t)
	absent := id.ID{0xab}.String()
	for name, ask := range map[string]func(string) error{
		"seat": func(of string) error {
			_, err := f.query.Seat(f.ctx, &custody.QuerySeatRequest{RequestId: of})
			return err
		},
		"inspection": func(of string) error {
			_, err := f.query.Inspection(f.ctx, &custody.QueryInspectionRequest{InspectionId: of})
			return err
		},
	} {
		require.Equal(t, codes.NotFound, status.Code(ask(absent)), name)
		for _, bad := range []string{"", "x", absent[1:], absent + "00", strings.ToUpper(absent), " " + absent[1:]} {
			require.Equal(t, codes.InvalidArgument, status.Code(ask(bad)), "%s %q", name, bad)
		}
	}
	for _, bad := range []string{"", "x", strings.ToUpper(absent)} {
		_, err := f.query.Seats(f.ctx, &custody.QuerySeatsRequest{RequestId: bad})
		require.Equal(t, codes.InvalidArgument, status.Code(err))
		_, err = f.query.Audit(f.ctx, &custody.QueryAuditRequest{DatasetId: bad})
		require.Equal(t, codes.InvalidArgument, status.Code(err))
	}
	for _, of := range [][2]uint64{{0, 0}, {1, 0}, {1, 2}, {2, 1}, {1<<64 - 1, 1<<64 - 1}} {
		_, err := f.query.Epoch(f.ctx, &custody.QueryEpochRequest{KeyId: of[0], Epoch: of[1]})
		require.Equal(t, codes.NotFound, status.Code(err), "%v", of)
	}
	_, err := f.query.Key(f.ctx, &custody.QueryKeyRequest{KeyId: 2})
	require.Equal(t, codes.NotFound, status.Code(err))
	out, err := f.query.Params(f.ctx, &custody.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, custody.DevnetParams(), out.Params)
	require.Equal(t, originChain, out.OriginChainId)
}

// Whom a run waits for is said in each phase that waits for somebody.
func TestQuery_RunMissing(t *testing.T) {
	f := bareFixture(t, 7)
	missing := func() [][]byte {
		out, err := f.query.Run(f.ctx, &custody.QueryRunRequest{})
		require.NoError(t, err)
		return out.Missing
	}
	require.Empty(t, missing(), "before the first run")
	f.step()
	require.Len(t, missing(), 7)
	quiet := f.nodes[3]
	for phase, kind := range map[custody.Phase]func(custody.RunMessage) bool{
		custody.PHASE_ENROL:   func(m custody.RunMessage) bool { return m.GetEnrolment() != nil },
		custody.PHASE_DEAL:    func(m custody.RunMessage) bool { return m.GetDeal() != nil },
		custody.PHASE_CONFIRM: func(m custody.RunMessage) bool { return m.GetConfirmation() != nil },
	} {
		f := bareFixture(t, 7)
		quiet := f.nodes[3]
		quiet.spoil = drop(kind)
		f.until(phase)
		f.steps(2)
		out, err := f.query.Run(f.ctx, &custody.QueryRunRequest{})
		require.NoError(t, err)
		require.Equal(t, phase, out.Run.Phase)
		require.Equal(t, [][]byte{quiet.operator}, out.Missing, phase)
		require.Empty(t, out.Run.Stalled, "the window is not over")
	}
	f.until(custody.PHASE_DISPUTE)
	require.Empty(t, missing(), "nobody has to complain")
	quiet.silent = true
	f.until(custody.PHASE_CONFIRM)
	for !f.run().Finished {
		f.step()
	}
	require.Empty(t, missing(), "a run that is over waits for nobody")
}

// Blocks too small for a deal or for one job keep the run in enrolment, and it says so.
func TestRun_StalledForRoom(t *testing.T) {
	f := bareFixture(t, 4)
	small := cmtproto.ConsensusParams{Block: &cmtproto.BlockParams{MaxBytes: 8_000}}
	f.ctx = f.ctx.WithConsensusParams(small)
	f.steps(8)
	require.Equal(t, custody.PHASE_ENROL, f.run().Phase)
	require.Equal(t, "room", f.run().Stalled)
	f.ctx = f.ctx.WithConsensusParams(cmtproto.ConsensusParams{})
	f.until(custody.PHASE_DEAL)
	require.Empty(t, f.run().Stalled)
}
