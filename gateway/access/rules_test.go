package access_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/gateway/access"
	"github.com/volens-network/volens/gateway/chaintest"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

const maxLag = 10 * time.Second

var (
	theDataset = id.ID{1}
	theRequest = id.ID{2}
	theLook    = id.ID{3}
	theObject  = drs.Digest{4}
)

type holdings []access.Holding

func (h holdings) ByDigest(d drs.Digest) []access.Holding {
	var out []access.Holding
	for _, held := range h {
		if held.SHA256 == d {
			out = append(out, held)
		}
	}
	return out
}

// world is a released seat of a researcher, an open inspection, and rules at height 100.
type world struct {
	chain                          *chaintest.Chain
	rules                          *access.Rules
	clock                          *clock
	owner, reader, judge, stranger string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		clock: newClock(), owner: account(t, "owner").Address, reader: account(t, "reader").Address,
		judge: account(t, "judge").Address, stranger: account(t, "stranger").Address,
	}
	w.chain = chaintest.New(w.clock.now())
	w.rules = access.NewRules(
		w.chain,
		holdings{{Dataset: theDataset, Version: 1, SHA256: theObject, Index: 1}},
		chaintest.ChainID,
		maxLag,
		w.clock.now,
	)
	of := theDataset.String()
	w.chain.Datasets[theDataset] = dataset.Dataset{
		Id: of, Version: 1, Owner: w.owner, Status: dataset.STATUS_ACTIVE,
		Payload: dataset.Payload{Sha256: theObject[:]},
	}
	w.chain.Consents[theDataset] = consent.Consent{
		DatasetId: of, Status: consent.STATUS_ACTIVE, Time: start.Add(-time.Hour),
		Provision: consent.Provision{Expiry: consent.Expiry{Never: true}},
	}
	w.chain.Requests[theRequest] = market.Request{
		Id: theRequest.String(), Researcher: w.reader, Spec: market.Spec{DeliveryKey: "age1pqreader"},
	}
	w.chain.Inspections[theLook] = custody.Inspection{
		Id: theLook.String(), DatasetId: of, Version: 1, Owner: w.owner, Organisation: w.judge,
		State: custody.INSPECTION_STATE_RELEASED, DeliveryKey: "age1pqjudge", Deadline: 150,
	}
	w.release(chaintest.SeatKey{Request: theRequest}, w.reader, custody.JOB_KIND_RELEASE)
	w.release(chaintest.SeatKey{Request: theLook}, w.judge, custody.JOB_KIND_INSPECTION)
	return w
}

func (w *world) release(key chaintest.SeatKey, reader string, kind custody.JobKind) {
	w.chain.Seats[key] = custody.Seat{
		RequestId: key.Request.String(), Index: key.Index, Reader: reader, State: custody.SEAT_STATE_RELEASED,
		DatasetId: theDataset.String(), Version: 1,
	}
	w.chain.Released[key] = custody.Release{
		RequestId: key.Request.String(), Seat: key.Index, Kind: kind, DatasetId: theDataset.String(), Version: 1,
		Height: 99, Reader: reader,
	}
}

func (w *world) seat(account string) error {
	_, err := w.rules.Seat(context.Background(), account, theRequest, 0)
	return err
}

func (w *world) object(account string) error {
	_, err := w.rules.Object(context.Background(), account, theObject)
	return err
}

func TestSeat_Reader(t *testing.T) {
	w := newWorld(t)
	grant, err := w.rules.Seat(context.Background(), w.reader, theRequest, 0)
	require.NoError(t, err)
	require.Equal(t, access.Grant{
		Dataset:     theDataset,
		Version:     1,
		Request:     theRequest,
		Kind:        custody.JOB_KIND_RELEASE,
		DeliveryKey: "age1pqreader",
	}, grant)
	grant, err = w.rules.Seat(context.Background(), w.judge, theLook, 0)
	require.NoError(t, err)
	require.Equal(t, "age1pqjudge", grant.DeliveryKey)
}

func TestSeat_Strangers(t *testing.T) {
	w := newWorld(t)
	for _, who := range []string{w.stranger, w.owner, w.judge, ""} {
		require.ErrorIs(t, w.seat(who), access.ErrForbidden, who)
	}
	_, err := w.rules.Seat(context.Background(), w.reader, theRequest, 1)
	require.ErrorIs(t, err, access.ErrForbidden, "no such seat")
	_, err = w.rules.Seat(context.Background(), w.reader, id.ID{9}, 0)
	require.ErrorIs(t, err, access.ErrForbidden, "no such request")
}

