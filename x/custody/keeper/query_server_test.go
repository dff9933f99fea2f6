package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/x/custody"
)

func TestQuery_Seat(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	ask := func() *custody.QuerySeatResponse {
		out, err := f.query.Seat(f.ctx, &custody.QuerySeatRequest{RequestId: request.String()})
		require.NoError(t, err)
		return out
	}
	free := ask()
	require.Equal(t, custody.SEAT_STATE_FREE, free.Seat.State)
	require.Nil(t, free.Job)
	f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false)) })
	emitted := ask()
	require.NotNil(t, emitted.Job)
	require.Equal(t, f.height(), emitted.Emission.Height)
	require.Nil(t, emitted.Release)
	f.steps(2)
	released := ask()
	require.Nil(t, released.Job)
	require.NotNil(t, released.Emission)
	require.Len(t, released.Release.S, 32)
	for bad, code := range map[string]codes.Code{
		"": codes.InvalidArgument, "x": codes.InvalidArgument, requestID(9).String(): codes.NotFound,
	} {
		_, err := f.query.Seat(f.ctx, &custody.QuerySeatRequest{RequestId: bad})
		require.Equal(t, code, status.Code(err), bad)
	}
}

func TestQuery_Seats(t *testing.T) {
	f := initFixture(t)
	request := f.requested(1)
	f.requested(2)
	out, err := f.query.Seats(f.ctx, &custody.QuerySeatsRequest{
		RequestId: request.String(), Pagination: &query.PageRequest{Limit: 1},
	})
	require.NoError(t, err)
	require.Len(t, out.Seats, 1)
	require.NotEmpty(t, out.Pagination.NextKey)
	require.NoError(t, f.keeper.CloseRequest(f.ctx, request))
	out, err = f.query.Seats(f.ctx, &custody.QuerySeatsRequest{RequestId: request.String()})
	require.NoError(t, err)
	require.Len(t, out.Seats, 2)
	require.Equal(t, custody.SEAT_STATE_VOID, out.Seats[1].State)
	_, err = f.query.Seats(f.ctx, &custody.QuerySeatsRequest{RequestId: "x"})
	require.ErrorIs(t, err, custody.ErrInvalid)
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}

func TestQuery_KeyBeforeTheFirst(t *testing.T) {
	f := bareFixture(t, 4)
	_, err := f.query.Key(f.ctx, &custody.QueryKeyRequest{KeyId: 1})
	require.ErrorIs(t, err, custody.ErrNotFound)
	require.Equal(t, codes.NotFound, status.Code(err), "clients read the code")
	f.until(custody.PHASE_DEAL)
	f.step()
	f.step()
	out, err := f.query.Run(f.ctx, &custody.QueryRunRequest{})
	require.NoError(t, err)
	require.Equal(t, uint64(1), out.Run.Run)
	require.Len(t, out.Enrolled, 4)
	require.Len(t, out.Dealt, 4)
}

func TestQuery_AuditOfNothing(t *testing.T) {
	f := initFixture(t)
	of := f.registered(1)
	out, err := f.query.Audit(f.ctx, &custody.QueryAuditRequest{DatasetId: of.String()})
	require.NoError(t, err)
	require.Empty(t, out.Counts)
	require.Empty(t, out.Emissions)
	_, err = f.query.Audit(f.ctx, &custody.QueryAuditRequest{DatasetId: "x"})
	require.ErrorIs(t, err, custody.ErrInvalid)
}
