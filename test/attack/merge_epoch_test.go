package attack_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/custody"
)

// crossing is a job that one epoch begins to answer and the next one finishes.
type crossing struct {
	*story.Story

	t *testing.T
	// heard are the nodes whose shares come through, by the epoch of the batch; whatever they
	// say in a run always does.
	heard map[uint64][]int
	// canaries lets the next epoch become active.
	canaries bool
	// old are the shares that lie sends for a batch of the second epoch, by node.
	old map[int][]byte

	request  *story.Request
	releases int
	bad      [][]byte
}

// tamper filters what nodes say.
func (c *crossing) tamper(node int, height int64, honest []byte) []byte {
	extension, err := voteext.DecodeExtension(honest)
	require.NoError(c.t, err)
	if len(extension.Shares) == 0 {
		return honest
	}
	batch, err := c.App().Volens.Custody.BatchAt(c.Context(), height)
	require.NoError(c.t, err)
	if isCanary(batch) {
		if c.canaries {
			return honest
		}
	} else if slices.Contains(c.heard[batch.Epoch], node) {
		if lie := c.old[node]; lie != nil && batch.Epoch == 2 {
			return withShare(c.t, honest, lie)
		}
		return honest
	}
	extension.Coverage, extension.Shares, extension.A, extension.APrime, extension.F = nil, nil, nil, nil, nil
	out, err := voteext.EncodeExtension(extension)
	require.NoError(c.t, err)
	return out
}

// step makes a block, and counts the releases and the blame in it.
func (c *crossing) step() {
	c.t.Helper()
	resp := c.Block()
	c.releases += len(events(c.t, resp, &custody.EventReleased{}))
	c.bad = append(c.bad, blamed(c.t, resp)...)
}

func (c *crossing) until(what string, holds func() bool) {
	c.t.Helper()
	for range 120 {
		if holds() {
			return
		}
		c.step()
	}
	require.FailNow(c.t, "did not happen", what)
}

// kept are the shares of the job that the chain keeps, and of which epoch.
func (c *crossing) kept() (epoch uint64, shares []custody.KeptShare) {
	c.t.Helper()
	all, err := c.App().Volens.Custody.Kept.Shares.Iterate(c.Context(), nil)
	require.NoError(c.t, err)
	entries, err := all.KeyValues()
	require.NoError(c.t, err)
	require.LessOrEqual(c.t, len(entries), 1, "shares of two epochs are kept beside each other")
	for _, e := range entries {
		epoch, shares = e.Key.K2(), e.Value.Shares
	}
	return epoch, shares
}

func indices(shares []custody.KeptShare) []uint32 {
	var out []uint32
	for _, s := range shares {
		out = append(out, s.Share)
	}
	return out
}

// onlyAnswer is the round of the newest height and the one contribution to it.
func (c *crossing) onlyAnswer() (*threshold.Round, *threshold.Contribution) {
	c.t.Helper()
	batch, err := c.App().Volens.Custody.BatchAt(c.Context(), c.Height)
	require.NoError(c.t, err)
	committee, err := c.App().Volens.Custody.Committee(c.Context(), batch.KeyId, batch.Epoch)
	require.NoError(c.t, err)
	jobs := make([]threshold.Job, len(batch.Jobs))
	for i, j := range batch.Jobs {
		jobs[i] = threshold.Job{ID: [32]byte(j.Id), B: j.B}
	}
	round, err := threshold.NewRound(committee, c.ChainID, uint64(c.Height), jobs)
	require.NoError(c.t, err)
	for _, vote := range c.Commit().Votes {
		e, err := voteext.DecodeExtension(vote.VoteExtension)
		require.NoError(c.t, err)
		if len(e.Shares) > 0 {
			validator, err := c.App().Cosmos.Staking.ValidatorByConsAddr(c.Context(), vote.Validator.Address)
			require.NoError(c.t, err)
			return round, &threshold.Contribution{
				Operator: operatorBytes(c.t, validator.GetOperator()), Coverage: e.Coverage, S: e.Shares,
				A: e.A, APrime: e.APrime, F: e.F,
			}
		}
	}
	require.FailNow(c.t, "nobody answered")
	return nil, nil
}

// answered reports whether somebody answered for the job in the second epoch, at the newest
// height.
func (c *crossing) answered() bool {
	batch, err := c.App().Volens.Custody.BatchAt(c.Context(), c.Height)
	require.NoError(c.t, err)
	return len(batch.Jobs) > 0 && batch.Epoch == 2 && !isCanary(batch) && answered(c.t, c.Story) > 0
}

func isCanary(batch custody.Batch) bool {
	return bytes.Equal(batch.Jobs[0].B, threshold.CanaryPoint(custody.FirstKeyID))
}

