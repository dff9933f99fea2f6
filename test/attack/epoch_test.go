package attack_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/devnet"
	"github.com/volens-network/volens/test/chain"
	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/custody"
)

// aging is a chain whose epochs last for some blocks.
func aging(t *testing.T, blocks int64) *story.Story {
	t.Helper()
	return story.With(t, chain.Options{
		Validators: 4,
		Spec:       func(spec *devnet.Spec) { spec.EpochLength = blocks },
	})
}

// key is the first committee key as it stands on chain.
func key(t *testing.T, ctx sdk.Context, c *chain.Chain) custody.Key {
	t.Helper()
	out, err := c.App().Volens.Custody.Committees.Keys.Get(ctx, custody.FirstKeyID)
	require.NoError(t, err)
	return out
}

// untilEpoch waits until an epoch of the first key releases.
func untilEpoch(t *testing.T, s *story.Story, epoch uint64) {
	t.Helper()
	s.Until(150, fmt.Sprintf("epoch %d", epoch), func(ctx sdk.Context) bool {
		return key(t, ctx, s.Chain).Epoch >= epoch
	})
}

// secrets lists the files of a node's custody folder that begin with a word.
func secrets(t *testing.T, s *story.Story, node int, kind string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(s.Nodes[node].Home, app.CustodyFolder))
	require.NoError(t, err)
	out := []string{}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), kind) {
			out = append(out, e.Name())
		}
	}
	return out
}

// The key moves on over real vote extensions, and what was sealed in the first epoch opens
// in the last. Old shares and the keys of finished runs are gone from every disk.
func TestEpoch_SealedInTheFirstOpensInTheLast(t *testing.T) {
	s := aging(t, 20)
	d := s.Ready(s.Patient, content)
	y := s.Key().Y()
	opens(t, s, d)
	for epoch := uint64(2); epoch <= 4; epoch++ {
		untilEpoch(t, s, epoch)
		require.Equal(t, y, s.Key().Y())
		s.Anchor()
		opens(t, s, d)
	}
	s.Blocks(3)
	now := key(t, s.Context(), s.Chain)
	for node := range s.Nodes {
		for _, file := range secrets(t, s, node, "share-") {
			require.GreaterOrEqual(t, file, fmt.Sprintf("share-1-%d", now.Epoch), "node %d keeps an old share", node)
		}
		if view(t, s.Chain).Run.Finished {
			require.Empty(t, secrets(t, s, node, "enrolment-"))
			require.Empty(t, secrets(t, s, node, "deal-"))
		}
	}
	require.Empty(t, faults(t, s.Chain))
	onePointEach(t, s)
	solvent(t, s)
}

// All nodes die after every block of a reshare. No dealer ever sends two different deals,
// and releases go on.
func TestEpoch_RestartAfterEveryBlock(t *testing.T) {
	sent := map[string][]byte{}
	watch := func(_ int, _ int64, honest []byte) []byte {
		if len(honest) == 0 {
			return honest
		}
		extension, err := voteext.DecodeExtension(honest)
		require.NoError(t, err)
		deals(extension, func(d *custody.Deal) {
			name := fmt.Sprintf("%x %d %x", d.Operator, d.Share, d.Data[:28])
			if before, ok := sent[name]; ok {
				require.Equal(t, before, d.Data, "two deals of one dealer")
			}
			sent[name] = bytes.Clone(d.Data)
		})
		return honest
	}
	s := aging(t, 20)
	d := s.Ready(s.Patient, content)
	s.Until(60, "a reshare", func(sdk.Context) bool { return !view(t, s.Chain).Run.Finished })
	s.Anchor()
	for key(t, s.Context(), s.Chain).Epoch == 1 {
		s = s.On(s.Fork(s.Snapshot(), s.ChainID))
		s.Tamper.Extension = watch
		s.Block()
	}
	s = s.On(s.Fork(s.Snapshot(), s.ChainID))
	require.Len(t, sent, 4)
	require.Equal(t, uint64(2), view(t, s.Chain).Run.Run, "the first attempt")
	opens(t, s, d)
}

// A validator changes its consensus key. Its shares belong to its operator: it answers with
// them at once, and has its part in the next epoch.
func TestEpoch_ConsensusKeyRotation(t *testing.T) {
	s := aging(t, 40)
	d := s.Ready(s.Patient, content)
	of, fresh := operator(t, s.Chain, 2), chain.NewConsensusKey("fresh")
	before := s.Nodes[2].Address()
	rotate, err := stakingtypes.NewMsgRotateConsPubKey(sdk.ValAddress(of).String(), s.Public(fresh))
	require.NoError(t, err)
	s.Send(s.Operator(2), rotate)
	for !s.Validates(fresh) {
		s.Block()
	}
	s.Rekey(2, fresh)
	s.Blocks(2)
	require.NotEqual(t, before, s.Nodes[2].Address())
	require.Equal(t, of, operator(t, s.Chain, 2))
	_, err = s.App().Cosmos.Staking.ValidatorByConsAddr(s.Context(), before)
	require.Error(t, err)

	s.Anchor()
	r := offered(s, d)
	require.Equal(t, 4, answered(t, s), "its shares are not orphaned")
	s.WaitRelease(r, 0)
	untilEpoch(t, s, 2)
	now := epochOf(t, s, 2)
	require.Len(t, now.Owners, 4)
	require.Contains(t, now.Owners, of)
	require.Empty(t, faults(t, s.Chain))
	s.Anchor()
	opens(t, s, d)
}

func epochOf(t *testing.T, s *story.Story, number uint64) custody.Epoch {
	t.Helper()
	out, err := s.App().Volens.Custody.Committees.Epoch(s.Context(), custody.FirstKeyID, number)
	require.NoError(t, err)
	return out
}
