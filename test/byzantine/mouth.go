package byzantine

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/cometbft/cometbft/consensus"
	"github.com/cometbft/cometbft/crypto"
	cmtnode "github.com/cometbft/cometbft/node"
	"github.com/cometbft/cometbft/p2p"
	cmtcons "github.com/cometbft/cometbft/proto/tendermint/consensus"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/core/threshold"
)

const (
	// perPeer is the lie that is told on the way out, not by the application.
	perPeer = "per-peer"
	// consensusReactor is CometBFT's name of it.
	consensusReactor = "CONSENSUS"
)

// Speak lets a CometBFT node tell its peers different things: the bytes of one extension
// are not part of what a validator signs for a block, so each peer can be sent others, all
// signed as they must be. key is the validator's.
func (l *Liar) Speak(key crypto.PrivKey) cmtnode.Option {
	return func(n *cmtnode.Node) {
		reactor, _ := n.Switch().Reactor(consensusReactor)
		honest, ok := reactor.(*consensus.Reactor)
		if !ok {
			l.logger.Error("no consensus reactor to speak through", "found", fmt.Sprintf("%T", reactor))
			return
		}
		n.Switch().RemoveReactor(consensusReactor, honest)
		n.Switch().AddReactor(consensusReactor, &mouth{
			Reactor: honest, liar: l, key: key, chain: n.GenesisDoc().ChainID, ranks: map[p2p.ID]int{},
		})
	}
}

// mouth is a consensus reactor that knows its peers through a face each.
type mouth struct {
	*consensus.Reactor

	liar  *Liar
	key   crypto.PrivKey
	chain string

	mu    sync.Mutex
	ranks map[p2p.ID]int
}

// InitPeer implements p2p.Reactor. The peer itself stays as it is for all other reactors.
func (m *mouth) InitPeer(peer p2p.Peer) p2p.Peer {
	m.Reactor.InitPeer(&face{Peer: peer, mouth: m})
	return peer
}

// AddPeer implements p2p.Reactor.
func (m *mouth) AddPeer(peer p2p.Peer) { m.Reactor.AddPeer(&face{Peer: peer, mouth: m}) }

// face is a peer as the liar speaks to it.
type face struct {
	p2p.Peer

	mouth *mouth
}

// Send implements p2p.Peer.
func (f *face) Send(e p2p.Envelope) bool { return f.Peer.Send(f.mouth.say(f.ID(), e)) }

// TrySend implements p2p.Peer.
func (f *face) TrySend(e p2p.Envelope) bool { return f.Peer.TrySend(f.mouth.say(f.ID(), e)) }

// say changes the liar's own precommit for all peers but the first; everything else is passed on.
func (m *mouth) say(to p2p.ID, e p2p.Envelope) p2p.Envelope {
	message, ok := e.Message.(*cmtcons.Vote)
	if !ok || message.Vote == nil || m.liar.present() != perPeer || m.rank(to) == 0 {
		return e
	}
	vote := *message.Vote
	own := vote.Type == cmtproto.PrecommitType && bytes.Equal(vote.ValidatorAddress, m.key.PubKey().Address())
	if !own {
		return e
	}
	if err := m.spoil(&vote); err != nil {
		return e
	}
	m.liar.told(perPeer, vote.Height)
	e.Message = &cmtcons.Vote{Vote: &vote}
	return e
}

// rank numbers the peers as they are first spoken to.
func (m *mouth) rank(peer p2p.ID) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	rank, known := m.ranks[peer]
	if !known {
		rank = len(m.ranks)
		m.ranks[peer] = rank
	}
	return rank
}

// spoil gives a vote an extension that no other peer is sent, with a wrong proof, and signs it.
func (m *mouth) spoil(vote *cmtproto.Vote) error {
	extension, err := voteext.DecodeExtension(vote.Extension)
	if err != nil {
		return err
	}
	if len(extension.Shares) == 0 {
		return errHonest
	}
	if extension.F, err = m.liar.noise(threshold.ScalarSize); err != nil {
		return err
	}
	extension.F[threshold.ScalarSize-1] = 0 // below the group's order
	if vote.Extension, err = voteext.EncodeExtension(extension); err != nil {
		return err
	}
	vote.ExtensionSignature, err = m.key.Sign(cmttypes.VoteExtensionSignBytes(m.chain, vote))
	return err
}
