package fault_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client/fault"
)

// The exit codes are what scripts rely on: this table is their contract.
func TestKind_Codes(t *testing.T) {
	for _, row := range []struct {
		kind fault.Kind
		exit int
		name string
	}{
		{fault.None, 0, "none"},
		{fault.Internal, 1, "internal"},
		{fault.Usage, 2, "usage"},
		{fault.Refused, 3, "refused"},
		{fault.NotFound, 4, "not found"},
		{fault.Unavailable, 5, "unavailable"},
		{fault.Integrity, 6, "integrity"},
	} {
		t.Run(row.name, func(t *testing.T) {
			require.Equal(t, row.exit, row.kind.ExitCode())
			require.Equal(t, row.name, row.kind.String())
		})
	}
	for _, unknown := range []fault.Kind{-1, 7} {
		require.Equal(t, 1, unknown.ExitCode())
		require.Equal(t, "internal", unknown.String())
	}
}

func TestOfStatus(t *testing.T) {
	for status, kind := range map[int]fault.Kind{
		200: fault.None, 400: fault.Usage, 403: fault.Refused, 404: fault.NotFound, 422: fault.Integrity,
		500: fault.Internal, 503: fault.Unavailable,
		206: fault.None, 304: fault.None, 401: fault.Refused, 409: fault.Refused, 410: fault.NotFound,
		416: fault.Usage, 418: fault.Usage, 429: fault.Unavailable, 460: fault.Integrity, 502: fault.Unavailable,
		501: fault.Internal, 599: fault.Internal,
	} {
		require.Equal(t, kind, fault.OfStatus(status), "status %d", status)
	}
}

func TestKindOf(t *testing.T) {
	network := &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	for name, row := range map[string]struct {
		err  error
		kind fault.Kind
	}{
		"nil":          {nil, fault.None},
		"plain":        {errors.New("odd"), fault.Internal},
		"own":          {fault.E(fault.Usage, "flag %q", "x"), fault.Usage},
		"own, wrapped": {fmt.Errorf("open: %w", fault.E(fault.Integrity, "digest")), fault.Integrity},
		"outermost":    {fault.Wrap(fault.Unavailable, fault.E(fault.Integrity, "digest")), fault.Unavailable},
		"own cause":    {fault.E(fault.Refused, "ask: %w", context.Canceled), fault.Refused},
		"cancelled":    {fmt.Errorf("wait: %w", context.Canceled), fault.Unavailable},
		"deadline":     {context.DeadlineExceeded, fault.Unavailable},
		"network":      {fmt.Errorf("get: %w", network), fault.Unavailable},
		"no file":      {fmt.Errorf("read: %w", fs.ErrNotExist), fault.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, row.kind, fault.KindOf(row.err))
			require.True(t, fault.Is(row.err, row.kind))
		})
	}
}

func TestError_KeepsMessageAndCause(t *testing.T) {
	err := fault.E(fault.Unavailable, "read part 3: %w", io.ErrUnexpectedEOF)
	require.EqualError(t, err, "read part 3: unexpected EOF")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)

	wrapped := fault.Wrap(fault.Integrity, io.ErrUnexpectedEOF)
	require.EqualError(t, wrapped, "unexpected EOF")
	require.ErrorIs(t, wrapped, io.ErrUnexpectedEOF)
	require.NoError(t, fault.Wrap(fault.Integrity, nil))
}

func TestReasons(t *testing.T) {
	err := fault.Refuse([]string{"INACTIVE", "NPU"}, "decide on %s", "request")
	require.Equal(t, fault.Refused, fault.KindOf(err))
	require.Equal(t, []string{"INACTIVE", "NPU"}, fault.Reasons(fmt.Errorf("demo: %w", err)))
	require.Equal(t, []string{"INACTIVE", "NPU"}, fault.Reasons(fault.Wrap(fault.Usage, err)))
	require.Nil(t, fault.Reasons(errors.New("odd")))
	require.Nil(t, fault.Reasons(nil))
}
