package attack_test

import (
	"crypto/rand"
	"encoding/binary"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/test/chain"
	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/share"
	"github.com/volens-network/volens/x/market"
)

// elsewhere is what a validator with true shares could be made to answer: the right
// points under a context that is not this batch's.
type elsewhere struct {
	origin, live string
	keyID, epoch uint64
	ahead        int64 // of the batch's height
}

// answer makes the contribution of a node for the next height's batch in that context.
func (e elsewhere) answer(t *testing.T, s *story.Story, node int) *threshold.Contribution {
	t.Helper()
	store, err := share.Open(filepath.Join(s.Nodes[node].Home, app.CustodyFolder), rand.Reader)
	require.NoError(t, err)
	own, _, err := store.Load(custody.FirstKeyID, 1)
	require.NoError(t, err)
	raw := own.Bytes()
	binary.BigEndian.PutUint64(raw, e.keyID)
	binary.BigEndian.PutUint64(raw[8:], e.epoch)
	shares, err := threshold.ParseShares(raw)
	require.NoError(t, err)

	batch, err := s.App().Volens.Custody.BatchAt(s.Context(), s.Height+1)
	require.NoError(t, err)
	jobs := make([]threshold.Job, len(batch.Jobs))
	for i, job := range batch.Jobs {
		copy(jobs[i].ID[:], job.Id)
		jobs[i].B = job.B
	}
	of := epoch(t, s)
	key, err := threshold.NewKey(e.origin, e.keyID, s.Key().Y())
	require.NoError(t, err)
	committee, err := threshold.NewCommittee(key, e.epoch, int(of.Threshold), of.PublicShares, of.Owners)
	require.NoError(t, err)
	round, err := threshold.NewRound(committee, e.live, uint64(batch.Height+e.ahead), jobs)
	require.NoError(t, err)
	out, err := round.Emit(rand.Reader, operator(t, s.Chain, node), shares, threshold.FullBitmap(len(jobs)))
	require.NoError(t, err)
	return out
}

// The same true shares, proved under another context, are evidence against their sender.
func TestContext_OfShares(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	here := elsewhere{origin: s.Key().OriginChain(), live: s.ChainID, keyID: custody.FirstKeyID, epoch: 1}
	for name, change := range map[string]func(*elsewhere){
		"another live chain":   func(e *elsewhere) { e.live = "other-1" },
		"another origin chain": func(e *elsewhere) { e.origin = "other-1" },
		"another key id":       func(e *elsewhere) { e.keyID = 2 },
		"another epoch":        func(e *elsewhere) { e.epoch = 2 },
		"the height before":    func(e *elsewhere) { e.ahead = -1 },
		"a later height":       func(e *elsewhere) { e.ahead = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			s.For(t)
			there := here
			change(&there)
			rogue(t, s, d, 1, func(honest []byte) []byte {
				if len(honest) == 0 {
					return honest
				}
				c := there.answer(t, s, 1)
				raw, err := voteext.EncodeExtension(&custody.VoteExtension{
					Coverage: c.Coverage, Shares: c.S, A: c.A, APrime: c.APrime, F: c.F,
				})
				require.NoError(t, err)
				return raw
			})
		})
	}
	s.For(t)
}

