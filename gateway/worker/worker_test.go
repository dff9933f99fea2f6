package worker_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/merkle"
	"github.com/volens-network/volens/gateway/access"
	"github.com/volens-network/volens/gateway/accesslog"
	"github.com/volens-network/volens/gateway/blobstore"
	"github.com/volens-network/volens/gateway/chaintest"
	"github.com/volens-network/volens/gateway/halves"
	"github.com/volens-network/volens/gateway/upload"
	"github.com/volens-network/volens/gateway/worker"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

const self = "volens1gateway"

// vault holds parts that open nothing.
type vault struct{ held []access.Holding }

func (v *vault) Holdings() []access.Holding { return append([]access.Holding(nil), v.held...) }

func (v *vault) ByDigest(d drs.Digest) []access.Holding {
	var out []access.Holding
	for _, h := range v.held {
		if h.SHA256 == d {
			out = append(out, h)
		}
	}
	return out
}

func (v *vault) HandOver(of id.ID, version uint64, recipient string) ([]byte, error) {
	return []byte(fmt.Sprintf("%s %d to %s", of, version, recipient)), nil
}

func (v *vault) Forget(of id.ID, version uint64) error {
	kept := v.held[:0]
	for _, h := range v.held {
		if h.Dataset != of || h.Version != version {
			kept = append(kept, h)
		}
	}
	v.held = kept
	return nil
}

func (v *vault) Check(of id.ID, version uint64) error {
	for _, h := range v.held {
		if h.Dataset == of && h.Version == version {
			return nil
		}
	}
	return halves.ErrUnknown
}

type objects map[drs.Digest]bool

func (o objects) Stat(_ context.Context, d drs.Digest) (blobstore.Object, error) {
	if !o[d] {
		return blobstore.Object{}, blobstore.ErrNotFound
	}
	return blobstore.Object{SHA256: d}, nil
}

func (o objects) Delete(_ context.Context, d drs.Digest) error {
	delete(o, d)
	return nil
}

type uploads struct {
	claimed  []drs.Digest
	registry upload.Registry
}

func (u *uploads) Claim(_ context.Context, d drs.Digest) error {
	u.claimed = append(u.claimed, d)
	return nil
}

func (u *uploads) Collect(_ context.Context, registry upload.Registry) (int, error) {
	u.registry = registry
	return 0, nil
}

type rules struct {
	grant access.Grant
	err   error
}

func (r *rules) Seat(context.Context, string, id.ID, uint64) (access.Grant, error) {
	return r.grant, r.err
}

type fixture struct {
	*worker.Worker
	chain   *chaintest.Chain
	vault   *vault
	objects objects
	uploads *uploads
	rules   *rules
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	log, err := accesslog.Open(filepath.Join(t.TempDir(), "access.log"), rand.Reader)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, log.Close()) })
	f := &fixture{
		chain: chaintest.New(
			time.Unix(1000, 0),
		),
		vault:   &vault{},
		objects: objects{},
		uploads: &uploads{},
		rules:   &rules{},
	}
	f.Worker = &worker.Worker{
		Gateway: self, Chain: f.chain, Catalogue: f.chain, Sender: f.chain, Vault: f.vault, Rules: f.rules,
		Objects: f.objects, Uploads: f.uploads, Log: log, Slog: slog.New(slog.DiscardHandler), Now: time.Now,
		Turn: time.Millisecond, Heartbeat: time.Hour, Tidying: time.Hour,
	}
	f.Start()
	return f
}

// hold adds version 1 of a dataset with file and part, registered on chain.
func (f *fixture) hold(n byte) access.Holding {
	held := access.Holding{Dataset: id.ID{n}, Version: 1, SHA256: drs.Digest{n}, Index: 1}
	f.vault.held = append(f.vault.held, held)
	f.objects[held.SHA256] = true
	f.chain.Datasets[held.Dataset] = dataset.Dataset{
		Id: held.Dataset.String(), Version: 1, Owner: "volens1owner", Status: dataset.STATUS_ACTIVE,
		Payload: dataset.Payload{Sha256: held.SHA256[:], Gateways: []dataset.GatePart{{Gateway: self}}},
	}
	return held
}

func (f *fixture) receipts(t *testing.T) [][]string {
	t.Helper()
	var out [][]string
	for _, msg := range f.chain.Messages() {
		if m, ok := msg.(*dataset.MsgHoldReceipts); ok {
			require.Equal(t, self, m.Gateway)
			out = append(out, m.DatasetIds)
		}
	}
	return out
}

