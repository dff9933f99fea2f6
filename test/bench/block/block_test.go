package block_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/test/bench/block"
)

// An honest block with all votes releases every job of its batch.
func TestNode_Releases(t *testing.T) {
	c, err := block.New(t.TempDir(), 4, 5)
	require.NoError(t, err)
	offered, err := c.Offered()
	require.NoError(t, err)
	require.Equal(t, 5, offered)
	commit, err := c.Commit(4)
	require.NoError(t, err)
	node := c.NewNode(commit)
	injection, err := node.Propose()
	require.NoError(t, err)
	require.NoError(t, c.NewNode(commit).Process(injection))
	released, kept, err := node.Execute(injection)
	require.NoError(t, err)
	require.Equal(t, 5, released)
	require.Zero(t, kept)
	require.ErrorIs(t, node.Process(injection[:len(injection)-1]), block.ErrBlock)
}

// With too few votes the shares are kept, and the next batch of the jobs needs one more.
func TestNode_Merges(t *testing.T) {
	c, err := block.New(t.TempDir(), 4, 2)
	require.NoError(t, err)
	commit, err := c.Commit(2)
	require.NoError(t, err)
	node := c.NewNode(commit)
	injection, err := node.Propose()
	require.NoError(t, err)
	released, kept, err := node.Execute(injection)
	require.NoError(t, err)
	require.Zero(t, released)
	require.Equal(t, 4, kept)
	require.NoError(t, node.Decide(injection))
	require.NoError(t, c.Next())
	commit, err = c.Answer(2, 3)
	require.NoError(t, err)
	node = c.NewNode(commit)
	injection, err = node.Propose()
	require.NoError(t, err)
	require.NoError(t, node.Process(injection))
	released, kept, err = node.Execute(injection)
	require.NoError(t, err)
	require.Equal(t, 2, released)
	require.Zero(t, kept)
}

// Other jobs are offered at each height while there are more than a batch holds.
func TestChain_Next(t *testing.T) {
	c, err := block.New(t.TempDir(), 4, 150)
	require.NoError(t, err)
	for range 4 {
		offered, err := c.Offered()
		require.NoError(t, err)
		require.Equal(t, 64, offered)
		raw, err := c.Extend(0)
		require.NoError(t, err)
		require.Greater(t, len(raw), 64*32)
		require.NoError(t, c.Next())
	}
}
