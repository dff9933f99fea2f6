package chain

import (
	"bytes"
	"context"
	"sort"
	"time"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
	cryptoenc "github.com/cometbft/cometbft/crypto/encoding"
	"github.com/cometbft/cometbft/libs/protoio"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
)

// Tamper is what liars do. Each field stays in force until it is taken back.
type Tamper struct {
	// Extension changes what a validator sends, before it is signed with its key.
	Extension func(node int, height int64, honest []byte) []byte
	// Late skips VerifyVoteExtension for a validator, as for a late precommit.
	Late func(node int, height int64) bool
	// Absent leaves a validator's vote out of the commit.
	Absent func(node int, height int64) bool
	// Commit changes the extended commit that the proposer hands to its application.
	Commit func(abci.ExtendedCommitInfo) abci.ExtendedCommitInfo
	// Proposal changes what the proposer proposes. commit is what it saw.
	Proposal func(txs [][]byte, commit abci.ExtendedCommitInfo) [][]byte
	// MaxTxBytes is the room in a block, 1 MiB if zero.
	MaxTxBytes int64
	// Refused counts tampered proposals that all nodes refused.
	Refused int
}

func (t Tamper) commit(info abci.ExtendedCommitInfo) abci.ExtendedCommitInfo {
	if t.Commit == nil {
		return info
	}
	info.Votes = append([]abci.ExtendedVoteInfo(nil), info.Votes...)
	return t.Commit(info)
}

func (t Tamper) maxTxBytes() int64 {
	if t.MaxTxBytes == 0 {
		return 1 << 20
	}
	return t.MaxTxBytes
}

// extend collects the votes of a height. A vote whose extension is rejected by any
// node is left out, as consensus would leave it out.
func (c *Chain) extend(height int64, at time.Time, hash []byte, txs [][]byte) abci.ExtendedCommitInfo {
	c.tb.Helper()
	out := abci.ExtendedCommitInfo{}
	for _, validator := range c.validators {
		i := c.nodeOf(validator.Address)
		vote := abci.ExtendedVoteInfo{Validator: validator, BlockIdFlag: cmtproto.BlockIDFlagAbsent}
		if i >= 0 && (c.Tamper.Absent == nil || !c.Tamper.Absent(i, height)) {
			c.vote(i, height, at, hash, txs, &vote)
		}
		out.Votes = append(out.Votes, vote)
	}
	return out
}

func (c *Chain) vote(i int, height int64, at time.Time, hash []byte, txs [][]byte, into *abci.ExtendedVoteInfo) {
	c.tb.Helper()
	n := c.Nodes[i]
	resp, err := n.App.ExtendVote(context.Background(), &abci.RequestExtendVote{
		Hash: hash, Height: height, Time: at, Txs: txs, ProposedLastCommit: commitInfo(c.commit),
		ProposerAddress: n.Address(),
	})
	require.NoError(c.tb, err)
	extension := resp.VoteExtension
	if c.Tamper.Extension != nil {
		extension = c.Tamper.Extension(i, height, extension)
	}
	late := c.Tamper.Late != nil && c.Tamper.Late(i, height)
	if !late && !c.verified(n, height, hash, extension) {
		return
	}
	into.BlockIdFlag = cmtproto.BlockIDFlagCommit
	into.VoteExtension = extension
	into.ExtensionSignature = c.signExtension(n, height, extension)
}

// verified reports whether all nodes take an extension; they must agree.
func (c *Chain) verified(author *Node, height int64, hash, extension []byte) bool {
	c.tb.Helper()
	accepted := 0
	for _, n := range c.Nodes {
		resp, err := n.App.VerifyVoteExtension(&abci.RequestVerifyVoteExtension{
			Hash: hash, ValidatorAddress: author.Address(), Height: height, VoteExtension: extension,
		})
		require.NoError(c.tb, err)
		if resp.IsAccepted() {
			accepted++
		}
	}
	require.Contains(c.tb, []int{0, len(c.Nodes)}, accepted, "nodes disagree on an extension")
	return accepted > 0
}

func (c *Chain) signExtension(n *Node, height int64, extension []byte) []byte {
	c.tb.Helper()
	raw, err := protoio.MarshalDelimited(&cmtproto.CanonicalVoteExtension{
		Extension: extension, Height: height, ChainId: c.ChainID,
	})
	require.NoError(c.tb, err)
	signature, err := n.key.Sign(raw)
	require.NoError(c.tb, err)
	return signature
}

func (c *Chain) nodeOf(address []byte) int {
	for i, n := range c.Nodes {
		if bytes.Equal(n.Address(), address) {
			return i
		}
	}
	return -1
}

// setValidators applies updates and keeps the order of CometBFT: power descending, then
// address ascending.
func (c *Chain) setValidators(updates []abci.ValidatorUpdate) {
	c.tb.Helper()
	for _, update := range updates {
		key, err := cryptoenc.PubKeyFromProto(update.PubKey)
		require.NoError(c.tb, err)
		address := key.Address()
		kept := c.validators[:0]
		for _, v := range c.validators {
			if !bytes.Equal(v.Address, address) {
				kept = append(kept, v)
			}
		}
		c.validators = kept
		if update.Power > 0 {
			c.validators = append(c.validators, abci.Validator{Address: address, Power: update.Power})
		}
	}
	sort.Slice(c.validators, func(i, j int) bool {
		a, b := c.validators[i], c.validators[j]
		if a.Power != b.Power {
			return a.Power > b.Power
		}
		return bytes.Compare(a.Address, b.Address) < 0
	})
}

// commitInfo is the commit without extensions, as a block's header binds it.
func commitInfo(extended abci.ExtendedCommitInfo) abci.CommitInfo {
	out := abci.CommitInfo{Round: extended.Round}
	for _, vote := range extended.Votes {
		out.Votes = append(out.Votes, abci.VoteInfo{Validator: vote.Validator, BlockIdFlag: vote.BlockIdFlag})
	}
	return out
}
