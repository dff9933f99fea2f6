package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

func TestDecideRequest_Yes(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 2, 3)
	f.yes(t, key, 1)
	d := f.decision(t, key, 1)
	require.Equal(t, market.DECISION_STATE_YES, d.State)
	require.Equal(t, int64(start), d.Matures, "no opt-out window on devnet")
	require.Equal(t, uint64(3), d.ConsentVersion)
	require.Equal(t, uint64(1), f.request(t, key).Yes)
	require.ErrorIs(t, f.decide(key, 1, true), market.ErrDecided, "twice")
	require.Equal(t, uint64(1), f.request(t, key).Yes)
}

func TestDecideRequest_Refused(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 2, 3)
	_, err := f.msgs.DecideRequest(f.ctx, &market.MsgDecideRequest{
		Owner: account(stranger), RequestId: key.String(), DatasetId: ds(1).String(), Yes: true,
	})
	require.ErrorIs(t, err, market.ErrNotOwner)
	_, err = f.msgs.DecideRequest(f.ctx, &market.MsgDecideRequest{
		Owner: account(patients), RequestId: key.String(), DatasetId: ds(0x77).String(), Yes: true,
	})
	require.ErrorIs(t, err, dataset.ErrNotFound)
	require.ErrorIs(t, f.decide(id.ID{9}, 1, true), market.ErrNotFound)

	f.says(1, duo.Deny, custody.ReasonAttestor, custody.ReasonIncomplete)
	err = f.decide(key, 1, true)
	require.ErrorIs(t, err, market.ErrDenied)
	require.ErrorContains(t, err, "ATTESTOR, INCOMPLETE", "with the reason codes")
	require.False(t, f.decided(t, key, 1), "nothing is stored")

	f.world.fail = errWorld
	require.ErrorIs(t, f.decide(key, 2, true), errWorld)
}

// decided reports whether a decision is stored.
func (f *fixture) decided(t *testing.T, request id.ID, n byte) bool {
	t.Helper()
	out, err := f.query.Decisions(f.ctx, &market.QueryDecisionsRequest{RequestId: request.String()})
	require.NoError(t, err)
	for _, d := range out.Decisions {
		if d.DatasetId == ds(n).String() {
			return true
		}
	}
	return false
}

func TestDecideRequest_Consent(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 2, 3)
	c := f.world.consents[ds(1)]
	c.Status = consent.STATUS_INACTIVE
	f.world.consents[ds(1)] = c
	require.ErrorIs(t, f.decide(key, 1, true), market.ErrDenied)
	require.NoError(t, f.decide(key, 1, false), "a no needs no consent")

	c = f.world.consents[ds(2)]
	c.Provision.Mode = consent.MODE_UNSPECIFIED
	f.world.consents[ds(2)] = c
	require.ErrorContains(t, f.decide(key, 2, true), string(duo.ReasonInactive))

	c = f.world.consents[ds(3)]
	c.Provision.KMin = 11
	f.world.consents[ds(3)] = c
	require.ErrorContains(t, f.decide(key, 3, true), string(market.ReasonKMin))

	delete(f.world.consents, ds(4))
	require.ErrorIs(t, f.decide(key, 4, true), market.ErrDenied)
}

func TestDecideRequest_TwoDatasetsOfOneOwner(t *testing.T) {
	f := initFixture(t)
	f.dataset(7, patients+1)
	key := f.opened(t, 2, 3)
	f.yes(t, key, 1)
	require.ErrorIs(t, f.decide(key, 7, true), market.ErrOwner)
	require.NoError(t, f.decide(key, 7, false), "a no takes nothing")
	require.NoError(t, f.decide(key, 1, false))
	f.yes(t, key, 7)
	require.ErrorIs(t, f.decide(key, 1, true), market.ErrOwner)
	f.until(t, deadline+1)
	require.Equal(t, market.STATE_FAILED_SHORT, f.request(t, key).State, "two datasets are one person")
}

func TestDecideRequest_Deadline(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 3)
	f.until(t, deadline)
	f.yes(t, key, 1)
	f.ctx = f.ctx.WithBlockHeight(deadline + 1)
	require.ErrorIs(t, f.decide(key, 2, true), market.ErrDeadline)
	require.ErrorIs(t, f.decide(key, 1, false), market.ErrDeadline)
	f.block(t)
	require.Equal(t, market.STATE_RELEASING, f.request(t, key).State)
	require.ErrorIs(t, f.decide(key, 2, true), market.ErrState)
}

