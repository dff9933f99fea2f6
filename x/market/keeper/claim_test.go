package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/market"
)

const claimBond = 100_000

func (f *fixture) noService(request id.ID, seat uint64, gateway byte) error {
	_, err := f.msgs.NoService(f.ctx, &market.MsgNoService{
		Researcher: account(researcher), RequestId: request.String(), Seat: seat, Gateway: account(gateway),
	})
	return err
}

func (f *fixture) serve(request id.ID, seat uint64, gateway byte) error {
	_, err := f.msgs.AnswerService(f.ctx, &market.MsgAnswerService{
		Gateway: account(gateway), RequestId: request.String(), Seat: seat, Part: []byte("age"),
	})
	return err
}

func (f *fixture) dispute(request id.ID, seat uint64, gateway, who byte) error {
	_, err := f.msgs.DisputeAnswer(f.ctx, &market.MsgDisputeAnswer{
		Researcher: account(who), RequestId: request.String(), Seat: seat, Gateway: account(gateway),
		EvidenceSha256: digest(9),
	})
	return err
}

func (f *fixture) judge(request id.ID, seat uint64, gateway, who byte, uphold bool) error {
	_, err := f.msgs.JudgeAnswer(f.ctx, &market.MsgJudgeAnswer{
		Arbiter: account(who), RequestId: request.String(), Seat: seat, Gateway: account(gateway), Uphold: uphold,
	})
	return err
}

// claim is the one against the first gateway of the first seat.
func (f *fixture) claim(t *testing.T, request id.ID) market.ServiceClaim {
	t.Helper()
	out, err := f.query.Claim(f.ctx, &market.QueryClaimRequest{
		RequestId: request.String(), Gateway: account(gatewayOne),
	})
	require.NoError(t, err)
	return out.Claim
}

// served is a request whose only seat is released.
func (f *fixture) served(t *testing.T) id.ID {
	t.Helper()
	key := f.won(t, 1)
	f.release(t, key, 0)
	return key
}

func TestNoService_Silent(t *testing.T) {
	f := initFixture(t)
	key := f.served(t)
	had := f.has(researcher)
	require.NoError(t, f.noService(key, 0, gatewayOne))
	require.Equal(t, had-claimBond, f.has(researcher))
	require.Equal(t, int64(2*side-1+claimBond), f.escrow(t, key).Held.Int64(), "the bond stands in the ledger")
	require.ErrorIs(t, f.noService(key, 0, gatewayOne), market.ErrClaim, "once")
	f.until(t, f.ctx.BlockHeight()+20)
	require.Equal(t, market.SERVICE_STATE_OPEN, f.claim(t, key).State)
	f.block(t)
	c := f.claim(t, key)
	require.Equal(t, market.SERVICE_STATE_SLASHED, c.State)
	require.False(t, c.Live())
	require.Equal(t, had+charge+side/2, f.has(researcher), "refund from the bond, the held part, the claim's bond")
	require.Equal(t, int64(bonded-charge), amountOf(f.ctx, f.world.bonds, account(gatewayOne)).Int64())
	require.Zero(t, f.lockedOf(gatewayOne))
	require.Equal(t, int64(price), f.has(payouts+1), "the patient keeps all")
	require.ErrorIs(t, f.serve(key, 0, gatewayOne), market.ErrClaim, "too late")

	f.until(t, f.ctx.BlockHeight()+200)
	require.Equal(t, market.STATE_CLOSED, f.request(t, key).State)
	require.Zero(t, f.has(gatewayOne))
	require.Equal(t, int64(side/2), f.has(gatewayOne+1), "the other one served")
}

func TestNoService_BothSilent(t *testing.T) {
	f := initFixture(t)
	key := f.served(t)
	had := f.has(researcher)
	require.NoError(t, f.noService(key, 0, gatewayOne))
	require.NoError(t, f.noService(key, 0, gatewayOne+1))
	f.until(t, f.ctx.BlockHeight()+21)
	require.Equal(t, had+charge+2*(side/2), f.has(researcher), "the refund is paid once")
	require.Equal(t, int64(charge/2), f.has(gatewayOne), "the second bears half of it")
	require.Equal(t, int64(bonded-charge/2), amountOf(f.ctx, f.world.bonds, account(gatewayOne+1)).Int64())
	require.Zero(t, f.lockedOf(gatewayOne+1))
	f.until(t, f.ctx.BlockHeight()+200)
	require.Equal(t, market.STATE_CLOSED, f.request(t, key).State)
}

