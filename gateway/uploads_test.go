package gateway_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/gateway"
	"github.com/volens-network/volens/gateway/chaintest"
	"github.com/volens-network/volens/gateway/problem"
)

func (h *house) create(auth []string, size int, d drs.Digest, header ...string) answer {
	h.t.Helper()
	return h.do(http.MethodPost, "/v1/uploads", http.NoBody, append(append(auth, "Tus-Resumable", "1.0.0",
		"Upload-Length", strconv.Itoa(size), "Upload-Metadata", metadata(d, size)), header...)...)
}

func (h *house) offset(auth []string, path string) answer {
	h.t.Helper()
	return h.do(http.MethodHead, path, nil, append(auth, "Tus-Resumable", "1.0.0")...)
}

// stagedFiles lists what is under way, and storedFiles what is stored.
func (h *house) stagedFiles() []string { return h.files("staging") }
func (h *house) storedFiles() []string { return h.files("objects") }

func (h *house) files(folder string) []string {
	h.t.Helper()
	var out []string
	root := filepath.Join(h.home, folder)
	require.NoError(h.t, filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			out = append(out, strings.TrimPrefix(path, root))
		}
		return err
	}))
	return out
}

func TestUpload_InPieces(t *testing.T) {
	h := newHouse(t)
	auth := h.login(h.owner)
	raw, d := sealed(3_000_000)
	created := h.create(auth, len(raw), d)
	require.Equal(t, http.StatusCreated, created.status)
	require.Equal(t, "1.0.0", created.header.Get("Tus-Resumable"))
	path := h.location(created)
	for from := 0; from < len(raw); from += 1_000_000 {
		got := h.patch(auth, path, from, raw[from:from+1_000_000])
		require.Equal(t, http.StatusNoContent, got.status, string(got.body))
		require.Equal(t, strconv.Itoa(from+1_000_000), got.header.Get("Upload-Offset"))
	}
	done := h.offset(auth, path)
	require.Equal(t, http.StatusOK, done.status)
	require.Equal(t, "3000000", done.header.Get("Upload-Offset"))
	require.Len(t, h.stagedFiles(), 1, "only the note that it was placed")
	h.register(d)
	require.Equal(t, http.StatusNoContent, h.putHalf(auth, h.sealPart(h.keys.Identity.Recipient(), thePart)).status)
	got := h.do(http.MethodGet, "/v1/objects/"+d.String(), nil, auth...)
	require.Equal(t, http.StatusOK, got.status)
	require.Equal(t, raw, got.body)
}

// A gateway that is killed loses no byte that it took, and knows whose they are.
func TestUpload_ResumesAfterRestart(t *testing.T) {
	h := newHouse(t)
	auth := h.login(h.owner)
	raw, d := sealed(2_000_000)
	path := h.location(h.create(auth, len(raw), d))
	require.Equal(t, http.StatusNoContent, h.patch(auth, path, 0, raw[:700_000]).status)
	h.restart()
	auth = h.login(h.owner)
	at := h.offset(auth, path)
	require.Equal(t, "700000", at.header.Get("Upload-Offset"))
	require.Equal(t, "2000000", at.header.Get("Upload-Length"))
	require.Equal(t, http.StatusNotFound, h.offset(h.login(h.stranger), path).status)
	require.Equal(t, http.StatusNoContent, h.patch(auth, path, 700_000, raw[700_000:]).status)
	require.Equal(t, "2000000", h.offset(auth, path).header.Get("Upload-Offset"))
}

