// Package chaintest is a chain in memory, for the tests of the gateway: what stands
// in the exported maps is the state, and Sent is what the gateway sent. New makes one
// with a tip; Account makes accounts that can sign logins.
package chaintest

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/gateway/access"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// ChainID is the chain's id.
const ChainID = "volens-test-1"

// SeatKey names a seat.
type SeatKey struct {
	Request id.ID
	Index   uint64
}

// Chain is a chain in memory. Use Change to write while others read.
type Chain struct {
	mu sync.Mutex

	Now         access.Tip
	Datasets    map[id.ID]dataset.Dataset
	Receipts    map[id.ID][]dataset.Receipt
	Consents    map[id.ID]consent.Consent
	Seats       map[SeatKey]custody.Seat
	Released    map[SeatKey]custody.Release
	Requests    map[id.ID]market.Request
	Inspections map[id.ID]custody.Inspection
	Claims      []market.ServiceClaim
	Window      int64
	// Origins are those of all gateways.
	Origins []string
	// Allowances tells by granter and grantee who pays whose fees.
	Allowances map[[2]string]bool
	// Err, if set, is what every question is answered with.
	Err error
	// SendErr, if set, is what every transaction is refused with.
	SendErr error
	// Sent are the transactions so far, each a list of messages.
	Sent [][]sdk.Msg
}

// New makes an empty chain at height 100 and the given time.
func New(now time.Time) *Chain {
	return &Chain{
		Now:         access.Tip{ChainID: ChainID, Height: 100, Time: now},
		Datasets:    map[id.ID]dataset.Dataset{},
		Receipts:    map[id.ID][]dataset.Receipt{},
		Consents:    map[id.ID]consent.Consent{},
		Seats:       map[SeatKey]custody.Seat{},
		Released:    map[SeatKey]custody.Release{},
		Requests:    map[id.ID]market.Request{},
		Inspections: map[id.ID]custody.Inspection{},
		Window:      200,
		Allowances:  map[[2]string]bool{},
	}
}

// Change runs f while nobody reads.
func (c *Chain) Change(f func(c *Chain)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(c)
}

// Tip implements access.Ledger.
func (c *Chain) Tip(context.Context) (access.Tip, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Now, c.Err
}

// Dataset implements access.Ledger.
func (c *Chain) Dataset(_ context.Context, of id.ID) (dataset.Dataset, error) {
	return look(c, c.Datasets, of)
}

// DatasetReceipts implements worker.Chain.
func (c *Chain) DatasetReceipts(_ context.Context, of id.ID) (dataset.Dataset, []dataset.Receipt, error) {
	d, err := look(c, c.Datasets, of)
	if err != nil {
		return dataset.Dataset{}, nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return d, c.Receipts[of], nil
}

// Listed implements worker.Catalogue: a page holds one dataset.
func (c *Chain) Listed(_ context.Context, from []byte) ([]dataset.Dataset, []byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.Err != nil || len(c.Datasets) == 0 {
		return nil, nil, c.Err
	}
	ids := slices.SortedFunc(maps.Keys(c.Datasets), func(a, b id.ID) int { return bytes.Compare(a[:], b[:]) })
	for i, of := range ids {
		if bytes.Compare(of[:], from) < 0 {
			continue
		}
		page := []dataset.Dataset{c.Datasets[of]}
		if i+1 == len(ids) {
			return page, nil, nil
		}
		return page, ids[i+1].Bytes(), nil
	}
	return nil, nil, nil
}

// Emitted implements worker.Chain.
func (c *Chain) Emitted(_ context.Context, of id.ID) ([]custody.Seat, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []custody.Seat
	for _, seat := range c.Seats {
		if seat.DatasetId == of.String() && seat.State == custody.SEAT_STATE_EMITTED {
			out = append(out, seat)
		}
	}
	return out, c.Err
}

// OwnedBy implements worker.Catalogue.
func (c *Chain) OwnedBy(_ context.Context, owner string) ([]dataset.Dataset, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []dataset.Dataset
	for _, d := range c.Datasets {
		if d.Owner == owner {
			out = append(out, d)
		}
	}
	return out, c.Err
}

// Gateways implements gateway.Directory.
func (c *Chain) Gateways(context.Context) ([]string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.Origins), c.Err
}

// Consent implements access.Ledger.
func (c *Chain) Consent(_ context.Context, of id.ID) (consent.Consent, error) {
	return look(c, c.Consents, of)
}

// Seat implements access.Ledger.
func (c *Chain) Seat(_ context.Context, request id.ID, index uint64) (custody.Seat, *custody.Release, error) {
	key := SeatKey{request, index}
	seat, err := look(c, c.Seats, key)
	if err != nil {
		return custody.Seat{}, nil, err
	}
	release, err := look(c, c.Released, key)
	if err != nil {
		return seat, nil, nil //nolint:nilerr // a seat without a release is no error
	}
	return seat, &release, nil
}

// Releases implements access.Ledger.
func (c *Chain) Releases(_ context.Context, of id.ID) ([]custody.Release, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []custody.Release
	for _, r := range c.Released {
		if r.DatasetId == of.String() {
			out = append(out, r)
		}
	}
	return out, c.Err
}

// Request implements access.Terms.
func (c *Chain) Request(_ context.Context, request id.ID) (market.Request, error) {
	return look(c, c.Requests, request)
}

// Inspection implements access.Terms.
func (c *Chain) Inspection(_ context.Context, inspection id.ID) (custody.Inspection, error) {
	return look(c, c.Inspections, inspection)
}

// FetchWindow implements access.Terms.
func (c *Chain) FetchWindow(context.Context) (int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Window, c.Err
}

// Sponsored implements sponsor.Ledger.
func (c *Chain) Sponsored(_ context.Context, granter, grantee string) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Allowances[[2]string{granter, grantee}], c.Err
}

// OpenClaims implements worker.Chain.
func (c *Chain) OpenClaims(_ context.Context, gateway string) ([]market.ServiceClaim, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []market.ServiceClaim
	for _, claim := range c.Claims {
		if claim.Gateway == gateway && claim.State == market.SERVICE_STATE_OPEN {
			out = append(out, claim)
		}
	}
	return out, c.Err
}

// Send implements worker.Sender.
func (c *Chain) Send(_ context.Context, msgs ...sdk.Msg) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.SendErr != nil {
		return c.SendErr
	}
	c.Sent = append(c.Sent, msgs)
	for _, msg := range msgs {
		if grant, ok := msg.(*feegrant.MsgGrantAllowance); ok {
			c.Allowances[[2]string{grant.Granter, grant.Grantee}] = true
		}
	}
	return nil
}

// Messages returns everything sent so far, in one list.
func (c *Chain) Messages() []sdk.Msg {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []sdk.Msg
	for _, tx := range c.Sent {
		out = append(out, tx...)
	}
	return out
}

func look[K comparable, V any](c *Chain, in map[K]V, key K) (V, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := in[key]
	if c.Err != nil {
		return v, c.Err
	}
	if !ok {
		return v, access.ErrNotFound
	}
	return v, nil
}