func TestNoService_Refused(t *testing.T) {
	f := initFixture(t)
	key := f.won(t, 2)
	require.ErrorIs(t, f.noService(key, 0, gatewayOne), market.ErrClaim, "not released yet")
	f.release(t, key, 0)
	f.void(t, key, 1)
	require.ErrorIs(t, f.noService(key, 1, gatewayOne), market.ErrNotFound, "void")
	require.ErrorIs(t, f.noService(key, 0, gatewayOne+2), market.ErrNotFound, "not one of the seat's gateways")
	_, err := f.msgs.NoService(f.ctx, &market.MsgNoService{
		Researcher: account(stranger), RequestId: key.String(), Gateway: account(gatewayOne),
	})
	require.ErrorIs(t, err, market.ErrNotResearcher)
	f.world.set(f.ctx, raw(stranger), "uusd", math.NewInt(f.has(researcher)))
	f.world.set(f.ctx, raw(researcher), "uusd", math.ZeroInt())
	require.Error(t, f.noService(key, 0, gatewayOne), "no bond, no claim")
	f.world.set(f.ctx, raw(researcher), "uusd", math.NewInt(f.has(stranger)))
	f.world.set(f.ctx, raw(stranger), "uusd", math.ZeroInt())
	end := f.ctx.BlockHeight() + 200
	f.until(t, end)
	require.NoError(t, f.noService(key, 0, gatewayOne), "the last block of the window")
	f.block(t)
	require.ErrorIs(t, f.noService(key, 0, gatewayOne+1), market.ErrNotFound, "after the window nobody is bound")
	require.Equal(t, market.STATE_SETTLED, f.request(t, key).State, "the claim keeps it open")
	f.until(t, end+21)
	require.Equal(t, market.STATE_CLOSED, f.request(t, key).State)
}

func TestAnswerService(t *testing.T) {
	f := initFixture(t)
	key := f.served(t)
	had := f.has(researcher)
	require.ErrorIs(t, f.serve(key, 0, gatewayOne), market.ErrNotFound, "nobody asked")
	require.NoError(t, f.noService(key, 0, gatewayOne))
	f.until(t, f.ctx.BlockHeight()+20)
	require.NoError(t, f.serve(key, 0, gatewayOne), "the last block")
	require.ErrorIs(t, f.serve(key, 0, gatewayOne), market.ErrClaim, "twice")
	require.Equal(t, []byte("age"), f.claim(t, key).Answer)
	f.until(t, f.ctx.BlockHeight()+21)
	c := f.claim(t, key)
	require.Equal(t, market.SERVICE_STATE_ANSWERED, c.State)
	require.False(t, c.Live())
	require.Equal(t, had, f.has(researcher), "an answer that nobody disputes: the bond goes back")
	require.ErrorIs(t, f.dispute(key, 0, gatewayOne, researcher), market.ErrClaim, "too late")
	require.ErrorIs(t, f.noService(key, 0, gatewayOne), market.ErrClaim, "heard once")
	f.until(t, f.ctx.BlockHeight()+200)
	require.Equal(t, int64(side/2), f.has(gatewayOne))
	require.Equal(t, int64(bonded), amountOf(f.ctx, f.world.bonds, account(gatewayOne)).Int64())
	require.Equal(t, market.STATE_CLOSED, f.request(t, key).State)
}

// disputed is a request with an answer in dispute.
func (f *fixture) disputed(t *testing.T) id.ID {
	t.Helper()
	key := f.served(t)
	require.NoError(t, f.noService(key, 0, gatewayOne))
	require.ErrorIs(t, f.dispute(key, 0, gatewayOne, researcher), market.ErrClaim, "not answered")
	require.NoError(t, f.serve(key, 0, gatewayOne))
	require.ErrorIs(t, f.dispute(key, 0, gatewayOne, stranger), market.ErrNotResearcher)
	require.NoError(t, f.dispute(key, 0, gatewayOne, researcher))
	require.ErrorIs(t, f.dispute(key, 0, gatewayOne, researcher), market.ErrClaim)
	return key
}

