package attack_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/custody"
)

// injection is what a proposer injects, taken apart.
type injection struct {
	*custody.Injection
	commit abci.ExtendedCommitInfo
}

// takeApart reads the injection of a proposal.
func takeApart(t *testing.T, raw []byte) injection {
	t.Helper()
	inner, err := voteext.DecodeInjection(raw)
	require.NoError(t, err)
	out := injection{Injection: inner}
	require.NoError(t, out.commit.Unmarshal(inner.ExtendedCommit))
	return out
}

// putTogether writes it again, with whatever was changed.
func (i injection) putTogether(t *testing.T) []byte {
	t.Helper()
	commit, err := i.commit.Marshal()
	require.NoError(t, err)
	i.ExtendedCommit = commit
	raw, err := voteext.EncodeInjection(i.Injection)
	require.NoError(t, err)
	return raw
}

// another is a valid point that nobody asked for.
func another(t *testing.T, s *story.Story) []byte {
	t.Helper()
	secret, err := s.Key().DeriveSeat(bytes.Repeat([]byte{7}, 32), s.ChainID, [16]byte{}, 0)
	require.NoError(t, err)
	return secret.Q()
}

// lie is one change of an honest injection.
type lie func(t *testing.T, s *story.Story, i *injection)

// powerLies are about the commit: each is refused because of what the last block's
// commit or a signature says.
var powerLies = map[string]lie{
	"forges power":      func(_ *testing.T, _ *story.Story, i *injection) { i.commit.Votes[0].Validator.Power++ },
	"takes power away":  func(_ *testing.T, _ *story.Story, i *injection) { i.commit.Votes[3].Validator.Power = 0 },
	"reorders":          func(_ *testing.T, _ *story.Story, i *injection) { v := i.commit.Votes; v[0], v[1] = v[1], v[0] },
	"duplicates a vote": func(_ *testing.T, _ *story.Story, i *injection) { i.commit.Votes[1] = i.commit.Votes[0] },
	"adds a vote": func(_ *testing.T, _ *story.Story, i *injection) {
		i.commit.Votes = append(i.commit.Votes, i.commit.Votes[0])
	},
	"drops a vote": func(_ *testing.T, _ *story.Story, i *injection) { i.commit.Votes = i.commit.Votes[1:] },
	"adds a validator": func(_ *testing.T, _ *story.Story, i *injection) {
		v := i.commit.Votes[0]
		v.Validator.Address = bytes.Repeat([]byte{9}, 20)
		i.commit.Votes = append(i.commit.Votes, v)
	},
	"swaps extensions": func(_ *testing.T, _ *story.Story, i *injection) {
		v := i.commit.Votes
		v[0].VoteExtension, v[1].VoteExtension = v[1].VoteExtension, v[0].VoteExtension
	},
	"swaps extensions with signatures": func(_ *testing.T, _ *story.Story, i *injection) {
		v := i.commit.Votes
		v[0].VoteExtension, v[1].VoteExtension = v[1].VoteExtension, v[0].VoteExtension
		v[0].ExtensionSignature, v[1].ExtensionSignature = v[1].ExtensionSignature, v[0].ExtensionSignature
	},
	"empties an extension": func(_ *testing.T, _ *story.Story, i *injection) { i.commit.Votes[0].VoteExtension = nil },
	"strips a signature":   func(_ *testing.T, _ *story.Story, i *injection) { i.commit.Votes[0].ExtensionSignature = nil },
	"hides half of the power": func(_ *testing.T, _ *story.Story, i *injection) {
		hide(&i.commit.Votes[0])
		hide(&i.commit.Votes[1])
	},
	"claims a round":        func(_ *testing.T, _ *story.Story, i *injection) { i.Round++ },
	"claims another round":  func(_ *testing.T, _ *story.Story, i *injection) { i.Round++; i.commit.Round++ },
	"claims a height":       func(_ *testing.T, _ *story.Story, i *injection) { i.Height-- },
	"claims a later height": func(_ *testing.T, _ *story.Story, i *injection) { i.Height++ },
	"injects no commit": func(_ *testing.T, _ *story.Story, i *injection) {
		i.commit, i.Used, i.Bad, i.Done = abci.ExtendedCommitInfo{}, nil, nil, nil
	},
}

func hide(v *abci.ExtendedVoteInfo) {
	v.BlockIdFlag, v.VoteExtension, v.ExtensionSignature = cmtproto.BlockIDFlagAbsent, nil, nil
}

