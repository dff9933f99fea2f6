package attack_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/test/chain"
	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/custody"
	custodykeeper "github.com/volens-network/volens/x/custody/keeper"
)

// view is the run as the last block left it.
func view(t *testing.T, c *chain.Chain) custodykeeper.RunView {
	t.Helper()
	out, err := c.App().Volens.Custody.RunView(c.Context())
	require.NoError(t, err)
	return out
}

// saying lets one node say something else in the run than it would.
func saying(t *testing.T, c *chain.Chain, node int, how func(*custody.VoteExtension)) {
	t.Helper()
	c.Tamper.Extension = func(i int, _ int64, honest []byte) []byte {
		if i != node {
			return honest
		}
		extension := &custody.VoteExtension{}
		if len(honest) > 0 {
			decoded, err := voteext.DecodeExtension(honest)
			require.NoError(t, err)
			extension = decoded
		}
		how(extension)
		raw, err := voteext.EncodeExtension(extension)
		require.NoError(t, err)
		return raw
	}
}

// withRun plays the first run under an attack until there is a key, and requires that
// exactly these nodes were convicted and jailed, and that releases work.
func withRun(t *testing.T, attack func(*chain.Chain), convicted ...int) *story.Story {
	t.Helper()
	s := story.With(t, chain.Options{Validators: 4, Attack: attack})
	want := [][]byte{}
	for _, node := range convicted {
		want = append(want, operator(t, s.Chain, node))
	}
	got := [][]byte{}
	for _, fault := range faults(t, s.Chain) {
		got = append(got, fault.Operator)
	}
	require.ElementsMatch(t, want, got)
	for i := range s.Nodes {
		validator, err := s.App().Cosmos.Staking.GetValidator(s.Context(), operator(t, s.Chain, i))
		require.NoError(t, err)
		require.Equal(t, among(convicted, i), validator.Jailed, "node %d", i)
	}
	honest(t, s)
	return s
}

// faults are the convictions on chain.
func faults(t *testing.T, c *chain.Chain) []custody.Fault {
	t.Helper()
	reply, err := custodykeeper.NewQueryServer(c.App().Volens.Custody).
		Faults(c.Context(), &custody.QueryFaultsRequest{})
	require.NoError(t, err)
	return reply.Faults
}

func among(list []int, item int) bool {
	for _, other := range list {
		if other == item {
			return true
		}
	}
	return false
}

// deals changes the deals in an extension.
func deals(e *custody.VoteExtension, how func(*custody.Deal)) {
	for _, m := range e.Run {
		if deal := m.GetDeal(); deal != nil {
			how(deal)
		}
	}
}

// A dealer that gives one owner a wrong share is convicted by that owner's dispute.
func TestRun_BadShareInADeal(t *testing.T) {
	withRun(t, func(c *chain.Chain) {
		saying(t, c, 1, func(e *custody.VoteExtension) {
			deals(e, func(d *custody.Deal) {
				// The last ciphertexts are the shares' own; write one into the next one's place.
				d.Data = bytes.Clone(d.Data)
				end := len(d.Data)
				copy(d.Data[end-32:], d.Data[end-64:end-32])
				copy(d.Data[end-128:end-96], d.Data[end-64:end-32])
			})
		})
	}, 1)
}

// Deals that cannot be verified are as good as none: their dealer is left out, and nobody
// is convicted for what proves nothing.
func TestRun_MalformedDeal(t *testing.T) {
	for name, how := range map[string]func(c *chain.Chain, d *custody.Deal){
		"cut":   func(_ *chain.Chain, d *custody.Deal) { d.Data = d.Data[:len(d.Data)-32] },
		"noise": func(_ *chain.Chain, d *custody.Deal) { d.Data = bytes.Repeat([]byte{0xa5}, len(d.Data)) },
		"a wrong proof": func(_ *chain.Chain, d *custody.Deal) {
			d.Data = bytes.Clone(d.Data)
			d.Data[threshold.DealSize(0, 0)-1] ^= 1
		},
		"of another": func(c *chain.Chain, d *custody.Deal) { d.Operator = operator(t, c, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			s := withRun(t, func(c *chain.Chain) {
				saying(t, c, 1, func(e *custody.VoteExtension) { deals(e, func(d *custody.Deal) { how(c, d) }) })
			})
			require.Len(t, view(t, s.Chain).Deals, 3)
		})
	}
}

// A dealer that copies another's deal under its own name has no proof for it.
func TestRun_CopiedDeal(t *testing.T) {
	s := withRun(t, func(c *chain.Chain) {
		var copied []byte
		c.Tamper.Extension = func(i int, _ int64, honest []byte) []byte {
			if len(honest) == 0 {
				return honest
			}
			extension, err := voteext.DecodeExtension(honest)
			require.NoError(t, err)
			deals(extension, func(d *custody.Deal) {
				if i == 0 {
					copied = bytes.Clone(d.Data)
				} else if i == 1 && copied != nil {
					d.Data = append(bytes.Clone(d.Data[:threshold.AddressSize]), copied[threshold.AddressSize:]...)
				}
			})
			raw, err := voteext.EncodeExtension(extension)
			require.NoError(t, err)
			return raw
		}
	})
	require.Contains(t, []int{3, 4}, len(view(t, s.Chain).Deals))
}

