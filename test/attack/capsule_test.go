package attack_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/gate"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/test/chain"
	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

// copyOf is a message that can be changed without harm to the original.
func copyOf(m *dataset.MsgRegisterDataset) *dataset.MsgRegisterDataset {
	out := *m
	out.Random, out.Proof = bytes.Clone(m.Random), bytes.Clone(m.Proof)
	p := &out.Payload
	p.Sha256, p.TreeRoot, p.U = bytes.Clone(p.Sha256), bytes.Clone(p.TreeRoot), bytes.Clone(p.U)
	p.BodySha256, p.FacetsRoot = bytes.Clone(p.BodySha256), bytes.Clone(p.FacetsRoot)
	p.Gateways = append([]dataset.GatePart(nil), p.Gateways...)
	for i := range p.Gateways {
		p.Gateways[i].Commitment = bytes.Clone(p.Gateways[i].Commitment)
	}
	return &out
}

// A stranger registers the victim's U as its own: it could have asked for a release of
// its "own" dataset to itself.
func TestCapsule_ReplayedByAnotherOwner(t *testing.T) {
	s := shared(t)
	victim := s.Register(s.Patient, content)

	replay := copyOf(victim.Message)
	replay.Owner = s.Stranger.String()
	refused(t, s.Try(s.Stranger, replay), custody.ErrProof)

	// With a payload of its own around the same U, and the victim's proof.
	own := s.Seal(s.Stranger, content)
	mixed := copyOf(own.Message)
	mixed.Payload.U = victim.Message.Payload.U
	refused(t, s.Try(s.Stranger, mixed), custody.ErrProof)
	mixed.Proof = victim.Message.Proof
	refused(t, s.Try(s.Stranger, mixed), custody.ErrProof)

	// The owner herself does not register it twice either.
	again := copyOf(victim.Message)
	refused(t, s.Try(s.Patient, again), dataset.ErrExists)
	s.Send(s.Stranger, own.Message)
}

// One capsule stands in one dataset, also of one owner who can prove it.
func TestCapsule_SameUTwice(t *testing.T) {
	s := shared(t)
	secret, err := s.Key().Encapsulate(rand.Reader)
	require.NoError(t, err)
	first := newCapsule(t, s, s.Patient, secret)
	s.Send(s.Patient, first.message(t, s.Key()))
	refused(t, s.Try(s.Patient, newCapsule(t, s, s.Patient, secret).message(t, s.Key())), custody.ErrSeen)

	next := *first
	next.version = 2
	m := next.message(t, s.Key())
	refused(t, s.Try(s.Patient, &dataset.MsgReplacePayload{
		Owner: m.Owner, DatasetId: first.id(s.Key()).String(), Payload: m.Payload, Proof: m.Proof,
	}), custody.ErrSeen)

	fresh, err := s.Key().Encapsulate(rand.Reader)
	require.NoError(t, err)
	next.secret = fresh
	m = next.message(t, s.Key())
	s.Send(s.Patient, &dataset.MsgReplacePayload{
		Owner: m.Owner, DatasetId: first.id(s.Key()).String(), Payload: m.Payload, Proof: m.Proof,
	})
}

// capsule is a registration whose secret stays known. There is no file behind it.
type capsule struct {
	owner   chain.Account
	gateway chain.Account
	random  []byte
	version uint64
	secret  *threshold.Encapsulation
}

func newCapsule(t *testing.T, s *story.Story, owner chain.Account, secret *threshold.Encapsulation) *capsule {
	t.Helper()
	random := make([]byte, id.Size)
	_, err := rand.Read(random)
	require.NoError(t, err)
	return &capsule{owner: owner, gateway: s.Gateway, random: random, version: 1, secret: secret}
}

func (c *capsule) id(key *threshold.Key) id.ID {
	return id.Dataset(key.OriginChain(), c.owner.Address(), c.random)
}

