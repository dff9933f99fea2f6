package storage_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/client/storage"
	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/login"
	"github.com/volens-network/volens/core/merkle"
	"github.com/volens-network/volens/gateway/blobstore"
	"github.com/volens-network/volens/gateway/chaintest"
)

func TestNew_Refuses(t *testing.T) {
	for _, url := range []string{
		"", "gateway.example.org", "http://gateway.example.org", "http://10.0.0.1:80", "ftp://x", "https://a/b", "https://a?b",
		"https://u@a", "https://", "https://a#b",
	} {
		_, err := storage.New(storage.Options{URL: url})
		require.Equal(t, fault.Usage, fault.KindOf(err), url)
	}
	for _, url := range []string{"https://a", "https://a:1/", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:1"} {
		_, err := storage.New(storage.Options{URL: url})
		require.NoError(t, err, url)
	}
}

func TestInfo(t *testing.T) {
	d := newDepot(t)
	info, err := d.client(nil).Info(t.Context())
	require.NoError(t, err)
	require.Equal(t, d.keys.Address, info.Address)
	require.Equal(t, d.keys.Identity.Recipient(), info.Recipient)
	require.Equal(t, int64(blobstore.LeafSize), info.Limits.LeafBytes)
	health, err := d.client(nil).Health(t.Context())
	require.NoError(t, err)
	require.Equal(t, storage.Health{OK: true, Height: 100}, health)
	_, err = d.client(nil).Half(t.Context(), theRequest, 0)
	require.Equal(t, fault.Usage, fault.KindOf(err), "without an account")
}

// One login serves many calls, and an expired token is renewed by itself.
func TestLogin_OnceAndAgain(t *testing.T) {
	d := newDepot(t)
	c := d.client(account(t, "alice"))
	require.NoError(t, c.Login(t.Context()))
	_, err := c.Leaves(t.Context(), drs.Digest{})
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.Len(t, d.calls(), 3, "challenge, login, call")

	var expired atomic.Bool
	d.sabotage(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if strings.HasPrefix(r.URL.Path, "/v1/objects") && expired.CompareAndSwap(false, true) {
			r.Header.Set("Authorization", "Bearer stale")
		}
		next.ServeHTTP(w, r)
	})
	_, err = c.Leaves(t.Context(), drs.Digest{})
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.Len(t, d.calls(), 4, "call, challenge, login, call")
}

// A gateway that passes on another's challenge, or one of another chain, gets no signature.
func TestLogin_SignsForThisGatewayOnly(t *testing.T) {
	for name, change := range map[string]func(c *login.Challenge){
		"origin":  func(c *login.Challenge) { c.Origin = "https://victim.example.org" },
		"chain":   func(c *login.Challenge) { c.ChainID = "volens-main-1" },
		"account": func(c *login.Challenge) { c.Address = account(t, "bob").Account.Address },
		"form":    func(c *login.Challenge) { c.Nonce = "x\ny" },
	} {
		d := newDepot(t)
		d.sabotage(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.URL.Path != "/v1/challenge" {
				next.ServeHTTP(w, r)
				return
			}
			rec := &capture{header: http.Header{}}
			next.ServeHTTP(rec, r)
			var c login.Challenge
			if json.Unmarshal(rec.body.Bytes(), &c) != nil {
				return
			}
			change(&c)
			if json.NewEncoder(w).Encode(c) != nil {
				return
			}
		})
		err := d.client(account(t, "alice")).Login(t.Context())
		require.Equal(t, fault.Integrity, fault.KindOf(err), name)
		require.NotContains(t, d.calls(), "POST /v1/login", name)
	}
}

// capture is a response in memory.
type capture struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (c *capture) Header() http.Header         { return c.header }
func (c *capture) WriteHeader(status int)      { c.status = status }
func (c *capture) Write(p []byte) (int, error) { return c.body.Write(p) }

// A token goes to the gateway it is of and nowhere else.
func TestRedirect_NotFollowed(t *testing.T) {
	d := newDepot(t)
	c := d.client(account(t, "alice"))
	require.NoError(t, c.Login(t.Context()))
	d.calls()
	d.sabotage(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	})
	_, err := c.Leaves(t.Context(), drs.Digest{})
	require.Error(t, err)
	require.Len(t, d.calls(), 1)
}

