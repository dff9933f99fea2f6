package keeper_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

func (f *fixture) evaluate(of id.ID, approved bool) duo.Decision {
	f.t.Helper()
	d, _, err := f.keeper.Evaluate(f.ctx, requestID(1), of, approved)
	require.NoError(f.t, err)
	return d
}

func TestEvaluate_Allows(t *testing.T) {
	f := initFixture(t)
	of := f.registered(1)
	f.requested(1)
	d, version, err := f.keeper.Evaluate(f.ctx, requestID(1), of, false)
	require.NoError(t, err)
	require.Equal(t, duo.Decision{Verdict: duo.Allow}, d)
	require.Equal(t, uint64(3), version)
	_, _, err = f.keeper.Evaluate(f.ctx, requestID(2), of, false)
	require.ErrorIs(t, err, custody.ErrNotFound)
}

func TestEvaluate_Denies(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*left, id.ID)
		reason duo.Reason
	}{
		"no consent":      {func(l *left, of id.ID) { delete(l.consents, of) }, duo.ReasonInactive},
		"unknown dataset": {func(l *left, of id.ID) { delete(l.datasets, of) }, duo.ReasonInactive},
		"no attestation":  {func(l *left, of id.ID) { delete(l.statements, of) }, duo.ReasonAttest},
		"challenged":      {func(l *left, _ id.ID) { l.challenged = true }, duo.ReasonAttest},
		"attestor silent": {func(l *left, _ id.ID) { suspend(l, hospital) }, duo.ReasonAttest},
		"another file":    {func(l *left, of id.ID) { attest(l, of, func(s *deid) { s.Sha256 = digest("x") }) }, duo.ReasonAttest},
		"another capsule": {func(l *left, of id.ID) { attest(l, of, func(s *deid) { s.U = digest("x") }) }, duo.ReasonAttest},
		"other facets":    {func(l *left, of id.ID) { attest(l, of, func(s *deid) { s.FacetsRoot = digest("x") }) }, duo.ReasonAttest},
		"older version":   {func(l *left, of id.ID) { attest(l, of, func(s *deid) { s.Version = 9 }) }, duo.ReasonAttest},
		"other basis":     {func(l *left, of id.ID) { attest(l, of, func(s *deid) { s.Basis = 2 }) }, duo.ReasonAttest},
		"no visa":         {func(l *left, _ id.ID) { delete(l.visas, account(researcher)) }, duo.ReasonVisa},
		"a visa of one who no longer gives them": {func(l *left, _ id.ID) {
			o := l.organisations[account(university)]
			o.Roles = []attestation.Role{attestation.ROLE_ATTESTOR}
			l.organisations[account(university)] = o
		}, duo.ReasonVisa},
		"buyer suspended":  {func(l *left, _ id.ID) { suspend(l, university) }, duo.ReasonOrganisation},
		"no receipts":      {func(l *left, of id.ID) { delete(l.receipts, of) }, custody.ReasonIncomplete},
		"stale gateway":    {func(l *left, _ id.ID) { l.stale[account(gateway2)] = true }, custody.ReasonIncomplete},
		"attestor is user": {func(l *left, of id.ID) { attest(l, of, func(s *deid) { s.Attestor = account(university) }) }, custody.ReasonAttestor},
		"another data class": {func(l *left, of id.ID) {
			d := l.datasets[of]
			d.Payload.Kind = dataset.KIND_BAM
			l.datasets[of] = d
		}, duo.ReasonData},
	} {
		f := initFixture(t)
		of := f.registered(1)
		f.requested(1)
		c.change(f.left, of)
		d := f.evaluate(of, true)
		require.Equal(t, duo.Deny, d.Verdict, name)
		require.Contains(t, d.Reasons, c.reason, name)
	}
}

type deid = attestation.Deidentification

func attest(l *left, of id.ID, change func(*deid)) {
	s := l.statements[of]
	change(&s)
	l.statements[of] = s
}

func suspend(l *left, n byte) {
	o := l.organisations[account(n)]
	o.Status = attestation.ORGANISATION_STATUS_SUSPENDED
	l.organisations[account(n)] = o
}