// Killed between the last byte and the placing: asking how far it is places it.
func TestUpload_PlacedAfterRestart(t *testing.T) {
	h := newHouse(t)
	auth := h.login(h.owner)
	raw, d := sealed(100_000)
	path := h.location(h.create(auth, len(raw), d))
	require.Equal(t, http.StatusNoContent, h.patch(auth, path, 0, raw[:len(raw)-1]).status)
	staged := filepath.Join(h.home, "staging", filepath.Base(path))
	f, err := os.OpenFile(staged, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.Write(raw[len(raw)-1:])
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.Empty(t, h.storedFiles())
	h.restart()
	auth = h.login(h.owner)
	require.Equal(t, "100000", h.offset(auth, path).header.Get("Upload-Offset"))
	require.NotEmpty(t, h.storedFiles())
	require.NoFileExists(t, staged)
	require.Equal(t, "100000", h.offset(auth, path).header.Get("Upload-Offset"))
}

// An upload that lies about its digest leaves nothing, and its quota is free again.
func TestUpload_LyingDigest(t *testing.T) {
	h := newHouse(t)
	auth := h.login(h.owner)
	raw, _ := sealed(100_000)
	_, other := sealed(99_999)
	path := h.location(h.create(auth, len(raw), other))
	got := h.patch(auth, path, 0, raw)
	require.Equal(t, http.StatusUnprocessableEntity, got.status)
	require.Equal(t, problem.Digest, got.problem(t))
	require.Empty(t, h.stagedFiles())
	require.Empty(t, h.storedFiles())
	require.Equal(t, http.StatusNotFound, h.offset(auth, path).status)
}

func TestUpload_Truncated(t *testing.T) {
	h := newHouse(t)
	auth := h.login(h.owner)
	raw, d := sealed(100_000)
	path := h.location(h.create(auth, len(raw), d))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, h.server.URL+path,
		io.MultiReader(bytes.NewReader(raw[:50_000]), iotest.ErrReader(io.ErrUnexpectedEOF)))
	require.NoError(t, err)
	request.ContentLength = int64(len(raw))
	for name, value := range map[string]string{
		auth[0]: auth[1], "Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0",
	} {
		request.Header.Set(name, value)
	}
	response, err := h.server.Client().Do(request)
	if err == nil {
		require.NoError(t, response.Body.Close())
	}
	require.Empty(t, h.storedFiles(), "half an object is none")

	// The gateway may still be taking what arrived: a client asks where the upload stands, and asks again on a conflict.
	require.Eventually(t, func() bool {
		stands := h.offset(auth, path)
		at, err := strconv.Atoi(stands.header.Get("Upload-Offset"))
		if stands.status != http.StatusOK || err != nil {
			return false
		}
		return at == len(raw) || h.patch(auth, path, at, raw[at:]).status == http.StatusNoContent
	}, 20*time.Second, 10*time.Millisecond)
	require.NotEmpty(t, h.storedFiles())
}

func TestUpload_OffsetConflict(t *testing.T) {
	h := newHouse(t)
	auth := h.login(h.owner)
	raw, d := sealed(1000)
	path := h.location(h.create(auth, len(raw), d))
	require.Equal(t, http.StatusNoContent, h.patch(auth, path, 0, raw[:400]).status)
	for _, offset := range []int{0, 399, 401, 1000, 1001} {
		got := h.patch(auth, path, offset, raw[:1])
		require.Equal(t, http.StatusConflict, got.status, offset)
		require.Equal(t, problem.Conflict, got.problem(t))
	}
	got := h.patch(auth, path, 400, append(raw[400:], 0))
	require.Equal(t, http.StatusRequestEntityTooLarge, got.status, "more than announced")
	require.Equal(t, http.StatusNoContent, h.patch(auth, path, 400, raw[400:]).status)
}

func TestUpload_OnlyItsOwner(t *testing.T) {
	h := newHouse(t)
	auth, other := h.login(h.owner), h.login(h.stranger)
	raw, d := sealed(1000)
	path := h.location(h.create(auth, len(raw), d))
	for _, a := range []answer{
		h.offset(other, path), h.patch(other, path, 0, raw),
		h.do(http.MethodDelete, path, nil, append(other, "Tus-Resumable", "1.0.0")...),
	} {
		require.Equal(t, http.StatusNotFound, a.status)
	}
	require.Equal(t, http.StatusNoContent, h.patch(auth, path, 0, raw).status)
	require.Equal(t, http.StatusNotFound, h.offset(other, path).status, "nor when it is done")
	require.Equal(t, http.StatusUnauthorized, h.create(nil, 10, d).status)
}

func TestUpload_Cancel(t *testing.T) {
	h := newHouse(t)
	auth := h.login(h.owner)
	_, d := sealed(1000)
	path := h.location(h.create(auth, 1000, d))
	got := h.do(http.MethodDelete, path, nil, append(auth, "Tus-Resumable", "1.0.0")...)
	require.Equal(t, http.StatusNoContent, got.status)
	require.Empty(t, h.stagedFiles())
	require.Equal(t, http.StatusNotFound, h.offset(auth, path).status)
}