func TestUpload(t *testing.T) {
	d := newDepot(t)
	raw, object := sealed(40 << 20) // Three pieces.
	var told []int64
	c := d.client(account(t, "alice"))
	require.NoError(
		t,
		c.Upload(t.Context(), bytes.NewReader(raw), int64(len(raw)), object, func(n int64) { told = append(told, n) }),
	)
	require.Equal(t, int64(len(raw)), told[len(told)-1])
	require.IsNonDecreasing(t, told)
	d.calls()
	require.NoError(t, c.Upload(t.Context(), bytes.NewReader(nil), int64(len(raw)), object, nil), "it is there already")
	require.Equal(t, []string{"POST /v1/uploads"}, d.calls())
}

// A connection that breaks, a gateway that restarts and a full house cost time, not the upload.
func TestUpload_Troubles(t *testing.T) {
	d := newDepot(t)
	raw, object := sealed(20 << 20)
	var calls atomic.Int32
	d.sabotage(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		switch n := calls.Add(1); {
		case r.Method == http.MethodPatch && n%2 == 0:
			r.Body = io.NopCloser(io.LimitReader(r.Body, 3<<20))
			next.ServeHTTP(&capture{header: http.Header{}}, r)
			panic(http.ErrAbortHandler)
		case n == 5:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			next.ServeHTTP(w, r)
		}
	})
	c := d.client(account(t, "alice"))
	require.NoError(t, c.Upload(t.Context(), bytes.NewReader(raw), int64(len(raw)), object, nil))
	require.Greater(t, calls.Load(), int32(5), "there were troubles")

	d.sabotage(nil)
	d.calls()
	require.NoError(t, c.Upload(t.Context(), bytes.NewReader(nil), int64(len(raw)), object, nil), "it is there, whole")
	require.Equal(t, []string{"POST /v1/uploads"}, d.calls())
}

// Another process of the same account goes on where the first one stopped.
func TestUpload_ResumesInAnotherProcess(t *testing.T) {
	d := newDepot(t)
	raw, object := sealed(20 << 20)
	broken := errors.New("disk failed")
	src := io.NewSectionReader(&failingAt{raw: raw, at: 17 << 20, err: broken}, 0, int64(len(raw)))
	err := d.client(account(t, "alice")).Upload(t.Context(), src, int64(len(raw)), object, nil)
	require.ErrorIs(t, err, broken)

	first := int64(-1)
	err = d.client(account(t, "alice")).
		Upload(t.Context(), bytes.NewReader(raw), int64(len(raw)), object, func(n int64) {
			if first < 0 {
				first = n
			}
		})
	require.NoError(t, err)
	require.GreaterOrEqual(t, first, int64(16<<20))
}

type failingAt struct {
	raw []byte
	at  int64
	err error
}

func (f *failingAt) ReadAt(p []byte, offset int64) (int, error) {
	if offset+int64(len(p)) > f.at {
		return 0, f.err
	}
	return copy(p, f.raw[offset:]), nil
}

func TestUpload_WrongDigest(t *testing.T) {
	d := newDepot(t)
	raw, _ := sealed(1000)
	_, other := sealed(999)
	err := d.client(account(t, "alice")).Upload(t.Context(), bytes.NewReader(raw), int64(len(raw)), other, nil)
	require.Equal(t, fault.Integrity, fault.KindOf(err))
	var told *storage.Error
	require.ErrorAs(t, err, &told)
	require.Equal(t, "digest-mismatch", told.Code)
	require.NotEmpty(t, told.RequestID)
}

func TestUpload_Refused(t *testing.T) {
	d := newDepot(t)
	err := d.client(account(t, "alice")).Upload(t.Context(), bytes.NewReader(nil), 65<<20, drs.Digest{}, nil)
	require.Equal(t, fault.Refused, fault.KindOf(err))
	require.Equal(t, []string{"TOO_LARGE"}, fault.Reasons(err))
}

