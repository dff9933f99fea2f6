package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// Holding is a version of a dataset whose part of a key the gateway holds.
type Holding struct {
	Dataset id.ID
	Version uint64
	// SHA256 is the digest of the version's sealed file.
	SHA256 drs.Digest
	// Index is the gateway's place in the version's list, from 1.
	Index int
}

// Holdings tells which datasets an object belongs to.
type Holdings interface {
	ByDigest(d drs.Digest) []Holding
}

// Grant is a right that the chain gives: what may be handed over, and on what ground.
type Grant struct {
	Dataset id.ID
	Version uint64
	// Owner is true when the reader owns the dataset; the fields below are zero then.
	Owner bool
	// Request and Seat name the release, which may be an inspection's.
	Request id.ID
	Seat    uint64
	Kind    custody.JobKind
	// DeliveryKey is the age1pq recipient that was fixed on chain for this reader.
	DeliveryKey string
}

// Rules decides from the chain. It is safe for concurrent use.
type Rules struct {
	chain    Chain
	holdings Holdings
	chainID  string
	maxLag   time.Duration
	now      func() time.Time
}

// NewRules makes the rules of a gateway that serves one chain and believes a node
// whose latest block is at most maxLag old.
func NewRules(
	chain Chain, holdings Holdings, chainID string, maxLag time.Duration, now func() time.Time,
) *Rules {
	return &Rules{chain: chain, holdings: holdings, chainID: chainID, maxLag: maxLag, now: now}
}

// Fresh returns the node's tip if it can be believed, else ErrStale.
func (r *Rules) Fresh(ctx context.Context) (Tip, error) {
	tip, err := r.chain.Tip(ctx)
	if err != nil {
		return Tip{}, fmt.Errorf("%w: %w", ErrStale, err)
	}
	if tip.ChainID != r.chainID {
		return Tip{}, fmt.Errorf("%w: it is of chain %q", ErrStale, tip.ChainID)
	}
	if age := r.now().Sub(tip.Time); age > r.maxLag || age < -r.maxLag {
		return Tip{}, fmt.Errorf("%w: block %d is %s old", ErrStale, tip.Height, age)
	}
	return tip, nil
}

// Owner returns a dataset to its owner, and ErrForbidden to anybody else.
func (r *Rules) Owner(ctx context.Context, account string, of id.ID) (dataset.Dataset, error) {
	if _, err := r.Fresh(ctx); err != nil {
		return dataset.Dataset{}, err
	}
	d, err := r.chain.Dataset(ctx, of)
	if err != nil {
		return dataset.Dataset{}, hide(err)
	}
	if d.Owner != account {
		return dataset.Dataset{}, fmt.Errorf("%w: dataset %s", ErrForbidden, of)
	}
	return d, nil
}

// Request returns a request to anybody: what stands on chain is no secret.
func (r *Rules) Request(ctx context.Context, request id.ID) (market.Request, error) {
	if _, err := r.Fresh(ctx); err != nil {
		return market.Request{}, err
	}
	out, err := r.chain.Request(ctx, request)
	return out, hide(err)
}

// Seat decides whether an account gets the gateway's part for a seat: it is the
// seat's reader, the seat is released and one block old, and the right lasts.
func (r *Rules) Seat(ctx context.Context, account string, request id.ID, index uint64) (Grant, error) {
	tip, err := r.Fresh(ctx)
	if err != nil {
		return Grant{}, err
	}
	seat, release, err := r.chain.Seat(ctx, request, index)
	if err != nil {
		return Grant{}, hide(err)
	}
	if seat.Reader != account || seat.State != custody.SEAT_STATE_RELEASED || release == nil {
		return Grant{}, fmt.Errorf("%w: seat %d of %s", ErrForbidden, index, request)
	}
	if release.Reader != account || release.DatasetId != seat.DatasetId || release.Version != seat.Version {
		return Grant{}, fmt.Errorf("%w: release of seat %d of %s is another's", ErrForbidden, index, request)
	}
	return r.lasting(ctx, tip, *release)
}

// Object decides whether an account may read an object: it owns a dataset that the
// object belongs to, or has a right to it by a release.
func (r *Rules) Object(ctx context.Context, account string, d drs.Digest) (Grant, error) {
	tip, err := r.Fresh(ctx)
	if err != nil {
		return Grant{}, err
	}
	refusal := fmt.Errorf("%w: object %s", ErrForbidden, d)
	for _, held := range r.holdings.ByDigest(d) {
		grant, err := r.held(ctx, tip, account, held)
		switch {
		case err == nil:
			return grant, nil
		case errors.Is(err, ErrEnded), errors.Is(err, ErrTooEarly):
			refusal = err
		case !errors.Is(err, ErrForbidden):
			return Grant{}, err
		}
	}
	return Grant{}, refusal
}