func TestAnchor(t *testing.T) {
	f := newFixture(t)
	require.NoError(t, f.Anchor(t.Context()))
	require.NoError(t, f.Log.Append(accesslog.Entry{What: accesslog.Half}))
	require.NoError(t, f.Anchor(t.Context()))
	sent := f.chain.Messages()
	require.Len(t, sent, 2)
	empty := merkle.Empty()
	require.Equal(t, &attestation.MsgAnchorLog{Gateway: self, Size_: 0, Root: empty[:]}, sent[0])
	require.Equal(t, &attestation.MsgAnchorLog{Gateway: self, Size_: 1, Root: f.Log.Checkpoint().Root.Bytes()}, sent[1])
	f.chain.SendErr = errors.New("no money")
	require.ErrorContains(t, f.Anchor(t.Context()), "no money")
}

func claim(f *fixture, request id.ID) {
	f.chain.Claims = append(f.chain.Claims, market.ServiceClaim{
		RequestId:  request.String(),
		Seat:       3,
		Gateway:    self,
		Researcher: "volens1reader",
		State:      market.SERVICE_STATE_OPEN,
	})
}

func TestAnswer(t *testing.T) {
	f := newFixture(t)
	f.rules.grant = access.Grant{Dataset: id.ID{1}, Version: 2, DeliveryKey: "age1pqx"}
	claim(f, id.ID{7})
	f.chain.Claims = append(
		f.chain.Claims,
		market.ServiceClaim{RequestId: "x", Gateway: "volens1other", State: market.SERVICE_STATE_OPEN},
	)
	require.NoError(t, f.Answer(t.Context()))
	require.Len(t, f.chain.Messages(), 1)
	require.Equal(t, &market.MsgAnswerService{
		Gateway: self, RequestId: id.ID{7}.String(), Seat: 3, Part: []byte(id.ID{1}.String() + " 2 to age1pqx"),
	}, f.chain.Messages()[0])
	require.Equal(t, uint64(1), f.Log.Checkpoint().Size)
	require.NoError(t, f.Answer(t.Context()))
	require.Len(t, f.chain.Messages(), 1, "not twice in a row")
	f.chain.Now.Height += 5
	require.NoError(t, f.Answer(t.Context()))
	require.Len(t, f.chain.Messages(), 2, "again when it had no effect")
}

// Each try is a line of the log, so a refused answer waits as well.
func TestAnswer_RefusedWaits(t *testing.T) {
	f := newFixture(t)
	f.rules.grant = access.Grant{Dataset: id.ID{1}, Version: 2, DeliveryKey: "age1pqx"}
	claim(f, id.ID{7})
	f.chain.SendErr = errors.New("refused")
	require.ErrorContains(t, f.Answer(t.Context()), "refused")
	require.NoError(t, f.Answer(t.Context()))
	require.Equal(t, uint64(1), f.Log.Checkpoint().Size)
	f.chain.Now.Height += 5
	require.ErrorContains(t, f.Answer(t.Context()), "refused")
	require.Equal(t, uint64(2), f.Log.Checkpoint().Size)
}

// A claim is no back door: who may not have the part does not get it on chain either.
func TestAnswer_UnjustClaim(t *testing.T) {
	f := newFixture(t)
	f.rules.err = access.ErrEnded
	claim(f, id.ID{7})
	require.ErrorIs(t, f.Answer(t.Context()), access.ErrEnded)
	require.Empty(t, f.chain.Messages())
	require.Zero(t, f.Log.Checkpoint().Size)
}

// Withdrawn and replaced versions are shredded when the last paid right has ended, never before.
func TestTidy_Shreds(t *testing.T) {
	withdraw := func(f *fixture, held access.Holding) {
		d := f.chain.Datasets[held.Dataset]
		d.Status = dataset.STATUS_WITHDRAWN
		f.chain.Datasets[held.Dataset] = d
	}
	for name, row := range map[string]struct {
		change func(f *fixture, held access.Holding)
		gone   bool
	}{
		"active":             {func(*fixture, access.Holding) {}, false},
		"withdrawn":          {withdraw, true},
		"unknown to a node":  {func(f *fixture, held access.Holding) { delete(f.chain.Datasets, held.Dataset) }, false},
		"frozen":             {func(f *fixture, held access.Holding) { freeze(f, held) }, false},
		"replaced":           {func(f *fixture, held access.Holding) { replace(f, held) }, true},
		"withdrawn, in time": {func(f *fixture, held access.Holding) { withdraw(f, held); release(f, held, 300) }, false},
		"withdrawn, late":    {func(f *fixture, held access.Holding) { withdraw(f, held); release(f, held, 299) }, true},
	} {
		f := newFixture(t)
		held := f.hold(1)
		f.chain.Now.Height = 500
		row.change(f, held)
		require.NoError(t, f.Tidy(t.Context()), name)
		require.Equal(t, row.gone, len(f.vault.held) == 0, name)
		require.Equal(t, row.gone, !f.objects[held.SHA256], name)
	}
}

func freeze(f *fixture, held access.Holding) {
	d := f.chain.Datasets[held.Dataset]
	d.Status = dataset.STATUS_FROZEN
	f.chain.Datasets[held.Dataset] = d
}