// batchLies are about the shares and what follows from them.
var batchLies = map[string]lie{
	"lies about S": func(t *testing.T, s *story.Story, i *injection) {
		t.Helper()
		i.Done[0].S = another(t, s)
	},
	"S is B": func(t *testing.T, s *story.Story, i *injection) {
		t.Helper()
		i.Done[0].S = batchPoint(t, s)
	},
	"S is nothing":  func(_ *testing.T, _ *story.Story, i *injection) { i.Done[0].S = nil },
	"S is identity": func(_ *testing.T, _ *story.Story, i *injection) { i.Done[0].S = make([]byte, 32) },
	"S is not canonical": func(_ *testing.T, _ *story.Story, i *injection) {
		i.Done[0].S = bytes.Repeat([]byte{0xff}, 32)
	},
	"S has a byte more":         func(_ *testing.T, _ *story.Story, i *injection) { i.Done[0].S = append(i.Done[0].S, 0) },
	"leaves out a finished job": func(_ *testing.T, _ *story.Story, i *injection) { i.Done = nil },
	"finishes a job twice":      func(_ *testing.T, _ *story.Story, i *injection) { i.Done = append(i.Done, i.Done[0]) },
	"finishes another job":      func(_ *testing.T, _ *story.Story, i *injection) { i.Done[0].Job = 1 },
	"finishes a job far away":   func(_ *testing.T, _ *story.Story, i *injection) { i.Done[0].Job = 1<<32 - 1 },
	"finishes with two shares":  func(_ *testing.T, _ *story.Story, i *injection) { i.Used[0] &= 3 },
	"finishes with no shares":   func(_ *testing.T, _ *story.Story, i *injection) { i.Used[0] = 0 },
	"accuses an honest validator": func(_ *testing.T, _ *story.Story, i *injection) {
		i.Used[0] &^= 8
		i.Bad[0] |= 8
	},
	"accuses one whom it uses":    func(_ *testing.T, _ *story.Story, i *injection) { i.Bad[0] |= 1 },
	"uses who is not there":       func(_ *testing.T, _ *story.Story, i *injection) { i.Used[0] |= 16 },
	"accuses who is not there":    func(_ *testing.T, _ *story.Story, i *injection) { i.Bad[0] |= 32 },
	"uses whom it hides":          func(_ *testing.T, _ *story.Story, i *injection) { hide(&i.commit.Votes[3]) },
	"writes a longer bitmap":      func(_ *testing.T, _ *story.Story, i *injection) { i.Used = append(i.Used, 0) },
	"writes no bitmaps":           func(_ *testing.T, _ *story.Story, i *injection) { i.Used, i.Bad = nil, nil },
	"writes a longer list of bad": func(_ *testing.T, _ *story.Story, i *injection) { i.Bad = append(i.Bad, 0) },
}

// batchPoint is the B that the last votes answered.
func batchPoint(t *testing.T, s *story.Story) []byte {
	t.Helper()
	batch, err := s.App().Volens.Custody.BatchAt(s.Context(), s.Height)
	require.NoError(t, err)
	require.NotEmpty(t, batch.Jobs)
	return batch.Jobs[0].B
}

// Every lie about the commit or the shares is refused by every validator. Even if it got
// into a block, it would count as absent, and the job is finished later.
func TestProposer_LiesInTheInjection(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	for _, lies := range []map[string]lie{powerLies, batchLies} {
		for name, change := range lies {
			t.Run(name, func(t *testing.T) {
				s.For(t)
				r := offered(s, d)
				honest := s.Propose()
				require.True(t, s.Accepts(honest...))
				told := takeApart(t, honest[0])
				require.Len(t, told.Done, 1)
				change(t, s, &told)
				raw := told.putTogether(t)
				require.False(t, s.Accepts(raw), "a lie is accepted")
				require.True(t, s.Accepts(honest...), "an honest proposal is refused after a lie")

				resp := s.Force(raw)
				require.Empty(t, events(t, resp, &custody.EventReleased{}))
				require.Empty(t, events(t, resp, &custody.EventBadExtension{}))
				require.False(t, released(s, r))
				s.WaitRelease(r, 0)
			})
		}
	}
	s.For(t)
	onePointEach(t, s)
	solvent(t, s)
}

