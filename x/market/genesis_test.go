package market_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/volens-network/volens/x/market"
)

// genesis has one cleared request with one seat won, paid in part.
func genesis(t *testing.T) *market.GenesisState {
	t.Helper()
	r := request(t)
	r.State, r.Won = market.STATE_RELEASING, 1
	e := market.NewEscrow(someID, coin(100), math.NewInt(10))
	require.NoError(t, e.Pay(math.NewInt(20)))
	require.NoError(t, e.Hold(math.NewInt(30)))
	require.NoError(t, e.Refund(math.NewInt(5)))
	e.Payments = 3
	payment := func(number uint64, role market.PartRole, amount int64, paid bool) market.Payment {
		return market.Payment{
			RequestId: someID,
			Number:    number,
			Role:      role,
			Address:   account(t, 2),
			Amount:    coin(amount),
			Paid:      paid,
			HeldUntil: 9,
		}
	}
	return &market.GenesisState{
		Params: market.DevnetParams(), Requests: []market.Request{r}, Escrows: []market.Escrow{e},
		Decisions: []market.Decision{
			{RequestId: someID, DatasetId: otherID, Owner: account(t, 5), State: market.DECISION_STATE_WON},
			{RequestId: someID, DatasetId: someID, Owner: account(t, 5), State: market.DECISION_STATE_NO},
		},
		Payments: []market.Payment{
			payment(0, market.PART_ROLE_PATIENT, 20, true), payment(1, market.PART_ROLE_ATTESTOR, 30, false),
			payment(2, market.PART_ROLE_REFUND, 5, true),
		},
		Claims: []market.ServiceClaim{{
			RequestId: someID, Gateway: account(t, 3), Researcher: account(t, 1), Bond: coin(0),
			State: market.SERVICE_STATE_SLASHED,
		}},
		Locks: []market.BondLock{{RequestId: someID, Gateway: account(t, 3), Amount: coin(5)}},
	}
}

func TestGenesis_Validate(t *testing.T) {
	require.NoError(t, market.DefaultGenesis().Validate())
	require.NoError(t, genesis(t).Validate())
	for name, spoil := range map[string]func(*market.GenesisState){
		"params":             func(g *market.GenesisState) { g.Params.Denoms = nil },
		"request":            func(g *market.GenesisState) { g.Requests[0].Seats = 9 },
		"request twice":      func(g *market.GenesisState) { g.Requests = append(g.Requests, g.Requests[0]) },
		"no escrow":          func(g *market.GenesisState) { g.Escrows = nil },
		"escrow twice":       func(g *market.GenesisState) { g.Escrows = append(g.Escrows, g.Escrows[0]) },
		"escrow of another":  func(g *market.GenesisState) { g.Escrows[0].RequestId = otherID },
		"escrow of a denom":  func(g *market.GenesisState) { g.Escrows[0].Denom = "uvol" },
		"ledger":             func(g *market.GenesisState) { g.Escrows[0].Paid = math.NewInt(21) },
		"unexplained":        func(g *market.GenesisState) { g.Payments = g.Payments[:2] },
		"paid or held":       func(g *market.GenesisState) { g.Payments[1].Paid = true },
		"payment":            func(g *market.GenesisState) { g.Payments[0].Address = "x" },
		"payment's number":   func(g *market.GenesisState) { g.Payments[1].Number = 0 },
		"payment of another": func(g *market.GenesisState) { g.Payments[2].RequestId, g.Payments[2].Number = otherID, 0 },
		"decision":           func(g *market.GenesisState) { g.Decisions[0].Owner = "x" },
		"decision twice":     func(g *market.GenesisState) { g.Decisions[1].DatasetId = otherID },
		"no such request":    func(g *market.GenesisState) { g.Decisions[1].RequestId = otherID },
		"owner twice":        func(g *market.GenesisState) { g.Decisions[1].State = market.DECISION_STATE_YES },
		"seat twice": func(g *market.GenesisState) {
			g.Decisions[1].State, g.Decisions[1].Owner = market.DECISION_STATE_WON, account(t, 6)
		},
		"won":           func(g *market.GenesisState) { g.Decisions[0].State = market.DECISION_STATE_LOST },
		"claim":         func(g *market.GenesisState) { g.Claims[0].State = 0 },
		"claim twice":   func(g *market.GenesisState) { g.Claims = append(g.Claims, g.Claims[0]) },
		"claim nowhere": func(g *market.GenesisState) { g.Claims[0].RequestId = otherID },
		"lock":          func(g *market.GenesisState) { g.Locks[0].Until = -1 },
		"lock twice":    func(g *market.GenesisState) { g.Locks = append(g.Locks, g.Locks[0]) },
	} {
		g := genesis(t)
		spoil(g)
		require.Error(t, g.Validate(), name)
	}
}