func TestDecideRequest_ChangeOfMind(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 3)
	f.yes(t, key, 1, 2)
	require.NoError(t, f.decide(key, 1, false))
	require.ErrorIs(t, f.decide(key, 1, false), market.ErrDecided)
	require.Equal(t, uint64(1), f.request(t, key).Yes)
	f.yes(t, key, 1)
	require.Greater(t, f.decision(t, key, 1).Order, f.decision(t, key, 2).Order, "back to the end of the queue")
	require.NoError(t, f.decide(key, 2, false))
	f.until(t, deadline+1)
	require.Equal(t, uint64(1), f.request(t, key).Won)
	require.Equal(t, market.DECISION_STATE_WON, f.decision(t, key, 1).State)
	require.Equal(t, market.DECISION_STATE_NO, f.decision(t, key, 2).State)
}

func TestDecideRequest_OptOut(t *testing.T) {
	f := initFixture(t)
	f.params(t, func(p *market.Params) { p.OptOutWindow = 5 })
	key := f.opened(t, 1, 1)
	f.yes(t, key, 1)
	f.params(t, func(p *market.Params) { p.OptOutWindow = 0 })
	f.until(t, start+5)
	require.Equal(t, market.STATE_OPEN, f.request(t, key).State, "the window of the day of the decision counts")
	f.block(t)
	require.Equal(t, market.STATE_RELEASING, f.request(t, key).State)
}

func TestDecideRequest_OptOutBeyondDeadline(t *testing.T) {
	f := initFixture(t)
	f.params(t, func(p *market.Params) { p.OptOutWindow = 50 })
	key := f.opened(t, 1, 1)
	f.yes(t, key, 1)
	f.until(t, deadline+1)
	require.Equal(t, market.STATE_FAILED_SHORT, f.request(t, key).State)
	f.block(t)
	require.Equal(t, market.DECISION_STATE_LOST, f.decision(t, key, 1).State)
}

func (f *fixture) answer(request id.ID, n, who byte, approve bool) error {
	_, err := f.msgs.AnswerReferral(f.ctx, &market.MsgAnswerReferral{
		Organisation: account(who), RequestId: request.String(), DatasetId: ds(n).String(), Approve: approve,
	})
	return err
}

func TestAnswerReferral(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 2)
	f.says(1, duo.Refer, "TOPIC:GENDER")
	f.yes(t, key, 1)
	d := f.decision(t, key, 1)
	require.Equal(t, market.DECISION_STATE_REFERRED, d.State)
	require.Equal(t, account(ethics), d.ReferTo)
	require.Equal(t, int64(deadline), d.ReferralDeadline, "not beyond the request's own")
	require.Equal(t, []string{"TOPIC:GENDER"}, d.Reasons)
	require.Zero(t, f.request(t, key).Yes)
	require.ErrorIs(t, f.decide(key, 1, true), market.ErrDecided)

	require.ErrorIs(t, f.answer(key, 1, arbiter, true), market.ErrReferral, "somebody else")
	require.ErrorIs(t, f.answer(key, 2, ethics, true), market.ErrNotFound)
	f.yes(t, key, 2)
	require.ErrorIs(t, f.answer(key, 2, ethics, true), market.ErrReferral, "not referred")
	require.NoError(t, f.decide(key, 2, false))
	f.says(1, duo.Deny, duo.ReasonAttest)
	require.ErrorIs(t, f.answer(key, 1, ethics, true), market.ErrDenied, "all else must hold")
	f.says(1, duo.Refer, "TOPIC:GENDER")
	require.NoError(t, f.answer(key, 1, ethics, true))
	require.Equal(t, market.DECISION_STATE_YES, f.decision(t, key, 1).State)
	require.ErrorIs(t, f.answer(key, 1, ethics, false), market.ErrReferral, "once")
	f.until(t, deadline+1)
	d = f.decision(t, key, 1)
	require.Equal(t, market.DECISION_STATE_WON, d.State)
	require.True(t, d.ReferralApproved)
}

func TestAnswerReferral_No(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 2)
	f.says(1, duo.Refer, "RS")
	f.yes(t, key, 1)
	require.NoError(t, f.answer(key, 1, ethics, false))
	require.Equal(t, market.DECISION_STATE_DENIED, f.decision(t, key, 1).State)
	require.ErrorIs(t, f.decide(key, 1, true), market.ErrDecided, "not asked again")
	require.ErrorIs(t, f.decide(key, 1, false), market.ErrDecided)
}

func TestAnswerReferral_Silence(t *testing.T) {
	f := initFixture(t)
	f.params(t, func(p *market.Params) { p.ReferralWindow = 5 })
	key := f.opened(t, 1, 2)
	f.says(1, duo.Refer, "RS")
	f.yes(t, key, 1)
	f.until(t, start+6)
	require.Equal(t, market.DECISION_STATE_DENIED, f.decision(t, key, 1).State, "silence is a no")
	require.ErrorIs(t, f.answer(key, 1, ethics, true), market.ErrReferral)
}