func TestUpload_BadHeaders(t *testing.T) {
	h := newHouse(t)
	auth := h.login(h.owner)
	_, d := sealed(10)
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	good := metadata(d, 10)
	for name, row := range map[string]struct {
		length, meta string
		extra        []string
		status       int
	}{
		"no length":       {"", good, nil, 400},
		"zero":            {"0", good, nil, 400},
		"negative":        {"-1", good, nil, 400},
		"overflow":        {"9223372036854775808", good, nil, 400},
		"too large":       {strconv.Itoa(8<<20 + 1), metadata(d, 8<<20+1), nil, 413},
		"no metadata":     {"10", "", nil, 400},
		"no digest":       {"10", "size " + b64("10"), nil, 400},
		"digest in upper": {"10", "sha256 " + b64(strings.ToUpper(d.String())), nil, 400},
		"digest is path":  {"10", "sha256 " + b64("../../../../"+d.String()[12:]), nil, 400},
		"size differs":    {"10", metadata(d, 11), nil, 400},
		"twice":           {"10", good + "," + good, nil, 400},
		"no base64":       {"10", "sha256 %%%", nil, 400},
		"huge":            {"10", good + ",x " + b64(strings.Repeat("y", 5000)), nil, 400},
		"deferred":        {"10", good, []string{"Upload-Defer-Length", "1"}, 400},
		"concatenated":    {"10", good, []string{"Upload-Concat", "partial"}, 400},
		"other tus":       {"10", good, []string{"Tus-Resumable", "0.2.2"}, 412},
	} {
		got := h.do(http.MethodPost, "/v1/uploads", http.NoBody, append(append(auth,
			"Tus-Resumable", "1.0.0", "Upload-Length", row.length, "Upload-Metadata", row.meta), row.extra...)...)
		require.Equal(t, row.status, got.status, name)
		got.problem(t)
	}
	require.Empty(t, h.stagedFiles())
}

// Names of files are personal: they are taken and forgotten.
func TestUpload_KeepsNoNames(t *testing.T) {
	h := newHouse(t)
	auth := h.login(h.owner)
	_, d := sealed(10)
	name := base64.StdEncoding.EncodeToString([]byte("jane-doe.vcf"))
	got := h.create(auth, 10, d, "Upload-Metadata", metadata(d, 10)+",filename "+name)
	require.Equal(t, http.StatusCreated, got.status)
	for _, file := range h.stagedFiles() {
		raw, err := os.ReadFile(filepath.Join(h.home, "staging", file))
		require.NoError(t, err)
		require.NotContains(t, string(raw), "jane")
	}
	require.NotContains(t, h.offset(auth, h.location(got)).header.Get("Upload-Metadata"), name)
}

func TestUpload_Override(t *testing.T) {
	h := newHouse(t)
	auth := h.login(h.owner)
	_, d := sealed(10)
	got := h.create(auth, 10, d, "X-HTTP-Method-Override", "DELETE")
	require.Equal(t, http.StatusCreated, got.status, "the method is the request's")
}

func TestUpload_Quota(t *testing.T) {
	h := newHouse(t)
	auth := h.login(h.owner)
	raw, d := sealed(8 << 20)
	require.Equal(t, http.StatusNoContent, h.upload(auth, raw, d).status)
	_, other := sealed(100)
	require.Equal(t, http.StatusCreated, h.create(auth, 8<<20, other).status)
	got := h.create(auth, 1, other)
	require.Equal(t, http.StatusRequestEntityTooLarge, got.status)
	require.Equal(t, problem.Quota, got.problem(t))
	require.Equal(t, http.StatusCreated, h.create(h.login(h.stranger), 1, other).status, "another account's is its own")

	h.restart()
	auth = h.login(h.owner)
	require.Equal(t, http.StatusRequestEntityTooLarge, h.create(auth, 1, other).status, "remembered over a restart")
	h.register(d)
	require.Equal(t, http.StatusNoContent, h.putHalf(auth, h.sealPart(h.keys.Identity.Recipient(), thePart)).status)
	require.Equal(t, http.StatusCreated, h.create(auth, 1, other).status, "what is registered does not count")
}

func TestUpload_NoRoom(t *testing.T) {
	h := newHouse(t, func(c *gateway.Config) { c.Uploads.StagingBytes = 8 << 20 })
	_, d := sealed(100)
	require.Equal(t, http.StatusCreated, h.create(h.login(h.owner), 8<<20, d).status)
	got := h.create(h.login(h.stranger), 1, d)
	require.Equal(t, http.StatusInsufficientStorage, got.status)
	require.Equal(t, problem.Quota, got.problem(t))
}

// Room is what no registration names, whether it has come or not: else throwaway accounts
// could fill the disk one after another.
func TestUpload_NoRoom_PlacedObjectsCount(t *testing.T) {
	h := newHouse(t, func(c *gateway.Config) { c.Uploads.StagingBytes = 8 << 20 })
	raw, d := sealed(8 << 20)
	auth := h.login(h.owner)
	require.Equal(t, http.StatusNoContent, h.upload(auth, raw, d).status)
	require.Equal(t, http.StatusInsufficientStorage, h.create(h.login(h.stranger), 1, d).status)
	h.register(d)
	require.Equal(t, http.StatusNoContent, h.putHalf(auth, h.sealPart(h.keys.Identity.Recipient(), thePart)).status)
	require.Equal(
		t,
		http.StatusCreated,
		h.create(h.login(h.stranger), 1, d).status,
		"what is registered does not count",
	)
}