// message makes the registration with a true proof under a key.
func (c *capsule) message(t *testing.T, key *threshold.Key) *dataset.MsgRegisterDataset {
	t.Helper()
	of := c.id(key)
	digest := sha256.Sum256(c.random)
	part := gate.Commit(of, c.version, 1, digest[:])
	bound, err := gate.Gate(1, []gate.GatewayCommitment{{Gateway: c.gateway.Address(), Commitment: part}})
	require.NoError(t, err)
	proof, err := c.secret.Prove(rand.Reader, threshold.CapsuleContext{
		DatasetID:  of,
		Version:    c.version,
		Owner:      c.owner.Address(),
		SHA256:     digest[:],
		TreeRoot:   digest[:],
		U:          c.secret.U(),
		BodySHA256: digest[:],
		Gate:       bound,
		FacetsRoot: digest[:],
	})
	require.NoError(t, err)
	return &dataset.MsgRegisterDataset{
		Owner: c.owner.String(), Random: c.random, Proof: proof,
		Payload: dataset.Payload{
			KeyId: key.ID(), Kind: dataset.KIND_VCF, SizeBucket: 1024, Sha256: digest[:], TreeRoot: digest[:],
			U: c.secret.U(), BodySha256: digest[:], Threshold: 1, FacetsRoot: digest[:],
			Gateways: []dataset.GatePart{{Gateway: c.gateway.String(), Commitment: part[:]}},
		},
	}
}

// Whatever byte of a capsule a middleman changes, nothing is stored.
func TestCapsule_AnyByteChanged(t *testing.T) {
	s := shared(t)
	d := s.Seal(s.Patient, content)
	fields := map[string]func(*dataset.MsgRegisterDataset) []byte{
		"random":      func(m *dataset.MsgRegisterDataset) []byte { return m.Random },
		"proof":       func(m *dataset.MsgRegisterDataset) []byte { return m.Proof },
		"u":           func(m *dataset.MsgRegisterDataset) []byte { return m.Payload.U },
		"sha256":      func(m *dataset.MsgRegisterDataset) []byte { return m.Payload.Sha256 },
		"tree root":   func(m *dataset.MsgRegisterDataset) []byte { return m.Payload.TreeRoot },
		"body":        func(m *dataset.MsgRegisterDataset) []byte { return m.Payload.BodySha256 },
		"facets root": func(m *dataset.MsgRegisterDataset) []byte { return m.Payload.FacetsRoot },
		"commitment":  func(m *dataset.MsgRegisterDataset) []byte { return m.Payload.Gateways[0].Commitment },
	}
	for name, field := range fields {
		t.Run(name, func(t *testing.T) {
			var txs [][]byte
			for i := range field(d.Message) {
				changed := copyOf(d.Message)
				field(changed)[i] ^= byte(1 + i%255)
				txs = append(txs, s.Sign(s.Patient, uint64(len(txs)), changed))
			}
			for i, result := range s.Block(txs...).TxResults {
				require.Equal(t, custody.ModuleName, result.Codespace, "%s byte %d: %s", name, i, result.Log)
				require.Equal(t, custody.ErrProof.ABCICode(), result.Code, "%s byte %d: %s", name, i, result.Log)
			}
		})
	}
	s.Send(s.Patient, d.Message)
}

// Somebody reads a registration in the mempool and is first: with its own name it gets
// another id and no proof, with the victim's name it lacks her signature.
func TestDataset_IDSquatted(t *testing.T) {
	s := shared(t)
	victim := s.Seal(s.Patient, content)

	copied := copyOf(victim.Message)
	copied.Owner = s.Stranger.String()
	own := s.Seal(s.Stranger, content)
	front := copyOf(own.Message)
	front.Random = victim.Random
	results := s.Block(
		s.Sign(s.Stranger, 0, copied), s.Sign(s.Stranger, 1, front), s.Sign(s.Patient, 0, victim.Message),
	).TxResults
	refused(t, results[0], custody.ErrProof)
	refused(t, results[1], custody.ErrProof)
	require.Zero(t, results[2].Code, results[2].Log)

	// With a true proof for the victim's random bytes it merely has a dataset of its own.
	squatter := s.SealWith(s.Stranger, content, s.Seal(s.Other, content).Random)
	other := s.SealWith(s.Other, content, squatter.Random)
	require.NotEqual(t, squatter.ID, other.ID)
	results = s.Block(s.Sign(s.Stranger, 0, squatter.Message), s.Sign(s.Other, 0, other.Message)).TxResults
	require.Zero(t, results[0].Code, results[0].Log)
	require.Zero(t, results[1].Code, results[1].Log)
}
