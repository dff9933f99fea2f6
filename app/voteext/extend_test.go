package voteext_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/x/custody"
)

func extend(t *testing.T, h *voteext.Handler, height int64) []byte {
	t.Helper()
	resp, err := h.ExtendVote(at(height, -1), &abci.RequestExtendVote{Height: height})
	require.NoError(t, err)
	require.NotNil(t, resp.VoteExtension, "empty, not missing")
	return resp.VoteExtension
}

func TestExtendVote_RunMessage(t *testing.T) {
	raw := extend(t, newHandler(t, enrolling()), 5)
	extension, err := voteext.DecodeExtension(raw)
	require.NoError(t, err)
	require.Len(t, extension.Run, 1)
	require.Equal(t, operator.Bytes(), extension.Run[0].GetEnrolment().Operator)
	require.Empty(t, extension.Shares)
}

// Messages go whole or not at all, whatever room there is.
func TestExtendVote_Budget(t *testing.T) {
	h := newHandler(t, enrolling())
	whole := len(extend(t, h, 5))
	for budget := range 2 * whole {
		s := enrolling()
		s.budget = budget
		raw := extend(t, newHandler(t, s), 5)
		require.LessOrEqual(t, len(raw), budget)
		require.Contains(t, []int{0, whole}, len(raw))
	}
}

// An enrolment is said again with the same key until it is seen, also after a restart.
func TestExtendVote_SaysTheSameAgain(t *testing.T) {
	h := newHandler(t, enrolling())
	first, err := voteext.DecodeExtension(extend(t, h, 5))
	require.NoError(t, err)
	second, err := voteext.DecodeExtension(extend(t, h, 6))
	require.NoError(t, err)
	require.Equal(t, first.Run[0].GetEnrolment().Ek, second.Run[0].GetEnrolment().Ek)
	s := enrolling()
	s.run.Enrolments = []custody.Enrolment{*first.Run[0].GetEnrolment()}
	require.Empty(t, extend(t, newHandler(t, s), 7))
}

// On any trouble the vote goes without an extension.
func TestExtendVote_Empty(t *testing.T) {
	require.Empty(t, extend(t, newHandler(t, enrolling()), 1), "the initial height")
	for name, change := range map[string]func(*state){
		"a panic":                                func(s *state) { s.panics = true },
		"no validator":                           func(s *state) { s.unknown = true },
		"no run":                                 func(s *state) { s.run.Exists = false },
		"a dealing run":                          func(s *state) { s.run.Run.Phase = custody.PHASE_DEAL },
		"a disputing run that it has no part in": func(s *state) { s.run.Run.Phase = custody.PHASE_DISPUTE },
		"a confirming run":                       func(s *state) { s.run.Run.Phase = custody.PHASE_CONFIRM },
		"a run of no phase":                      func(s *state) { s.run.Run.Phase = custody.PHASE_UNSPECIFIED },
	} {
		s := enrolling()
		change(s)
		require.Empty(t, extend(t, newHandler(t, s), 5), name)
	}
}

// What ails the shares does not silence the run.
func TestExtendVote_BrokenBatch(t *testing.T) {
	s := enrolling()
	s.batch = custody.Batch{Height: 5, Jobs: []custody.BatchJob{{}}}
	require.NotEmpty(t, extend(t, newHandler(t, s), 5))
	s.fail = errState
	require.NotEmpty(t, extend(t, newHandler(t, s), 5))
}

func TestExtendVote_NoValidatorKey(t *testing.T) {
	app.SetPrefixes()
	s := enrolling()
	require.Empty(t, extend(t, voteext.New(s, nil, s, s.lane, decode, log.NewNopLogger(), nil), 5))
}

func TestVerifyVoteExtension(t *testing.T) {
	h := newHandler(t, enrolling())
	good := extend(t, h, 5)
	for name, c := range map[string]struct {
		raw  []byte
		want abci.ResponseVerifyVoteExtension_VerifyStatus
	}{
		"empty":       {nil, abci.ResponseVerifyVoteExtension_ACCEPT},
		"honest":      {good, abci.ResponseVerifyVoteExtension_ACCEPT},
		"cut":         {good[:len(good)-1], abci.ResponseVerifyVoteExtension_REJECT},
		"too long":    {make([]byte, custody.ExtensionCap+1), abci.ResponseVerifyVoteExtension_REJECT},
		"not written": {[]byte{0x12, 0x00}, abci.ResponseVerifyVoteExtension_REJECT},
	} {
		resp, err := h.VerifyVoteExtension(at(5, -1), &abci.RequestVerifyVoteExtension{VoteExtension: c.raw})
		require.NoError(t, err)
		require.Equal(t, c.want, resp.Status, name)
	}
}