// Every state of a seat but RELEASED gives nothing, even if a release is stored.
func TestSeat_States(t *testing.T) {
	w := newWorld(t)
	key := chaintest.SeatKey{Request: theRequest}
	for state := range custody.SeatState_name {
		seat := w.chain.Seats[key]
		seat.State = custody.SeatState(state)
		w.chain.Seats[key] = seat
		if seat.State == custody.SEAT_STATE_RELEASED {
			require.NoError(t, w.seat(w.reader))
			continue
		}
		require.ErrorIs(t, w.seat(w.reader), access.ErrForbidden, seat.State)
	}
}

func TestSeat_ReleaseOfAnother(t *testing.T) {
	for name, change := range map[string]func(w *world, r *custody.Release){
		"reader":  func(w *world, r *custody.Release) { r.Reader = w.stranger },
		"dataset": func(_ *world, r *custody.Release) { r.DatasetId = id.ID{7}.String() },
		"version": func(_ *world, r *custody.Release) { r.Version = 2 },
		"kind":    func(_ *world, r *custody.Release) { r.Kind = custody.JOB_KIND_CANARY },
	} {
		w := newWorld(t)
		key := chaintest.SeatKey{Request: theRequest}
		r := w.chain.Released[key]
		change(w, &r)
		w.chain.Released[key] = r
		require.ErrorIs(t, w.seat(w.reader), access.ErrForbidden, name)
	}
	w := newWorld(t)
	delete(w.chain.Released, chaintest.SeatKey{Request: theRequest})
	require.ErrorIs(t, w.seat(w.reader), access.ErrForbidden, "none")

	w = newWorld(t)
	r := w.chain.Requests[theRequest]
	r.Researcher = w.stranger
	w.chain.Requests[theRequest] = r
	require.ErrorIs(t, w.seat(w.reader), access.ErrForbidden, "the request's researcher")
}

func TestSeat_OneBlockAfterRelease(t *testing.T) {
	w := newWorld(t)
	w.chain.Now.Height = 99
	require.ErrorIs(t, w.seat(w.reader), access.ErrTooEarly)
	require.ErrorIs(t, w.object(w.reader), access.ErrTooEarly)
	w.chain.Now.Height = 100
	require.NoError(t, w.seat(w.reader))
	require.NoError(t, w.object(w.reader))
}

// Inside T_fetch a paid download works whatever happened since; afterwards only while the consent is active.
func TestSeat_FetchWindow(t *testing.T) {
	revoke := func(w *world) {
		c := w.chain.Consents[theDataset]
		c.Status = consent.STATUS_INACTIVE
		w.chain.Consents[theDataset] = c
	}
	expiry := start
	for name, row := range map[string]struct {
		change func(w *world)
		height int64
		want   error
	}{
		"last block, active":     {func(*world) {}, 299, nil},
		"last block, revoked":    {revoke, 299, nil},
		"after, active":          {func(*world) {}, 300, nil},
		"after, revoked":         {revoke, 300, access.ErrEnded},
		"after, no consent":      {func(w *world) { delete(w.chain.Consents, theDataset) }, 300, access.ErrEnded},
		"long after, active":     {func(*world) {}, 1_000_000, nil},
		"last block, withdrawn":  {withdraw, 299, nil},
		"after, withdrawn":       {withdraw, 300, access.ErrEnded},
		"after, consent expired": {func(w *world) { setExpiry(w, expiry) }, 300, access.ErrEnded},
		"after, expires later":   {func(w *world) { setExpiry(w, expiry.Add(time.Minute)) }, 300, nil},
	} {
		w := newWorld(t)
		row.change(w)
		w.chain.Now.Height = row.height
		if row.want == nil {
			require.NoError(t, w.seat(w.reader), name)
			require.NoError(t, w.object(w.reader), name)
			continue
		}
		require.ErrorIs(t, w.seat(w.reader), row.want, name)
		require.ErrorIs(t, w.object(w.reader), row.want, name)
	}
}

func withdraw(w *world) {
	d := w.chain.Datasets[theDataset]
	d.Status = dataset.STATUS_WITHDRAWN
	w.chain.Datasets[theDataset] = d
}

func setExpiry(w *world, at time.Time) {
	c := w.chain.Consents[theDataset]
	c.Provision.Expiry = consent.Expiry{Time: &at}
	w.chain.Consents[theDataset] = c
}