func TestHalves(t *testing.T) {
	d := newDepot(t)
	raw, object := sealed(1000)
	delivery, err := age.GenerateHybridIdentity()
	require.NoError(t, err)
	owner, reader := account(t, "owner"), account(t, "reader")
	d.stock(raw, object, owner, reader, delivery.Recipient().String())

	half, err := d.client(reader).Half(t.Context(), theRequest, 0)
	require.NoError(t, err)
	plain, err := age.Decrypt(bytes.NewReader(half), delivery)
	require.NoError(t, err)
	part, err := io.ReadAll(plain)
	require.NoError(t, err)
	require.Equal(t, thePart, part)

	_, err = d.client(owner).Half(t.Context(), theRequest, 0)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = d.client(reader).Half(t.Context(), id.ID{}, 7)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	err = d.client(owner).PutHalf(t.Context(), theDataset, []byte("x"))
	require.Equal(t, fault.Usage, fault.KindOf(err))

	d.chain.Change(func(c *chaintest.Chain) { c.Now.Height-- })
	_, err = d.client(reader).Half(t.Context(), theRequest, 0)
	require.Equal(t, fault.Unavailable, fault.KindOf(err), "one block after the release")
	d.chain.Change(func(c *chaintest.Chain) { c.Now.Height += 1 + c.Window })
	_, err = d.client(reader).Half(t.Context(), theRequest, 0)
	require.Equal(t, fault.Refused, fault.KindOf(err))
	require.Equal(t, []string{"RIGHT_ENDED"}, fault.Reasons(err))
}

func readers(t *testing.T, size int) (*depot, []byte, drs.Digest, *storage.Client) {
	t.Helper()
	d := newDepot(t)
	raw, object := sealed(size)
	owner, reader := account(t, "owner"), account(t, "reader")
	d.stock(raw, object, owner, reader, d.keys.Identity.Recipient())
	return d, raw, object, d.client(reader)
}

// maxSize is more than any object here has.
const maxSize = 64 << 20

func TestDownload(t *testing.T) {
	_, raw, object, c := readers(t, 3<<20)
	path := filepath.Join(t.TempDir(), "file.age")
	var have, total int64
	require.NoError(
		t,
		c.Download(t.Context(), object, maxSize, path, func(done, all int64) { have, total = done, all }),
	)
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, raw, got)
	require.Equal(t, int64(len(raw)), have)
	require.Equal(t, int64(len(raw)), total)
	require.NoFileExists(t, path+".part")
}

func TestDownload_Resumes(t *testing.T) {
	for name, there := range map[string]int{"half": 1 << 20, "all": 3 << 20, "none": 0, "one": 1} {
		d, raw, object, c := readers(t, 3<<20)
		path := filepath.Join(t.TempDir(), "file.age")
		require.NoError(t, os.WriteFile(path+".part", raw[:there], 0o600))
		var ranges []string
		d.sabotage(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.Method == http.MethodGet {
				ranges = append(ranges, r.Header.Get("Range"))
			}
			next.ServeHTTP(w, r)
		})
		require.NoError(t, c.Download(t.Context(), object, maxSize, path, nil), name)
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		require.True(t, bytes.Equal(raw, got), name)
		if there > 0 {
			require.Equal(t, []string{"bytes=" + strconv.Itoa(there) + "-"}, ranges, name)
		}
	}
}

func TestDownload_PartOfSomethingElse(t *testing.T) {
	_, raw, object, c := readers(t, 100_000)
	path := filepath.Join(t.TempDir(), "file.age")
	require.NoError(t, os.WriteFile(path+".part", make([]byte, 50_000), 0o600))
	err := c.Download(t.Context(), object, maxSize, path, nil)
	require.Equal(t, fault.Integrity, fault.KindOf(err))
	require.NoFileExists(t, path)
	require.NoFileExists(t, path+".part")

	require.NoError(t, os.WriteFile(path+".part", make([]byte, 200_000), 0o600))
	require.NoError(t, c.Download(t.Context(), object, maxSize, path, nil), "longer than the object: begun anew")
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, raw, got)
}

// A connection that breaks again and again costs time; what came is kept.
func TestDownload_Troubles(t *testing.T) {
	d, raw, object, c := readers(t, 5<<20)
	var calls atomic.Int32
	d.sabotage(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method != http.MethodGet || calls.Add(1)%3 == 0 {
			next.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(&cutting{ResponseWriter: w, left: 700_000}, r)
	})
	path := filepath.Join(t.TempDir(), "file.age")
	require.NoError(t, c.Download(t.Context(), object, maxSize, path, nil))
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(raw, got))
}

// cutting ends the connection after some bytes.
type cutting struct {
	http.ResponseWriter
	left int
}

func (c *cutting) Write(p []byte) (int, error) {
	if len(p) > c.left {
		panic(http.ErrAbortHandler)
	}
	c.left -= len(p)
	return c.ResponseWriter.Write(p)
}

