package main

import (
	"fmt"
	"time"

	"go.dedis.ch/kyber/v3"

	"github.com/volens-network/volens/test/bench/calypso"
	"github.com/volens-network/volens/test/bench/measure"
)

// calypsoNodes is the size of the committees that are compared with Calypso's.
const calypsoNodes = 21

// calypsoCases sets our releases beside the same operations of Calypso, on the same number of nodes and the same
// threshold: what one node emits for a batch, and what it takes to check all shares and combine them.
func calypsoCases() []measure.Case {
	const published, hoisted = "Calypso on dedis kyber v3.1.0", "the same, polynomial evaluated beforehand"
	return []measure.Case{
		calypsoCase("calypso-share-n21-jobs100", published, 100, nil, emitBoth),
		calypsoCase("calypso-open-n21-jobs1", published, 1, measure.Times(50), openBoth(false)),
		calypsoCase("calypso-open-n21-jobs100", published, 100, measure.Times(300), openBoth(false)),
		calypsoCase("calypso-check-n21-jobs100", published, 100, nil, checkBoth),
		calypsoCase("calypso-open-hoisted-n21-jobs1", hoisted, 1, nil, openBoth(true)),
		calypsoCase("calypso-open-hoisted-n21-jobs100", hoisted, 100, nil, openBoth(true)),
	}
}

// bothSides makes samples from a batch of ours and one of the peer's.
type bothSides func(ours *batch, peer *peerBatch) (a, b measure.Sample)

func calypsoCase(name, peer string, jobs int, target measure.Target, sides bothSides) measure.Case {
	return measure.Case{
		Name: name, Unit: "us per release", Runs: few, PeerName: peer, Target: target,
		Prepare: func() (measure.Sample, measure.Sample, error) {
			ours, err := newBatch(calypsoNodes, jobs)
			if err != nil {
				return nil, nil, err
			}
			peer, err := newPeerBatch(calypsoNodes, ours.committee.Threshold(), jobs)
			if err != nil {
				return nil, nil, err
			}
			a, b := sides(ours, peer)
			return a, b, nil
		},
	}
}

func emitBoth(ours *batch, peer *peerBatch) (a, b measure.Sample) {
	return perRelease(len(ours.jobs), ours.emit), perRelease(len(ours.jobs), peer.emit)
}

// checkBoth sets what each of our nodes does with a proposer's openings beside what a node of Calypso's does.
func checkBoth(ours *batch, peer *peerBatch) (a, b measure.Sample) {
	return perRelease(len(ours.jobs), ours.check), perRelease(len(ours.jobs), peer.open)
}

func openBoth(hoisted bool) bothSides {
	return func(ours *batch, peer *peerBatch) (a, b measure.Sample) {
		work := peer.open
		if hoisted {
			work = peer.openHoisted
		}
		return perRelease(len(ours.jobs), ours.open), perRelease(len(ours.jobs), work)
	}
}

func perRelease(jobs int, work func() error) measure.Sample {
	return measure.PerUnit(measure.Thread, time.Microsecond, jobs, work)
}

// peerBatch is a batch of requests to Calypso with the replies of exactly T trustees.
type peerBatch struct {
	committee *calypso.Committee
	requests  []calypso.Request
	replies   [][]calypso.Reply
	public    []kyber.Point
}

func newPeerBatch(n, t, jobs int) (*peerBatch, error) {
	c := calypso.Deal(n, t)
	b := &peerBatch{committee: c, requests: calypso.NewRequests(jobs), public: c.PublicShares()}
	for _, request := range b.requests {
		replies := make([]calypso.Reply, t)
		for i := range replies {
			var err error
			if replies[i], err = c.Share(i, request); err != nil {
				return nil, fmt.Errorf("trustee %d: %w", i, err)
			}
		}
		b.replies = append(b.replies, replies)
	}
	return b, nil
}

func (b *peerBatch) emit() error {
	for _, request := range b.requests {
		if _, err := b.committee.Share(0, request); err != nil {
			return err
		}
	}
	return nil
}

func (b *peerBatch) open() error {
	for i, request := range b.requests {
		if _, err := b.committee.Open(request, b.replies[i]); err != nil {
			return err
		}
	}
	return nil
}

func (b *peerBatch) openHoisted() error {
	for i, request := range b.requests {
		if _, err := b.committee.OpenHoisted(request, b.replies[i], b.public); err != nil {
			return err
		}
	}
	return nil
}