func TestJudgeAnswer_Uphold(t *testing.T) {
	f := initFixture(t)
	key := f.disputed(t)
	had := f.has(researcher)
	require.NoError(t, f.judge(key, 0, gatewayOne, arbiter, true))
	require.Equal(t, had+charge+side/2+claimBond, f.has(researcher))
	require.Equal(t, market.SERVICE_STATE_SLASHED, f.claim(t, key).State)
	require.ErrorIs(t, f.judge(key, 0, gatewayOne, arbiter, true), market.ErrClaim, "once")
	f.solvent(t)
}

func TestJudgeAnswer_Dismiss(t *testing.T) {
	f := initFixture(t)
	key := f.disputed(t)
	had := f.has(researcher)
	require.NoError(t, f.judge(key, 0, gatewayOne, arbiter, false))
	require.Equal(t, int64(claimBond), f.has(gatewayOne), "a false claim pays the gateway")
	require.Equal(t, had, f.has(researcher))
	require.Equal(t, market.SERVICE_STATE_DISMISSED, f.claim(t, key).State)
	f.solvent(t)
	f.until(t, f.ctx.BlockHeight()+201)
	require.Equal(t, int64(claimBond+side/2), f.has(gatewayOne))
	require.Equal(t, market.STATE_CLOSED, f.request(t, key).State)
}

func TestJudgeAnswer_Silence(t *testing.T) {
	f := initFixture(t)
	f.params(t, func(p *market.Params) { p.ReferralWindow = 300 })
	key := f.disputed(t)
	had := f.has(researcher)
	f.until(t, f.ctx.BlockHeight()+250)
	require.Zero(t, f.has(gatewayOne), "held while the dispute is open, also after the window")
	require.Equal(t, int64(side), f.has(attestor))
	f.until(t, f.ctx.BlockHeight()+60)
	require.Equal(t, had+claimBond, f.has(researcher), "nobody spoke: the bond goes back")
	require.Equal(t, int64(side/2), f.has(gatewayOne), "and the gateway is paid")
	require.Equal(t, market.STATE_CLOSED, f.request(t, key).State)
	require.ErrorIs(t, f.judge(key, 0, gatewayOne, arbiter, true), market.ErrClaim)
}

func TestJudgeAnswer_Arbiter(t *testing.T) {
	f := initFixture(t)
	key := f.disputed(t)
	require.ErrorIs(t, f.judge(key, 0, gatewayOne, stranger, true), attestation.ErrNotFound)
	require.ErrorIs(t, f.judge(key, 0, gatewayOne, university, true), market.ErrOrganisation, "without the role")
	require.ErrorIs(t, f.judge(key, 0, gatewayOne, attestor, true), market.ErrOrganisation, "is paid for the seat")
	for _, party := range []byte{university, gatewayOne, researcher, patients + 1} {
		f.world.organisations[account(party)] = attestation.Organisation{
			Address: account(party), Roles: []attestation.Role{attestation.ROLE_ARBITER},
			Status: attestation.ORGANISATION_STATUS_ACTIVE,
		}
		require.ErrorIs(t, f.judge(key, 0, gatewayOne, party, true), market.ErrOrganisation, "party %x", party)
	}
	o := f.world.organisations[account(arbiter)]
	o.Status = attestation.ORGANISATION_STATUS_SUSPENDED
	f.world.organisations[account(arbiter)] = o
	require.ErrorIs(t, f.judge(key, 0, gatewayOne, arbiter, true), market.ErrOrganisation)
	require.ErrorIs(t, f.judge(key, 1, gatewayOne, arbiter, true), market.ErrNotFound)
}

func TestNoService_WithoutBond(t *testing.T) {
	f := initFixture(t)
	f.params(t, func(p *market.Params) { p.ServiceBond = math.ZeroInt() })
	key := f.served(t)
	require.NoError(t, f.noService(key, 0, gatewayOne))
	f.until(t, f.ctx.BlockHeight()+21)
	require.Equal(t, market.SERVICE_STATE_SLASHED, f.claim(t, key).State)
}
