package gateway_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/core/merkle"
	"github.com/volens-network/volens/gateway/accesslog"
	"github.com/volens-network/volens/gateway/blobstore"
	"github.com/volens-network/volens/gateway/chaintest"
	"github.com/volens-network/volens/gateway/problem"
)

func TestDownload_WhoMay(t *testing.T) {
	h, raw, d := stocked(t, 5000)
	path := "/v1/objects/" + d.String()
	for i, who := range []chaintest.Account{h.owner, h.reader, h.judge} {
		got := h.do(http.MethodGet, path, nil, h.login(who)...)
		require.Equal(t, http.StatusOK, got.status)
		require.Equal(t, raw, got.body)
		require.Equal(t, strconv.Itoa(len(raw)), got.header.Get("Content-Length"))
		require.Equal(t, "application/octet-stream", got.header.Get("Content-Type"))
		require.Contains(t, got.header.Get("Content-Disposition"), "attachment")
		require.Equal(t, "nosniff", got.header.Get("X-Content-Type-Options"))
		require.Equal(t, i+1, h.accessLines(), "every download is a line")
	}
	stranger := h.login(h.stranger)
	denied := h.do(http.MethodGet, path, nil, stranger...)
	absent := h.do(http.MethodGet, "/v1/objects/"+strings.Repeat("0", 64), nil, stranger...)
	require.Equal(t, http.StatusNotFound, denied.status)
	require.Equal(t, problem.Missing, denied.problem(t))
	require.Equal(t, problem.Missing, absent.problem(t))
	require.Len(t, denied.body, len(absent.body), "one answer for both")
	require.Equal(t, http.StatusUnauthorized, h.do(http.MethodGet, path, nil).status)
	require.Equal(t, 3, h.accessLines())
}

func TestDownload_LogLine(t *testing.T) {
	h, _, d := stocked(t, 5000)
	require.Equal(
		t,
		http.StatusPartialContent,
		h.do(
			http.MethodGet,
			"/v1/objects/"+d.String(),
			nil,
			append(h.login(h.reader), "Range", "bytes=10-19")...).status,
	)
	raw, err := os.ReadFile(filepath.Join(h.home, "access.log"))
	require.NoError(t, err)
	var line accesslog.Entry
	require.NoError(t, json.Unmarshal(bytes.TrimSpace(raw), &line))
	require.Equal(t, accesslog.Object, line.What)
	require.Equal(t, h.reader.Address, line.Account)
	require.Equal(t, theDataset.String(), line.Dataset)
	require.Equal(t, theRequest.String(), line.Request)
	require.Equal(t, int64(10), line.From)
	require.Equal(t, int64(10), line.Length)
}

func TestDownload_Ranges(t *testing.T) {
	h, raw, d := stocked(t, 2<<20+100)
	auth := h.login(h.reader)
	size := len(raw)
	for header, want := range map[string][2]int{
		"bytes=0-0":         {0, 1},
		"bytes=0-":          {0, size},
		"bytes=100-199":     {100, 100},
		"bytes=1048575-":    {1048575, size - 1048575},
		"bytes=-1":          {size - 1, 1},
		"bytes=-100":        {size - 100, 100},
		"bytes=-99999999":   {0, size},
		"bytes=10-99999999": {10, size - 10},
		" bytes=5-5 ":       {5, 1},
		"bytes=007-008":     {7, 2},
	} {
		got := h.do(http.MethodGet, "/v1/objects/"+d.String(), nil, append(auth, "Range", header)...)
		require.Equal(t, http.StatusPartialContent, got.status, header)
		require.True(t, bytes.Equal(raw[want[0]:want[0]+want[1]], got.body), header)
		require.Equal(t, "bytes "+strconv.Itoa(want[0])+"-"+strconv.Itoa(want[0]+want[1]-1)+"/"+strconv.Itoa(size),
			got.header.Get("Content-Range"))
	}
	for _, header := range []string{
		"bytes=" + strconv.Itoa(size) + "-", "bytes=99999999-", "bytes=5-4", "bytes=-0", "bytes=-", "bytes=", "bytes=a-b",
		"bytes=0-1,3-4", "bytes=--1", "bytes=-1-", "items=0-1", "bytes=0-9999999999999999999", "bytes=0x0-1", "bytes 0-1",
	} {
		got := h.do(http.MethodGet, "/v1/objects/"+d.String(), nil, append(auth, "Range", header)...)
		require.Equal(t, http.StatusRequestedRangeNotSatisfiable, got.status, header)
		require.Equal(t, problem.Range, got.problem(t), header)
		require.Equal(t, "bytes */"+strconv.Itoa(size), got.header.Get("Content-Range"))
	}
}