// A gateway that changes one byte is found out; nothing appears under the name.
func TestDownload_LyingGateway(t *testing.T) {
	d, raw, object, c := readers(t, 100_000)
	d.sabotage(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method != http.MethodGet {
			next.ServeHTTP(w, r)
			return
		}
		changed := bytes.Clone(raw)
		changed[77] ^= 1
		w.Header().Set("Content-Length", strconv.Itoa(len(changed)))
		if _, err := w.Write(changed); err != nil {
			return
		}
	})
	path := filepath.Join(t.TempDir(), "file.age")
	err := c.Download(t.Context(), object, maxSize, path, nil)
	require.Equal(t, fault.Integrity, fault.KindOf(err))
	require.NoFileExists(t, path)
	require.NoFileExists(t, path+".part")
}

func TestDownload_Stranger(t *testing.T) {
	d, _, object, _ := readers(t, 1000)
	path := filepath.Join(t.TempDir(), "file.age")
	err := d.client(account(t, "stranger")).Download(t.Context(), object, maxSize, path, nil)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.NoFileExists(t, path)
}

func TestReaderAt(t *testing.T) {
	d, raw, object, c := readers(t, 2<<20+5)
	src, size, err := c.ReaderAt(t.Context(), object)
	require.NoError(t, err)
	require.Equal(t, int64(len(raw)), size)
	require.NoError(t, iotest.TestReader(io.NewSectionReader(src, 1<<20, 50), raw[1<<20:1<<20+50]))
	got := make([]byte, 100)
	n, err := src.ReadAt(got, size-7)
	require.ErrorIs(t, err, io.EOF)
	require.Equal(t, raw[size-7:], got[:n])
	_, err = src.ReadAt(got, size)
	require.ErrorIs(t, err, io.EOF)
	_, err = src.ReadAt(got, -1)
	require.Equal(t, fault.Usage, fault.KindOf(err))

	var calls atomic.Int32
	d.sabotage(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if calls.Add(1)%2 == 1 {
			w = &cutting{ResponseWriter: w, left: 40_000}
		}
		next.ServeHTTP(w, r)
	})
	got = make([]byte, 1<<20)
	n, err = src.ReadAt(got, 100)
	require.NoError(t, err)
	require.Equal(t, raw[100:100+1<<20], got[:n])
	d.sabotage(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { w.WriteHeader(http.StatusOK) })
	_, err = src.ReadAt(got, 0)
	require.Equal(t, fault.Internal, fault.KindOf(err), "a gateway that ignores ranges")
}

func TestLeaves(t *testing.T) {
	d, raw, object, c := readers(t, 2<<20+5)
	leaves, err := c.Leaves(t.Context(), object)
	require.NoError(t, err)
	want, err := merkle.Leaves(bytes.NewReader(raw), blobstore.LeafSize, 10)
	require.NoError(t, err)
	require.Equal(t, want, leaves)
	d.sabotage(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		if _, err := w.Write(make([]byte, 33)); err != nil {
			return
		}
	})
	_, err = c.Leaves(t.Context(), object)
	require.Equal(t, fault.Integrity, fault.KindOf(err))
}

func TestObject(t *testing.T) {
	d, raw, object, c := readers(t, 1000)
	o, err := c.Object(t.Context(), object)
	require.NoError(t, err)
	require.Equal(t, uint64(len(raw)), o.Size)
	d.sabotage(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		rec := &capture{header: http.Header{}}
		next.ServeHTTP(rec, r)
		other := strings.Repeat("0", 64)
		if _, err := io.WriteString(w, strings.ReplaceAll(rec.body.String(), object.String(), other)); err != nil {
			return
		}
	})
	_, err = c.Object(t.Context(), object)
	require.Equal(t, fault.Integrity, fault.KindOf(err), "the description of another object")
}

// An answer that is no problem of a gateway is still an error of a kind.
func TestError_OfSomethingElse(t *testing.T) {
	d := newDepot(t)
	for status, kind := range map[int]fault.Kind{
		http.StatusBadGateway: fault.Unavailable, http.StatusNotFound: fault.NotFound, http.StatusTeapot: fault.Usage,
	} {
		d.sabotage(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Header().Set("Retry-After", "-5")
			http.Error(w, "<html>", status)
		})
		_, err := d.client(nil).Info(t.Context())
		require.Equal(t, kind, fault.KindOf(err))
		require.ErrorContains(t, err, http.StatusText(status))
		require.Nil(t, fault.Reasons(err))
	}
	d.sabotage(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		if _, err := w.Write(make([]byte, 2<<20)); err != nil {
			return
		}
	})
	_, err := d.client(nil).Info(t.Context())
	require.ErrorContains(t, err, "more than")
	d.server.Close()
	_, err = d.client(nil).Info(t.Context())
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
}