func TestUpload_Concurrent(t *testing.T) {
	h := newHouse(t)
	var group sync.WaitGroup
	auths := [][]string{h.login(h.owner), h.login(h.stranger), h.login(h.reader), h.login(h.judge)}
	for i, auth := range auths {
		group.Go(func() {
			raw, d := sealed(500_000 + i%2)
			for range 3 {
				if got := h.upload(auth, raw, d); got.status != http.StatusNoContent {
					t.Errorf("upload %d: %d %s", i, got.status, got.body)
				}
			}
		})
	}
	group.Wait()
	require.Len(t, h.storedFiles(), 2*3+4, "two objects of three blobs, and a note for each account")
}

// A client that forgot where its upload was is told, and nobody else is.
func TestUpload_FindsWhatIsUnderWay(t *testing.T) {
	h := newHouse(t)
	auth := h.login(h.owner)
	raw, d := sealed(1000)
	path := h.location(h.create(auth, 1000, d, "Volens-Resume", "1"))
	again := h.create(auth, 1000, d, "Volens-Resume", "1")
	require.Equal(t, http.StatusOK, again.status)
	require.Equal(t, path, h.location(again))
	require.NotEqual(t, path, h.location(h.create(auth, 1000, d)), "only who asks")
	stranger := h.create(h.login(h.stranger), 1000, d, "Volens-Resume", "1")
	require.Equal(t, http.StatusCreated, stranger.status)
	require.Equal(t, http.StatusCreated, h.create(auth, 999, d, "Volens-Resume", "1").status, "another size")

	h.restart()
	auth = h.login(h.owner)
	again = h.create(auth, 1000, d, "Volens-Resume", "1")
	require.Equal(t, http.StatusOK, again.status)
	require.Equal(t, http.StatusNoContent, h.patch(auth, h.location(again), 0, raw).status)
	again = h.create(auth, 1000, d, "Volens-Resume", "1")
	require.Equal(t, http.StatusOK, again.status)
	require.Equal(t, "1000", again.header.Get("Upload-Offset"), "placed: there is nothing left to send")
	require.Equal(t, http.StatusCreated, h.create(h.login(h.stranger), 1000, d).status)
}

func TestUpload_Options(t *testing.T) {
	h := newHouse(t)
	got := h.do(http.MethodOptions, "/v1/uploads", nil)
	require.Equal(t, http.StatusNoContent, got.status)
	require.Equal(t, "1.0.0", got.header.Get("Tus-Version"))
	require.Equal(t, strconv.Itoa(8<<20), got.header.Get("Tus-Max-Size"))
	require.Empty(t, got.header.Get("Access-Control-Allow-Origin"), "pages of other origins have no business here")
}

// After a day, what nobody registered is gone; what somebody registered stays.
func TestUpload_Kept24Hours(t *testing.T) {
	h := newHouse(t)
	auth := h.login(h.owner)
	kept, keptDigest := sealed(1000)
	lost, lostDigest := sealed(1001)
	require.Equal(t, http.StatusNoContent, h.upload(auth, kept, keptDigest).status)
	require.Equal(t, http.StatusNoContent, h.upload(auth, lost, lostDigest).status)
	path := h.location(h.create(auth, 10, lostDigest))
	h.register(keptDigest)
	h.advance(24*time.Hour - time.Minute)
	require.NoError(t, h.g.Worker().Tidy(t.Context()))
	require.Len(t, h.storedFiles(), 8)
	h.advance(2 * time.Minute)
	require.NoError(t, h.g.Worker().Tidy(t.Context()))
	stored := fmt.Sprint(h.storedFiles())
	require.Contains(t, stored, keptDigest.String())
	require.NotContains(t, stored, lostDigest.String())
	require.Equal(t, http.StatusNotFound, h.offset(h.login(h.owner), path).status)
}

// While the chain cannot be asked, nothing is thrown away.
func TestUpload_KeptWhileChainIsSilent(t *testing.T) {
	h := newHouse(t)
	raw, d := sealed(1000)
	require.Equal(t, http.StatusNoContent, h.upload(h.login(h.owner), raw, d).status)
	h.advance(48 * time.Hour)
	h.chain.Change(func(c *chaintest.Chain) { c.Err = io.ErrUnexpectedEOF })
	require.Error(t, h.g.Worker().Tidy(t.Context()))
	require.NotEmpty(t, h.storedFiles())
}
