package shelf_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/papers"
	"github.com/volens-network/volens/gateway/shelf"
)

var theRequest = id.ID{0x4e}

func words(title string) papers.Papers {
	return papers.Papers{
		Title: title, LaySummary: "What we do.", Contact: "me@example.org",
		ProtocolSHA256: strings.Repeat("ab", papers.DigestSize), Salt: strings.Repeat("5a", papers.DigestSize),
	}
}

func digests(t *testing.T, p papers.Papers) papers.Digests {
	t.Helper()
	d, err := p.Digests()
	require.NoError(t, err)
	return d
}

// others are gateways by their origin, nil for one that is down.
type others struct {
	order []string
	has   map[string]*papers.Papers
	asked []string
	err   error
	began chan struct{} // told of each call, if it is there
	hold  chan struct{} // answers wait until it is closed
}

func (o *others) Origins(context.Context) ([]string, error) { return o.order, o.err }

func (o *others) Papers(ctx context.Context, origin string, _ id.ID) (papers.Papers, error) {
	o.asked = append(o.asked, origin)
	if o.began != nil {
		o.began <- struct{}{}
	}
	if o.hold != nil {
		<-o.hold
	}
	if ctx.Err() != nil {
		return papers.Papers{}, ctx.Err()
	}
	if p := o.has[origin]; p != nil {
		return *p, nil
	}
	return papers.Papers{}, errors.New("down")
}

func open(t *testing.T, o *others) (s *shelf.Shelf, dir string, at *time.Time) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "papers")
	now := time.Unix(1_800_000_000, 0)
	s, err := shelf.Open(dir, o, func() time.Time { return now })
	require.NoError(t, err)
	return s, dir, &now
}

func TestPut_KeepsWhatTheChainHasDigestsOf(t *testing.T) {
	s, dir, _ := open(t, &others{})
	good := words("Hearts")
	_, err := s.Get(theRequest)
	require.ErrorIs(t, err, shelf.ErrUnknown)
	require.ErrorIs(t, s.Put(theRequest, words("Minds"), digests(t, good)), papers.ErrMismatch)
	require.ErrorIs(t, s.Put(theRequest, papers.Papers{}, digests(t, good)), papers.ErrPapers)
	_, err = s.Get(theRequest)
	require.ErrorIs(t, err, shelf.ErrUnknown)
	for range 2 {
		require.NoError(t, s.Put(theRequest, good, digests(t, good)))
	}
	got, err := s.Get(theRequest)
	require.NoError(t, err)
	require.NoError(t, got.Verify(digests(t, good)))

	again, err := shelf.Open(dir, &others{}, time.Now)
	require.NoError(t, err)
	_, err = again.Get(theRequest)
	require.NoError(t, err)
	_, err = again.Get(id.ID{1})
	require.ErrorIs(t, err, shelf.ErrUnknown)
}

// A damaged file is as none, and can be put again.
func TestGet_Damaged(t *testing.T) {
	s, dir, _ := open(t, &others{})
	good := words("Hearts")
	require.NoError(t, s.Put(theRequest, good, digests(t, good)))
	path := filepath.Join(dir, theRequest.String()+".json")
	require.NoError(t, os.Truncate(path, 20))
	_, err := s.Get(theRequest)
	require.ErrorIs(t, err, shelf.ErrUnknown)
	require.NoError(t, s.Put(theRequest, good, digests(t, good)))
	_, err = s.Get(theRequest)
	require.NoError(t, err)
}

// Others are asked in turn; a liar and one that is down are passed over.
func TestFetch(t *testing.T) {
	good, lie := words("Hearts"), words("Minds")
	o := &others{
		order: []string{"down", "liar", "honest", "never asked"},
		has:   map[string]*papers.Papers{"liar": &lie, "honest": &good},
	}
	s, _, _ := open(t, o)
	got, err := s.Fetch(context.Background(), theRequest, digests(t, good))
	require.NoError(t, err)
	require.Equal(t, "Hearts", got.Title)
	require.Equal(t, []string{"down", "liar", "honest"}, o.asked)
	_, err = s.Get(theRequest)
	require.NoError(t, err)
}

// What nobody has is asked for once in a minute, however often it is wanted.
func TestFetch_AsksOnceInAWhile(t *testing.T) {
	good := words("Hearts")
	o := &others{order: []string{"a", "b"}, has: map[string]*papers.Papers{}}
	s, _, now := open(t, o)
	for range 3 {
		_, err := s.Fetch(context.Background(), theRequest, digests(t, good))
		require.ErrorIs(t, err, shelf.ErrUnknown)
	}
	require.Len(t, o.asked, 2)
	*now = now.Add(2 * time.Minute)
	o.has["b"] = &good
	_, err := s.Fetch(context.Background(), theRequest, digests(t, good))
	require.NoError(t, err)
	require.Len(t, o.asked, 4)
}

