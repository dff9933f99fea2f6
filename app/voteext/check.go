package voteext

import (
	"context"
	"errors"
	"fmt"
	"math/bits"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cosmos/cosmos-sdk/baseapp"
	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
)

// ErrInjection is returned for an injection that does not follow from the commit and
// the state. In ProcessProposal it refuses the proposal; in PreBlock the injection
// counts as absent.
var ErrInjection = errors.New("injection is not valid")

// maxBad is how many culprits an injection may name.
const maxBad = 2

// Validators is what the check asks x/staking.
type Validators interface {
	baseapp.ValidatorStore
	ValidatorByConsAddr(ctx context.Context, consensus sdk.ConsAddress) (stakingtypes.ValidatorI, error)
}

// vote is one COMMIT vote whose extension decodes and whose validator is known.
type vote struct {
	index     int // in the commit
	operator  []byte
	extension *custody.VoteExtension
}

// contribution is the vote's share of a batch.
func (v vote) contribution() *threshold.Contribution {
	return &threshold.Contribution{
		Operator: v.operator,
		Coverage: v.extension.Coverage,
		S:        v.extension.Shares,
		A:        v.extension.A,
		APrime:   v.extension.APrime,
		F:        v.extension.F,
	}
}

func (v vote) contributes() bool { return len(v.extension.Shares) > 0 }

// report is what a valid injection says.
type report struct {
	height int64
	votes  []vote               // in commit order, for the messages of a run
	done   []threshold.Combined // jobs to store
	bad    [][]byte             // operators whose extension fails singly

	round *threshold.Round          // nil if there is no batch
	used  []*threshold.Contribution // verified
}

// present are the operators whose shares are used.
func (r *report) present() [][]byte {
	out := make([][]byte, len(r.used))
	for i, c := range r.used {
		out[i] = c.Operator
	}
	return out
}

// unfinished are the verified shares of jobs that are not finished.
func (r *report) unfinished() ([]threshold.KeptShare, error) {
	if r.round == nil {
		return nil, nil
	}
	return r.round.Unfinished(r.used)
}

// votes reads the usable extensions of a commit, in commit order. What does not decode
// or has no validator is skipped: late precommits were never looked at by anybody.
func (h *Handler) votes(ctx sdk.Context, commit abci.ExtendedCommitInfo) []vote {
	var out []vote
	for i, info := range commit.Votes {
		if info.BlockIdFlag != cmtproto.BlockIDFlagCommit || len(info.VoteExtension) == 0 {
			continue
		}
		extension, err := DecodeExtension(info.VoteExtension)
		if err != nil {
			continue
		}
		operator, err := h.operator(ctx, info.Validator.Address)
		if err != nil {
			continue
		}
		out = append(out, vote{index: i, operator: operator, extension: extension})
	}
	return out
}

// operator finds the 20-byte operator address behind a consensus address.
func (h *Handler) operator(ctx context.Context, consensus []byte) ([]byte, error) {
	validator, err := h.validators.ValidatorByConsAddr(ctx, consensus)
	if err != nil {
		return nil, err
	}
	return sdk.ValAddressFromBech32(validator.GetOperator())
}

// check is the one rule of ProcessProposal and PreBlock. It reads state and the
// request only, so that every node finds the same.
func (h *Handler) check(ctx sdk.Context, transaction []byte) (*report, error) {
	injection, err := DecodeInjection(transaction)
	if err != nil {
		return nil, err
	}
	if injection.Height != ctx.HeaderInfo().Height-1 {
		return nil, fmt.Errorf("for height %d in block %d: %w", injection.Height, ctx.HeaderInfo().Height, ErrInjection)
	}
	commit, err := decodeCommit(injection.ExtendedCommit)
	if err != nil {
		return nil, fmt.Errorf("extended commit: %w", err)
	}
	if commit.Round != injection.Round {
		return nil, fmt.Errorf("round %d of a commit of round %d: %w", injection.Round, commit.Round, ErrInjection)
	}
	if err := baseapp.ValidateVoteExtensions(ctx, h.validators, 0, "", commit); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInjection, err)
	}
	out := &report{height: injection.Height, votes: h.votes(ctx, commit)}
	if out.round, err = h.merged(ctx, injection.Height); err != nil {
		return nil, err
	}
	if out.round == nil {
		return out, expectEmpty(injection)
	}
	return out, checkBatch(injection, len(commit.Votes), out)
}

// expectEmpty refuses a claim about a batch where there is none.
func expectEmpty(injection *custody.Injection) error {
	if len(injection.Used)+len(injection.Bad)+len(injection.Done) > 0 {
		return fmt.Errorf("claims without a batch: %w", ErrInjection)
	}
	return nil
}

// checkBatch checks the used and the bad votes, and every combined point.
func checkBatch(injection *custody.Injection, size int, out *report) error {
	used, err := pick(injection.Used, size, out.votes)
	if err != nil {
		return fmt.Errorf("used votes: %w", err)
	}
	bad, err := pick(injection.Bad, size, out.votes)
	if err != nil {
		return fmt.Errorf("bad votes: %w", err)
	}
	if len(bad) > maxBad {
		return fmt.Errorf("%d bad votes: %w", len(bad), ErrInjection)
	}
	for _, v := range bad {
		if hasBit(injection.Used, v.index) {
			return fmt.Errorf("vote %d is both used and bad: %w", v.index, ErrInjection)
		}
		if !culprit(out.round, v) {
			return fmt.Errorf("vote %d is called bad and is not: %w", v.index, ErrInjection)
		}
		out.bad = append(out.bad, v.operator)
	}
	out.used = make([]*threshold.Contribution, len(used))
	for i, v := range used {
		out.used[i] = v.contribution()
	}
	out.done = make([]threshold.Combined, len(injection.Done))
	for i, d := range injection.Done {
		out.done[i] = threshold.Combined{JobIndex: int(d.Job), S: d.S}
	}
	return out.round.Verify(out.used, out.done)
}

// culprit reports whether a vote has the shape of a contribution and fails singly. A
// vote of the wrong shape is ignored and not blamed: around a change of epoch it may be
// honest.
func culprit(round *threshold.Round, v vote) bool {
	c := v.contribution()
	return round.CheckShape(c) == nil && round.VerifyOne(c) != nil
}

// pick returns the votes that a bitmap marks. The bitmap has exactly one bit a vote of
// the commit, and marks only votes that contribute.
func pick(bitmap []byte, size int, votes []vote) ([]vote, error) {
	if len(bitmap) != (size+7)/8 {
		return nil, fmt.Errorf("bitmap of %d bytes for %d votes: %w", len(bitmap), size, ErrInjection)
	}
	marked := 0
	for _, b := range bitmap {
		marked += bits.OnesCount8(b)
	}
	var out []vote
	for _, v := range votes {
		if hasBit(bitmap, v.index) && v.contributes() {
			out = append(out, v)
		}
	}
	if len(out) != marked {
		return nil, fmt.Errorf("bitmap marks %d votes, %d contribute: %w", marked, len(out), ErrInjection)
	}
	return out, nil
}

func hasBit(bitmap []byte, i int) bool { return bitmap[i/8]&(1<<(i%8)) != 0 }

func setBit(bitmap []byte, i int) { bitmap[i/8] |= 1 << (i % 8) }
