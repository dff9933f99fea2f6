package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// machine does at random what people, custody and time may do to a market. It keeps
// its own record of which seats ended how.
type machine struct {
	*fixture
	requests []id.ID
	ended    map[seatName]custody.SeatState
	prices   map[id.ID]int64
}

type seatName struct {
	request id.ID
	seat    uint64
}

func (m *machine) pick(t *rapid.T) (id.ID, bool) {
	if len(m.requests) == 0 {
		return id.ID{}, false
	}
	return rapid.SampledFrom(m.requests).Draw(t, "request"), true
}

// attempt runs a message as a transaction: what fails leaves no trace.
func (m *machine) attempt(run func() error) {
	outer := m.ctx
	cached, write := outer.CacheContext()
	m.ctx = cached
	err := run()
	m.ctx = outer
	if err == nil {
		write()
	}
}

func (m *machine) submitOne(t *rapid.T) {
	if len(m.requests) >= 6 {
		return
	}
	nMax := rapid.Uint32Range(1, 4).Draw(t, "n_max")
	s := spec(rapid.Uint32Range(1, nMax).Draw(t, "n_min"), nMax)
	s.Price = sdk.NewInt64Coin("uusd", rapid.Int64Range(1, 3_000_001).Draw(t, "price"))
	s.Deadline = m.ctx.BlockHeight() + rapid.Int64Range(1, 30).Draw(t, "open")
	m.attempt(func() error {
		out, err := m.msgs.SubmitRequest(m.ctx, m.submission(s))
		if err != nil {
			return err
		}
		key, err := id.Parse(out.RequestId)
		require.NoError(t, err)
		if rapid.IntRange(0, 9).Draw(t, "seats") > 0 {
			require.NoError(t, m.post(key, 0, int(nMax)))
		}
		m.requests = append(m.requests, key)
		m.prices[key] = s.Price.Amount.Int64()
		return nil
	})
}

func (m *machine) answerOne(t *rapid.T) {
	key, ok := m.pick(t)
	if !ok {
		return
	}
	n, yes := rapid.ByteRange(0, 7).Draw(t, "dataset"), rapid.IntRange(0, 4).Draw(t, "yes") > 0
	m.attempt(func() error { return m.decide(key, n, yes) })
}

func (m *machine) ethicsOne(t *rapid.T) {
	if key, ok := m.pick(t); ok {
		n, approve := rapid.ByteRange(0, 7).Draw(t, "dataset"), rapid.Bool().Draw(t, "approve")
		m.attempt(func() error { return m.answer(key, n, ethics, approve) })
	}
}

// rules changes what custody says of a dataset, as a revocation or a referral does.
func (m *machine) rules(t *rapid.T) {
	n := rapid.ByteRange(0, 7).Draw(t, "dataset")
	switch rapid.IntRange(0, 3).Draw(t, "verdict") {
	case 0:
		m.says(n, duo.Deny, duo.ReasonInactive)
	case 1:
		m.says(n, duo.Refer, "RS")
	default:
		m.says(n, duo.Allow)
	}
}

// custodyOne ends a seat, or tries to end one that cannot.
func (m *machine) custodyOne(t *rapid.T) {
	key, ok := m.pick(t)
	if !ok {
		return
	}
	name := seatName{key, rapid.Uint64Range(0, 3).Draw(t, "seat")}
	to := rapid.SampledFrom([]custody.SeatState{
		custody.SEAT_STATE_RELEASED, custody.SEAT_STATE_RELEASED, custody.SEAT_STATE_VOID,
	}).Draw(t, "end")
	s, err := m.world.Seat(m.ctx, name.request, name.seat)
	if err != nil || s.State != custody.SEAT_STATE_ASSIGNED {
		// A hook for a seat that is not open must change nothing, whoever calls it.
		require.Error(t, m.keeper.AfterRelease(m.ctx, name.request, name.seat))
		require.Error(t, m.keeper.AfterVoid(m.ctx, name.request, name.seat, custody.CAUSE_LATE))
		return
	}
	require.NotContains(t, m.ended, name, "a seat ends once")
	require.NoError(t, m.finish(name.request, name.seat, to))
	m.ended[name] = to
}

func (m *machine) cancelOne(t *rapid.T) {
	if key, ok := m.pick(t); ok && rapid.IntRange(0, 5).Draw(t, "really") == 0 {
		m.attempt(func() error {
			_, err := m.msgs.CancelRequest(m.ctx, &market.MsgCancelRequest{
				Researcher: account(researcher), RequestId: key.String(),
			})
			return err
		})
	}
}

