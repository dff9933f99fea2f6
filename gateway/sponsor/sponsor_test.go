package sponsor_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/volens-network/volens/gateway/access"
	"github.com/volens-network/volens/gateway/chaintest"
	"github.com/volens-network/volens/gateway/sponsor"
	"github.com/volens-network/volens/x/market"
)

// fresh is a node at the tip of a chain, or one that is not.
type fresh struct {
	chain *chaintest.Chain
	err   error
}

func (f *fresh) Fresh(ctx context.Context) (access.Tip, error) {
	if f.err != nil {
		return access.Tip{}, f.err
	}
	return f.chain.Tip(ctx)
}

func account(t *testing.T, name string) chaintest.Account {
	t.Helper()
	a, err := chaintest.NewAccount(name)
	require.NoError(t, err)
	return a
}

func newSponsor(t *testing.T, perDay int) (*sponsor.Sponsor, *chaintest.Chain, *fresh, string) {
	t.Helper()
	gateway := account(t, "gateway")
	c := chaintest.New(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	node := &fresh{chain: c}
	limits := sponsor.Limits{PerDay: perDay, Spend: sdk.NewCoins(sdk.NewInt64Coin("uvol", 500))}
	return sponsor.New(gateway.Address, node, c, limits), c, node, gateway.Address
}

func TestGrant(t *testing.T) {
	s, c, _, gateway := newSponsor(t, 10)
	patient := account(t, "patient").Address
	granter, err := s.Grant(t.Context(), patient)
	require.NoError(t, err)
	require.Equal(t, gateway, granter)
	require.Len(t, c.Messages(), 1)
	msg, ok := c.Messages()[0].(*feegrant.MsgGrantAllowance)
	require.True(t, ok)
	require.Equal(t, gateway, msg.Granter)
	require.Equal(t, patient, msg.Grantee)
	allowance, err := msg.GetFeeAllowanceI()
	require.NoError(t, err)
	require.NoError(t, allowance.ValidateBasic())
	allowed, ok := allowance.(*feegrant.AllowedMsgAllowance)
	require.True(t, ok)
	require.Equal(t, sponsor.Messages(), allowed.AllowedMessages)
	inner, err := allowed.GetAllowance()
	require.NoError(t, err)
	periodic, ok := inner.(*feegrant.PeriodicAllowance)
	require.True(t, ok)
	require.Equal(t, 24*time.Hour, periodic.Period)
	require.Equal(t, "500uvol", periodic.PeriodSpendLimit.String())
	require.Equal(t, c.Now.Time.Add(sponsor.Age), *periodic.Basic.Expiration)

	granter, err = s.Grant(t.Context(), patient)
	require.NoError(t, err, "asking again is harmless")
	require.Equal(t, gateway, granter)
	require.Len(t, c.Messages(), 1)
}

// An allowance pays for what a patient does: never for moving money, for buying or for
// giving the allowance on.
func TestMessages_OnlyAPatients(t *testing.T) {
	for _, url := range sponsor.Messages() {
		require.Regexp(t, `^/volens\.(dataset|consent|custody|market)\.v1\.Msg`, url)
	}
	require.NotContains(t, sponsor.Messages(), sdk.MsgTypeURL(&market.MsgSubmitRequest{}))
	require.NotContains(t, sponsor.Messages(), sdk.MsgTypeURL(&feegrant.MsgGrantAllowance{}))
}

// Who draws many accounts empties a day, not the pool; the next day is a new one.
func TestGrant_PerDay(t *testing.T) {
	s, c, _, _ := newSponsor(t, 2)
	for i := range 2 {
		_, err := s.Grant(t.Context(), account(t, fmt.Sprint("patient", i)).Address)
		require.NoError(t, err)
	}
	third := account(t, "patient3").Address
	_, err := s.Grant(t.Context(), third)
	require.ErrorIs(t, err, sponsor.ErrToday)
	_, err = s.Grant(t.Context(), account(t, "patient0").Address)
	require.NoError(t, err, "who has one is still told who pays")
	c.Now.Time = c.Now.Time.Add(24 * time.Hour)
	_, err = s.Grant(t.Context(), third)
	require.NoError(t, err)
	require.Len(t, c.Messages(), 3)
}

func TestGrant_Refuses(t *testing.T) {
	s, c, node, _ := newSponsor(t, 10)
	patient := account(t, "patient").Address
	_, err := s.Grant(t.Context(), "volens1nobody")
	require.Error(t, err)
	node.err = access.ErrStale
	_, err = s.Grant(t.Context(), patient)
	require.ErrorIs(t, err, access.ErrStale)
	node.err = nil
	c.SendErr = errors.New("no coins")
	_, err = s.Grant(t.Context(), patient)
	require.ErrorContains(t, err, "no coins")
	require.Empty(t, c.Messages())

	off, _, _, _ := newSponsor(t, 0)
	_, err = off.Grant(t.Context(), patient)
	require.ErrorIs(t, err, sponsor.ErrOff)
}

// slow is a ledger on which a grant takes until it is released, whoever has gone.
type slow struct {
	*chaintest.Chain
	begun, release chan struct{}
}

func (s slow) Send(ctx context.Context, msgs ...sdk.Msg) error {
	close(s.begun)
	<-s.release
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.Chain.Send(ctx, msgs...)
}

// Who asks and goes away gets his allowance all the same, and his next call finds it.
func TestGrant_AskerGone(t *testing.T) {
	_, c, node, gateway := newSponsor(t, 10)
	ledger := slow{Chain: c, begun: make(chan struct{}), release: make(chan struct{})}
	s := sponsor.New(
		gateway,
		node,
		ledger,
		sponsor.Limits{PerDay: 10, Spend: sdk.NewCoins(sdk.NewInt64Coin("uvol", 1))},
	)
	patient := account(t, "patient").Address
	ctx, leave := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := s.Grant(ctx, patient)
		ended <- err
	}()
	<-ledger.begun
	leave()
	close(ledger.release)
	require.NoError(t, <-ended)
	_, err := s.Grant(t.Context(), patient)
	require.NoError(t, err)
	require.Len(t, c.Messages(), 1)
}

// late is a ledger that refuses a grant because an earlier one came into the block before.
type late struct{ *chaintest.Chain }

func (l late) Send(ctx context.Context, msgs ...sdk.Msg) error {
	return errors.Join(l.Chain.Send(ctx, msgs...), errors.New("fee allowance already exists"))
}

func TestGrant_EarlierOneWasUnderWay(t *testing.T) {
	_, c, node, gateway := newSponsor(t, 10)
	s := sponsor.New(
		gateway,
		node,
		late{c},
		sponsor.Limits{PerDay: 10, Spend: sdk.NewCoins(sdk.NewInt64Coin("uvol", 1))},
	)
	granter, err := s.Grant(t.Context(), account(t, "patient").Address)
	require.NoError(t, err)
	require.Equal(t, gateway, granter, "the earlier grant serves")
}

// Many calls of one account at once are one grant.
func TestGrant_Once(t *testing.T) {
	s, c, _, _ := newSponsor(t, 10)
	patient := account(t, "patient").Address
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := s.Grant(context.Background(), patient); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	require.Len(t, c.Messages(), 1)
}
