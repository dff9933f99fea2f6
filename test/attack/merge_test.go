package attack_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/test/chain"
	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/keeper"
)

// keptShares lists the shares that the chain keeps, by job.
func keptShares(t *testing.T, s *story.Story) map[string][]uint32 {
	t.Helper()
	out := map[string][]uint32{}
	err := s.App().Volens.Custody.Kept.Shares.Walk(s.Context(), nil,
		func(key keeper.KeptKey, kept custody.KeptShares) (bool, error) {
			for _, share := range kept.Shares {
				out[string(key.K1())] = append(out[string(key.K1())], share.Share)
			}
			return false, nil
		})
	require.NoError(t, err)
	return out
}

// nothingKept requires that no share is left behind, nor counted.
func nothingKept(t *testing.T, s *story.Story) {
	t.Helper()
	require.Empty(t, keptShares(t, s))
	counts, err := s.App().Volens.Custody.Kept.Epochs.Iterate(s.Context(), nil)
	require.NoError(t, err)
	left, err := counts.Keys()
	require.NoError(t, err)
	require.Empty(t, left)
}

// censor hides a third of the power from every injection, another third each time that
// a batch was answered, while one validator is silent besides: two shares of four come
// through at a time, and three are needed.
type censor struct {
	silent []byte // consensus address
	turn   int
}

func (c *censor) set(s *story.Story) {
	s.Tamper.Extension = func(node int, _ int64, honest []byte) []byte {
		if bytes.Equal(s.Nodes[node].Address(), c.silent) {
			return nil
		}
		return honest
	}
	s.Tamper.Commit = func(commit abci.ExtendedCommitInfo) abci.ExtendedCommitInfo {
		c.hide(commit.Votes)
		return commit
	}
	s.Tamper.Proposal = func(txs [][]byte, _ abci.ExtendedCommitInfo) [][]byte { return txs }
}

// hide takes one vote with shares out of a commit.
func (c *censor) hide(votes []abci.ExtendedVoteInfo) {
	var speaking []int
	for i, v := range votes {
		extension, err := voteext.DecodeExtension(v.VoteExtension)
		if err == nil && len(extension.Shares) > 0 {
			speaking = append(speaking, i)
		}
	}
	if len(speaking) == 0 {
		return
	}
	hide(&votes[speaking[c.turn%len(speaking)]])
	c.turn++
}

// Every block is proposed by a censor that hides a third of the power, and one validator
// is down: no injection ever holds enough shares, and every release is done, since the
// shares of two heights merge.
func TestMerge_CensoringProposers(t *testing.T) {
	s := shared(t)
	c := &censor{silent: s.Commit().Votes[3].Validator.Address}
	for range 3 {
		s.Tamper = chain.Tamper{}
		d := s.Ready(s.Patient, content)
		c.set(s)
		r := offered(s, d)
		s.Block()
		require.False(t, released(s, r), "two of four shares")
		require.Len(t, keptShares(t, s), 1)
		s.Until(4, "a release out of two heights", func(sdkContext) bool { return released(s, r) })
		require.Zero(t, s.Tamper.Refused, "hiding is no lie that anybody could prove")
		opened, err := s.Open(d, s.Released(s.Context(), r.ID, 0), r.Seats[0])
		require.NoError(t, err)
		require.Equal(t, content, string(opened))
		nothingKept(t, s)
	}
	onePointEach(t, s)
	solvent(t, s)
	honest(t, s)
}

// hear lets only some nodes answer from now on.
func hear(s *story.Story, nodes ...int) {
	s.Tamper.Extension = func(node int, _ int64, honest []byte) []byte {
		if slices.Contains(nodes, node) {
			return honest
		}
		return nil
	}
}

// merging stops before the proposal that finishes a job out of one share kept of each of
// two nodes and one new share.
func merging(t *testing.T, s *story.Story, d *story.Dataset) *story.Request {
	t.Helper()
	hear(s, nodeOfShare(t, s, 1), nodeOfShare(t, s, 3))
	r := offered(s, d)
	s.Block()
	require.False(t, released(s, r))
	for _, shares := range keptShares(t, s) {
		require.Equal(t, []uint32{1, 3}, shares)
	}
	hear(s, nodeOfShare(t, s, 2))
	s.Until(4, "an answer to the next offer", func(ctx sdkContext) bool {
		batch, err := s.App().Volens.Custody.BatchAt(ctx, s.Height)
		return err == nil && len(batch.Jobs) > 0
	})
	s.Tamper.Extension = nil
	return r
}