// held looks for a right to one version of a dataset.
func (r *Rules) held(ctx context.Context, tip Tip, account string, held Holding) (Grant, error) {
	d, err := r.chain.Dataset(ctx, held.Dataset)
	if err != nil {
		return Grant{}, hide(err)
	}
	if d.Owner == account {
		return Grant{Dataset: held.Dataset, Version: held.Version, Owner: true}, nil
	}
	releases, err := r.chain.Releases(ctx, held.Dataset)
	if err != nil {
		return Grant{}, hide(err)
	}
	refusal := fmt.Errorf("%w: dataset %s", ErrForbidden, held.Dataset)
	for _, release := range releases {
		if release.Reader != account || release.Version != held.Version {
			continue
		}
		grant, err := r.lasting(ctx, tip, release)
		if err == nil {
			return grant, nil
		}
		if !errors.Is(err, ErrForbidden) {
			refusal = err
		}
	}
	return Grant{}, refusal
}

// lasting turns a release into a grant while the right lasts.
func (r *Rules) lasting(ctx context.Context, tip Tip, release custody.Release) (Grant, error) {
	request, err := id.Parse(release.RequestId)
	if err != nil {
		return Grant{}, fmt.Errorf("release: %w", err)
	}
	of, err := id.Parse(release.DatasetId)
	if err != nil {
		return Grant{}, fmt.Errorf("release: %w", err)
	}
	if tip.Height < release.Height+1 {
		return Grant{}, ErrTooEarly
	}
	grant := Grant{
		Dataset: of, Version: release.Version, Request: request, Seat: release.Seat, Kind: release.Kind,
	}
	switch release.Kind {
	case custody.JOB_KIND_RELEASE:
		grant.DeliveryKey, err = r.researcher(ctx, tip, release, request, of)
	case custody.JOB_KIND_INSPECTION:
		grant.DeliveryKey, err = r.inspector(ctx, tip, release, request)
	default:
		err = fmt.Errorf("%w: release of kind %s", ErrForbidden, release.Kind)
	}
	if err != nil {
		return Grant{}, err
	}
	return grant, nil
}

// researcher returns a request's delivery key: for T_fetch blocks because it was
// paid for, afterwards only while the consent is active.
func (r *Rules) researcher(
	ctx context.Context, tip Tip, release custody.Release, request, of id.ID,
) (string, error) {
	terms, err := r.chain.Request(ctx, request)
	if err != nil {
		return "", hide(err)
	}
	if terms.Researcher != release.Reader {
		return "", fmt.Errorf("%w: request %s is another's", ErrForbidden, request)
	}
	window, err := r.chain.FetchWindow(ctx)
	if err != nil {
		return "", err
	}
	if tip.Height-release.Height <= window {
		return terms.Spec.DeliveryKey, nil
	}
	if err := r.consented(ctx, tip, of); err != nil {
		return "", err
	}
	return terms.Spec.DeliveryKey, nil
}

// consented returns ErrEnded unless the dataset and its consent are active now.
func (r *Rules) consented(ctx context.Context, tip Tip, of id.ID) error {
	d, err := r.chain.Dataset(ctx, of)
	if err != nil {
		return hide(err)
	}
	if d.Status != dataset.STATUS_ACTIVE {
		return fmt.Errorf("%w: dataset %s is %s", ErrEnded, of, d.Status)
	}
	c, err := r.chain.Consent(ctx, of)
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("%w: no consent for %s", ErrEnded, of)
	}
	if err != nil {
		return err
	}
	if !active(c, tip.Time) {
		return fmt.Errorf("%w: consent for %s is not active", ErrEnded, of)
	}
	return nil
}

func active(c consent.Consent, at time.Time) bool {
	d := c.DUO()
	return d.Active && !at.Before(d.Start) && (d.NoExpiry || at.Before(d.Expiry))
}

// inspector returns an inspection's delivery key until its verdict or deadline.
func (r *Rules) inspector(ctx context.Context, tip Tip, release custody.Release, inspection id.ID) (string, error) {
	i, err := r.chain.Inspection(ctx, inspection)
	if err != nil {
		return "", hide(err)
	}
	if i.Organisation != release.Reader || i.DatasetId != release.DatasetId || i.Version != release.Version {
		return "", fmt.Errorf("%w: inspection %s is another's", ErrForbidden, inspection)
	}
	if i.State != custody.INSPECTION_STATE_RELEASED || i.Deadline > 0 && tip.Height > i.Deadline {
		return "", fmt.Errorf("%w: inspection %s is %s", ErrEnded, inspection, i.State)
	}
	return i.DeliveryKey, nil
}

// hide makes what is absent look like what is forbidden.
func hide(err error) error {
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("%w: %w", ErrForbidden, err)
	}
	return err
}