func TestDownload_IfRange(t *testing.T) {
	h, raw, d := stocked(t, 1000)
	auth := h.login(h.reader)
	path := "/v1/objects/" + d.String()
	got := h.do(http.MethodGet, path, nil, append(auth, "Range", "bytes=1-2", "If-Range", `"`+d.String()+`"`)...)
	require.Equal(t, raw[1:3], got.body)
	got = h.do(http.MethodGet, path, nil, append(auth, "Range", "bytes=1-2", "If-Range", `"other"`)...)
	require.Equal(t, http.StatusOK, got.status)
	require.Equal(t, raw, got.body)
}

func TestDownload_Head(t *testing.T) {
	h, raw, d := stocked(t, 1000)
	got := h.do(http.MethodHead, "/v1/objects/"+d.String(), nil, h.login(h.reader)...)
	require.Equal(t, http.StatusOK, got.status)
	require.Equal(t, strconv.Itoa(len(raw)), got.header.Get("Content-Length"))
	require.Equal(t, "bytes", got.header.Get("Accept-Ranges"))
	require.Zero(t, h.accessLines(), "nothing was handed over")
}

// What goes out is what is logged: without a line nothing goes out.
func TestDownload_NoLogNoBytes(t *testing.T) {
	h, raw, d := stocked(t, 1000)
	auth := h.login(h.reader)
	require.NoError(t, h.g.Close())
	for _, got := range []answer{
		h.do(http.MethodGet, "/v1/objects/"+d.String(), nil, auth...),
		h.do(http.MethodGet, "/v1/objects/"+d.String()+"/leaves", nil, auth...),
		h.half(auth, theRequest.String()),
	} {
		require.Equal(t, http.StatusInternalServerError, got.status)
		require.NotContains(t, string(got.body), string(raw[:20]))
	}
	h.open()
}

// A bucket that lost bytes gives a cut answer, never a whole one.
func TestDownload_DamagedStore(t *testing.T) {
	h, _, d := stocked(t, 5000)
	path := filepath.Join(h.home, "objects", "objects", d.String()[:2], d.String())
	require.NoError(t, os.Truncate(path, 4000))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.server.URL+"/v1/objects/"+d.String(), nil)
	require.NoError(t, err)
	auth := h.login(h.reader)
	request.Header.Set(auth[0], auth[1])
	response, err := h.server.Client().Do(request)
	require.NoError(t, err)
	_, err = new(bytes.Buffer).ReadFrom(response.Body)
	require.Error(t, err)
	require.NoError(t, response.Body.Close())
	require.NoError(t, os.Remove(path))
	require.Equal(t, http.StatusNotFound, h.do(http.MethodGet, "/v1/objects/"+d.String(), nil, auth...).status)
}

func TestLeaves(t *testing.T) {
	h, raw, d := stocked(t, 2*blobstore.LeafSize+1)
	path := "/v1/objects/" + d.String() + "/leaves"
	got := h.do(http.MethodGet, path, nil, h.login(h.reader)...)
	require.Equal(t, http.StatusOK, got.status)
	want, err := merkle.Leaves(bytes.NewReader(raw), blobstore.LeafSize, 10)
	require.NoError(t, err)
	require.Len(t, got.body, 3*merkle.HashSize)
	require.Equal(t, want[1].Bytes(), got.body[merkle.HashSize:2*merkle.HashSize])
	require.Equal(t, 1, h.accessLines())
	require.Equal(t, http.StatusNotFound, h.do(http.MethodGet, path, nil, h.login(h.stranger)...).status)
}