// A proposal that merges is bound as every other: what is complete out of kept and used
// shares is said, exactly, and right.
func TestMerge_ProposerLies(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	for name, change := range map[string]lie{
		"leaves out a job that merging finishes": func(_ *testing.T, _ *story.Story, i *injection) { i.Done = nil },
		"lies about S": func(t *testing.T, s *story.Story, i *injection) {
			t.Helper()
			i.Done[0].S = another(t, s)
		},
		"finishes it without the last share": func(_ *testing.T, _ *story.Story, i *injection) {
			clear(i.Used)
		},
		"hides the last share and says nothing of bitmaps": func(_ *testing.T, _ *story.Story, i *injection) {
			i.Used, i.Bad = nil, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			s.For(t)
			r := merging(t, s, d)
			honest := s.Propose()
			told := takeApart(t, honest[0])
			require.Equal(t, 1, ones(told.Used))
			require.Len(t, told.Done, 1)
			change(t, s, &told)
			raw := told.putTogether(t)
			require.False(t, s.Accepts(raw))
			require.True(t, s.Accepts(honest...))
			resp := s.Force(raw)
			require.Empty(t, events(t, resp, &custody.EventReleased{}))
			require.False(t, released(s, r))
			s.WaitRelease(r, 0)
			nothingKept(t, s)
		})
	}
	s.For(t)
	solvent(t, s)
}

// A proposer that hides the last share, which nobody can prove, only waits for the next
// one; what was kept stays.
func TestMerge_HidesTheLastShare(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	r := merging(t, s, d)
	told := takeApart(t, s.Propose()[0])
	told.Used, told.Done = make([]byte, len(told.Used)), nil
	require.True(t, s.Accepts(told.putTogether(t)))
	s.Force(told.putTogether(t))
	require.False(t, released(s, r))
	require.Len(t, keptShares(t, s), 1)
	s.WaitRelease(r, 0)
	nothingKept(t, s)
}

// Who gave a true share at one height and another one for the same job later is blamed
// for the later one. What was kept is the true one, and finishes the job.
func TestMerge_Equivocation(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	liar, silent := nodeOfShare(t, s, 1), nodeOfShare(t, s, 4)
	lying := false
	heard := map[int]bool{liar: true, nodeOfShare(t, s, 2): true}
	s.Tamper.Extension = func(node int, _ int64, honest []byte) []byte {
		switch {
		case node == silent || !heard[node]:
			return nil
		case node == liar && lying:
			return withShare(t, honest, another(t, s))
		default:
			return honest
		}
	}
	r := offered(s, d)
	s.Block()
	require.False(t, released(s, r))
	require.Len(t, keptShares(t, s), 1)
	lying, heard[nodeOfShare(t, s, 3)] = true, true
	var bad [][]byte
	for range 4 {
		bad = append(bad, blamed(t, s.Block())...)
	}
	require.Equal(t, [][]byte{operator(t, s.Chain, liar)}, bad)
	require.True(t, released(s, r))
	opened, err := s.Open(d, s.Released(s.Context(), r.ID, 0), r.Seats[0])
	require.NoError(t, err)
	require.Equal(t, content, string(opened))
	nothingKept(t, s)
}

// A revocation before the job is complete takes its shares along: nothing completes it later.
func TestMerge_Revoked(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	hear(s, 0, 1)
	r := offered(s, d)
	s.Block()
	require.Len(t, keptShares(t, s), 1)
	s.Send(d.Owner, s.Revoke(d, 1))
	s.Blocks(2)
	require.Equal(t, custody.SEAT_STATE_VOID, seat(t, s, r.ID, 0).State)
	nothingKept(t, s)
	s.Tamper.Extension = nil
	s.Blocks(4)
	require.False(t, released(s, r))
	solvent(t, s)
}