// An inspection is for a verdict, and ends with it.
func TestSeat_Inspection(t *testing.T) {
	ask := func(w *world) error {
		_, err := w.rules.Seat(context.Background(), w.judge, theLook, 0)
		return err
	}
	for state := range custody.InspectionState_name {
		w := newWorld(t)
		i := w.chain.Inspections[theLook]
		i.State = custody.InspectionState(state)
		w.chain.Inspections[theLook] = i
		if i.State == custody.INSPECTION_STATE_RELEASED {
			require.NoError(t, ask(w))
			require.NoError(t, w.object(w.judge))
			continue
		}
		require.ErrorIs(t, ask(w), access.ErrEnded, i.State)
		require.ErrorIs(t, w.object(w.judge), access.ErrEnded, i.State)
	}
	w := newWorld(t)
	w.chain.Now.Height = 150
	require.NoError(t, ask(w))
	w.chain.Now.Height = 151
	require.ErrorIs(t, ask(w), access.ErrEnded)

	w = newWorld(t)
	i := w.chain.Inspections[theLook]
	i.Organisation = w.stranger
	w.chain.Inspections[theLook] = i
	require.ErrorIs(t, ask(w), access.ErrForbidden)
}

func TestObject_WhoMay(t *testing.T) {
	w := newWorld(t)
	grant, err := w.rules.Object(context.Background(), w.owner, theObject)
	require.NoError(t, err)
	require.True(t, grant.Owner)
	require.NoError(t, w.object(w.reader))
	require.NoError(t, w.object(w.judge))
	require.ErrorIs(t, w.object(w.stranger), access.ErrForbidden)
	_, err = w.rules.Object(context.Background(), w.owner, drs.Digest{9})
	require.ErrorIs(t, err, access.ErrForbidden, "an object of no dataset")
}

// A release of an old version gives no right to the bytes of a new one.
func TestObject_OtherVersion(t *testing.T) {
	w := newWorld(t)
	key := chaintest.SeatKey{Request: theRequest}
	r := w.chain.Released[key]
	r.Version = 2
	w.chain.Released[key] = r
	require.ErrorIs(t, w.object(w.reader), access.ErrForbidden)
}

// One object can belong to several datasets; any of them may give the right.
func TestObject_SecondDataset(t *testing.T) {
	w := newWorld(t)
	other := id.ID{8}
	w.chain.Datasets[other] = dataset.Dataset{Id: other.String(), Owner: w.stranger}
	w.rules = access.NewRules(w.chain, holdings{
		{Dataset: theDataset, Version: 1, SHA256: theObject}, {Dataset: other, Version: 1, SHA256: theObject},
	}, chaintest.ChainID, maxLag, w.clock.now)
	require.NoError(t, w.object(w.stranger))
	require.NoError(t, w.object(w.owner))
	require.ErrorIs(t, w.object(account(t, "third").Address), access.ErrForbidden)
}

// A reader whose right by one seat has ended may have another seat whose right lasts.
func TestObject_SecondSeat(t *testing.T) {
	w := newWorld(t)
	w.chain.Now.Height = 1000
	withdraw(w)
	require.ErrorIs(t, w.object(w.reader), access.ErrEnded)
	key := chaintest.SeatKey{Request: theRequest, Index: 1}
	w.release(key, w.reader, custody.JOB_KIND_RELEASE)
	r := w.chain.Released[key]
	r.Height, r.Seat = 990, 1
	w.chain.Released[key] = r
	require.NoError(t, w.object(w.reader))
}

func TestOwner(t *testing.T) {
	w := newWorld(t)
	d, err := w.rules.Owner(context.Background(), w.owner, theDataset)
	require.NoError(t, err)
	require.Equal(t, theDataset.String(), d.Id)
	_, err = w.rules.Owner(context.Background(), w.reader, theDataset)
	require.ErrorIs(t, err, access.ErrForbidden)
	_, err = w.rules.Owner(context.Background(), w.owner, id.ID{9})
	require.ErrorIs(t, err, access.ErrForbidden)
}

// A node that lags, is of another chain, or is silent decides nothing, for nobody.
func TestFresh(t *testing.T) {
	silent := errors.New("connection refused")
	for name, row := range map[string]struct {
		change func(w *world)
		want   error
	}{
		"now":              {func(*world) {}, nil},
		"just fresh":       {func(w *world) { w.clock.advance(maxLag) }, nil},
		"stale":            {func(w *world) { w.clock.advance(maxLag + 1) }, access.ErrStale},
		"from the future":  {func(w *world) { w.clock.advance(-maxLag - 1) }, access.ErrStale},
		"of another chain": {func(w *world) { w.chain.Now.ChainID = "x" }, access.ErrStale},
		"silent":           {func(w *world) { w.chain.Err = silent }, access.ErrStale},
	} {
		w := newWorld(t)
		row.change(w)
		_, ownerErr := w.rules.Owner(context.Background(), w.owner, theDataset)
		for _, err := range []error{w.seat(w.reader), w.object(w.reader), w.object(w.owner), ownerErr} {
			if row.want == nil {
				require.NoError(t, err, name)
			} else {
				require.ErrorIs(t, err, row.want, name)
			}
		}
	}
}