// Where the injection stands and how it is written has one answer.
func TestProposer_Placement(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	var previous []byte
	for name, place := range map[string]func(honest, user []byte) [][]byte{
		"second injected transaction": func(honest, _ []byte) [][]byte { return [][]byte{honest, honest} },
		"second one after another":    func(honest, user []byte) [][]byte { return [][]byte{honest, user, honest} },
		"not first":                   func(honest, user []byte) [][]byte { return [][]byte{user, honest} },
		"with a byte behind":          func(honest, _ []byte) [][]byte { return [][]byte{append(bytes.Clone(honest), 0)} },
		"cut": func(honest, _ []byte) [][]byte {
			return [][]byte{bytes.Clone(honest)[:len(honest)-1]}
		},
		"with an unknown field": func(honest, _ []byte) [][]byte {
			return [][]byte{append(bytes.Clone(honest), 0x7a, 1, 0)}
		},
		"of the block before": func(_, _ []byte) [][]byte { return [][]byte{previous} },
	} {
		t.Run(name, func(t *testing.T) {
			s.For(t)
			r := offered(s, d)
			proposal := s.Propose(s.Sign(s.Stranger, 0, s.Visa(s.Stranger)))
			require.Len(t, proposal, 2)
			if previous == nil {
				previous = proposal[0]
				s.Block()
				r = offered(s, d)
				proposal = s.Propose(s.Sign(s.Stranger, 0, s.Visa(s.Stranger)))
			}
			placed := place(proposal[0], proposal[1])
			require.False(t, s.Accepts(placed...))
			require.True(t, s.Accepts(proposal...))
			resp := s.Force(placed...)
			require.LessOrEqual(t, len(events(t, resp, &custody.EventReleased{})), 1, "released twice")
			s.WaitRelease(r, 0)
		})
	}
	s.For(t)
	solvent(t, s)
}

// A claim about a batch where there is none is refused; an empty injection is harmless.
func TestProposer_InjectsWithoutABatch(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	offered(s, d)
	told := takeApart(t, s.Propose()[0])
	s.Block()
	s.Blocks(3)
	told.commit, told.Height = s.Commit(), s.Height
	require.False(t, s.Accepts(told.putTogether(t)))
	told.Used, told.Bad, told.Done = nil, nil, nil
	require.True(t, s.Accepts(told.putTogether(t)))
	require.Empty(t, events(t, s.Force(told.putTogether(t)), &custody.EventReleased{}))
	opens(t, s, d)
}

// One proposer of four that shows only three votes cannot stop a release: three shares
// are enough. With one validator silent besides, the job is offered again until a
// proposer shows all.
func TestProposer_HidesAThirdOfThePower(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	hiding := func(txs [][]byte, _ abci.ExtendedCommitInfo) [][]byte { return txs }
	s.Tamper.Commit = func(c abci.ExtendedCommitInfo) abci.ExtendedCommitInfo {
		hide(&c.Votes[0])
		return c
	}
	s.Tamper.Proposal = hiding
	r := offered(s, d)
	s.Block()
	require.True(t, released(s, r), "three of four shares")
	require.Zero(t, s.Tamper.Refused)

	silent := s.Commit().Votes[1].Validator.Address
	s.Tamper.Extension = func(node int, _ int64, honest []byte) []byte {
		if bytes.Equal(s.Nodes[node].Address(), silent) {
			return nil
		}
		return honest
	}
	r = offered(s, d)
	s.Blocks(6)
	require.False(t, released(s, r), "two of four shares")
	s.Tamper.Commit, s.Tamper.Proposal = nil, nil
	s.Until(4, "the release", func(sdkContext) bool { return released(s, r) })
	solvent(t, s)
}

// When the injection does not fit, the honest proposer leaves it out rather than make a
// block that CometBFT would panic at.
func TestProposer_BlockTooSmall(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	r := offered(s, d)
	s.Tamper.MaxTxBytes = int64(len(s.Propose()[0])) - 1
	require.Empty(t, s.Propose())
	s.Blocks(4)
	require.False(t, released(s, r))

	// Transactions share the room with the injection, which goes first.
	s.Tamper.MaxTxBytes = 0
	s.Until(4, "an injection", func(sdkContext) bool { return len(s.Propose()) == 1 })
	user := s.Sign(s.Stranger, 0, s.Visa(s.Stranger))
	whole := s.Propose(user)
	require.Len(t, whole, 2)
	s.Tamper.MaxTxBytes = int64(len(whole[0])) + 8
	require.Len(t, s.Propose(user), 1)
	s.Tamper.MaxTxBytes = 0
	s.WaitRelease(r, 0)
}
