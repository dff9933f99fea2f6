package network

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/devnet/walk"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// The steps of the clients' journal. What is about to be sent is written, and on the disk,
// before it is sent.
const (
	stepAsking   = "asking"
	stepAsked    = "asked"
	stepDeciding = "deciding"
	stepDecided  = "decided"
	stepReleased = "released"
	stepOpened   = "opened"
)

const (
	// deadline is how many blocks a request is open: longer than any trouble.
	deadline = 5_000
	// inFlight is how many requests are on their way at once.
	inFlight = 3
	// stagger is between the answers of two patients, so that most blocks release something.
	stagger = 400 * time.Millisecond
	// tries bounds how often a step is tried before it counts as lost.
	tries = 400
	// retryPause is the time between two tries.
	retryPause = 250 * time.Millisecond
)

// Entry is what the clients write down about a step.
type Entry struct {
	Name    string `json:"name,omitempty"`
	Request string `json:"request,omitempty"`
	Dataset string `json:"dataset,omitempty"`
	Seat    uint64 `json:"seat"`
	Escrow  string `json:"escrow,omitempty"`
	Height  int64  `json:"height,omitempty"`
	SHA256  string `json:"sha256,omitempty"`
}

// Load is people at work: requests with one seat a dataset, each answered with yes by every
// patient, released, and opened. Start it with Site.Load and end it with Stop.
type Load struct {
	site     *Site
	released atomic.Int64
	stop     chan struct{}
	once     sync.Once
	done     chan error
	failed   chan struct{} // closed with the first loss
}

// Load begins work, until Stop. The name must be new.
func (s *Site) Load(ctx context.Context, name string) *Load {
	l := &Load{site: s, stop: make(chan struct{}), done: make(chan error, 1), failed: make(chan struct{})}
	go func() {
		err := l.run(ctx, name)
		if err != nil {
			close(l.failed)
		}
		l.done <- err
	}()
	s.load = l
	return l
}

// Released is how many seats were released so far.
func (l *Load) Released() int { return int(l.released.Load()) }

// Stop lets what is under way come to its end, and returns the first thing that was lost.
func (l *Load) Stop() error {
	l.once.Do(func() { close(l.stop) })
	return <-l.done
}

// Crowd are requests that nobody has answered yet.
type Crowd struct {
	load     *Load
	requests []string
}

// Crowd submits so many requests and leaves them open. It must not run beside a Load of the
// same site: a researcher has one account.
func (s *Site) Crowd(ctx context.Context, name string, n int) (*Crowd, error) {
	c := &Crowd{load: &Load{site: s}}
	for i := range n {
		request, err := c.load.ask(ctx, fmt.Sprintf("%s-%04d", name, i))
		if err != nil {
			return nil, err
		}
		c.requests = append(c.requests, request)
	}
	return c, nil
}

