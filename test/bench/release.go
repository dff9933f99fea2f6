package main

import (
	"crypto/rand"
	"fmt"
	"time"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/test/bench/committee"
	"github.com/volens-network/volens/test/bench/measure"
)

// batch is a batch of jobs with the contributions of exactly T operators.
type batch struct {
	committee     *committee.Committee
	jobs          []threshold.Job
	contributions []*threshold.Contribution
	done          []threshold.Combined
}

func newBatch(n, jobs int) (*batch, error) {
	c, err := committee.Deal(n)
	if err != nil {
		return nil, err
	}
	b := &batch{committee: c}
	if b.jobs, err = c.Jobs(jobs); err != nil {
		return nil, err
	}
	if b.contributions, err = c.Emit(b.jobs); err != nil {
		return nil, err
	}
	round, err := c.Round(b.jobs)
	if err != nil {
		return nil, err
	}
	b.done, err = round.Combine(b.contributions)
	return b, err
}

// shares is how many shares the contributions hold.
func (b *batch) shares() int { return len(b.contributions) * len(b.jobs) }

// emit is one operator's whole work for a batch.
func (b *batch) emit() error {
	round, err := b.committee.Round(b.jobs)
	if err != nil {
		return err
	}
	operator := b.committee.Operators[0]
	all := threshold.FullBitmap(round.Len())
	_, err = round.Emit(rand.Reader, operator, b.committee.Shares[string(operator)], all)
	return err
}

// check is the whole work of a node that receives a proposer's openings with the contributions.
func (b *batch) check() error {
	round, err := b.committee.Round(b.jobs)
	if err != nil {
		return err
	}
	return round.Verify(b.contributions, b.done)
}

// open is the whole work of a proposer: it verifies all contributions and combines them.
func (b *batch) open() error {
	round, err := b.committee.Round(b.jobs)
	if err != nil {
		return err
	}
	good, bad := round.Sort(b.contributions)
	if len(good) != len(b.contributions) || len(bad) != 0 {
		return fmt.Errorf("%d of %d contributions are good", len(good), len(b.contributions))
	}
	done, err := round.Combine(b.contributions)
	if err != nil {
		return err
	}
	if len(done) != len(b.jobs) {
		return fmt.Errorf("%d of %d jobs are done", len(done), len(b.jobs))
	}
	return nil
}

// releaseCases measures the work of a batch.
func releaseCases() []measure.Case {
	out := []measure.Case{
		batchCase("share-emission", "us per share", 21, 100, measure.AtMost(65), func(b *batch) measure.Sample {
			return measure.PerUnit(measure.Thread, time.Microsecond, len(b.jobs), b.emit)
		}),
		batchCase("verify-combine-300-shares", "us per share", 4, 100, measure.AtMost(20), openPerShare),
		batchCase("verify-combine-50000-shares", "us per share", 100, 746, measure.AtMost(12), openPerShare),
	}
	for _, c := range []struct {
		n      int
		target float64
	}{{4, 15_000}, {21, 4_000}, {100, 1_200}} {
		rate := batchCase(fmt.Sprintf("releases-n%d", c.n), "releases per CPU-s", c.n, 100, measure.AtLeast(c.target),
			func(b *batch) measure.Sample { return measure.Rate(measure.Thread, float64(len(b.jobs)), b.open) })
		rate.Better = measure.More
		out = append(out, rate)
	}
	return append(out, batchCase("release-single-n100", "ms", 100, 1, measure.AtMost(6),
		func(b *batch) measure.Sample {
			return measure.PerUnit(measure.Thread, time.Millisecond, 1, b.open)
		}))
}

func batchCase(
	name, unit string, n, jobs int, target measure.Target, sample func(*batch) measure.Sample,
) measure.Case {
	return measure.Case{
		Name: name, Unit: unit, Runs: samples, Target: target,
		Prepare: func() (measure.Sample, measure.Sample, error) {
			b, err := newBatch(n, jobs)
			if err != nil {
				return nil, nil, err
			}
			return sample(b), nil, nil
		},
	}
}

func openPerShare(b *batch) measure.Sample {
	return measure.PerUnit(measure.Thread, time.Microsecond, b.shares(), b.open)
}
