package storage_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/client/storage"
	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/core/gate"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/gateway"
	"github.com/volens-network/volens/gateway/chaintest"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

var (
	theDataset = id.ID{0xda}
	theRequest = id.ID{0x4e}
	thePart    = bytes.Repeat([]byte{0x5a}, gate.Size)
)

// signer is an account as package client/home has them.
type signer struct{ chaintest.Account }

func (s signer) Address() sdk.AccAddress    { return sdk.AccAddress(s.PubKey().Address()) }
func (s signer) PubKey() cryptotypes.PubKey { return s.Key().PubKey() }
func (s signer) Sign(_ context.Context, document []byte) ([]byte, error) {
	return s.Key().Sign(document)
}

func account(t *testing.T, name string) signer {
	t.Helper()
	a, err := chaintest.NewAccount(name)
	require.NoError(t, err)
	return signer{a}
}

// depot is a real gateway with a fake chain; sab, if set, may answer in its place.
type depot struct {
	t      *testing.T
	url    string
	chain  *chaintest.Chain
	keys   gateway.Keys
	server *httptest.Server

	mu  sync.Mutex
	sab func(w http.ResponseWriter, r *http.Request, next http.Handler)
	log []string
}

func newDepot(t *testing.T) *depot {
	t.Helper()
	d := &depot{t: t, chain: chaintest.New(time.Now())}
	server := httptest.NewUnstartedServer(nil)
	d.server, d.url = server, "http://"+server.Listener.Addr().String()
	config := gateway.Default()
	config.ChainID, config.PublicURL, config.MaxLag = chaintest.ChainID, d.url, time.Hour
	config.Uploads.MaxBytes = 64 << 20
	home := filepath.Join(t.TempDir(), "gw")
	var err error
	d.keys, err = gateway.Init(home, config, rand.Reader)
	require.NoError(t, err)
	g, err := gateway.Open(t.Context(), home, config, gateway.Deps{
		Chain: d.chain, Now: time.Now, Rand: rand.Reader, HTTP: &http.Client{}, Version: "test",
		Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	next := g.Handler()
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		sab := d.sab
		d.log = append(d.log, r.Method+" "+r.URL.Path)
		d.mu.Unlock()
		if sab != nil {
			sab(w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	})
	server.Start()
	t.Cleanup(func() {
		server.Close()
		require.NoError(t, g.Close())
	})
	return d
}

// sabotage lets f answer from now on; nil ends it.
func (d *depot) sabotage(f func(w http.ResponseWriter, r *http.Request, next http.Handler)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sab = f
}

// calls lists what was asked so far and forgets it.
func (d *depot) calls() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := d.log
	d.log = nil
	return out
}

func (d *depot) client(s storage.Signer) *storage.Client {
	d.t.Helper()
	c, err := storage.New(storage.Options{
		URL: d.url, ChainID: chaintest.ChainID, Signer: s, HTTP: d.server.Client(), Pause: time.Millisecond,
	})
	require.NoError(d.t, err)
	return c
}

func sealed(n int) ([]byte, drs.Digest) {
	raw := make([]byte, n)
	for i := range raw {
		raw[i] = byte(i*7 + i>>9)
	}
	return raw, sha256.Sum256(raw)
}

func (d *depot) sealPart(recipient string) []byte {
	d.t.Helper()
	key, err := age.ParseHybridRecipient(recipient)
	require.NoError(d.t, err)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, key)
	require.NoError(d.t, err)
	_, err = w.Write(thePart)
	require.NoError(d.t, err)
	require.NoError(d.t, w.Close())
	return out.Bytes()
}

// stock uploads an object and registers it, with its part, for its owner; the reader gets
// a released seat.
func (d *depot) stock(raw []byte, object drs.Digest, owner, reader signer, delivery string) {
	d.t.Helper()
	ctx := d.t.Context()
	c := d.client(owner)
	require.NoError(d.t, c.Upload(ctx, bytes.NewReader(raw), int64(len(raw)), object, nil))
	commitment := gate.Commit(theDataset, 1, 1, thePart)
	key := chaintest.SeatKey{Request: theRequest}
	d.chain.Change(func(s *chaintest.Chain) {
		s.Datasets[theDataset] = dataset.Dataset{
			Id: theDataset.String(), Version: 1, Owner: owner.Account.Address, Status: dataset.STATUS_ACTIVE,
			Payload: dataset.Payload{Sha256: object[:], Threshold: 1, Gateways: []dataset.GatePart{
				{Gateway: d.keys.Address, Commitment: commitment[:]},
			}},
		}
		s.Requests[theRequest] = market.Request{
			Id: theRequest.String(), Researcher: reader.Account.Address, Spec: market.Spec{DeliveryKey: delivery},
		}
		s.Seats[key] = custody.Seat{
			RequestId: theRequest.String(), Reader: reader.Account.Address, State: custody.SEAT_STATE_RELEASED,
			DatasetId: theDataset.String(), Version: 1,
		}
		s.Released[key] = custody.Release{
			RequestId: theRequest.String(), Kind: custody.JOB_KIND_RELEASE, DatasetId: theDataset.String(), Version: 1,
			Height: s.Now.Height - 1, Reader: reader.Account.Address,
		}
	})
	require.NoError(d.t, c.PutHalf(ctx, theDataset, d.sealPart(d.keys.Identity.Recipient())))
}
