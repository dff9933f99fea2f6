package voteext_test

import (
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/share"
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

// Whatever a node would say, it says nothing that its own VerifyVoteExtension refuses: with a
// budget that is wrong and a deal that is damaged, both far too large, the vote goes without.
func TestExtendVote_NeverTooLong(t *testing.T) {
	s := enrolling()
	s.budget = 1 << 20
	s.run.Run.Phase, s.run.Run.Threshold = custody.PHASE_DEAL, 2
	for _, owner := range [][]byte{operator, consensus} {
		_, e, err := threshold.NewEnrolment(rand.Reader, s.run.Context(), owner)
		require.NoError(t, err)
		s.run.Run.Owners = append(s.run.Run.Owners, owner)
		s.run.Enrolments = append(s.run.Enrolments, custody.Enrolment{Operator: e.Operator, Ek: e.EK, Proof: e.Proof})
	}
	app.SetPrefixes()
	secrets, err := share.Open(t.TempDir(), rand.Reader)
	require.NoError(t, err)
	h := voteext.New(s, nil, s, s.lane, decode, log.NewNopLogger(), &voteext.Self{
		Consensus: consensus, Secrets: secrets, Rand: rand.Reader,
	})
	require.NoError(t, secrets.SaveDeal(s.run.Context(), 0, make([]byte, custody.ExtensionCap+1)))
	require.Empty(t, extend(t, h, 5))

	fits := custody.ExtensionCap - 100
	require.NoError(t, secrets.SaveDeal(s.run.Context(), 0, make([]byte, fits)))
	raw := extend(t, h, 9)
	require.Greater(t, len(raw), fits, "it is the length that silenced it")
	resp, err := h.VerifyVoteExtension(at(9, -1), &abci.RequestVerifyVoteExtension{VoteExtension: raw})
	require.NoError(t, err)
	require.Equal(t, abci.ResponseVerifyVoteExtension_ACCEPT, resp.Status)
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
