// Package shelf keeps the papers of requests, core/papers, where patients find them.
//
// A Shelf is a folder with a document for each request. Put takes what opens the digests
// on chain and nothing else, so that whatever stands on the shelf is what the researcher
// signed. Find returns it; papers that another gateway was given it fetches from there,
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
	// maxMissing bounds what is remembered of that.
	maxMissing = 4096
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

	mu      sync.Mutex
	missing map[id.ID]time.Time
}

// Open opens the folder, and makes it if need be.
func Open(dir string, others Others, now func() time.Time) (*Shelf, error) {
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return nil, fmt.Errorf("open shelf: %w", err)
	}
	return &Shelf{dir: dir, others: others, now: now, missing: map[id.ID]time.Time{}}, nil
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
	delete(s.missing, request)
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
// none has it, or was asked a moment ago.
func (s *Shelf) Fetch(ctx context.Context, request id.ID, want papers.Digests) (papers.Papers, error) {
	unknown := fmt.Errorf("%w: %s", ErrUnknown, request)
	if !s.mayAsk(request) {
		return papers.Papers{}, unknown
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	origins, err := s.others.Origins(ctx)
	if err != nil {
		return papers.Papers{}, errors.Join(unknown, err)
	}
	for _, origin := range origins[:min(len(origins), maxOthers)] {
		p, err := s.others.Papers(ctx, origin, request)
		if err != nil || p.Verify(want) != nil {
			continue
		}
		return p, s.Put(request, p, want)
	}
	return papers.Papers{}, unknown
}

// mayAsk says whether others may be asked now, and remembers that they are.
func (s *Shelf) mayAsk(request id.ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if asked, ok := s.missing[request]; ok && now.Sub(asked) < pause {
		return false
	}
	if len(s.missing) >= maxMissing {
		clear(s.missing)
	}
	s.missing[request] = now
	return true
}

func (s *Shelf) path(request id.ID) string { return filepath.Join(s.dir, request.String()+suffix) }