// serviceOne takes the next step against one of the gateways that are bound, or, now
// and then, a step out of order.
func (m *machine) serviceOne(t *rapid.T) {
	g, err := m.keeper.ExportGenesis(m.ctx)
	require.NoError(t, err)
	if len(g.Locks) == 0 {
		return
	}
	l := rapid.SampledFrom(g.Locks).Draw(t, "lock")
	key, err := id.Parse(l.RequestId)
	require.NoError(t, err)
	gateway := byte(gatewayOne)
	for account(gateway) != l.Gateway {
		gateway++
	}
	step := market.SERVICE_STATE_UNSPECIFIED
	for _, c := range g.Claims {
		if c.RequestId == l.RequestId && c.Seat == l.Seat && c.Gateway == l.Gateway {
			step = c.State
		}
	}
	if rapid.IntRange(0, 9).Draw(t, "out of order") == 0 {
		step = market.ServiceState(rapid.Int32Range(0, 3).Draw(t, "step"))
	}
	m.attempt(func() error {
		switch step {
		case market.SERVICE_STATE_UNSPECIFIED:
			return m.noService(key, l.Seat, gateway)
		case market.SERVICE_STATE_OPEN:
			return m.serve(key, l.Seat, gateway)
		case market.SERVICE_STATE_ANSWERED:
			return m.dispute(key, l.Seat, gateway, researcher)
		default:
			return m.judge(key, l.Seat, gateway, arbiter, rapid.Bool().Draw(t, "uphold"))
		}
	})
}

func (m *machine) time(t *rapid.T) {
	for range rapid.IntRange(1, 12).Draw(t, "blocks") {
		m.tick(t)
	}
}

// tick is a block without the checks, which follow every step anyway.
func (m *machine) tick(t *rapid.T) {
	require.NoError(t, m.keeper.EndBlock(m.ctx))
	m.ctx = m.ctx.WithBlockHeight(m.ctx.BlockHeight() + 1)
}

// check holds after every step.
func (m *machine) check(t *rapid.T) {
	m.solvent(t)
	g, err := m.keeper.ExportGenesis(m.ctx)
	require.NoError(t, err)
	paid := map[seatName]int64{}
	spent := map[seatName]int64{}
	for _, p := range g.Payments {
		if p.RequestWide || p.Role == market.PART_ROLE_CLAIM_BOND {
			continue
		}
		key, err := id.Parse(p.RequestId)
		require.NoError(t, err)
		name := seatName{key, p.Seat}
		if p.Role == market.PART_ROLE_PATIENT {
			paid[name] += p.Amount.Amount.Int64()
			require.Equal(t, custody.SEAT_STATE_RELEASED, m.ended[name], "nobody is paid for what was not released")
		} else if p.Role != market.PART_ROLE_REFUND {
			spent[name] += p.Amount.Amount.Int64()
		}
	}
	for name, state := range m.ended {
		want := m.prices[name.request]
		if state == custody.SEAT_STATE_VOID {
			want = 0
		}
		require.Equal(t, want, paid[name], "the patient gets the price, once")
		require.LessOrEqual(t, spent[name], want*3/7, "all others together at most 30 %%")
	}
	m.checkBonds(t, g)
}

// checkBonds holds that what is locked is what the locks say.
func (m *machine) checkBonds(t *rapid.T, g *market.GenesisState) {
	sums := map[string]int64{}
	for _, l := range g.Locks {
		sums[l.Gateway] += l.Amount.Amount.Int64()
	}
	for n := range byte(3) {
		require.Equal(t, sums[account(gatewayOne+n)], m.lockedOf(gatewayOne+n))
	}
}

// drain lets custody end every seat and time pass: then nothing may be left anywhere.
func (m *machine) drain(t *rapid.T) {
	for range 40 {
		m.tick(t)
	}
	for _, key := range m.requests {
		for seat := range uint64(4) {
			s, err := m.world.Seat(m.ctx, key, seat)
			if err == nil && s.State == custody.SEAT_STATE_ASSIGNED {
				require.NoError(t, m.finish(key, seat, custody.SEAT_STATE_VOID))
			}
		}
	}
	for range 450 {
		m.tick(t)
	}
	m.solvent(t)
	require.True(t, m.world.balance(m.ctx, market.Account(), "uusd").IsZero(), "escrow is empty")
	for _, key := range m.requests {
		require.True(t, m.escrow(t, key).Done())
		require.Contains(t, []market.State{
			market.STATE_CLOSED, market.STATE_CANCELLED, market.STATE_FAILED_SHORT,
		}, m.request(t, key).State)
	}
	for n := range byte(3) {
		require.Zero(t, m.lockedOf(gatewayOne+n))
	}
}

// Money adds up to the unit after every step of every history.
func TestMachine(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{
			fixture: initFixture(t), ended: map[seatName]custody.SeatState{}, prices: map[id.ID]int64{},
		}
		m.dataset(7, patients+6) // one person with two datasets
		window := rapid.Int64Range(0, 3).Draw(rt, "opt_out")
		m.params(t, func(p *market.Params) {
			p.OptOutWindow, p.FetchWindow, p.ServiceWindow, p.ReferralWindow = window, 25, 10, 15
		})
		rt.Repeat(map[string]func(*rapid.T){
			"submit": m.submitOne, "answer": m.answerOne, "answer too": m.answerOne, "answer also": m.answerOne,
			"ethics": m.ethicsOne, "rules": m.rules, "custody": m.custodyOne, "custody too": m.custodyOne,
			"cancel": m.cancelOne, "service": m.serviceOne, "service too": m.serviceOne, "time": m.time, "": m.check,
		})
		m.drain(rt)
	})
}