func TestAnswerReferral_Organisation(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 2)
	f.says(1, duo.Refer, "RS")
	f.yes(t, key, 1)
	o := f.world.organisations[account(ethics)]
	o.Status = attestation.ORGANISATION_STATUS_SUSPENDED
	f.world.organisations[account(ethics)] = o
	require.ErrorIs(t, f.answer(key, 1, ethics, true), market.ErrOrganisation)
	o.Status, o.Roles = attestation.ORGANISATION_STATUS_ACTIVE, []attestation.Role{attestation.ROLE_ARBITER}
	f.world.organisations[account(ethics)] = o
	require.ErrorIs(t, f.answer(key, 1, ethics, true), market.ErrOrganisation)
}

// A referral that nobody answered before others took all seats is lost, not denied.
func TestAnswerReferral_Overtaken(t *testing.T) {
	f := initFixture(t)
	f.params(t, func(p *market.Params) { p.ReferralWindow = 5 })
	key := f.opened(t, 1, 1)
	f.says(1, duo.Refer, "RS")
	f.yes(t, key, 1, 2)
	f.block(t)
	require.ErrorIs(t, f.answer(key, 1, ethics, true), market.ErrState)
	f.until(t, start+6)
	require.Equal(t, market.DECISION_STATE_LOST, f.decision(t, key, 1).State)
}

// regrant makes the next version of a consent, after a revocation or as an amendment.
func (f *fixture) regrant(n byte, revoked bool, change func(*consent.Policy)) {
	c := f.world.consents[ds(n)]
	if revoked {
		c.Version++
		f.world.revoked[ds(n)] = c.Version
	}
	c.Version++
	if change != nil {
		change(&c.Provision.Policy)
	}
	f.world.consents[ds(n)] = c
}

// A yes ends with the consent that it was given under. What is granted anew asks anew; an
// amendment keeps it, if the rules still permit the use.
func TestDecideRequest_RevokedSince(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 3)
	f.yes(t, key, 1, 2)
	f.regrant(1, true, nil)
	f.regrant(2, false, nil)
	out, err := f.query.Check(f.ctx, &market.QueryCheckRequest{RequestId: key.String(), DatasetId: ds(1).String()})
	require.NoError(t, err)
	require.Equal(t, []string{"REVOKED"}, out.Reasons)
	f.until(t, deadline+1)
	d := f.decision(t, key, 1)
	require.Equal(t, market.DECISION_STATE_DENIED, d.State)
	require.Equal(t, []string{"REVOKED"}, d.Reasons)
	require.Equal(t, market.DECISION_STATE_WON, f.decision(t, key, 2).State)
	require.Equal(t, uint64(4), f.decision(t, key, 2).ConsentVersion, "the version that was looked at last")
	require.Equal(t, uint64(1), f.request(t, key).Won)
}

// Who revoked and granted anew may say yes anew.
func TestDecideRequest_YesAfterRevoking(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 3)
	f.yes(t, key, 1)
	f.regrant(1, true, nil)
	require.NoError(t, f.decide(key, 1, false))
	f.yes(t, key, 1)
	f.until(t, deadline+1)
	require.Equal(t, market.DECISION_STATE_WON, f.decision(t, key, 1).State)
}

// What ethics approved counts for the consent that it looked at, and for no later one,
// which may ask for another organisation or refer what that one allowed.
func TestAnswerReferral_AmendedAfterwards(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 3)
	f.says(1, duo.Refer, "RS")
	f.says(2, duo.Refer, "RS")
	f.yes(t, key, 1, 2)
	require.NoError(t, f.answer(key, 1, ethics, true))
	require.NoError(t, f.answer(key, 2, ethics, true))
	f.regrant(1, false, func(p *consent.Policy) { p.ReferTo = account(arbiter) })
	f.until(t, deadline+1)
	d := f.decision(t, key, 1)
	require.Equal(t, market.DECISION_STATE_DENIED, d.State)
	require.Equal(t, []string{"RS"}, d.Reasons)
	require.Equal(t, market.DECISION_STATE_WON, f.decision(t, key, 2).State)
}

func TestAnswerReferral_ConsentChangedBefore(t *testing.T) {
	f := initFixture(t)
	key := f.opened(t, 1, 3)
	for n := range byte(3) {
		f.says(n, duo.Refer, "RS")
	}
	f.yes(t, key, 0, 1, 2)
	f.regrant(0, false, nil)
	f.regrant(1, true, nil)
	f.regrant(2, false, func(p *consent.Policy) { p.ReferTo = account(arbiter) })
	require.NoError(t, f.answer(key, 0, ethics, true), "amended, and it still names this one")
	require.Equal(t, uint64(4), f.decision(t, key, 0).ConsentVersion)
	err := f.answer(key, 1, ethics, true)
	require.ErrorIs(t, err, market.ErrDenied)
	require.ErrorContains(t, err, "REVOKED")
	require.ErrorIs(t, f.answer(key, 2, ethics, true), market.ErrReferral, "it names another one now")
	delete(f.world.consents, ds(2))
	require.ErrorIs(t, f.answer(key, 2, ethics, true), market.ErrDenied)
}
