package gateway_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/core/gate"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/gateway"
	"github.com/volens-network/volens/gateway/chaintest"
	"github.com/volens-network/volens/gateway/problem"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// theHost is where the gateway of the tests believes to be reached.
const theOrigin = "https://gateway.example.org"

var (
	theDataset = id.ID{0xda}
	theRequest = id.ID{0x4e}
	theLook    = id.ID{0x10}
	thePart    = bytes.Repeat([]byte{0x5a}, gate.Size)
)

// house is a whole gateway in memory, with a fake chain and a clock that tests move.
type house struct {
	t      *testing.T
	home   string
	config gateway.Config
	chain  *chaintest.Chain
	keys   gateway.Keys
	g      *gateway.Gateway
	server *httptest.Server
	logs   *bytes.Buffer
	ahead  atomic.Int64

	owner, reader, judge, stranger chaintest.Account
	delivery                       *age.HybridIdentity
}

func newHouse(t *testing.T, change ...func(*gateway.Config)) *house {
	t.Helper()
	h := &house{t: t, home: filepath.Join(t.TempDir(), "gw"), logs: &bytes.Buffer{}}
	h.chain = chaintest.New(h.now())
	for name, a := range map[string]*chaintest.Account{
		"owner": &h.owner, "reader": &h.reader, "judge": &h.judge, "stranger": &h.stranger,
	} {
		var err error
		*a, err = chaintest.NewAccount(name)
		require.NoError(t, err)
	}
	var err error
	h.delivery, err = age.GenerateHybridIdentity()
	require.NoError(t, err)
	h.config = gateway.Default()
	h.config.ChainID, h.config.PublicURL, h.config.Node = chaintest.ChainID, theOrigin, "http://127.0.0.1:1"
	h.config.Uploads.MaxBytes, h.config.Uploads.QuotaBytes, h.config.Uploads.StagingBytes = 8<<20, 16<<20, 64<<20
	for _, f := range change {
		f(&h.config)
	}
	h.keys, err = gateway.Init(h.home, h.config, rand.Reader)
	require.NoError(t, err)
	h.open()
	t.Cleanup(h.close)
	return h
}

func (h *house) now() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) }

// advance moves clock and chain together.
func (h *house) advance(d time.Duration) {
	h.ahead.Add(int64(d))
	h.chain.Change(func(c *chaintest.Chain) { c.Now.Time = h.now() })
}

func (h *house) open() {
	h.t.Helper()
	var err error
	h.g, err = gateway.Open(context.Background(), h.home, h.config, gateway.Deps{
		Chain: h.chain, Now: h.now, Rand: rand.Reader, Version: "test", HTTP: &http.Client{},
		Log: slog.New(slog.NewJSONHandler(&lockedWriter{to: h.logs}, nil)),
	})
	require.NoError(h.t, err)
	h.server = httptest.NewServer(h.g.Handler())
}

func (h *house) close() {
	h.server.Close()
	require.NoError(h.t, h.g.Close())
}

// restart is a gateway that was stopped and started: what is on disk is all that is left.
func (h *house) restart() {
	h.t.Helper()
	h.close()
	h.open()
}

// answer is a response that was read.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) problem(t *testing.T) problem.Code {
	t.Helper()
	require.Equal(t, problem.ContentType, a.header.Get("Content-Type"), string(a.body))
	var p struct {
		Type   string `json:"type"`
		Status int    `json:"status"`
	}
	require.NoError(t, json.Unmarshal(a.body, &p))
	require.Equal(t, a.status, p.Status)
	return problem.Code(strings.TrimPrefix(p.Type, "urn:volens:problem:"))
}

// do sends a request; header pairs follow.
func (h *house) do(method, path string, body io.Reader, header ...string) answer {
	h.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, h.server.URL+path, body)
	require.NoError(h.t, err)
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := h.server.Client().Do(request)
	require.NoError(h.t, err)
	raw, err := io.ReadAll(response.Body)
	require.NoError(h.t, err)
	require.NoError(h.t, response.Body.Close())
	return answer{status: response.StatusCode, header: response.Header, body: raw}
}

func (h *house) post(path string, value any) answer {
	h.t.Helper()
	raw, err := json.Marshal(value)
	require.NoError(h.t, err)
	return h.do(http.MethodPost, path, bytes.NewReader(raw), "Content-Type", "application/json")
}

// login returns the header of an account that logged in.
func (h *house) login(a chaintest.Account) []string {
	h.t.Helper()
	_, session := h.session(a)
	return []string{"Authorization", "Bearer " + session.Token}
}

func sealed(n int) ([]byte, drs.Digest) {
	raw := make([]byte, n)
	for i := range raw {
		raw[i] = byte(i*7 + i>>9)
	}
	return raw, sha256.Sum256(raw)
}

func metadata(d drs.Digest, size int) string {
	return "sha256 " + base64.StdEncoding.EncodeToString([]byte(d.String())) +
		",size " + base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(size)))
}

