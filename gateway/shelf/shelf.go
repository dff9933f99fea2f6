// Package shelf keeps the papers of requests, core/papers, where patients find them.
//
// A Shelf is a folder with a document for each request. Put takes what opens the digests
// on chain and nothing else, so that whatever stands on the shelf is what the researcher
// signed. Get returns it; papers that another gateway was given Fetch gets from there,
// once, and verifies them alike: no gateway has to be believed.
//
// Papers are public: whoever may be asked must be able to read what for, without telling
// any gateway who reads.
package shelf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/papers"
	"github.com/volens-network/volens/gateway/wholefile"
)

// ErrUnknown is returned for a request whose papers nobody has.
var ErrUnknown = errors.New("no papers of this request")

const (
	suffix  = ".json"
	dirMode = 0o700

	// patience is for all other gateways together.
	patience = 10 * time.Second
	// pause is how long others are not asked again for what they did not have.
	pause = time.Minute
	// maxAsked bounds what is remembered of that.
	maxAsked = 4096
	// maxOthers is how many gateways are asked for the papers of one request.
	maxOthers = 8
)

// Others are the other gateways.
type Others interface {
	// Origins are where they are reached.
	Origins(ctx context.Context) ([]string, error)
	// Papers asks one for what stands on its own shelf.
	Papers(ctx context.Context, origin string, request id.ID) (papers.Papers, error)
}

// Shelf is a folder of papers. It is safe for concurrent use by one process.
type Shelf struct {
	dir    string
	others Others
	now    func() time.Time
	// patience is how long Fetch waits for all others together.
	patience time.Duration

	mu    sync.Mutex
	asked map[id.ID]*asking
}

// asking is when the others were asked last, and what is closed when they have answered.
type asking struct {
	at   time.Time
	done chan struct{}
	// unkept are papers that came but could not be put on the shelf: for those who wait.
	unkept *papers.Papers
}

// Open opens the folder, and makes it if need be.
func Open(dir string, others Others, now func() time.Time) (*Shelf, error) {
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return nil, fmt.Errorf("open shelf: %w", err)
	}
	return &Shelf{dir: dir, others: others, now: now, patience: patience, asked: map[id.ID]*asking{}}, nil
}

// Put keeps papers that have the digests. Doing so again changes nothing. Errors are those
// of papers.Verify.
func (s *Shelf) Put(request id.ID, p papers.Papers, want papers.Digests) error {
	if err := p.Verify(want); err != nil {
		return err
	}
	raw, err := p.Encode()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	path := s.path(request)
	if there, err := os.ReadFile(path); err == nil && bytes.Equal(there, raw) {
		return nil
	}
	if err := wholefile.Write(path, raw); err != nil {
		return fmt.Errorf("keep papers: %w", err)
	}
	return nil
}

// Get returns what stands on this shelf, or ErrUnknown. A file that is damaged is as none.
func (s *Shelf) Get(request id.ID) (papers.Papers, error) {
	raw, err := os.ReadFile(s.path(request))
	if errors.Is(err, fs.ErrNotExist) {
		return papers.Papers{}, fmt.Errorf("%w: %s", ErrUnknown, request)
	}
	if err != nil {
		return papers.Papers{}, fmt.Errorf("read papers: %w", err)
	}
	p, err := papers.Parse(raw)
	if err != nil {
		return papers.Papers{}, fmt.Errorf("%w: %s: %w", ErrUnknown, request, err)
	}
	return p, nil
}

// Fetch asks the other gateways, keeps what has the digests, and returns it; ErrUnknown if
// none has it, or had it a moment ago. Who asks while they are asked waits for the same
// answer, and who goes away ends nothing. Papers that the disk has no room for are returned all the same.
func (s *Shelf) Fetch(ctx context.Context, request id.ID, want papers.Digests) (papers.Papers, error) {
	turn, first := s.turn(request)
	if !first {
		select {
		case <-turn.done:
		case <-ctx.Done():
			return papers.Papers{}, fmt.Errorf("%w: %s: %w", ErrUnknown, request, ctx.Err())
		}
		if turn.unkept != nil {
			return *turn.unkept, nil
		}
		return s.Get(request)
	}
	defer close(turn.done)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.patience)
	defer cancel()
	origins, err := s.others.Origins(ctx)
	if err != nil {
		s.forget(request)
		return papers.Papers{}, fmt.Errorf("%w: %s: %w", ErrUnknown, request, err)
	}
	origins = origins[:min(len(origins), maxOthers)]
	for i, origin := range origins {
		p, err := s.ask(ctx, origin, len(origins)-i, request)
		if err != nil || p.Verify(want) != nil {
			continue
		}
		if s.Put(request, p, want) != nil {
			turn.unkept = &p
			s.forget(request)
		}
		return p, nil
	}
	return papers.Papers{}, fmt.Errorf("%w: %s", ErrUnknown, request)
}

// ask asks one of so many that are left. None takes the time of those behind it: one that hangs would hide what they
// have.
func (s *Shelf) ask(ctx context.Context, origin string, left int, request id.ID) (papers.Papers, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(deadline)/time.Duration(left))
		defer cancel()
	}
	return s.others.Papers(ctx, origin, request)
}

// turn says whether others are to be asked now, and what is closed when they were.
func (s *Shelf) turn(request id.ID) (turn *asking, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if last, ok := s.asked[request]; ok && now.Sub(last.at) < pause {
		return last, false
	}
	if len(s.asked) >= maxAsked {
		clear(s.asked)
	}
	turn = &asking{at: now, done: make(chan struct{})}
	s.asked[request] = turn
	return turn, true
}

// forget lets others be asked again at once.
func (s *Shelf) forget(request id.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.asked, request)
}

func (s *Shelf) path(request id.ID) string { return filepath.Join(s.dir, request.String()+suffix) }
