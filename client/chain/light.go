package chain

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	dbm "github.com/cometbft/cometbft-db"
	"github.com/cometbft/cometbft/light"
	lightprovider "github.com/cometbft/cometbft/light/provider"
	lightdb "github.com/cometbft/cometbft/light/store/db"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/volens-network/volens/client/fault"
)

const (
	validatorsPerPage = 100
	maxValidatorPages = 100
	// witnessPatience is how often a witness is asked again for a block that it does not
	// have yet: the primary may be ahead by an instant, and CometBFT's light client waits
	// half a minute before it asks again.
	witnessPatience = 8
)

// Light is a light client: it believes a header if validators that it knows from a
// trusted one signed it. It keeps what it verified in memory. Make one with Client.Light.
// It is safe for concurrent use.
type Light struct {
	mu     sync.Mutex
	client *light.Client
}

// LightOptions say what a light client begins from.
type LightOptions struct {
	Anchor Anchor        // the header to trust
	Period time.Duration // how long a header can be trusted; less than the unbonding time
	// Witnesses are other nodes, asked whether they know the same headers. Without any,
	// a node together with two thirds of the validators could show a false chain.
	Witnesses []*Client
}

// Light makes a light client over this node. It fetches the trusted header and compares
// the hash.
func (c *Client) Light(ctx context.Context, options LightOptions) (*Light, error) {
	chainID, err := c.ChainID(ctx)
	if err != nil {
		return nil, err
	}
	primary := &provider{client: c, chainID: chainID}
	witnesses := []lightprovider.Provider{primary}
	if len(options.Witnesses) > 0 {
		witnesses = witnesses[:0]
	}
	for _, witness := range options.Witnesses {
		witnesses = append(witnesses, &provider{client: witness, chainID: chainID, patience: witnessPatience})
	}
	client, err := light.NewClient(
		ctx, chainID,
		light.TrustOptions{Period: options.Period, Height: options.Anchor.Height, Hash: options.Anchor.Hash},
		primary, witnesses, lightdb.New(dbm.NewMemDB(), chainID),
	)
	if err != nil {
		return nil, lightFault(fmt.Errorf("trust header %s: %w", options.Anchor, err))
	}
	return &Light{client: client}, nil
}

// Header fetches the header of a height and verifies it. now is the caller's clock: a
// trusted header older than the period is no longer trusted, one of the future is refused.
// A height that does not exist yet is a fault of kind Unavailable.
func (l *Light) Header(ctx context.Context, height int64, now time.Time) (*Header, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.header(ctx, height, now)
}

func (l *Light) header(ctx context.Context, height int64, now time.Time) (*Header, error) {
	block, err := l.client.VerifyLightBlockAtHeight(ctx, height, now)
	if err != nil {
		return nil, lightFault(fmt.Errorf("verify header %d: %w", height, err))
	}
	return newHeader(block)
}

// Latest fetches the newest header and verifies it.
func (l *Light) Latest(ctx context.Context, now time.Time) (*Header, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	block, err := l.client.Update(ctx, now)
	if err != nil {
		return nil, lightFault(fmt.Errorf("verify newest header: %w", err))
	}
	if block == nil { // Nothing is newer than what was verified before.
		height, err := l.client.LastTrustedHeight()
		if err != nil {
			return nil, lightFault(err)
		}
		return l.header(ctx, height, now)
	}
	return newHeader(block)
}

// Verify fetches and verifies the header that a proof needs, checks the proof, and
// returns the header.
func (l *Light) Verify(ctx context.Context, proof *Proof, now time.Time) (*Header, error) {
	header, err := l.Header(ctx, proof.Height+1, now)
	if err != nil {
		return nil, err
	}
	return header, proof.Verify(header)
}

// provider gives a light client the headers of one node.
type provider struct {
	client   *Client
	chainID  string
	patience int // how often to ask again for a block that is not there yet
}

// String names the provider in messages of the light client.
func (*provider) String() string { return "node" }