func TestObjects_PathTricks(t *testing.T) {
	h, _, d := stocked(t, 1000)
	auth := h.login(h.owner)
	id := d.String()
	for _, prefix := range []string{"/v1/objects/", "/ga4gh/drs/v1/objects/"} {
		for _, tail := range []string{
			"..%2f..%2fwallet.txt", "..%2F..%2Fwallet.txt", "../../wallet.txt", "%2e%2e/%2e%2e/wallet.txt", "/etc/passwd",
			"%2fetc%2fpasswd", id + "%00", id + "%00.txt", "%00", id + "/", id + "/..", id + "/../" + id, "./" + id, "/" + id,
			strings.ToUpper(id), id[:63], id + "0", strings.Repeat("a", 100_00), "%", "file:%2f%2f%2fetc", `..\..\wallet.txt`,
			"\u0430" + id[1:], id + "%20", id + ";x", "objects%2f" + id, "~", id + "%0a",
		} {
			if tail == "%" {
				continue // Not a URL: clients of Go refuse to send it.
			}
			got := h.do(http.MethodGet, prefix+strings.ReplaceAll(tail, `\`, "%5c"), nil, auth...)
			require.Equal(t, http.StatusNotFound, got.status, tail)
			require.Equal(t, problem.Missing, got.problem(t), tail)
		}
	}
	require.Zero(t, h.accessLines())
}

func TestDRS_Object(t *testing.T) {
	h, raw, d := stocked(t, 1000)
	auth := h.login(h.reader)
	got := h.do(http.MethodGet, "/ga4gh/drs/v1/objects/"+d.String(), nil, auth...)
	require.Equal(t, http.StatusOK, got.status)
	o, err := drs.Parse(got.body)
	require.NoError(t, err)
	require.Equal(t, uint64(len(raw)), o.Size)
	require.Equal(t, "drs://gateway.example.org/"+d.String(), o.SelfURI)
	digest, err := o.SHA256()
	require.NoError(t, err)
	require.Equal(t, d, digest)
	url, ok := o.HTTPS()
	require.True(t, ok)
	require.Equal(t, theOrigin+"/v1/objects/"+d.String(), url.URL)

	got = h.do(http.MethodGet, "/ga4gh/drs/v1/objects/"+d.String()+"/access/https", nil, auth...)
	require.JSONEq(t, `{"url":"`+url.URL+`"}`, string(got.body))
	require.Equal(t, http.StatusNotFound,
		h.do(http.MethodGet, "/ga4gh/drs/v1/objects/"+d.String()+"/access/ftp", nil, auth...).status)
	for _, path := range []string{d.String(), d.String() + "/access/https"} {
		require.Equal(t, http.StatusNotFound,
			h.do(http.MethodGet, "/ga4gh/drs/v1/objects/"+path, nil, h.login(h.stranger)...).status)
		require.Equal(t, http.StatusUnauthorized, h.do(http.MethodGet, "/ga4gh/drs/v1/objects/"+path, nil).status)
	}
}

func TestDRS_ServiceInfo(t *testing.T) {
	h := newHouse(t)
	got := h.do(http.MethodGet, "/ga4gh/drs/v1/service-info", nil)
	require.Equal(t, http.StatusOK, got.status)
	var info struct {
		ID      string `json:"id"`
		Version string `json:"version"`
		Type    struct {
			Group, Artifact, Version string
		} `json:"type"`
	}
	require.NoError(t, json.Unmarshal(got.body, &info))
	require.Equal(t, "org.ga4gh", info.Type.Group)
	require.Equal(t, "drs", info.Type.Artifact)
	require.Equal(t, "1.4.0", info.Type.Version)
	require.Contains(t, info.ID, h.keys.Address)
	require.Equal(t, "test", info.Version)
}