func TestEvaluate_ReceiptsCountOncePerGateway(t *testing.T) {
	f := initFixture(t)
	of := f.registered(1)
	f.requested(1)
	r := f.left.receipts[of]
	for name, receipts := range map[string][]dataset.Receipt{
		"twice the same": {r[0], r[0]},
		"a stranger":     {r[0], {DatasetId: r[0].DatasetId, Version: 1, Gateway: account(stranger)}},
		"old version":    {r[0], {DatasetId: r[0].DatasetId, Version: 2, Gateway: account(gateway2)}},
	} {
		f.left.receipts[of] = receipts
		require.Equal(t, []duo.Reason{custody.ReasonIncomplete}, f.evaluate(of, false).Reasons, name)
	}
}

func TestEvaluate_ReferralAndEthics(t *testing.T) {
	f := initFixture(t)
	of := f.registered(1)
	x := terms(1)
	x.Use.Topics = []consent.SensitiveTopic{consent.SENSITIVE_TOPIC_STIGMATISING}
	require.NoError(t, f.keeper.OpenTerms(f.ctx, x))
	require.Equal(t, duo.Refer, f.evaluate(of, false).Verdict)
	require.Equal(t, duo.Allow, f.evaluate(of, true).Verdict)

	c := f.left.consents[of]
	p := policy()
	p.Modifiers = []duo.Modifier{{Term: duo.IRB}}
	p.TopicsAllowed = []duo.SensitiveTopic{duo.TopicStigmatising}
	c.Provision.Policy = consent.PolicyFromDUO(p)
	f.left.consents[of] = c
	require.Equal(t, duo.Allow, f.evaluate(of, false).Verdict)
	f.left.approvals[0].Revoked = true
	require.NotEqual(t, duo.Allow, f.evaluate(of, false).Verdict)
	f.left.approvals[0].Revoked = false
	suspend(f.left, ethics)
	require.NotEqual(t, duo.Allow, f.evaluate(of, false).Verdict)
	f.left.approvals = nil
	require.NotEqual(t, duo.Allow, f.evaluate(of, false).Verdict)
}

func TestEvaluate_MoreReasonsAreSorted(t *testing.T) {
	f := initFixture(t)
	of := f.registered(1)
	f.requested(1)
	delete(f.left.receipts, of)
	delete(f.left.statements, of)
	require.Equal(t, []duo.Reason{duo.ReasonAttest, custody.ReasonIncomplete}, f.evaluate(of, false).Reasons)
}

func TestEvaluate_UnreadableStateIsAnError(t *testing.T) {
	f := initFixture(t)
	of := f.registered(1)
	f.requested(1)
	f.left.fail = errors.New("unreadable")
	_, _, err := f.keeper.Evaluate(f.ctx, requestID(1), of, false)
	require.ErrorIs(t, err, f.left.fail)
}

// A job that waits keeps what ethics approved for the consent that it was opened under.
// When the patient amends this one meanwhile, the present one decides.
func TestLook_ReferralApprovedForOneConsent(t *testing.T) {
	for name, c := range map[string]struct {
		amend bool
		want  custody.SeatState
	}{
		"the same consent": {false, custody.SEAT_STATE_EMITTED},
		"an amended one":   {true, custody.SEAT_STATE_VOID},
	} {
		t.Run(name, func(t *testing.T) {
			f := initFixture(t)
			of, request := f.registered(1), requestID(1)
			x := terms(1)
			x.Use.Topics = []consent.SensitiveTopic{consent.SENSITIVE_TOPIC_STIGMATISING}
			require.NoError(t, f.keeper.OpenTerms(f.ctx, x))
			posts, _ := f.posts(request, researcher, 0, 1)
			require.NoError(t, f.keeper.AddSeats(f.ctx, request, raw(researcher), 0, posts))
			f.left.stale[account(gateway1)] = true
			f.step(func() { require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, true)) })
			require.Equal(t, custody.SEAT_STATE_ASSIGNED, f.state(request, 0), "it waits for a gateway")
			if c.amend {
				amended := f.left.consents[of]
				amended.Version++
				f.left.consents[of] = amended
			}
			f.left.stale[account(gateway1)] = false
			f.step()
			require.Equal(t, c.want, f.state(request, 0))
		})
	}
}
