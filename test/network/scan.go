package network

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
)

// Block is what the inspector keeps of one height.
type Block struct {
	Height   int64
	Time     time.Time
	Proposer string // consensus address, in upper-case hexadecimal
	// Round in which it was decided; each one above 0 cost the network a proposer's turn.
	Round    int32
	Injected bool
	Released []*custody.EventReleased
	// Blamed are the operators whose extension failed singly, 20 bytes.
	Blamed [][]byte
	// Faults are convictions of a run.
	Faults []*custody.EventRunFault
	// Phases are those that runs entered.
	Phases []*custody.EventRunPhase
	// Active are the epochs that are active from here on, Rewards what ended ones paid.
	Active  []*custody.EventKeyActive
	Rewards []*custody.EventReward
	// KeyID and Epoch are whose shares answered, 0 where there was no batch.
	KeyID uint64
	Epoch uint64
}

// scan reads every block of a node, and checks with core/threshold what each release is
// made of.
type scan struct {
	node   node
	chain  string // live chain id
	origin string

	blocks     []Block
	complaints []string
	// shares are the valid shares seen so far, by job and epoch: those of two epochs never
	// go together.
	shares     map[jobOfEpoch]map[int]bool
	committees map[[2]uint64]*threshold.Committee
	operators  map[string][]byte // by consensus address
	// answers counts the valid contributions of an operator in an epoch.
	answers map[answer]int
	// fewest shares that any release had; contributions are all that were valid.
	fewest, contributions int
}

// jobOfEpoch is a job while one epoch answers it.
type jobOfEpoch struct {
	job   [32]byte
	epoch uint64
}

// answer says who answers in which epoch.
type answer struct {
	operator string
	epoch    uint64
}

func newScan(n node, origin, live string) *scan {
	return &scan{
		node: n, chain: live, origin: origin, shares: map[jobOfEpoch]map[int]bool{},
		committees: map[[2]uint64]*threshold.Committee{}, operators: map[string][]byte{},
		answers: map[answer]int{}, fewest: threshold.MaxShares,
	}
}

func (s *scan) complain(format string, args ...any) {
	s.complaints = append(s.complaints, fmt.Sprintf(format, args...))
}

// read reads the blocks first to last.
func (s *scan) read(ctx context.Context, first, last int64) error {
	for height := first; height <= last; height++ {
		if err := s.readBlock(ctx, height); err != nil {
			return err
		}
	}
	return nil
}

func (s *scan) readBlock(ctx context.Context, height int64) error {
	block, err := s.node.block(ctx, height)
	if err != nil {
		return err
	}
	if len(s.blocks) > 0 {
		s.blocks[len(s.blocks)-1].Round = block.LastCommit.Round
	}
	for _, evidence := range block.Evidence.Evidence {
		s.complain("block %d holds evidence: %s", height, evidence)
	}
	results, err := s.node.results(ctx, height)
	if err != nil {
		return err
	}
	out := Block{Height: height, Time: block.Time, Proposer: block.ProposerAddress.String()}
	if err := out.readEvents(results.FinalizeBlockEvents); err != nil {
		return err
	}
	if len(block.Txs) > 0 && voteext.Marked(block.Txs[0]) {
		out.Injected = true
		if err := s.readInjection(ctx, block.Txs[0], &out); err != nil {
			return fmt.Errorf("block %d: %w", height, err)
		}
	} else if len(out.Released) > 0 {
		s.complain("block %d releases without an injection", height)
	}
	s.blocks = append(s.blocks, out)
	return nil
}

func (b *Block) readEvents(events []abci.Event) error {
	var err error
	if b.Released, err = chain.EventsOf[*custody.EventReleased](events); err != nil {
		return err
	}
	blamed, err := chain.EventsOf[*custody.EventBadExtension](events)
	if err != nil {
		return err
	}
	for _, bad := range blamed {
		b.Blamed = append(b.Blamed, bad.Operator)
	}
	if b.Faults, err = chain.EventsOf[*custody.EventRunFault](events); err != nil {
		return err
	}
	if b.Phases, err = chain.EventsOf[*custody.EventRunPhase](events); err != nil {
		return err
	}
	if b.Active, err = chain.EventsOf[*custody.EventKeyActive](events); err != nil {
		return err
	}
	b.Rewards, err = chain.EventsOf[*custody.EventReward](events)
	return err
}