// begun is a crossing whose job has two shares of the first epoch, while the second one waits
// for its canary.
func begun(t *testing.T) *crossing {
	t.Helper()
	s := aging(t, 40)
	c := &crossing{Story: s, t: t, old: map[int][]byte{}}
	d := s.Ready(s.Patient, content)
	c.heard = map[uint64][]int{1: {nodeOfShare(t, s, 1), nodeOfShare(t, s, 3)}}
	s.Tamper.Extension = c.tamper
	c.until("the second epoch waits", func() bool { return key(t, s.Context(), s.Chain).PendingEpoch == 2 })
	s.Anchor()
	c.request = offered(s, d)
	c.until("two shares of the first epoch", func() bool { _, kept := c.kept(); return len(kept) == 2 })
	epoch, kept := c.kept()
	require.Equal(t, uint64(1), epoch)
	require.Equal(t, []uint32{1, 3}, indices(kept))
	for _, share := range kept {
		c.old[nodeOfShare(t, s, int(share.Share))] = share.S
	}
	return c
}

// A job that the old epoch has half answered when the next one takes over is finished by the
// next one alone, once: with as many shares of both together as open, and fewer of each, it
// waits. Old shares are worth nothing any more, and who sends one is blamed.
func TestMerge_AcrossEpochs(t *testing.T) {
	c := begun(t)
	first, third := nodeOfShare(t, c.Story, 1), nodeOfShare(t, c.Story, 3)
	c.canaries = true
	c.until("the second epoch", func() bool { return key(t, c.Context(), c.Chain).Epoch == 2 })
	_, kept := c.kept()
	require.Empty(t, kept, "they ended with their epoch")

	c.heard[2] = []int{first, nodeOfShare(t, c.Story, 2)} // the first one sends its old share
	c.until("a share of the second epoch", func() bool { _, kept := c.kept(); return len(kept) == 1 })
	epoch, kept := c.kept()
	require.Equal(t, uint64(2), epoch)
	require.Equal(t, []uint32{2}, indices(kept))
	require.Equal(t, [][]byte{operator(t, c.Chain, first)}, c.bad)
	for range 6 {
		c.step()
		require.False(t, released(c.Story, c.request), "1 and 3 of the old epoch and 2 of the new")
	}

	delete(c.old, first)
	c.heard[2] = []int{first}
	c.until("two shares of the second epoch", func() bool { _, kept := c.kept(); return len(kept) == 2 })
	require.Zero(t, c.releases)
	delete(c.old, third)
	c.heard[2] = []int{third}
	c.until("the release", func() bool { return released(c.Story, c.request) })
	release := c.Released(c.Context(), c.request.ID, 0)
	require.Equal(t, uint64(2), release.Epoch)
	nothingKept(t, c.Story)
	c.heard[2] = []int{0, 1, 2, 3}
	for range 10 {
		c.step()
	}
	require.Equal(t, 1, c.releases, "once")
	require.Equal(t, release, c.Released(c.Context(), c.request.ID, 0))
	onePointEach(t, c.Story)
	solvent(t, c.Story)
}

// A proposer that kept the old epoch's shares cannot finish the job with them: every node
// refuses the point that they make together with a new share, and it is another one.
func TestMerge_ProposerMixesEpochs(t *testing.T) {
	c := begun(t)
	_, kept := c.kept()
	c.canaries = true
	c.old = map[int][]byte{}
	c.until("the second epoch", func() bool { return key(t, c.Context(), c.Chain).Epoch == 2 })
	c.heard[2] = []int{nodeOfShare(t, c.Story, 2)}
	c.until("an answer", c.answered)
	round, contribution := c.onlyAnswer()
	var shares []threshold.KeptShare
	for _, share := range kept {
		shares = append(shares, threshold.KeptShare{Share: int(share.Share), S: share.S})
	}
	mixing, err := round.Merge(shares)
	require.NoError(t, err)
	mixed, err := mixing.Combine([]*threshold.Contribution{contribution})
	require.NoError(t, err)
	require.Len(t, mixed, 1, "they would be enough in number")

	told := takeApart(t, c.Propose()[0])
	require.Empty(t, told.Done)
	told.Done = []custody.Combined{{Job: 0, S: mixed[0].S}}
	require.False(t, c.Accepts(told.putTogether(t)))
	resp := c.Force(told.putTogether(t))
	require.Empty(t, events(t, resp, &custody.EventReleased{}))
	require.False(t, released(c.Story, c.request))

	c.heard[2] = []int{0, 1, 2, 3}
	c.until("the release", func() bool { return released(c.Story, c.request) })
	require.NotEqual(t, mixed[0].S, c.Released(c.Context(), c.request.ID, 0).S)
	require.Equal(t, 1, c.releases)
	require.Empty(t, c.bad)
	solvent(t, c.Story)
}
