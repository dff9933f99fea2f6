package market_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/market"
)

func TestServiceClaim_Validate(t *testing.T) {
	good := market.ServiceClaim{
		RequestId: someID, Gateway: account(t, 2), Researcher: account(t, 1), Bond: coin(0), Deadline: 5,
		State: market.SERVICE_STATE_OPEN,
	}
	require.NoError(t, good.Validate())
	require.True(t, good.Live())
	for name, spoil := range map[string]func(*market.ServiceClaim){
		"request":  func(c *market.ServiceClaim) { c.RequestId = "x" },
		"gateway":  func(c *market.ServiceClaim) { c.Gateway = "x" },
		"bond":     func(c *market.ServiceClaim) { c.Bond = sdk.Coin{} },
		"state":    func(c *market.ServiceClaim) { c.State = 0 },
		"deadline": func(c *market.ServiceClaim) { c.Deadline = 0 },
		"answer":   func(c *market.ServiceClaim) { c.Answer = make([]byte, market.MaxPart+1) },
	} {
		c := good
		spoil(&c)
		require.Error(t, c.Validate(), name)
	}
}

func TestBondLock_Validate(t *testing.T) {
	good := market.BondLock{RequestId: someID, Gateway: account(t, 2), Amount: coin(5)}
	require.NoError(t, good.Validate())
	for name, spoil := range map[string]func(*market.BondLock){
		"request": func(l *market.BondLock) { l.RequestId = "x" },
		"gateway": func(l *market.BondLock) { l.Gateway = "x" },
		"until":   func(l *market.BondLock) { l.Until = -1 },
		"amount":  func(l *market.BondLock) { l.Amount = sdk.Coin{Denom: "uusd"} },
	} {
		l := good
		spoil(&l)
		require.Error(t, l.Validate(), name)
	}
}

func TestPayment_Validate(t *testing.T) {
	good := market.Payment{
		RequestId: someID, Role: market.PART_ROLE_PATIENT, Address: account(t, 2), Amount: coin(5), Paid: true,
	}
	require.NoError(t, good.Validate())
	for name, spoil := range map[string]func(*market.Payment){
		"request":  func(p *market.Payment) { p.RequestId = "x" },
		"role":     func(p *market.Payment) { p.Role = 0 },
		"address":  func(p *market.Payment) { p.Address = "x" },
		"held":     func(p *market.Payment) { p.Paid = false },
		"until":    func(p *market.Payment) { p.HeldUntil = -1 },
		"no coin":  func(p *market.Payment) { p.Amount = sdk.Coin{} },
		"bad coin": func(p *market.Payment) { p.Amount.Denom = "!" },
	} {
		p := good
		spoil(&p)
		require.Error(t, p.Validate(), name)
	}
}
