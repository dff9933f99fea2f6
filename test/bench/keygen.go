package main

import (
	"fmt"
	"runtime"
	"time"

	"github.com/volens-network/volens/test/bench/committee"
	"github.com/volens-network/volens/test/bench/drand"
	"github.com/volens-network/volens/test/bench/measure"
)

// runCases measures runs of the key generation, all parties together. Twice, because there are two ways to count:
// with the state machine's checks once, as the targets were set; and with these checks at every node, which is
// what the peer's nodes do too.
func runCases() []measure.Case {
	const peer = "drand/kyber v1.3.1 DKG"
	return []measure.Case{
		{
			Name: "dkg-n21", Unit: "ms", Runs: samples, Target: measure.AtMost(100),
			Prepare: alone(func() (committee.Cost, error) { return generate(21) }),
		},
		{
			Name: "reshare-n21", Unit: "ms", Runs: samples, Target: measure.AtMost(100),
			Prepare: alone(reshare(21)),
		},
		{
			Name: "dkg-n64", Unit: "ms", Runs: few, Target: measure.AtMost(2000),
			Prepare: alone(func() (committee.Cost, error) { return generate(64) }),
		},
		{
			Name: "dkg-everywhere-n21", Unit: "ms", Runs: few, PeerName: peer, Target: measure.Times(4),
			Prepare: beside(21),
		},
		{
			Name: "dkg-everywhere-n64", Unit: "ms", Runs: once, PeerName: peer, Target: measure.Times(4),
			Prepare: beside(64),
		},
	}
}

func generate(n int) (committee.Cost, error) {
	_, cost, err := committee.Generate(n, measure.Thread)
	return cost, err
}

func reshare(n int) func() (committee.Cost, error) {
	return func() (committee.Cost, error) {
		old, err := committee.Deal(n)
		if err != nil {
			return committee.Cost{}, err
		}
		_, cost, err := committee.Reshare(old, measure.Thread)
		return cost, err
	}
}

type prepare = func() (ours, peer measure.Sample, err error)

// alone counts the state machine's work once.
func alone(run func() (committee.Cost, error)) prepare {
	return func() (measure.Sample, measure.Sample, error) {
		return func() (float64, error) {
			cost, err := onThread(run)
			return milliseconds(cost.Operators + cost.Chain), err
		}, nil, nil
	}
}

// beside counts the state machine's work at every node, and plays drand's run beside.
func beside(n int) prepare {
	return func() (measure.Sample, measure.Sample, error) {
		ours := func() (float64, error) {
			cost, err := onThread(func() (committee.Cost, error) { return generate(n) })
			return milliseconds(cost.Everywhere(n)), err
		}
		peer := measure.PerUnit(measure.Thread, time.Millisecond, 1, func() error {
			results, err := drand.Generate(n, 2*n/3+1)
			if err == nil && len(results) != n {
				err = fmt.Errorf("%d of %d nodes have a result", len(results), n)
			}
			return err
		})
		return ours, peer, nil
	}
}

func onThread(run func() (committee.Cost, error)) (committee.Cost, error) {
	runtime.GC()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return run()
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
