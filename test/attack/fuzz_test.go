package attack_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/types/tx"

	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/test/chain"
	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/custody"
)

// What the fuzzed bytes stand for.
const (
	asTransaction = iota
	asInjection
	asCommit
	asChange
	asExtension
	ways
)

// prey is a chain on which a job always waits for an answer.
type prey struct {
	*story.Story
	dataset *story.Dataset
	request *story.Request
}

func newPrey(f *testing.F) *prey {
	f.Helper()
	s := story.With(f, chain.Options{Validators: 4, Observers: 1})
	p := &prey{Story: s, dataset: s.Ready(s.Patient, content)}
	p.request = offered(s, p.dataset)
	return p
}

// offer makes sure that the last votes answered a job.
func (p *prey) offer(t *testing.T) {
	t.Helper()
	p.Tamper = chain.Tamper{}
	if state := p.SeatState(p.request.ID, 0); state == custody.SEAT_STATE_RELEASED || state == custody.SEAT_STATE_VOID {
		p.Anchor()
		p.request = offered(p.Story, p.dataset)
		return
	}
	for range 4 {
		if answered(t, p.Story) > 0 {
			return
		}
		p.Force()
	}
}

// wrap puts bytes into a marker transaction, as an injection.
func wrap(tb testing.TB, injection []byte) []byte {
	tb.Helper()
	marker, err := codectypes.NewAnyWithValue(&custody.MsgInject{
		Signer: moduleAccount(custody.ModuleName).String(), Injection: injection,
	})
	require.NoError(tb, err)
	body, err := (&tx.TxBody{Messages: []*codectypes.Any{marker}}).Marshal()
	require.NoError(tb, err)
	auth, err := (&tx.AuthInfo{Fee: &tx.Fee{}}).Marshal()
	require.NoError(tb, err)
	raw, err := (&tx.TxRaw{BodyBytes: body, AuthInfoBytes: auth}).Marshal()
	require.NoError(tb, err)
	return raw
}

// transaction makes a first transaction of fuzzed bytes.
func (p *prey) transaction(t *testing.T, way uint8, raw []byte) []byte {
	t.Helper()
	switch way % ways {
	case asInjection:
		return wrap(t, raw)
	case asCommit:
		out, err := voteext.EncodeInjection(&custody.Injection{Height: p.Height, ExtendedCommit: raw})
		require.NoError(t, err)
		return out
	case asChange:
		proposal := p.Propose()
		if len(proposal) == 0 || len(raw) < 2 {
			return raw
		}
		out := proposal[0]
		at := (int(raw[0])<<8 | int(raw[1])) % len(out)
		for i, b := range raw[2:] {
			out[(at+i)%len(out)] ^= b
		}
		return out
	default:
		return raw
	}
}

func seeds(f *testing.F, p *prey) {
	f.Helper()
	honest := p.Propose()[0]
	inner, err := voteext.DecodeInjection(honest)
	require.NoError(f, err)
	injection, err := inner.Marshal()
	require.NoError(f, err)
	f.Add(uint8(asTransaction), []byte{})
	f.Add(uint8(asTransaction), []byte(voteext.MarkerURL))
	f.Add(uint8(asTransaction), honest)
	f.Add(uint8(asTransaction), honest[:len(honest)/2])
	f.Add(uint8(asInjection), []byte{})
	f.Add(uint8(asInjection), injection)
	f.Add(uint8(asInjection), injection[:len(injection)-40])
	f.Add(uint8(asCommit), inner.ExtendedCommit)
	f.Add(uint8(asCommit), inner.ExtendedCommit[:len(inner.ExtendedCommit)/2])
	f.Add(uint8(asCommit), []byte{0x12, 0x00})
	for _, place := range []byte{0, 1, 2, 3} {
		f.Add(uint8(asChange), []byte{place, 77, 0xff, 0x01, 0x80})
	}
	f.Add(uint8(asExtension), []byte{0x12, 0x01, 0x01})
	f.Add(uint8(asExtension), p.Commit().Votes[0].VoteExtension)
	f.Add(uint8(asExtension), []byte{0x0a, 0x02, 0x12, 0x00})
}

// Whatever stands first in a block and in its votes, every node executes the block, with
// the same result, and the next honest block is accepted.
func FuzzPreBlock(f *testing.F) {
	p := newPrey(f)
	seeds(f, p)
	f.Fuzz(func(t *testing.T, way uint8, raw []byte) {
		if len(raw) > custody.ExtensionCap {
			t.Skip("longer than any message")
		}
		p.For(t)
		p.offer(t)
		if way%ways == asExtension {
			p.Tamper.Late = func(node int, _ int64) bool { return node == 0 }
			p.Tamper.Extension = func(node int, _ int64, honest []byte) []byte {
				if node == 0 {
					return raw
				}
				return honest
			}
			p.Force()
			p.Block()
			p.Tamper = chain.Tamper{}
		} else {
			p.Force(p.transaction(t, way, raw))
		}
		p.Block()
		solvent(t, p.Story)
	})
}

// Whatever is proposed, every node has an answer, the same one, and no state changes:
// the honest proposal is still accepted.
func FuzzProcessProposal(f *testing.F) {
	p := newPrey(f)
	seeds(f, p)
	f.Fuzz(func(t *testing.T, way uint8, raw []byte) {
		p.For(t)
		p.offer(t)
		honest := p.Propose()
		first := p.transaction(t, way, raw)
		accepted := p.Accepts(first)
		p.Accepts(append([][]byte{first}, honest...)...)
		p.Accepts(append(honest, first)...)
		require.True(t, p.Accepts(honest...))
		if accepted && voteext.Marked(first) {
			told, err := voteext.DecodeInjection(first)
			require.NoError(t, err)
			require.Equal(t, p.Height, told.Height)
		}
	})
}

// Whatever an operator says in any phase of a run, nothing fails and the phase stands.
func FuzzRunMessages(f *testing.F) {
	c := chain.New(f, chain.Options{Validators: 4})
	stages := map[custody.Phase]*chain.Chain{}
	c.Block()
	for range 30 {
		run, err := c.App().Volens.Custody.RunView(c.Context())
		require.NoError(f, err)
		if stages[run.Run.Phase] == nil && !run.Run.Finished {
			stages[run.Run.Phase] = c.Fork(c.Snapshot(), c.ChainID)
		}
		c.Block()
		for _, vote := range c.Commit().Votes {
			if len(vote.VoteExtension) > 0 {
				f.Add(vote.VoteExtension)
			}
		}
	}
	require.Len(f, stages, 4)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var extension custody.VoteExtension
		if extension.Unmarshal(raw) != nil {
			return
		}
		for _, at := range stages {
			cached, _ := at.Context().CacheContext()
			for i := range at.Nodes {
				at.App().Volens.Custody.ApplyRunMessages(cached, operator(t, at, i), extension.Run)
			}
			require.NoError(t, at.App().Volens.Custody.EndBlock(cached))
		}
	})
}