// A seat's proof holds on the chain, in the request and for the place and the person that
// it was made for.
func TestContext_AnotherLiveChain(t *testing.T) {
	s := shared(t)
	r := s.Submit(s.Researcher)
	s.Send(s.Researcher, r.Message)
	good := s.PostSeats(r)
	for name, change := range map[string]func(*threshold.SeatContext){
		"live chain": func(c *threshold.SeatContext) { c.LiveChain = "other-1" },
		"request":    func(c *threshold.SeatContext) { c.RequestID[0] ^= 1 },
		"place":      func(c *threshold.SeatContext) { c.Index = 1 },
		"person":     func(c *threshold.SeatContext) { c.Researcher = s.Rival.Address() },
	} {
		ctx := threshold.SeatContext{
			LiveChain:  s.ChainID,
			RequestID:  r.ID,
			Researcher: r.By.Address(),
			Q:          r.Seats[0].Q(),
		}
		change(&ctx)
		proof, err := r.Seats[0].Prove(rand.Reader, s.Key(), ctx)
		require.NoError(t, err)
		bad := *good
		bad.Seats = []market.SeatPost{{Q: r.Seats[0].Q(), Proof: proof}}
		result := s.Try(s.Researcher, &bad)
		require.Equal(t, custody.ErrProof.ABCICode(), result.Code, name+": "+result.Log)
	}

	// A transaction that was signed for another chain.
	id := s.ChainID
	s.ChainID = "other-1"
	replayed := s.Sign(s.Researcher, 0, good)
	s.ChainID = id
	results := s.Block(replayed).TxResults
	require.NotZero(t, results[len(results)-1].Code)
	s.Send(s.Researcher, good)
}

// Proofs of a capsule and a seat are bound to where the key was born.
func TestContext_OriginChain(t *testing.T) {
	s := shared(t)
	foreign, err := threshold.NewKey("other-1", custody.FirstKeyID, s.Key().Y())
	require.NoError(t, err)
	secret, err := foreign.Encapsulate(rand.Reader)
	require.NoError(t, err)
	c := newCapsule(t, s, s.Patient, secret)
	refused(t, s.Try(s.Patient, c.message(t, foreign)), custody.ErrProof)

	r := s.Submit(s.Researcher)
	s.Send(s.Researcher, r.Message)
	post := s.PostSeats(r)
	post.Seats[0].Proof, err = r.Seats[0].Prove(rand.Reader, foreign, threshold.SeatContext{
		LiveChain: s.ChainID, RequestID: r.ID, Researcher: r.By.Address(), Q: r.Seats[0].Q(),
	})
	require.NoError(t, err)
	refused(t, s.Try(s.Researcher, post), custody.ErrProof)
	s.Send(s.Researcher, s.PostSeats(r))
}

// There is one key; a proof under another number is worth nothing under this one.
func TestContext_KeyID(t *testing.T) {
	s := shared(t)
	second, err := threshold.NewKey(s.Key().OriginChain(), 2, s.Key().Y())
	require.NoError(t, err)
	secret, err := second.Encapsulate(rand.Reader)
	require.NoError(t, err)
	m := newCapsule(t, s, s.Patient, secret).message(t, second)
	refused(t, s.Try(s.Patient, m), custody.ErrKey)
	m.Payload.KeyId = custody.FirstKeyID
	refused(t, s.Try(s.Patient, m), custody.ErrProof)
	m.Payload.KeyId = 0
	require.NotZero(t, s.Try(s.Patient, m).Code)

	r := s.Submit(s.Researcher, func(spec *market.Spec) { spec.KeyId = 2 })
	refused(t, s.Try(s.Researcher, r.Message), custody.ErrKey)

	// A true proof of one kind is no proof of another kind: a capsule's as a seat's.
	good := newCapsule(t, s, s.Patient, secret)
	own := good.message(t, s.Key())
	ask := s.Submit(s.Researcher)
	s.Send(s.Researcher, ask.Message)
	refused(t, s.Try(s.Researcher, &market.MsgPostSeats{
		Researcher: s.Researcher.String(), RequestId: ask.ID.String(),
		Seats: []market.SeatPost{{Q: secret.U(), Proof: own.Proof}},
	}), custody.ErrProof)
}

// Before there is a key nothing is sealed to it, and nothing is asked.
func TestContext_NoKeyYet(t *testing.T) {
	s := shared(t)
	fresh := chain.New(t, chain.Options{Validators: 4, Spec: s.People})
	secret, err := s.Key().Encapsulate(rand.Reader)
	require.NoError(t, err)
	foreign, err := threshold.NewKey(fresh.ChainID, custody.FirstKeyID, s.Key().Y())
	require.NoError(t, err)
	fresh.Block()
	refused(t, fresh.Try(s.Patient, newCapsule(t, s, s.Patient, secret).message(t, foreign)), custody.ErrKey)
}