// Who goes away keeps nobody else from reading, and who asks meanwhile waits for the answer.
func TestFetch_OneWhoGoesAway(t *testing.T) {
	good := words("Hearts")
	o := &others{
		order: []string{"a"}, has: map[string]*papers.Papers{"a": &good},
		began: make(chan struct{}, 2), hold: make(chan struct{}),
	}
	s, _, _ := open(t, o)
	asked := digests(t, good)
	fetch := func(ctx context.Context) <-chan error {
		answer := make(chan error, 1)
		go func() {
			_, err := s.Fetch(ctx, theRequest, asked)
			answer <- err
		}()
		return answer
	}
	ctx, leave := context.WithCancel(context.Background())
	gone := fetch(ctx)
	<-o.began // so that who goes away is who asks the others
	leave()
	stays := fetch(context.Background())
	close(o.hold)
	require.NoError(t, <-stays)
	require.NoError(t, <-gone)
	_, err := s.Get(theRequest)
	require.NoError(t, err)
	require.Len(t, o.asked, 1)
}

// However many gateways there are, a call asks few of them.
func TestFetch_Bounded(t *testing.T) {
	good := words("Hearts")
	o := &others{order: make([]string, 100), has: map[string]*papers.Papers{}}
	s, _, _ := open(t, o)
	_, err := s.Fetch(context.Background(), theRequest, digests(t, good))
	require.ErrorIs(t, err, shelf.ErrUnknown)
	require.Len(t, o.asked, 8)
	o.err = errors.New("no list")
	_, err = s.Fetch(context.Background(), id.ID{9}, digests(t, good))
	require.ErrorIs(t, err, shelf.ErrUnknown)
}

// hanging has papers that answers only when nobody waits any more, but for the last.
type hanging struct {
	*others

	last string
	ends map[string]time.Time // when each was to be given up
}

func (h hanging) Papers(ctx context.Context, origin string, request id.ID) (papers.Papers, error) {
	h.ends[origin], _ = ctx.Deadline()
	if origin != h.last {
		<-ctx.Done()
		return papers.Papers{}, ctx.Err()
	}
	return h.others.Papers(context.WithoutCancel(ctx), origin, request)
}

// A gateway that accepts the call and never answers does not hide what another has: it is given up while there is time
// for the next.
func TestFetch_OneThatHangs(t *testing.T) {
	good := words("Hearts")
	o := &others{order: []string{"hangs", "honest"}, has: map[string]*papers.Papers{"honest": &good}}
	h := hanging{o, "honest", map[string]time.Time{}}
	s, err := shelf.Open(filepath.Join(t.TempDir(), "papers"), h, time.Now)
	require.NoError(t, err)
	s.SetPatience(time.Second)
	got, err := s.Fetch(context.Background(), theRequest, digests(t, good))
	require.NoError(t, err)
	require.Equal(t, "Hearts", got.Title)
	require.True(t, h.ends["hangs"].Before(h.ends["honest"]))
}

// Papers that cannot be kept reach all who wait, and are asked for again.
func TestFetch_NoRoomToKeepThem(t *testing.T) {
	good := words("Hearts")
	o := &others{order: []string{"a"}, has: map[string]*papers.Papers{"a": &good}, hold: make(chan struct{})}
	s, dir, _ := open(t, o)
	blocked := filepath.Join(dir, theRequest.String()+".json.new")
	require.NoError(t, os.Mkdir(blocked, 0o700)) // as a full disk: the file cannot be written
	answers := make(chan error, 3)
	asked := digests(t, good)
	for range cap(answers) {
		go func() {
			p, err := s.Fetch(context.Background(), theRequest, asked)
			answers <- errors.Join(err, p.Verify(asked))
		}()
	}
	close(o.hold)
	for range cap(answers) {
		require.NoError(t, <-answers)
	}
	_, err := s.Get(theRequest)
	require.ErrorIs(t, err, shelf.ErrUnknown)
	require.NoError(t, os.Remove(blocked))
	_, err = s.Fetch(context.Background(), theRequest, asked)
	require.NoError(t, err, "at once")
	_, err = s.Get(theRequest)
	require.NoError(t, err)
}