// upload sends an object in one go.
func (h *house) upload(auth []string, raw []byte, d drs.Digest) answer {
	h.t.Helper()
	created := h.do(http.MethodPost, "/v1/uploads", http.NoBody, append(auth,
		"Tus-Resumable", "1.0.0", "Upload-Length", strconv.Itoa(len(raw)), "Upload-Metadata", metadata(d, len(raw)))...)
	require.Equal(h.t, http.StatusCreated, created.status, string(created.body))
	return h.patch(auth, h.location(created), 0, raw)
}

// location is the path of a new upload.
func (h *house) location(created answer) string {
	h.t.Helper()
	path, ok := strings.CutPrefix(created.header.Get("Location"), theOrigin)
	require.True(h.t, ok, created.header.Get("Location"))
	return path
}

func (h *house) patch(auth []string, path string, offset int, raw []byte) answer {
	h.t.Helper()
	return h.do(http.MethodPatch, path, bytes.NewReader(raw), append(auth, "Tus-Resumable", "1.0.0",
		"Content-Type", "application/offset+octet-stream", "Upload-Offset", strconv.Itoa(offset))...)
}

// register puts a dataset of the owner on chain, whose only gateway is ours.
func (h *house) register(d drs.Digest) {
	commitment := gate.Commit(theDataset, 1, 1, thePart)
	h.chain.Change(func(c *chaintest.Chain) {
		c.Datasets[theDataset] = dataset.Dataset{
			Id: theDataset.String(), Version: 1, Owner: h.owner.Address, Status: dataset.STATUS_ACTIVE,
			Payload: dataset.Payload{
				Sha256: d[:], Threshold: 1,
				Gateways: []dataset.GatePart{{Gateway: h.keys.Address, Commitment: commitment[:]}},
			},
		}
		c.Consents[theDataset] = consent.Consent{
			DatasetId: theDataset.String(), Status: consent.STATUS_ACTIVE, Time: c.Now.Time.Add(-time.Hour),
			Provision: consent.Provision{Expiry: consent.Expiry{Never: true}},
		}
	})
}

// sealPart is an age file for a recipient.
func (h *house) sealPart(recipient string, part []byte) []byte {
	h.t.Helper()
	key, err := age.ParseHybridRecipient(recipient)
	require.NoError(h.t, err)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, key)
	require.NoError(h.t, err)
	_, err = w.Write(part)
	require.NoError(h.t, err)
	require.NoError(h.t, w.Close())
	return out.Bytes()
}

func (h *house) putHalf(auth []string, body []byte) answer {
	h.t.Helper()
	return h.do(http.MethodPut, "/v1/datasets/"+theDataset.String()+"/half", bytes.NewReader(body), auth...)
}

// release gives the reader a seat, and the judge an inspection, one block ago.
func (h *house) release() {
	h.chain.Change(func(c *chaintest.Chain) {
		c.Requests[theRequest] = market.Request{
			Id: theRequest.String(), Researcher: h.reader.Address,
			Spec: market.Spec{DeliveryKey: h.delivery.Recipient().String()},
		}
		c.Inspections[theLook] = custody.Inspection{
			Id: theLook.String(), DatasetId: theDataset.String(), Version: 1, Organisation: h.judge.Address,
			State: custody.INSPECTION_STATE_RELEASED, DeliveryKey: h.delivery.Recipient().String(),
		}
		for request, seat := range map[id.ID]struct {
			reader string
			kind   custody.JobKind
		}{
			theRequest: {h.reader.Address, custody.JOB_KIND_RELEASE},
			theLook:    {h.judge.Address, custody.JOB_KIND_INSPECTION},
		} {
			key := chaintest.SeatKey{Request: request}
			c.Seats[key] = custody.Seat{
				RequestId: request.String(), Reader: seat.reader, State: custody.SEAT_STATE_RELEASED,
				DatasetId: theDataset.String(), Version: 1,
			}
			c.Released[key] = custody.Release{
				RequestId: request.String(), Kind: seat.kind, DatasetId: theDataset.String(), Version: 1,
				Height: c.Now.Height - 1, Reader: seat.reader,
			}
		}
	})
}

// stocked is a house with an object, its dataset, its part and a release.
func stocked(t *testing.T, size int) (*house, []byte, drs.Digest) {
	t.Helper()
	h := newHouse(t)
	raw, d := sealed(size)
	auth := h.login(h.owner)
	require.Equal(t, http.StatusNoContent, h.upload(auth, raw, d).status)
	h.register(d)
	require.Equal(t, http.StatusNoContent, h.putHalf(auth, h.sealPart(h.keys.Identity.Recipient(), thePart)).status)
	h.release()
	return h, raw, d
}

// accessLines is how many lines the access log has.
func (h *house) accessLines() int {
	h.t.Helper()
	raw, err := os.ReadFile(filepath.Join(h.home, "access.log"))
	require.NoError(h.t, err)
	return bytes.Count(raw, []byte("\n"))
}
