// Package access decides who may have what from a storage gateway.
//
// Doors answers who is there: Challenge and Login turn a signature of an account
// (core/login) into a short-lived token, Account turns the token back into the
// account. Rules answers what an account may have, from the chain alone: Seat for
// the gateway's part of a key, Object for stored bytes, Owner for what only a
// dataset's owner may do. A Rules never believes a node that lags: Fresh comes
// first, and a stale node makes every answer ErrStale.
//
// The package hands out nothing itself and keeps no keys.
package access

import (
	"context"
	"errors"
	"time"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

var (
	// ErrNotFound is returned by a Chain for what is not on chain.
	ErrNotFound = errors.New("not on chain")
	// ErrStale is returned when the node's latest block is too old, of another
	// chain, or cannot be had: nothing may be decided then.
	ErrStale = errors.New("the node is not at the chain's tip")
	// ErrForbidden is returned to whom a thing is not for, or when it does not exist.
	ErrForbidden = errors.New("not for this account")
	// ErrTooEarly is returned in the block that stored a release: its header is
	// not proved yet.
	ErrTooEarly = errors.New("the release is one block too young")
	// ErrEnded is returned to a reader whose download right has ended.
	ErrEnded = errors.New("the download right has ended")
)

// Tip is the node's latest committed block.
type Tip struct {
	ChainID string
	Height  int64
	Time    time.Time
}

// Ledger is what Rules asks about datasets and seats.
type Ledger interface {
	// Tip returns the latest committed block.
	Tip(ctx context.Context) (Tip, error)
	// Dataset returns a dataset, or ErrNotFound.
	Dataset(ctx context.Context, dataset id.ID) (dataset.Dataset, error)
	// Consent returns the latest version of a dataset's consent, or ErrNotFound.
	Consent(ctx context.Context, dataset id.ID) (consent.Consent, error)
	// Seat returns a seat and its release, nil if there is none, or ErrNotFound.
	Seat(ctx context.Context, request id.ID, index uint64) (custody.Seat, *custody.Release, error)
	// Releases lists everything ever released of a dataset.
	Releases(ctx context.Context, dataset id.ID) ([]custody.Release, error)
}

// Terms is what Rules asks about those who receive.
type Terms interface {
	// Request returns a request, or ErrNotFound.
	Request(ctx context.Context, request id.ID) (market.Request, error)
	// Inspection returns an inspection, or ErrNotFound.
	Inspection(ctx context.Context, inspection id.ID) (custody.Inspection, error)
	// FetchWindow is T_fetch in blocks.
	FetchWindow(ctx context.Context) (int64, error)
}

// Chain is a node that answers for the chain.
type Chain interface {
	Ledger
	Terms
}
