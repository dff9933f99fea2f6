package attack_test

import (
	"bytes"
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/custody"
)

type sdkContext = sdk.Context

func ones(bitmap []byte) int {
	n := 0
	for _, b := range bitmap {
		n += bits.OnesCount8(b)
	}
	return n
}

// change decodes an extension with shares, changes it and writes it again. Others are
// left as they are.
func change(t *testing.T, honest []byte, how func(*custody.VoteExtension)) []byte {
	t.Helper()
	if len(honest) == 0 {
		return honest
	}
	extension, err := voteext.DecodeExtension(honest)
	require.NoError(t, err)
	if len(extension.Shares) == 0 {
		return honest
	}
	how(extension)
	raw, err := voteext.EncodeExtension(extension)
	require.NoError(t, err)
	return raw
}

// withShare puts another first share into an extension.
func withShare(t *testing.T, honest, point []byte) []byte {
	t.Helper()
	return change(t, honest, func(e *custody.VoteExtension) { copy(e.Shares, point) })
}

// blamed lists the operators that a block names for a bad extension.
func blamed(t *testing.T, resp *abci.ResponseFinalizeBlock) [][]byte {
	t.Helper()
	var out [][]byte
	for _, e := range events(t, resp, &custody.EventBadExtension{}) {
		bad, ok := e.(*custody.EventBadExtension)
		require.True(t, ok)
		out = append(out, bad.Operator)
	}
	return out
}

// rogue lets one node send what an attacker makes of its honest extension, and requires
// that exactly this node is blamed while the other three finish the release.
func rogue(t *testing.T, s *story.Story, d *story.Dataset, node int, attack func(honest []byte) []byte) {
	t.Helper()
	s.Tamper.Extension = func(i int, _ int64, honest []byte) []byte {
		if i == node {
			return attack(honest)
		}
		return honest
	}
	defer func() { s.Tamper.Extension = nil }()
	r := offered(s, d)
	resp := s.Block()
	require.Equal(t, [][]byte{operator(t, s.Chain, node)}, blamed(t, resp))
	require.True(t, released(s, r), "three honest shares are enough")
	opened, err := s.Open(d, s.Released(s.Context(), r.ID, 0), r.Seats[0])
	require.NoError(t, err)
	require.Equal(t, content, string(opened))
}

func TestShares_Wrong(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	for name, how := range map[string]func(*custody.VoteExtension){
		"share":       func(e *custody.VoteExtension) { copy(e.Shares, another(t, s)) },
		"share is B":  func(e *custody.VoteExtension) { copy(e.Shares, batchPointAt(t, s, s.Height+1)) },
		"commitment":  func(e *custody.VoteExtension) { copy(e.A, another(t, s)) },
		"commitment'": func(e *custody.VoteExtension) { copy(e.APrime, another(t, s)) },
		"answer":      func(e *custody.VoteExtension) { e.F[0] ^= 1 },
		"swapped":     func(e *custody.VoteExtension) { e.A, e.APrime = e.APrime, e.A },
	} {
		t.Run(name, func(t *testing.T) {
			s.For(t)
			rogue(t, s, d, 1, func(honest []byte) []byte { return change(t, honest, how) })
		})
	}
	s.For(t)
}

// batchPointAt is the B of the first job of a height's batch.
func batchPointAt(t *testing.T, s *story.Story, height int64) []byte {
	t.Helper()
	batch, err := s.App().Volens.Custody.BatchAt(s.Context(), height)
	require.NoError(t, err)
	require.NotEmpty(t, batch.Jobs)
	return batch.Jobs[0].B
}

// A lazy or evil validator sends another's extension as its own.
func TestShares_Copied(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	// Votes are collected in the order of the commit: copy from who comes first.
	order := s.Commit().Votes
	first, second := order[0].Validator.Address, order[1].Validator.Address
	var copied []byte
	s.Tamper.Extension = func(i int, _ int64, honest []byte) []byte {
		switch address := s.Nodes[i].Address(); {
		case bytes.Equal(address, first):
			copied = honest
		case bytes.Equal(address, second):
			return copied
		}
		return honest
	}
	r := offered(s, d)
	resp := s.Block()
	require.Len(t, blamed(t, resp), 1)
	require.True(t, released(s, r))
}