func replace(f *fixture, held access.Holding) {
	d := f.chain.Datasets[held.Dataset]
	d.Version++
	f.chain.Datasets[held.Dataset] = d
}

func release(f *fixture, held access.Holding, height int64) {
	f.chain.Released[chaintest.SeatKey{}] = custody.Release{
		DatasetId: held.Dataset.String(), Version: held.Version, Kind: custody.JOB_KIND_RELEASE, Height: height,
	}
}

// A release that nothing can stop any more must find part and file, also after the
// dataset was withdrawn.
func TestTidy_KeepsWhatIsBeingReleased(t *testing.T) {
	f := newFixture(t)
	held := f.hold(1)
	d := f.chain.Datasets[held.Dataset]
	d.Status = dataset.STATUS_WITHDRAWN
	f.chain.Datasets[held.Dataset] = d
	key := chaintest.SeatKey{Request: id.ID{7}}
	f.chain.Seats[key] = custody.Seat{
		DatasetId: d.Id, Version: 1, RequestId: id.ID{7}.String(), State: custody.SEAT_STATE_EMITTED,
	}
	require.NoError(t, f.Tidy(t.Context()))
	require.Len(t, f.vault.held, 1)
	require.True(t, f.objects[held.SHA256])

	f.chain.Seats[key] = custody.Seat{DatasetId: d.Id, Version: 1, State: custody.SEAT_STATE_VOID}
	require.NoError(t, f.Tidy(t.Context()))
	require.Empty(t, f.vault.held)
}

// stubborn is a store that does not delete.
type stubborn struct{ objects }

func (stubborn) Delete(context.Context, drs.Digest) error { return errors.New("bucket is away") }

// A file that could not be erased is not forgotten: the next turn erases it.
func TestTidy_ErasesTheFileInTheEnd(t *testing.T) {
	f := newFixture(t)
	held := f.hold(1)
	d := f.chain.Datasets[held.Dataset]
	d.Status = dataset.STATUS_WITHDRAWN
	f.chain.Datasets[held.Dataset] = d
	f.Objects = stubborn{f.objects}
	require.ErrorContains(t, f.Tidy(t.Context()), "bucket is away")
	f.Objects = f.objects
	require.NoError(t, f.Tidy(t.Context()))
	require.Empty(t, f.objects)
	require.Empty(t, f.vault.held)
}

// Bytes that another dataset needs stay.
func TestTidy_SharedObject(t *testing.T) {
	f := newFixture(t)
	held, other := f.hold(1), f.hold(2)
	f.vault.held[1].SHA256 = held.SHA256
	d := f.chain.Datasets[held.Dataset]
	d.Status = dataset.STATUS_WITHDRAWN
	f.chain.Datasets[held.Dataset] = d
	f.chain.Now.Height = 500
	require.NoError(t, f.Tidy(t.Context()))
	require.Len(t, f.vault.held, 1)
	require.Equal(t, other.Dataset, f.vault.held[0].Dataset)
	require.True(t, f.objects[held.SHA256])
}

func TestTidy_Registry(t *testing.T) {
	f := newFixture(t)
	held := f.hold(1)
	require.NoError(t, f.Tidy(t.Context()))
	ctx := t.Context()
	registered := func(account string, d drs.Digest) bool {
		yes, err := f.uploads.registry.Registered(ctx, account, d)
		require.NoError(t, err)
		return yes
	}
	require.True(t, registered("volens1owner", held.SHA256))
	require.False(t, registered("volens1other", held.SHA256))
	require.False(t, registered("volens1owner", drs.Digest{9}))
	require.True(t, f.uploads.registry.Held(held.SHA256))
	require.False(t, f.uploads.registry.Held(drs.Digest{9}))
	d := f.chain.Datasets[held.Dataset]
	d.Payload.Gateways[0].Gateway = "volens1other"
	require.False(t, registered("volens1owner", held.SHA256), "it names another gateway")
	f.chain.Err = errors.New("silent")
	_, err := f.uploads.registry.Registered(ctx, "volens1owner", held.SHA256)
	require.ErrorContains(t, err, "silent")
}

// Run does what is due, and one step that fails does not keep the others back.
func TestRun(t *testing.T) {
	f := newFixture(t)
	f.hold(1)
	var logged bytes.Buffer
	f.Slog = slog.New(slog.NewTextHandler(&logged, nil))
	f.chain.SendErr = errors.New("no money")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f.Run(ctx)
	}()
	f.Wake()
	f.Wake()
	f.chain.Change(func(c *chaintest.Chain) { c.SendErr = nil })
	require.Eventually(t, func() bool { return len(f.chain.Messages()) >= 2 }, 10*time.Second, time.Millisecond)
	cancel()
	<-ended
	anchors := 0
	for _, msg := range f.chain.Messages() {
		if _, ok := msg.(*attestation.MsgAnchorLog); ok {
			anchors++
		}
	}
	require.Equal(t, 1, anchors, "the heart beats once an hour here")
}
