// Package sponsor lets patients sign without coins: from the gateway's account it grants
// an account an allowance of x/feegrant, which pays for the messages of a patient
// and for nothing else. A grant also brings an account into being that the chain does not
// know.
//
// New makes a Sponsor; Grant gives one account its allowance. An account has one at a
// time, it is renewed when it has expired, and each day has a limit: who draws thousands
// of accounts empties that day's limit, never the pool.
package sponsor

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/volens-network/volens/gateway/access"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

const (
	// Period is over what an allowance's limit counts.
	Period = 24 * time.Hour
	// Age is how long an allowance lasts.
	Age = 90 * 24 * time.Hour
	// maxWaiting is how many grants may wait for each other: each takes a block.
	maxWaiting = 32
	// patience is how long a grant may take to come into a block.
	patience = time.Minute
)

var (
	// ErrOff is returned by a gateway that sponsors nobody.
	ErrOff = errors.New("this gateway sponsors nobody")
	// ErrToday is returned when the day's grants are used up.
	ErrToday = errors.New("the grants of today are used up")
	// ErrBusy is returned when too many wait already.
	ErrBusy = errors.New("too many grants are under way")
)

// Messages are the types that an allowance pays for: consent, dataset and decision
// messages, and those about the inspection without which no dataset is attested.
func Messages() []string {
	return []string{
		sdk.MsgTypeURL(&dataset.MsgRegisterDataset{}),
		sdk.MsgTypeURL(&dataset.MsgReplacePayload{}),
		sdk.MsgTypeURL(&dataset.MsgWithdrawDataset{}),
		sdk.MsgTypeURL(&consent.MsgGrantConsent{}),
		sdk.MsgTypeURL(&consent.MsgAmendConsent{}),
		sdk.MsgTypeURL(&consent.MsgRevokeConsent{}),
		sdk.MsgTypeURL(&consent.MsgSetRevoker{}),
		sdk.MsgTypeURL(&custody.MsgRequestInspection{}),
		sdk.MsgTypeURL(&custody.MsgWithdrawInspection{}),
		sdk.MsgTypeURL(&market.MsgDecideRequest{}),
	}
}

// Chain is what is asked before a grant.
type Chain interface {
	// Fresh returns the tip of a node that can be believed, or access.ErrStale.
	Fresh(ctx context.Context) (access.Tip, error)
}

// Ledger tells about allowances and sends messages with the gateway's account.
type Ledger interface {
	// Sponsored reports whether an account has a live allowance of a granter.
	Sponsored(ctx context.Context, granter, grantee string) (bool, error)
	Send(ctx context.Context, msgs ...sdk.Msg) error
}

// Limits of what a gateway gives.
type Limits struct {
	// PerDay is how many accounts get an allowance in a day of UTC; 0 for none.
	PerDay int
	// Spend is what one account's fees may come to in a Period.
	Spend sdk.Coins
}

// Sponsor gives allowances. It is safe for concurrent use.
type Sponsor struct {
	granter string
	chain   Chain
	ledger  Ledger
	limits  Limits

	waiting chan struct{}
	mu      sync.Mutex // held while a grant is under way: they follow one another
	day     time.Time
	today   int
}

// New makes a Sponsor that pays from the account of an address.
func New(granter string, chain Chain, ledger Ledger, limits Limits) *Sponsor {
	return &Sponsor{
		granter: granter, chain: chain, ledger: ledger, limits: limits, waiting: make(chan struct{}, maxWaiting),
	}
}

// Grant gives an account its allowance, if it has none, and returns who pays.
func (s *Sponsor) Grant(ctx context.Context, account string) (granter string, err error) {
	if s.limits.PerDay == 0 {
		return "", ErrOff
	}
	if _, err := dataset.ParseAddress(account); err != nil {
		return "", err
	}
	select {
	case s.waiting <- struct{}{}:
		defer func() { <-s.waiting }()
	default:
		return "", ErrBusy
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	tip, err := s.chain.Fresh(ctx)
	if err != nil {
		return "", err
	}
	has, err := s.ledger.Sponsored(ctx, s.granter, account)
	if err != nil || has {
		return s.granter, err
	}
	if err := s.count(tip.Time); err != nil {
		return "", err
	}
	msg, err := s.message(account, tip.Time)
	if err != nil {
		return "", err
	}
	return s.granter, s.send(ctx, msg, account)
}

// send grants. It goes on when the asker has gone: else his next call would find a
// transaction under way that nobody waits for, and be refused as a second grant.
func (s *Sponsor) send(ctx context.Context, msg sdk.Msg, account string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	err := s.ledger.Send(ctx, msg)
	if err == nil {
		return nil
	}
	// An earlier grant may have come into a block meanwhile.
	if has, asked := s.ledger.Sponsored(ctx, s.granter, account); asked == nil && has {
		return nil
	}
	return fmt.Errorf("grant allowance: %w", err)
}

// count takes one of the day's grants. One that fails later counts too: it may have cost
// a fee.
func (s *Sponsor) count(now time.Time) error {
	if day := now.UTC().Truncate(Period); !day.Equal(s.day) {
		s.day, s.today = day, 0
	}
	if s.today >= s.limits.PerDay {
		return ErrToday
	}
	s.today++
	return nil
}

// message is the grant: so much in a Period, for the patient's messages, until it expires.
func (s *Sponsor) message(grantee string, now time.Time) (sdk.Msg, error) {
	expires := now.Add(Age)
	allowance, err := feegrant.NewAllowedMsgAllowance(&feegrant.PeriodicAllowance{
		Basic:            feegrant.BasicAllowance{Expiration: &expires},
		Period:           Period,
		PeriodSpendLimit: s.limits.Spend,
		PeriodCanSpend:   s.limits.Spend,
		PeriodReset:      now.Add(Period),
	}, Messages())
	if err != nil {
		return nil, fmt.Errorf("grant allowance: %w", err)
	}
	packed, err := codectypes.NewAnyWithValue(allowance)
	if err != nil {
		return nil, fmt.Errorf("grant allowance: %w", err)
	}
	return &feegrant.MsgGrantAllowance{Granter: s.granter, Grantee: grantee, Allowance: packed}, nil
}
