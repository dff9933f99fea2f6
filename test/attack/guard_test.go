package attack_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/test/chain"
	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/custody"
)

// answered counts the votes of the last block that hold shares.
func answered(t *testing.T, s *story.Story) int {
	t.Helper()
	count := 0
	for _, vote := range s.Commit().Votes {
		if len(vote.VoteExtension) == 0 {
			continue
		}
		extension, err := voteext.DecodeExtension(vote.VoteExtension)
		require.NoError(t, err)
		if len(extension.Shares) > 0 {
			count++
		}
	}
	return count
}

// refusesAll requires that a seat's job stands in batches and nobody ever answers it,
// until it is void and refunded.
func refusesAll(t *testing.T, s *story.Story, r *story.Request) {
	t.Helper()
	s.Until(80, "the end of the seat", func(sdk.Context) bool {
		require.Zero(t, answered(t, s), "height %d", s.Height)
		return s.SeatState(r.ID, 0) == custody.SEAT_STATE_VOID
	})
	require.Nil(t, s.Released(s.Context(), r.ID, 0))
	solvent(t, s)
}

// forked is a chain on which one request waits for two patients, and the state before
// either has decided. On the chain itself the first one's file was opened.
func forked(t *testing.T) (s *story.Story, before *chain.Snapshot, second *story.Dataset, r *story.Request) {
	t.Helper()
	s = story.New(t)
	first := s.Ready(s.Patient, content)
	second = s.Ready(s.Other, content)
	r = s.Ask(s.Researcher)
	before = s.Snapshot()
	s.Send(s.Patient, s.Decide(first, r, true))
	s.WaitRelease(r, 0)
	return s, before, second, r
}

// Q was answered for the first patient's file. On a fork the second one gets the seat:
// with both answers the researcher would hold x(U1+Q) and x(U2+Q), and know both keys
// for the price of one. The guard of every validator remembers.
func TestGuard_AnotherBForQ(t *testing.T) {
	s, before, second, r := forked(t)
	var f *story.Story
	for _, at := range []struct {
		name    string
		chainID string
		wait    int
	}{
		{"rollback", chain.ID, 0},
		{"rollback by one block less", chain.ID, 1},
		{"rollback, and a longer chain", chain.ID, 5},
		{"fork under another chain id", "fork-1", 0},
		{"longer fork under another one", "fork-2", 5},
	} {
		f = s.On(s.Fork(before, at.chainID))
		f.Blocks(at.wait)
		f.Send(f.Other, f.Decide(second, r, true))
		require.Equal(t, r.Seats[0].Q(), seat(t, f, r.ID, 0).Q, at.name)
		for range 8 {
			f.Block()
			require.Zero(t, answered(t, f), at.name)
		}
		require.Equal(t, custody.SEAT_STATE_EMITTED, f.SeatState(r.ID, 0), at.name)
	}
	refusesAll(t, f, r)
	// A seat of its own opens the same file.
	opens(t, f, second)
}

// A node that was set back answers what it answered, and nothing else, until it is where
// it was.
func TestGuard_Rollback(t *testing.T) {
	s := story.New(t)
	d := s.Ready(s.Patient, content)
	r := s.Ask(s.Researcher)
	before := s.Snapshot()
	s.Send(s.Patient, s.Decide(d, r, true))
	s.WaitRelease(r, 0)

	again := s.On(s.Fork(before, s.ChainID))
	again.Send(s.Patient, s.Decide(d, r, true))
	again.Block()
	require.Equal(t, 4, answered(t, again), "the same batch at the same height: rounds do that")
	require.NotNil(t, again.WaitRelease(r, 0))

	last := again.Height
	opens(t, again, d)
	end := again.Height
	back := again.On(again.Fork(before, s.ChainID))
	late := back.Ask(s.Researcher)
	back.Send(s.Patient, s.Decide(d, late, true))
	for back.Height < end-2 {
		back.Block()
		require.Zero(t, answered(t, back), "height %d of %d after %d", back.Height, end, last)
	}
	back.WaitRelease(late, 0)
}

// A share without its guard is no share: the validator votes on, and the others release.
func TestGuard_Missing(t *testing.T) {
	s := story.New(t)
	d := s.Ready(s.Patient, content)
	guard := func(node int) string { return filepath.Join(s.Nodes[node].Home, app.CustodyFolder, "guard") }
	file, other := guard(1), guard(0)
	for name, spoil := range map[string]func(own, other []byte) []byte{
		"empty":                    func(_, _ []byte) []byte { return nil },
		"of another validator":     func(_, other []byte) []byte { return other },
		"without its last records": func(own, _ []byte) []byte { return own[:len(own)-2*77] },
		"damaged": func(own, _ []byte) []byte {
			out := bytes.Clone(own)
			out[len(out)-20] ^= 1
			return out
		},
	} {
		own, err := os.ReadFile(file)
		require.NoError(t, err)
		others, err := os.ReadFile(other)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, spoil(own, others), 0o600))
		s = s.On(s.Fork(s.Snapshot(), s.ChainID))
		r := offered(s, d)
		require.Equal(t, 3, answered(t, s), name)
		s.WaitRelease(r, 0)
		require.NoError(t, os.WriteFile(file, own, 0o600))
	}
	require.NoError(t, os.Remove(file))
	s = s.On(s.Fork(s.Snapshot(), s.ChainID))
	r := offered(s, d)
	require.Equal(t, 3, answered(t, s), "removed")
	s.WaitRelease(r, 0)
}