// Answer lets every patient say yes to all of them, and brings each to its end, a few at a
// time.
func (c *Crowd) Answer(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var group sync.WaitGroup
	slots := make(chan struct{}, inFlight)
	for _, request := range c.requests {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			if err := c.load.follow(ctx, request); err != nil {
				cancel(err)
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}

// run submits one request after the other, for a researcher has one account; the rest of
// each goes on beside it.
func (l *Load) run(ctx context.Context, name string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var group sync.WaitGroup
	slots := make(chan struct{}, inFlight)
	for i := 0; ctx.Err() == nil; i++ {
		select {
		case <-l.stop:
			group.Wait()
			return context.Cause(ctx)
		case slots <- struct{}{}:
		}
		request, err := l.ask(ctx, fmt.Sprintf("%s-%04d", name, i))
		if err != nil {
			cancel(err)
			break
		}
		group.Go(func() {
			defer func() { <-slots }()
			if err := l.follow(ctx, request); err != nil {
				cancel(err)
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}

// ask submits a request. It is tried until it stands: the client goes on with what an
// earlier try began.
func (l *Load) ask(ctx context.Context, name string) (string, error) {
	s := l.site
	if err := s.Journal.Record(stepAsking, Entry{Name: name}); err != nil {
		return "", err
	}
	var out *client.Submitted
	err := retry(ctx, "ask "+name, func() error {
		var err error
		out, err = s.Story.Ask(ctx, name, deadline)
		return err
	})
	if err != nil {
		return "", err
	}
	return out.RequestID, s.Journal.Record(stepAsked, Entry{
		Name: name, Request: out.RequestID, Escrow: out.Escrow.String(), Height: out.Height,
	})
}

// follow brings an open request to its end.
func (l *Load) follow(ctx context.Context, request string) error {
	datasets := l.site.Story.Datasets()
	errs := make(chan error, len(datasets))
	for i, dataset := range datasets {
		go func() {
			time.Sleep(time.Duration(i) * stagger)
			errs <- l.decide(ctx, request, dataset)
		}()
	}
	var failed error
	for range datasets {
		if err := <-errs; err != nil && failed == nil {
			failed = err
		}
	}
	if failed != nil {
		return failed
	}
	for seat := range datasets {
		if err := l.open(ctx, request, uint64(seat)); err != nil {
			return err
		}
	}
	return nil
}

// decide is a patient's yes. A try whose answer was lost may have arrived.
func (l *Load) decide(ctx context.Context, request, dataset string) error {
	s := l.site
	if err := s.Journal.Record(stepDeciding, Entry{Request: request, Dataset: dataset}); err != nil {
		return err
	}
	patient := s.Town.Person(walk.Patient)
	err := retry(ctx, "decide", func() error {
		_, err := patient.Decide(ctx, request, dataset, true)
		if err == nil {
			return nil
		}
		answer, asked := patient.Chain.Market().Decisions(ctx, &market.QueryDecisionsRequest{RequestId: request})
		if asked == nil {
			for _, d := range answer.Decisions {
				if d.DatasetId == dataset {
					return nil
				}
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.Journal.Record(stepDecided, Entry{Request: request, Dataset: dataset})
}

// open waits for a seat's release and opens the file.
func (l *Load) open(ctx context.Context, request string, seat uint64) error {
	s := l.site
	researcher := s.Town.Person(walk.Researcher)
	var release *custody.Release
	err := retry(ctx, "release", func() error {
		answer, err := researcher.Chain.Custody().Seat(ctx, &custody.QuerySeatRequest{RequestId: request, Index: seat})
		switch {
		case err != nil:
			return err
		case answer.Seat.State == custody.SEAT_STATE_VOID:
			return fmt.Errorf("seat %d of request %s: %s: %w", seat, request, answer.Seat.Cause, errVoid)
		case answer.Release == nil:
			return fault.E(fault.Unavailable, "seat %d of request %s is not released yet", seat, request)
		}
		release = answer.Release
		return nil
	})
	if err != nil {
		return err
	}
	l.released.Add(1)
	err = s.Journal.Record(stepReleased, Entry{
		Request: request, Dataset: release.DatasetId, Seat: seat, Height: release.Height,
	})
	if err != nil {
		return err
	}
	return l.fetch(ctx, request, seat, release.DatasetId)
}

// fetch opens the released file through the gateway and compares the plaintext.
func (l *Load) fetch(ctx context.Context, request string, seat uint64, dataset string) error {
	s := l.site
	out := filepath.Join(s.Spec().Dir, "opened", request, strconv.FormatUint(seat, 10))
	var fetched *client.Fetched
	err := retry(ctx, "fetch", func() error {
		var err error
		fetched, err = s.Town.Person(walk.Researcher).Fetch(ctx, client.FetchOptions{
			RequestID: request, Seat: seat, Out: out, Wait: true,
		})
		return err
	})
	if err != nil {
		return err
	}
	if want := s.Story.Plaintexts()[dataset]; fetched.PlaintextSHA256 != want || fetched.DatasetID != dataset {
		return fmt.Errorf("request %s seat %d opened as %s of %s, sealed was %s of %s", request, seat,
			fetched.PlaintextSHA256, fetched.DatasetID, want, dataset)
	}
	return s.Journal.Record(stepOpened, Entry{
		Request: request, Dataset: dataset, Seat: seat, SHA256: fetched.PlaintextSHA256,
	})
}

// retry tries something until it holds. What is void, and what is not what it should be,
// is final.
func retry(ctx context.Context, what string, run func() error) error {
	var err error
	for range tries {
		if err = run(); err == nil {
			return nil
		}
		if fault.Is(err, fault.Integrity) || isVoid(err) {
			break
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w: %w", what, context.Cause(ctx), err)
		case <-time.After(retryPause):
		}
	}
	return fmt.Errorf("%s: %w", what, err)
}