// ChainID is the chain whose headers are expected.
func (p *provider) ChainID() string { return p.chainID }

// LightBlock fetches a header, its signatures and the validators; height 0 is the newest.
func (p *provider) LightBlock(ctx context.Context, height int64) (*cmttypes.LightBlock, error) {
	for again := p.patience; ; again-- {
		block, err := p.lightBlock(ctx, height)
		if !errors.Is(err, lightprovider.ErrHeightTooHigh) || again <= 0 {
			return block, err
		}
		if p.client.pause(ctx) != nil {
			return nil, ctx.Err()
		}
	}
}

func (p *provider) lightBlock(ctx context.Context, height int64) (*cmttypes.LightBlock, error) {
	at := &height
	if height == 0 {
		at = nil
	}
	commit, err := p.client.node.Commit(ctx, at)
	if err != nil {
		return nil, providerError(ctx, err)
	}
	if commit.IsEmpty() {
		return nil, lightprovider.ErrHeightTooHigh
	}
	if height != 0 && commit.Height != height {
		return nil, badBlock("header %d came for %d", commit.Height, height)
	}
	validators, err := p.validators(ctx, commit.Height)
	if err != nil {
		return nil, err
	}
	block := &cmttypes.LightBlock{SignedHeader: &commit.SignedHeader, ValidatorSet: validators}
	if err := block.ValidateBasic(p.chainID); err != nil {
		return nil, lightprovider.ErrBadLightBlock{Reason: err}
	}
	return block, nil
}

// validators fetches all pages of the validators of a height.
func (p *provider) validators(ctx context.Context, height int64) (*cmttypes.ValidatorSet, error) {
	var all []*cmttypes.Validator
	perPage := validatorsPerPage
	for page := 1; page <= maxValidatorPages; page++ {
		result, err := p.client.node.Validators(ctx, &height, &page, &perPage)
		if err != nil {
			return nil, providerError(ctx, err)
		}
		if len(result.Validators) == 0 {
			return nil, badBlock("page %d of the validators of height %d is empty", page, height)
		}
		all = append(all, result.Validators...)
		if len(all) >= result.Total {
			set, err := cmttypes.ValidatorSetFromExistingValidators(all)
			if err != nil {
				return nil, lightprovider.ErrBadLightBlock{Reason: err}
			}
			return set, nil
		}
	}
	return nil, badBlock("height %d has more than %d validators", height, validatorsPerPage*maxValidatorPages)
}

// ReportEvidence does nothing: a conflict becomes the caller's Integrity fault, and
// evidence is for those who run nodes.
func (*provider) ReportEvidence(context.Context, cmttypes.Evidence) error { return nil }

func badBlock(format string, args ...any) error {
	return lightprovider.ErrBadLightBlock{Reason: fmt.Errorf(format, args...)}
}

// providerError turns CometBFT's words into the very errors that its light client knows:
// it compares without looking inside.
func providerError(ctx context.Context, err error) error {
	text := err.Error()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case strings.Contains(text, "must be less than or equal to"):
		return lightprovider.ErrHeightTooHigh
	case strings.Contains(text, "is not available"), strings.Contains(text, "could not find"):
		return lightprovider.ErrLightBlockNotFound
	default:
		return lightprovider.ErrNoResponse
	}
}

// lightFault gives an error of the light client a kind: what was shown and does not hold
// is Integrity, what was not shown is Unavailable.
func lightFault(err error) error {
	switch {
	case errors.Is(err, lightprovider.ErrLightBlockNotFound):
		return fault.Wrap(fault.NotFound, err)
	case errors.Is(err, lightprovider.ErrHeightTooHigh), errors.Is(err, lightprovider.ErrNoResponse),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded),
		errors.Is(err, light.ErrFailedHeaderCrossReferencing), errors.Is(err, light.ErrNoWitnesses):
		return fault.Wrap(fault.Unavailable, err)
	default:
		return fault.Wrap(fault.Integrity, err)
	}
}