// Who accuses an honest dealer is convicted itself.
func TestRun_FalseDispute(t *testing.T) {
	s := withRun(t, func(c *chain.Chain) {
		saying(t, c, 2, func(e *custody.VoteExtension) {
			run := view(t, c).Run
			if run.Phase != custody.PHASE_DISPUTE || run.Finished {
				return
			}
			own := 0
			for i, owner := range run.Owners {
				if bytes.Equal(owner, operator(t, c, 2)) {
					own = i + 1
				}
			}
			dispute := threshold.Dispute{
				Dealer: threshold.Dealer{Operator: operator(t, c, 0)}, K: uint64(own),
				DH: threshold.CanaryPoint(1), Proof: make([]byte, 96),
			}
			raw, err := dispute.MarshalBinary()
			require.NoError(t, err)
			e.Run = append(e.Run, custody.RunMessage{Message: &custody.RunMessage_Dispute{Dispute: &custody.Dispute{
				Accuser: operator(t, c, 2), Dealer: operator(t, c, 0), Data: raw,
			}}})
		})
	}, 2)
	require.True(t, faults(t, s.Chain)[0].Accuser)
}

// A validator that crashes during the run, from any phase after enrolment on, is left
// out; the others make the key.
func TestRun_AbsentValidator(t *testing.T) {
	for _, from := range []custody.Phase{custody.PHASE_DEAL, custody.PHASE_DISPUTE, custody.PHASE_CONFIRM} {
		t.Run(from.String(), func(t *testing.T) {
			withRun(t, func(c *chain.Chain) {
				c.Tamper.Absent = func(node int, height int64) bool {
					if node != 3 || height < 2 {
						return false
					}
					run := view(t, c).Run
					return run.Phase >= from && !run.Finished
				}
			})
		})
	}
}

// Messages that are nobody's, or not their sender's, or out of time, change nothing.
func TestRun_Garbage(t *testing.T) {
	s := withRun(t, func(c *chain.Chain) {
		saying(t, c, 1, func(e *custody.VoteExtension) {
			if c.Height < 2 {
				return
			}
			noise := bytes.Repeat([]byte{0xa5}, 64)
			for i := range c.Nodes {
				of := operator(t, c, i)
				e.Run = append(
					e.Run,
					custody.RunMessage{
						Message: &custody.RunMessage_Enrolment{
							Enrolment: &custody.Enrolment{Operator: of, Ek: noise[:32], Proof: noise},
						},
					},
					custody.RunMessage{
						Message: &custody.RunMessage_Deal{Deal: &custody.Deal{Operator: of, Data: noise}},
					},
					custody.RunMessage{
						Message: &custody.RunMessage_Dispute{
							Dispute: &custody.Dispute{Accuser: of, Dealer: operator(t, c, 0), Data: noise},
						},
					},
					custody.RunMessage{
						Message: &custody.RunMessage_Confirmation{
							Confirmation: &custody.Confirmation{Operator: of, Proof: noise},
						},
					},
					custody.RunMessage{},
				)
			}
			for range 200 {
				e.Run = append(e.Run, custody.RunMessage{Message: &custody.RunMessage_Dispute{Dispute: &custody.Dispute{
					Accuser: operator(t, c, 2), Dealer: operator(t, c, 0), Data: noise[:8],
				}}})
			}
		})
	})
	require.Len(t, view(t, s.Chain).Confirmed, 4)
}

// An encryption key that its sender does not have is no enrolment; four validators wait
// for the fourth, and there is no key without more than two thirds of the stake.
func TestRun_StolenEnrolment(t *testing.T) {
	withRun(t, func(c *chain.Chain) {
		var stolen *custody.Enrolment
		c.Tamper.Extension = func(i int, height int64, honest []byte) []byte {
			if len(honest) == 0 || height > 12 {
				return honest
			}
			extension, err := voteext.DecodeExtension(honest)
			require.NoError(t, err)
			for _, m := range extension.Run {
				e := m.GetEnrolment()
				switch {
				case e == nil:
				case i == 0:
					stolen = e
				case i == 1 && stolen != nil:
					require.Equal(t, custody.PHASE_ENROL, view(t, c).Run.Phase)
					e.Ek, e.Proof = stolen.Ek, stolen.Proof
				case i == 1:
					e.Proof[0] ^= 1
				}
			}
			raw, err := voteext.EncodeExtension(extension)
			require.NoError(t, err)
			return raw
		}
	})
}

// A proposer that never injects stops a window, not the run: only blocks with a valid
// injection count.
func TestRun_CensoringProposer(t *testing.T) {
	withRun(t, func(c *chain.Chain) {
		c.Tamper.Proposal = func(txs [][]byte, _ abci.ExtendedCommitInfo) [][]byte {
			if c.Height%4 == 1 && c.Height > 1 && !view(t, c).Run.Finished {
				return nil
			}
			return txs
		}
	})
}
