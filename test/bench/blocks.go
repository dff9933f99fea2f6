package main

import (
	"fmt"
	"runtime"
	"slices"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/volens-network/volens/test/bench/block"
	"github.com/volens-network/volens/test/bench/measure"
)

const (
	// blockNodes is the size of the committee whose blocks are measured, blockJobs its batch.
	blockNodes, blockJobs = 100, 64
	// blockThreshold is how many of them open.
	blockThreshold = 67
	// mergedJobs is for how many jobs the chain keeps one share less than would open them.
	mergedJobs = 62
	// extendWaiting is how many jobs wait while a vote is extended, blockWaiting while a block is made.
	extendWaiting, blockWaiting = 10_000, 1_000
	// extendHeights is of how many votes the slowest in a hundred is taken.
	extendHeights = 100
)

// blockCases measures what a validator does in each block with a batch, through the real state and the real handler.
func blockCases(e *env) []measure.Case {
	return []measure.Case{
		{
			Name: "extend-vote-p99", Unit: "ms", Runs: few, Target: measure.AtMost(50),
			Prepare: func() (a, b measure.Sample, err error) {
				a, err = extendVote(e.path("extend"), measure.Thread)
				return a, nil, err
			},
		},
		{
			Name: "extend-vote-p99-wall", Unit: "ms", Runs: few, Target: measure.AtMost(50), Idle: true,
			Prepare: func() (a, b measure.Sample, err error) {
				a, err = extendVote(e.path("extend-wall"), measure.Wall)
				return a, nil, err
			},
		},
		blockCase(e, "block-proposer-n100-jobs64", full, true),
		blockCase(e, "block-validator-n100-jobs64", full, false),
		blockCase(e, "block-proposer-merged", merged, true),
	}
}

// extendVote makes a sample of the slowest of a hundred votes, each at a height of its own.
func extendVote(dir string, clock measure.Clock) (measure.Sample, error) {
	chain, err := block.New(dir, blockNodes, extendWaiting)
	if err != nil {
		return nil, err
	}
	return func() (float64, error) {
		runtime.GC()
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		spent := make([]float64, extendHeights)
		for i := range spent {
			begin, err := clock()
			if err != nil {
				return 0, err
			}
			raw, err := chain.Extend(0)
			if err != nil {
				return 0, err
			}
			end, err := clock()
			if err != nil {
				return 0, err
			}
			if len(raw) < 32*blockJobs {
				return 0, fmt.Errorf("vote extension of %d bytes", len(raw))
			}
			spent[i] = milliseconds(end - begin)
			if err := chain.Next(); err != nil {
				return 0, err
			}
		}
		slices.Sort(spent)
		return spent[extendHeights*99/100], nil
	}, nil
}

// answered is a chain, in a folder that no other chain had, with the commit that answers a batch, and how many jobs it opens.
type answered func(dir string) (*block.Chain, abci.ExtendedCommitInfo, int, error)

// full has all votes.
func full(dir string) (*block.Chain, abci.ExtendedCommitInfo, int, error) {
	chain, err := block.New(dir, blockNodes, blockWaiting)
	if err != nil {
		return nil, abci.ExtendedCommitInfo{}, 0, err
	}
	commit, err := chain.Commit(blockNodes)
	return chain, commit, blockJobs, err
}

// merged has as many kept shares as there may be: all jobs lack one share each, which the rest of the votes bring.
func merged(dir string) (*block.Chain, abci.ExtendedCommitInfo, int, error) {
	chain, err := block.New(dir, blockNodes, mergedJobs)
	if err != nil {
		return nil, abci.ExtendedCommitInfo{}, 0, err
	}
	commit, err := chain.Commit(blockThreshold - 1)
	if err != nil {
		return nil, commit, 0, err
	}
	node := chain.NewNode(commit)
	injection, err := node.Propose()
	if err != nil {
		return nil, commit, 0, err
	}
	if err := node.Decide(injection); err != nil {
		return nil, commit, 0, err
	}
	if err := chain.Next(); err != nil {
		return nil, commit, 0, err
	}
	commit, err = chain.Answer(blockThreshold-1, blockNodes)
	return chain, commit, mergedJobs, err
}

func blockCase(e *env, name string, prepare answered, proposer bool) measure.Case {
	return measure.Case{
		Name: name, Unit: "ms", Runs: few, Target: measure.AtMost(250),
		Prepare: func() (measure.Sample, measure.Sample, error) {
			chain, commit, jobs, err := prepare(e.path(name))
			if err != nil {
				return nil, nil, err
			}
			injection, err := chain.NewNode(commit).Propose()
			if err != nil {
				return nil, nil, err
			}
			return measure.PerUnit(measure.Thread, time.Millisecond, 1, func() error {
				return handle(chain.NewNode(commit), injection, jobs, proposer)
			}), nil, nil
		},
	}
}

// handle is a node's work for one block: a proposer proposes first.
func handle(node *block.Node, injection []byte, jobs int, proposer bool) error {
	if proposer {
		var err error
		if injection, err = node.Propose(); err != nil {
			return err
		}
	}
	if err := node.Process(injection); err != nil {
		return err
	}
	released, kept, err := node.Execute(injection)
	if err == nil && (released != jobs || kept != 0) {
		err = fmt.Errorf("%d of %d jobs released, %d shares kept", released, jobs, kept)
	}
	return err
}
