package keeper_test

import (
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/keeper"
)

// history is a chain's life at random: validators come, go and fall silent, stakes change,
// proposers leave injections out, keys are rotated, and all the while datasets are opened.
type history struct {
	*fixture

	random *rand.Rand
	keys   map[uint64]custody.Key // as they were last
	run    uint64
	joined uint64 // the epoch in which a validator came or went last
}

// event changes something before a block.
func (h *history) event() {
	h.t.Helper()
	switch h.random.IntN(12) {
	case 0:
		for _, n := range h.nodes {
			n.silent = n.silent && !h.bonded(n) // whoever left stays silent
		}
	case 1:
		h.silence()
	case 2:
		h.dropNext = true
	case 3:
		if now := h.stored(custody.FirstKeyID).Epoch; now != h.joined && len(h.left.bonded) < 7 {
			h.joined = now
			h.join()
		}
	case 4:
		if now := h.stored(custody.FirstKeyID).Epoch; now != h.joined && len(h.left.bonded) > 5 {
			h.joined = now
			h.leave(h.nodes[len(h.nodes)-1])
			h.nodes = h.nodes[:len(h.nodes)-1]
		}
	case 5:
		h.left.bonded[h.random.IntN(len(h.left.bonded))].Power = 10 + h.random.Uint64N(3)
	case 6:
		if h.random.IntN(4) == 0 {
			_, err := h.msgs.RotateKey(h.ctx, &custody.MsgRotateKey{Authority: account(authority), KeyId: 1})
			if err != nil {
				require.ErrorIs(h.t, err, custody.ErrKey)
			}
		}
	}
}

func (h *history) bonded(n *node) bool {
	for _, b := range h.left.bonded {
		if string(b.Operator) == string(n.operator) {
			return true
		}
	}
	return false
}

// silence lets one validator fall silent, if none is.
func (h *history) silence() {
	for _, n := range h.nodes {
		if n.silent {
			return
		}
	}
	h.nodes[h.random.IntN(len(h.nodes))].silent = true
}

// check holds what no block may break.
func (h *history) check() {
	h.t.Helper()
	checkInvariants(h.t, h.fixture)
	active := 0
	require.NoError(h.t, h.keeper.Committees.Keys.Walk(h.ctx, nil, func(id uint64, k custody.Key) (bool, error) {
		before, known := h.keys[id]
		if known {
			require.Equal(h.t, before.Y, k.Y, "Y never changes inside a key id")
			require.GreaterOrEqual(h.t, k.Epoch, before.Epoch, "epochs only follow each other")
			require.True(h.t, !before.Serves() || k.Serves(), "a key that releases goes on releasing")
			if before.Serves() {
				require.Equal(h.t, before.Canary, k.Canary)
			}
		}
		if k.Serves() {
			h.keys[id] = k
		}
		if k.Status == custody.KEY_STATUS_ACTIVE {
			active++
		}
		_, err := h.keeper.Committees.Epoch(h.ctx, id, k.Epoch)
		require.NoError(h.t, err, "the epoch that releases is there")
		require.True(h.t, k.Next == nil || k.Status == custody.KEY_STATUS_ACTIVE)
		return false, nil
	}))
	require.Equal(h.t, 1, active, "one key takes new datasets")
	epochs := map[uint64]int{}
	require.NoError(h.t, h.keeper.Committees.Epochs.Walk(h.ctx, nil,
		func(of keeper.EpochKey, e custody.Epoch) (bool, error) {
			epochs[of.K1()]++
			require.Greater(h.t, 2*e.SecrecyNum, e.SecrecyDen, "any T shares are more than half of the stake")
			require.Greater(h.t, int(e.Threshold), e.LargestHolder())
			return false, nil
		}))
	for id, n := range epochs {
		require.LessOrEqual(h.t, n, 3, "key %d: the active epoch, the one before, and one that waits", id)
	}
	run := h.fixture.run()
	require.GreaterOrEqual(h.t, run.Run, h.run, "run numbers never come again")
	require.LessOrEqual(h.t, h.height()-run.Started, custody.DevnetParams().RunBlocks()+100_000)
	h.run = run.Run
}

// Whatever happens, as long as no more than one validator is away at a time: the keys stay the
// same, releases go on, and what was sealed in the first epoch opens in the last.
func TestHistory_OfCommittees(t *testing.T) {
	histories := uint64(3)
	if os.Getenv("VOLENS_DEEP") != "" {
		histories = 200
	}
	for seed := range histories {
		f := agingFixture(t, 5, 15)
		h := &history{
			fixture: f, random: rand.New(rand.NewPCG(seed, 0)), keys: map[uint64]custody.Key{}, joined: 1,
		}
		of := f.registered(1)
		xU := f.opened(of)
		for range 220 {
			h.event()
			f.step()
			h.check()
		}
		for _, n := range f.nodes {
			n.silent = false
		}
		f.dropNext = false
		f.steps(60)
		require.Greater(t, f.stored(1).Epoch, uint64(2), "seed %d: no epoch came about", seed)
		require.Empty(t, f.left.jailed, "lateness never jails")
		f.opens(200, of, xU)
	}
}