// readInjection verifies every contribution again, and that each release has enough.
func (s *scan) readInjection(ctx context.Context, raw []byte, block *Block) error {
	injection, err := voteext.DecodeInjection(raw)
	if err != nil {
		return err
	}
	if injection.Height != block.Height-1 {
		s.complain("block %d injects for height %d", block.Height, injection.Height)
		return nil
	}
	batch, err := s.node.batch(ctx, injection.Height)
	if err != nil {
		return err
	}
	if len(batch.Jobs) == 0 {
		if len(block.Released) > 0 {
			s.complain("block %d releases without a batch", block.Height)
		}
		return nil
	}
	block.KeyID, block.Epoch = batch.KeyId, batch.Epoch
	committee, err := s.committee(ctx, batch)
	if err != nil {
		return err
	}
	jobs := make([]threshold.Job, len(batch.Jobs))
	for i, job := range batch.Jobs {
		jobs[i] = threshold.Job{ID: [32]byte(job.Id), B: job.B}
	}
	round, err := threshold.NewRound(committee, s.chain, uint64(batch.Height), jobs)
	if err != nil {
		return err
	}
	var commit abci.ExtendedCommitInfo
	if err := commit.Unmarshal(injection.ExtendedCommit); err != nil {
		return err
	}
	for _, vote := range commit.Votes {
		s.readVote(round, committee, jobs, vote)
	}
	s.checkDone(committee, jobs, injection.Done, block)
	return nil
}

// readVote counts the shares of a vote, if they verify.
func (s *scan) readVote(
	round *threshold.Round,
	committee *threshold.Committee,
	jobs []threshold.Job,
	vote abci.ExtendedVoteInfo,
) {
	if vote.BlockIdFlag != cmtproto.BlockIDFlagCommit || len(vote.VoteExtension) == 0 {
		return
	}
	extension, err := voteext.DecodeExtension(vote.VoteExtension)
	if err != nil || len(extension.Shares) == 0 {
		return
	}
	owner := s.author(round, committee, string(vote.Validator.Address), extension)
	if owner == nil {
		return
	}
	s.contributions++
	s.answers[answer{string(owner), committee.Epoch()}]++
	coverage := threshold.Bitmap(extension.Coverage)
	for i, job := range jobs {
		if !coverage.Has(i) {
			continue
		}
		of := jobOfEpoch{job.ID, committee.Epoch()}
		seen := s.shares[of]
		if seen == nil {
			seen = map[int]bool{}
			s.shares[of] = seen
		}
		for _, k := range committee.Indices(owner) {
			seen[k] = true
		}
	}
}

// author is the operator whose shares an extension holds, or nil if they are nobody's.
func (s *scan) author(
	round *threshold.Round, committee *threshold.Committee, consensus string, e *custody.VoteExtension,
) []byte {
	candidates := committee.Owners()
	if known := s.operators[consensus]; known != nil {
		candidates = [][]byte{known}
	}
	for _, owner := range candidates {
		c := &threshold.Contribution{
			Operator: owner, Coverage: e.Coverage, S: e.Shares, A: e.A, APrime: e.APrime, F: e.F,
		}
		if round.VerifyOne(c) == nil {
			s.operators[consensus] = owner
			return owner
		}
	}
	return nil
}

// checkDone requires at least T valid shares for each finished job, and that what the
// chain announces is what was injected.
func (s *scan) checkDone(committee *threshold.Committee, jobs []threshold.Job, done []custody.Combined, block *Block) {
	points := map[string]bool{}
	for _, d := range done {
		if int(d.Job) >= len(jobs) {
			s.complain("block %d finishes job %d of %d", block.Height, d.Job, len(jobs))
			continue
		}
		have := len(s.shares[jobOfEpoch{jobs[d.Job].ID, committee.Epoch()}])
		s.fewest = min(s.fewest, have)
		if have < committee.Threshold() {
			s.complain("block %d: a job is finished by %d of %d shares", block.Height, have, committee.Threshold())
		}
		points[string(d.S)] = true
	}
	for _, event := range block.Released {
		if !points[string(event.S)] {
			s.complain("block %d announces an S that was not injected: %s", block.Height, hex.EncodeToString(event.S))
		}
	}
}

func (s *scan) committee(ctx context.Context, batch custody.Batch) (*threshold.Committee, error) {
	of := [2]uint64{batch.KeyId, batch.Epoch}
	if known := s.committees[of]; known != nil {
		return known, nil
	}
	key, epoch, err := s.node.epoch(ctx, batch.Height, batch.KeyId, batch.Epoch)
	if err != nil {
		return nil, err
	}
	public, err := threshold.NewKey(s.origin, key.KeyId, key.Y)
	if err != nil {
		return nil, err
	}
	for _, other := range s.committees {
		if other.Key().ID() == key.KeyId && !bytes.Equal(other.Key().Y(), key.Y) {
			s.complain("Y of key %d changed with epoch %d", key.KeyId, batch.Epoch)
		}
	}
	out, err := threshold.NewCommittee(
		public, batch.Epoch, int(epoch.Threshold), epoch.PublicShares, epoch.Owners,
	)
	s.committees[of] = out
	return out, err
}
