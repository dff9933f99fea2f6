package attack_test

import (
	"bytes"
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/custody"
)

// malformed are extensions that no honest node writes. Those that decode canonically are
// accepted by everybody and worth nothing; the others are rejected.
func malformed(t *testing.T) (rejected, worthless map[string]func(honest []byte) []byte) {
	t.Helper()
	noise := make([]byte, 5_000)
	_, err := rand.Read(noise)
	require.NoError(t, err)
	noise[0] = 0x7a // an unknown field
	encode := func(e *custody.VoteExtension) []byte {
		raw, err := voteext.EncodeExtension(e)
		require.NoError(t, err)
		return raw
	}
	// One byte more than may be: no honest encoder writes it.
	over, err := (&custody.VoteExtension{Shares: make([]byte, custody.ExtensionCap-3)}).Marshal()
	require.NoError(t, err)
	require.Len(t, over, custody.ExtensionCap+1)
	constant := func(raw []byte) func([]byte) []byte { return func([]byte) []byte { return raw } }
	rejected = map[string]func([]byte) []byte{
		"one byte":          constant([]byte{1}),
		"noise":             constant(noise),
		"a mebibyte":        constant(make([]byte, 1<<20)),
		"a byte over":       constant(over),
		"an unknown field":  func(honest []byte) []byte { return append(bytes.Clone(honest), 0x7a, 1, 0) },
		"repeated":          func(honest []byte) []byte { return append(bytes.Clone(honest), honest...) },
		"cut":               func(honest []byte) []byte { return honest[:max(len(honest)-1, 1)] },
		"with a long lengh": constant([]byte{0x12, 0x81, 0x00, 0x01}),
		"nested for ever":   constant(bytes.Repeat([]byte{0x0a, 0x7f}, 2_000)),
	}
	big := bytes.Repeat([]byte{0xff}, custody.ExtensionCap-8)
	worthless = map[string]func([]byte) []byte{
		"empty":          constant(nil),
		"as big as can":  constant(encode(&custody.VoteExtension{Shares: big})),
		"only a proof":   constant(encode(&custody.VoteExtension{A: big[:32], APrime: big[:32], F: big[:32]})),
		"only coverage":  constant(encode(&custody.VoteExtension{Coverage: big})),
		"empty messages": constant(encode(&custody.VoteExtension{Run: make([]custody.RunMessage, 10_000)})),
		"deals of noise": constant(encode(&custody.VoteExtension{Run: []custody.RunMessage{{
			Message: &custody.RunMessage_Deal{Deal: &custody.Deal{Operator: big[:20], Data: big[:30_000]}},
		}}})),
	}
	return rejected, worthless
}

// survives requires that a release goes on although one node's vote is spoilt, and that
// nobody is blamed for what nobody can judge.
func survives(t *testing.T, s *story.Story, d *story.Dataset, attack func([]byte) []byte) {
	t.Helper()
	s.Tamper.Extension = func(i int, _ int64, honest []byte) []byte {
		if i == 1 && len(honest) > 0 {
			return attack(honest)
		}
		return honest
	}
	defer func() { s.Tamper.Extension, s.Tamper.Late = nil, nil }()
	r := offered(s, d)
	require.Empty(t, blamed(t, s.Block()))
	require.True(t, released(s, r))
}

// What is too long or not canonical is rejected by every node: the vote is not counted.
func TestExtension_Malformed(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	rejected, worthless := malformed(t)
	for name, attack := range rejected {
		t.Run("rejected "+name, func(t *testing.T) {
			s.For(t)
			survives(t, s, d, attack)
		})
	}
	for name, attack := range worthless {
		t.Run("worthless "+name, func(t *testing.T) {
			s.For(t)
			survives(t, s, d, attack)
		})
	}
	s.For(t)
	honest(t, s)
}

// A late precommit enters the commit without VerifyVoteExtension: the same garbage stands
// in what the proposer must inject, signed by its validator.
func TestExtension_LatePrecommit(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	rejected, _ := malformed(t)
	for name, attack := range rejected {
		t.Run(name, func(t *testing.T) {
			s.For(t)
			s.Tamper.Late = func(i int, _ int64) bool { return i == 1 }
			survives(t, s, d, attack)
		})
	}
	s.For(t)

	// A proposer cannot count garbage as used or as bad.
	s.Tamper.Late = func(i int, _ int64) bool { return i == 1 }
	s.Tamper.Extension = func(i int, _ int64, honest []byte) []byte {
		if i == 1 && len(honest) > 0 {
			return []byte{1}
		}
		return honest
	}
	r := offered(s, d)
	told := takeApart(t, s.Propose()[0])
	for i, vote := range s.Commit().Votes {
		if len(vote.VoteExtension) != 1 {
			continue
		}
		require.Empty(t, told.commit.Votes[i].VoteExtension, "an honest proposer leaves it out")
		told.commit.Votes[i] = vote
		require.True(t, s.Accepts(told.putTogether(t)), "one that shows it is right too")
		bit := byte(1 << i)
		told.Used[0] |= bit
		require.False(t, s.Accepts(told.putTogether(t)))
		told.Used[0] &^= bit
		told.Bad[0] |= bit
		require.False(t, s.Accepts(told.putTogether(t)))
		told.Bad[0] &^= bit
	}
	s.Block()
	require.True(t, released(s, r))
}

// All four send the largest garbage there is, late: the block goes on, without S.
func TestExtension_AllGarbage(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	s.Tamper.Late = func(int, int64) bool { return true }
	s.Tamper.Extension = func(int, int64, []byte) []byte { return bytes.Repeat([]byte{0xff}, custody.ExtensionCap) }
	r := offered(s, d)
	s.Blocks(6)
	require.False(t, released(s, r))
	s.Tamper.Late, s.Tamper.Extension = nil, nil
	s.WaitRelease(r, 0)
}
