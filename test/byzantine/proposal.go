package byzantine

import (
	"bytes"
	"errors"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/x/custody"
)

// inflated is how long the extension of an oversized injection is.
const inflated = 4 << 20

// Proposal is a way to spoil a proposal.
type Proposal struct {
	Name string
	// Refused says that every honest validator refuses it. The others are allowed to a
	// proposer, and only delay what is offered again anyway.
	Refused bool

	// spoil changes the injection, place what stands where; commit what the honest
	// handler is given.
	spoil  func(*Liar, *injection)
	place  func(l *Liar, injection []byte, rest [][]byte) [][]byte
	commit func(*abci.ExtendedCommitInfo)
}

// Proposals are the fifteen mutations of test/network/README.md, in their order.
func Proposals() []Proposal {
	return []Proposal{
		{
			Name:    "forged-power",
			Refused: true,
			spoil:   func(_ *Liar, i *injection) { i.commit.Votes[0].Validator.Power++ },
		},
		{Name: "drop-a-quarter", commit: func(c *abci.ExtendedCommitInfo) { hide(&c.Votes[0]) }},
		{Name: "drop-half", Refused: true, spoil: func(_ *Liar, i *injection) { i.hideHalf() }},
		{Name: "reorder", Refused: true, spoil: func(_ *Liar, i *injection) {
			i.commit.Votes[0], i.commit.Votes[1] = i.commit.Votes[1], i.commit.Votes[0]
		}},
		{
			Name:    "duplicate-vote",
			Refused: true,
			spoil:   func(_ *Liar, i *injection) { i.commit.Votes[1] = i.commit.Votes[0] },
		},
		{Name: "flip-flag", Refused: true, spoil: func(_ *Liar, i *injection) {
			i.commit.Votes[0].BlockIdFlag = cmtproto.BlockIDFlagNil
		}},
		{Name: "swap-extensions", Refused: true, spoil: func(_ *Liar, i *injection) {
			v := i.commit.Votes
			v[0].VoteExtension, v[1].VoteExtension = v[1].VoteExtension, v[0].VoteExtension
		}},
		{Name: "trailing-bytes", Refused: true, place: func(_ *Liar, raw []byte, rest [][]byte) [][]byte {
			return with(append(bytes.Clone(raw), 0), rest)
		}},
		{Name: "two-injections", Refused: true, place: func(_ *Liar, raw []byte, rest [][]byte) [][]byte {
			return with(raw, append([][]byte{raw}, rest...))
		}},
		{Name: "not-first", Refused: true, place: func(l *Liar, raw []byte, rest [][]byte) [][]byte {
			return with(l.transaction, append([][]byte{raw}, rest...))
		}},
		{Name: "omit", place: func(_ *Liar, _ []byte, rest [][]byte) [][]byte { return rest }},
		{Name: "stale-commit", Refused: true, spoil: func(l *Liar, i *injection) { i.commit = *l.commit }},
		{Name: "oversize", Refused: true, spoil: func(_ *Liar, i *injection) {
			i.commit.Votes[0].VoteExtension = make([]byte, inflated)
		}},
		{Name: "wrong-round", Refused: true, spoil: func(_ *Liar, i *injection) { i.Round++; i.commit.Round++ }},
		{
			Name:    "replay",
			Refused: true,
			place:   func(l *Liar, _ []byte, rest [][]byte) [][]byte { return with(l.injection, rest) },
		},
	}
}

// PrepareProposal proposes what the plan wants, or an honest block. It lies only where an
// honest proposer would inject: there is nothing to spoil otherwise.
func (l *Liar) PrepareProposal(
	ctx sdk.Context, req *abci.RequestPrepareProposal,
) (*abci.ResponsePrepareProposal, error) {
	resp, err := l.honest.PrepareProposal(ctx, req)
	if err != nil || len(resp.Txs) == 0 || !voteext.Marked(resp.Txs[0]) {
		return resp, err
	}
	name := l.present()
	for _, lie := range Proposals() {
		if lie.Name != name {
			continue
		}
		txs, err := l.spoil(ctx, req, lie, resp.Txs)
		switch {
		case err == nil:
			l.told(name, req.Height)
			resp.Txs = txs
		case !errors.Is(err, errHonest):
			l.logger.Error("lie failed", "lie", name, "reason", err.Error())
		}
	}
	l.keep(req.LocalLastCommit)
	return resp, nil
}

// keep remembers the commit of an own proposal.
func (l *Liar) keep(commit abci.ExtendedCommitInfo) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.commit = &commit
}

func (l *Liar) spoil(
	ctx sdk.Context, req *abci.RequestPrepareProposal, lie Proposal, txs [][]byte,
) ([][]byte, error) {
	if lie.commit != nil {
		changed := *req
		changed.LocalLastCommit.Votes = append([]abci.ExtendedVoteInfo(nil), req.LocalLastCommit.Votes...)
		lie.commit(&changed.LocalLastCommit)
		resp, err := l.honest.PrepareProposal(ctx, &changed)
		if err != nil {
			return nil, err
		}
		return resp.Txs, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.commit == nil || l.injection == nil || l.transaction == nil {
		return nil, errHonest // nothing was seen yet that could be repeated
	}
	if lie.place != nil {
		return lie.place(l, txs[0], txs[1:]), nil
	}
	told, err := takeApart(txs[0])
	if err != nil {
		return nil, err
	}
	if len(told.commit.Votes) < 2 {
		return nil, errHonest
	}
	lie.spoil(l, told)
	raw, err := told.putTogether()
	if err != nil {
		return nil, err
	}
	if bytes.Equal(raw, txs[0]) {
		return nil, errHonest // two extensions that are alike were swapped
	}
	return with(raw, txs[1:]), nil
}

func with(first []byte, rest [][]byte) [][]byte { return append([][]byte{first}, rest...) }

// injection is what a proposer injects, taken apart.
type injection struct {
	*custody.Injection

	commit abci.ExtendedCommitInfo
}

func takeApart(raw []byte) (*injection, error) {
	inner, err := voteext.DecodeInjection(raw)
	if err != nil {
		return nil, err
	}
	out := &injection{Injection: inner}
	return out, out.commit.Unmarshal(inner.ExtendedCommit)
}

// putTogether writes it again, with whatever was changed.
func (i *injection) putTogether() ([]byte, error) {
	commit, err := i.commit.Marshal()
	if err != nil {
		return nil, err
	}
	i.ExtendedCommit = commit
	return voteext.EncodeInjection(i.Injection)
}

// hideHalf shows every second validator as absent, and claims nothing from anybody.
func (i *injection) hideHalf() {
	for n := range i.commit.Votes {
		if n%2 == 0 {
			hide(&i.commit.Votes[n])
		}
	}
	clear(i.Used)
	clear(i.Bad)
	i.Done = nil
}

func hide(v *abci.ExtendedVoteInfo) {
	v.BlockIdFlag, v.VoteExtension, v.ExtensionSignature = cmtproto.BlockIDFlagAbsent, nil, nil
}