// What was right in an earlier batch is wrong in the next, for the same job too.
func TestShares_Stale(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	var kept []byte
	s.Tamper.Extension = func(i int, _ int64, honest []byte) []byte {
		if i == 2 && len(honest) > 0 {
			kept = honest
		}
		if i == 2 || i == 3 {
			return nil
		}
		return honest
	}
	r := offered(s, d)
	s.Block()
	require.False(t, released(s, r), "two of four answered")
	require.NotEmpty(t, kept)
	old := bytes.Clone(kept)
	s.Tamper.Extension = func(i int, _ int64, honest []byte) []byte {
		if i == 2 && len(honest) > 0 {
			return old
		}
		return honest
	}
	var bad [][]byte
	for range 4 {
		bad = append(bad, blamed(t, s.Block())...)
	}
	require.Equal(t, [][]byte{operator(t, s.Chain, 2)}, bad)
	require.True(t, released(s, r))
}

// Two validators whose errors cancel in the combined point: the sum would be right, and
// each share is wrong. Weights tell them apart.
func TestShares_Cancelling(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	one, two := nodeOfShare(t, s, 1), nodeOfShare(t, s, 2)
	// At 0 the Lagrange coefficients of 1, 2, 3 are 3, -3, 1: the same error cancels.
	shift := func(e *custody.VoteExtension) {
		moved, err := threshold.AddPoints(e.Shares[:32], another(t, s))
		require.NoError(t, err)
		copy(e.Shares, moved)
	}
	s.Tamper.Extension = func(i int, _ int64, honest []byte) []byte {
		if i == one || i == two {
			return change(t, honest, shift)
		}
		return honest
	}
	r := offered(s, d)
	resp := s.Block()
	require.Len(t, blamed(t, resp), 2)
	require.False(t, released(s, r), "two honest shares are not enough")
	s.Tamper.Extension = nil
	release := s.WaitRelease(r, 0)
	_, err := s.Open(d, release, r.Seats[0])
	require.NoError(t, err)
}

// Two validators with one share each in each other's name, or twice their own.
func TestShares_TwiceAndForOthers(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	for name, how := range map[string]func(*custody.VoteExtension){
		"the share twice":   func(e *custody.VoteExtension) { e.Shares = append(e.Shares, e.Shares...) },
		"a longer coverage": func(e *custody.VoteExtension) { e.Coverage = append(e.Coverage, 0) },
		"a job too many":    func(e *custody.VoteExtension) { e.Coverage[0] |= 2 },
		"a cut share":       func(e *custody.VoteExtension) { e.Shares = e.Shares[:31] },
		"no coverage":       func(e *custody.VoteExtension) { e.Coverage = nil },
	} {
		t.Run(name, func(t *testing.T) {
			s.For(t)
			s.Tamper.Extension = func(i int, _ int64, honest []byte) []byte {
				if i == 1 {
					return change(t, honest, how)
				}
				return honest
			}
			r := offered(s, d)
			require.Empty(t, blamed(t, s.Block()), "of the wrong shape: ignored, not blamed")
			require.True(t, released(s, r))
		})
	}
	s.For(t)
	s.Tamper.Extension = nil
}

// More than two culprits are never named at once; the others wait for the next block.
func TestProposer_MoreThanTwoCulprits(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	s.Tamper.Extension = func(node int, _ int64, honest []byte) []byte {
		if node == 3 {
			return honest
		}
		return withShare(t, honest, another(t, s))
	}
	r := offered(s, d)
	told := takeApart(t, s.Propose()[0])
	require.Equal(t, 2, ones(told.Bad), "two of three")
	require.Equal(t, 1, ones(told.Used))
	told.Bad[0] = ^told.Used[0] & 0x0f
	require.Equal(t, 3, ones(told.Bad))
	require.False(t, s.Accepts(told.putTogether(t)))
	resp := s.Block()
	require.Len(t, events(t, resp, &custody.EventBadExtension{}), 2)
	require.False(t, released(s, r))
	s.Tamper.Extension = nil
	s.WaitRelease(r, 0)
}
