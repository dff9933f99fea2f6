package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

const bond = 1_000_000

func ask(of id.ID, random byte) *custody.MsgRequestInspection {
	return &custody.MsgRequestInspection{
		Owner: account(patient), DatasetId: of.String(), Version: 1, Organisation: account(hospital),
		Random: digest(string(rune(random)))[:16],
	}
}

// asked requests an inspection by the hospital.
func (f *fixture) asked(of id.ID, random byte) id.ID {
	f.t.Helper()
	out, err := f.msgs.RequestInspection(f.ctx, ask(of, random))
	require.NoError(f.t, err)
	key, err := id.Parse(out.InspectionId)
	require.NoError(f.t, err)
	return key
}

func (f *fixture) acceptance(key id.ID) *custody.MsgAcceptInspection {
	f.t.Helper()
	posts, _ := f.posts(key, hospital, 0, 1)
	return &custody.MsgAcceptInspection{
		Organisation: account(hospital), InspectionId: key.String(), Q: posts[0].Q, Proof: posts[0].Proof,
		DeliveryKey: "age1pq1qqqq", Bond: sdk.NewInt64Coin("uvol", bond),
	}
}

// accept accepts an inspection.
func (f *fixture) accept(key id.ID) func() {
	return func() {
		f.t.Helper()
		_, err := f.msgs.AcceptInspection(f.ctx, f.acceptance(key))
		require.NoError(f.t, err)
	}
}

func (f *fixture) withdraw(key id.ID) error {
	_, err := f.msgs.WithdrawInspection(f.ctx, &custody.MsgWithdrawInspection{
		Owner: account(patient), InspectionId: key.String(),
	})
	return err
}

func (f *fixture) inspection(key id.ID) custody.Inspection {
	f.t.Helper()
	out, err := f.query.Inspection(f.ctx, &custody.QueryInspectionRequest{InspectionId: key.String()})
	require.NoError(f.t, err)
	return out.Inspection
}

func (f *fixture) escrow() int64 { return f.left.balances[custody.ModuleName] }

func TestInspection_FromRequestToVerdict(t *testing.T) {
	f := initFixture(t)
	of := f.registered(1)
	delete(f.left.statements, of) // nobody has vouched for it
	delete(f.left.consents, of)   // nor is there any other consent
	key := f.asked(of, 1)
	require.Equal(t, id.Inspection(originChain, of, 1, raw(hospital), digest("\x01")[:16]), key)
	require.ErrorIs(t, f.keeper.BeforeVerdict(f.ctx, of, 1, raw(hospital), true), custody.ErrInspection)

	f.step(f.accept(key))
	require.Equal(t, int64(bond), f.escrow())
	require.Equal(t, custody.INSPECTION_STATE_ACCEPTED, f.inspection(key).State)
	require.ErrorIs(t, f.keeper.BeforeVerdict(f.ctx, of, 1, raw(hospital), true), custody.ErrInspection)
	f.steps(2)
	i := f.inspection(key)
	require.Equal(t, custody.INSPECTION_STATE_RELEASED, i.State)
	require.Equal(t, f.height()-1+custody.DevnetParams().InspectionWindow, i.Deadline)
	require.Empty(t, f.market.released, "no market takes part")
	release, err := f.keeper.Release(f.ctx, key, 0)
	require.NoError(t, err)
	require.Equal(t, custody.JOB_KIND_INSPECTION, release.Kind)
	require.Equal(t, account(hospital), release.Reader)

	require.ErrorIs(t, f.keeper.BeforeVerdict(f.ctx, of, 1, raw(stranger), true), custody.ErrInspection)
	require.ErrorIs(t, f.keeper.BeforeVerdict(f.ctx, of, 2, raw(hospital), true), custody.ErrInspection)
	require.NoError(t, f.keeper.BeforeVerdict(f.ctx, of, 1, raw(hospital), true))
	require.Equal(t, custody.INSPECTION_STATE_ATTESTED, f.inspection(key).State)
	require.Zero(t, f.escrow())
	require.Equal(t, int64(10_000_000), f.left.balances[account(hospital)])
	require.ErrorIs(t, f.keeper.BeforeVerdict(f.ctx, of, 1, raw(hospital), true), custody.ErrInspection)

	audit, err := f.query.Audit(f.ctx, &custody.QueryAuditRequest{DatasetId: of.String()})
	require.NoError(t, err)
	require.Len(t, audit.Counts, 1)
	require.Equal(t, custody.JOB_KIND_INSPECTION, audit.Counts[0].Kind, "listed apart from releases")
	require.Len(t, audit.Emissions, 1)
	require.Len(t, audit.Releases, 1)
}

func TestInspection_RefusalReturnsTheBondToo(t *testing.T) {
	f := initFixture(t)
	of := f.registered(1)
	key := f.asked(of, 1)
	f.step(f.accept(key))
	f.steps(2)
	require.NoError(t, f.keeper.BeforeVerdict(f.ctx, of, 1, raw(hospital), false))
	require.Equal(t, custody.INSPECTION_STATE_REFUSED, f.inspection(key).State)
	require.Zero(t, f.escrow())
}

func TestRequestInspection_Refuses(t *testing.T) {
	f := initFixture(t)
	of := f.registered(1)
	f.left.organisations[account(stranger)] = attestation.Organisation{
		Address: account(stranger), Kind: attestation.ORGANISATION_KIND_LAB,
		Roles: []attestation.Role{attestation.ROLE_ATTESTOR}, Status: attestation.ORGANISATION_STATUS_SUSPENDED,
	}
	for name, c := range map[string]struct {
		change func(*custody.MsgRequestInspection)
		want   error
	}{
		"not the owner":       {func(m *custody.MsgRequestInspection) { m.Owner = account(stranger) }, custody.ErrNotOwner},
		"old version":         {func(m *custody.MsgRequestInspection) { m.Version = 2 }, custody.ErrDataset},
		"unknown dataset":     {func(m *custody.MsgRequestInspection) { m.DatasetId = datasetID(9).String() }, dataset.ErrNotFound},
		"insurer":             {func(m *custody.MsgRequestInspection) { m.Organisation = account(insurer) }, custody.ErrOrganisation},
		"no attestor":         {func(m *custody.MsgRequestInspection) { m.Organisation = account(university) }, custody.ErrOrganisation},
		"suspended":           {func(m *custody.MsgRequestInspection) { m.Organisation = account(stranger) }, custody.ErrOrganisation},
		"not accredited":      {func(m *custody.MsgRequestInspection) { m.Organisation = account(patient) }, custody.ErrOrganisation},
		"malformed dataset":   {func(m *custody.MsgRequestInspection) { m.DatasetId = "x" }, custody.ErrInvalid},
		"version 0":           {func(m *custody.MsgRequestInspection) { m.Version = 0 }, custody.ErrInvalid},
		"short random":        {func(m *custody.MsgRequestInspection) { m.Random = m.Random[1:] }, custody.ErrInvalid},
		"malformed owner":     {func(m *custody.MsgRequestInspection) { m.Owner = "x" }, custody.ErrInvalid},
		"malformed attendant": {func(m *custody.MsgRequestInspection) { m.Organisation = "x" }, custody.ErrInvalid},
	} {
		m := ask(of, 1)
		c.change(m)
		_, err := f.msgs.RequestInspection(f.ctx, m)
		require.ErrorIs(t, err, c.want, name)
	}
	d := f.left.datasets[of]
	d.Status = dataset.STATUS_FROZEN
	f.left.datasets[of] = d
	_, err := f.msgs.RequestInspection(f.ctx, ask(of, 1))
	require.ErrorIs(t, err, custody.ErrDataset)
}

func TestRequestInspection_OneOpenAndThreeInAll(t *testing.T) {
	f := initFixture(t)
	of := f.registered(1)
	for n := range byte(3) {
		key := f.asked(of, n)
		_, err := f.msgs.RequestInspection(f.ctx, ask(of, n+10))
		require.ErrorIs(t, err, custody.ErrInspection, "one open at a time")
		f.step(f.accept(key))
		f.steps(2)
		require.NoError(t, f.keeper.BeforeVerdict(f.ctx, of, 1, raw(hospital), false))
	}
	_, err := f.msgs.RequestInspection(f.ctx, ask(of, 9))
	require.ErrorIs(t, err, custody.ErrInspection, "three were read")
	_, err = f.msgs.RequestInspection(f.ctx, ask(of, 0))
	require.ErrorIs(t, err, custody.ErrExists)
}

func TestRequestInspection_AnUnreadOneDoesNotCount(t *testing.T) {
	f := initFixture(t)
	of := f.registered(1)
	for n := range byte(5) {
		require.NoError(t, f.withdraw(f.asked(of, n)))
	}
	key := f.asked(of, 9)
	require.Equal(t, custody.INSPECTION_STATE_REQUESTED, f.inspection(key).State)
}

func TestAcceptInspection_Refuses(t *testing.T) {
	f := initFixture(t)
	of := f.registered(1)
	key := f.asked(of, 1)
	for name, c := range map[string]struct {
		change func(*custody.MsgAcceptInspection)
		want   error
	}{
		"another organisation": {func(m *custody.MsgAcceptInspection) { m.Organisation = account(stranger) }, custody.ErrNotOwner},
		"unknown":              {func(m *custody.MsgAcceptInspection) { m.InspectionId = requestID(9).String() }, custody.ErrNotFound},
		"bad proof":            {func(m *custody.MsgAcceptInspection) { m.Proof[5] ^= 1 }, custody.ErrProof},
		"identity":             {func(m *custody.MsgAcceptInspection) { m.Q = make([]byte, 32) }, custody.ErrProof},
		"smaller bond":         {func(m *custody.MsgAcceptInspection) { m.Bond = sdk.NewInt64Coin("uvol", bond-1) }, custody.ErrBond},
		"another denom":        {func(m *custody.MsgAcceptInspection) { m.Bond = sdk.NewInt64Coin("uusd", bond) }, custody.ErrBond},
		"no delivery key":      {func(m *custody.MsgAcceptInspection) { m.DeliveryKey = "" }, custody.ErrInvalid},
		"classical recipient":  {func(m *custody.MsgAcceptInspection) { m.DeliveryKey = "age1qqqq" }, custody.ErrInvalid},
		"upper case":           {func(m *custody.MsgAcceptInspection) { m.DeliveryKey = "age1pq1QQ" }, custody.ErrInvalid},
		"short q":              {func(m *custody.MsgAcceptInspection) { m.Q = m.Q[1:] }, custody.ErrInvalid},
		"short proof":          {func(m *custody.MsgAcceptInspection) { m.Proof = m.Proof[1:] }, custody.ErrInvalid},
		"no bond":              {func(m *custody.MsgAcceptInspection) { m.Bond = sdk.Coin{} }, custody.ErrInvalid},
		"malformed id":         {func(m *custody.MsgAcceptInspection) { m.InspectionId = "x" }, custody.ErrInvalid},
		"malformed address":    {func(m *custody.MsgAcceptInspection) { m.Organisation = "x" }, custody.ErrInvalid},
	} {
		m := f.acceptance(key)
		c.change(m)
		cached, _ := f.ctx.CacheContext()
		_, err := f.msgs.AcceptInspection(cached, m)
		require.ErrorIs(t, err, c.want, name)
	}
	f.left.balances[account(hospital)] = bond - 1
	cached, _ := f.ctx.CacheContext()
	_, err := f.msgs.AcceptInspection(cached, f.acceptance(key))
	require.Error(t, err, "cannot pay the bond")
	f.left.balances[account(hospital)] = bond
	f.accept(key)()
	_, err = f.msgs.AcceptInspection(f.ctx, f.acceptance(key))
	require.ErrorIs(t, err, custody.ErrInspection)
}

func TestAcceptInspection_QIsUsedOnceEver(t *testing.T) {
	f := initFixture(t)
	first, second := f.registered(1), f.registered(2)
	key := f.asked(first, 1)
	m := f.acceptance(key)
	require.NoError(t, f.keeper.Seats.Seen.Set(f.ctx, m.Q))
	_, err := f.msgs.AcceptInspection(f.ctx, m)
	require.ErrorIs(t, err, custody.ErrSeen)
	require.Zero(t, f.escrow())
	other := f.asked(second, 2)
	m.InspectionId = other.String() // a proof for another place
	_, err = f.msgs.AcceptInspection(f.ctx, m)
	require.ErrorIs(t, err, custody.ErrProof)
}

func TestAcceptInspection_NotAfterAReplacement(t *testing.T) {
	f := initFixture(t)
	of := f.registered(1)
	key := f.asked(of, 1)
	d, proof := f.sealed(1, 2)
	require.NoError(t, f.keeper.BeforePayload(f.ctx, d, proof))
	f.store(d)
	require.Equal(t, custody.INSPECTION_STATE_WITHDRAWN, f.inspection(key).State)
	_, err := f.msgs.AcceptInspection(f.ctx, f.acceptance(key))
	require.ErrorIs(t, err, custody.ErrInspection)
}

func TestWithdrawInspection_BeforeTheBatch(t *testing.T) {
	f := initFixture(t)
	of := f.registered(1)
	key := f.asked(of, 1)
	f.step(f.accept(key), func() { require.NoError(t, f.withdraw(key)) })
	require.Equal(t, custody.INSPECTION_STATE_WITHDRAWN, f.inspection(key).State)
	require.Zero(t, f.escrow())
	f.steps(4)
	_, err := f.keeper.Release(f.ctx, key, 0)
	require.ErrorIs(t, err, custody.ErrNotFound)
	require.ErrorIs(t, f.withdraw(key), custody.ErrInspection)
	require.Empty(t, f.market.voided)
}

func TestWithdrawInspection_InTheBatch(t *testing.T) {
	f := initFixture(t)
	of := f.registered(1)
	key := f.asked(of, 1)
	f.step(f.accept(key))
	f.step(func() { require.NoError(t, f.withdraw(key)) })
	require.Equal(t, custody.SEAT_STATE_REVOKING, f.state(key, 0))
	f.step()
	require.Equal(t, custody.INSPECTION_STATE_RELEASED, f.inspection(key).State)
}

func TestWithdrawInspection_IsTheOwners(t *testing.T) {
	f := initFixture(t)
	key := f.asked(f.registered(1), 1)
	_, err := f.msgs.WithdrawInspection(f.ctx, &custody.MsgWithdrawInspection{
		Owner: account(hospital), InspectionId: key.String(),
	})
	require.ErrorIs(t, err, custody.ErrNotOwner)
	_, err = f.msgs.WithdrawInspection(
		f.ctx,
		&custody.MsgWithdrawInspection{Owner: account(patient), InspectionId: "x"},
	)
	require.ErrorIs(t, err, custody.ErrInvalid)
}

func TestInspection_LostRoleEndsItBeforeTheBatch(t *testing.T) {
	f := initFixture(t)
	key := f.asked(f.registered(1), 1)
	f.step(f.accept(key), func() {
		o := f.left.organisations[account(hospital)]
		o.Status = attestation.ORGANISATION_STATUS_SUSPENDED
		f.left.organisations[account(hospital)] = o
	})
	require.Equal(t, custody.CAUSE_DENIED, f.cause(key, 0))
	require.Equal(t, custody.INSPECTION_STATE_WITHDRAWN, f.inspection(key).State)
	require.Zero(t, f.escrow())
}

func TestInspection_LostRoleAfterTheBatchChangesNothing(t *testing.T) {
	f := initFixture(t)
	key := f.asked(f.registered(1), 1)
	f.step(f.accept(key))
	delete(f.left.organisations, account(hospital))
	f.steps(2)
	require.Equal(t, custody.INSPECTION_STATE_RELEASED, f.inspection(key).State)
}

func TestInspection_SurvivesARevokedConsent(t *testing.T) {
	f := initFixture(t)
	of := f.registered(1)
	key := f.asked(of, 1)
	f.step(f.accept(key), f.revoke(of))
	f.steps(2)
	require.Equal(t, custody.INSPECTION_STATE_RELEASED, f.inspection(key).State)
}

func TestInspection_EndsWithTheDataset(t *testing.T) {
	f := initFixture(t)
	of := f.registered(1)
	key := f.asked(of, 1)
	f.step(f.accept(key))
	f.steps(2)
	require.Equal(t, int64(bond), f.escrow())
	require.NoError(t, f.keeper.AfterWithdraw(f.ctx, of))
	require.Equal(t, custody.INSPECTION_STATE_WITHDRAWN, f.inspection(key).State)
	require.Zero(t, f.escrow(), "no verdict is possible: the bond goes back")
}

func TestInspection_SilenceCostsTheBond(t *testing.T) {
	f := initFixture(t)
	of := f.registered(1)
	key := f.asked(of, 1)
	f.step(f.accept(key))
	f.steps(2)
	last := f.inspection(key).Deadline
	for f.height() <= last {
		f.step()
	}
	require.Equal(t, custody.INSPECTION_STATE_RELEASED, f.inspection(key).State)
	require.ErrorIs(t, f.keeper.BeforeVerdict(f.ctx, of, 1, raw(hospital), true), custody.ErrInspection)
	f.step()
	require.Equal(t, custody.INSPECTION_STATE_EXPIRED, f.inspection(key).State)
	require.Equal(t, int64(bond), f.left.balances[account(patient)])
	require.Zero(t, f.escrow())
	n, err := count(f, f.keeper.Inspections.Deadlines)
	require.NoError(t, err)
	require.Zero(t, n)
}

func TestInspection_LateCommitteeCostsNobody(t *testing.T) {
	f := initFixture(t)
	key := f.asked(f.registered(1), 1)
	for _, n := range f.nodes {
		n.silent = true
	}
	f.step(f.accept(key))
	f.steps(64)
	require.Equal(t, custody.CAUSE_LATE, f.cause(key, 0))
	require.Equal(t, custody.INSPECTION_STATE_EXPIRED, f.inspection(key).State)
	require.Equal(t, int64(10_000_000), f.left.balances[account(hospital)])
	counted, err := f.keeper.Inspections.ByVersion.Has(f.ctx, collections.Join3(datasetID(1), uint64(1), key))
	require.NoError(t, err)
	require.True(t, counted, "it may have been opened")
}

func TestInspection_WaitsForGatewaysAndThaw(t *testing.T) {
	f := initFixture(t)
	of := f.registered(1)
	key := f.asked(of, 1)
	f.left.stale[account(gateway1)] = true
	f.step(f.accept(key))
	f.step()
	require.Equal(t, custody.SEAT_STATE_ASSIGNED, f.state(key, 0))
	f.left.stale = map[string]bool{}
	d := f.left.datasets[of]
	d.Status = dataset.STATUS_FROZEN
	f.left.datasets[of] = d
	f.step()
	require.Equal(t, custody.SEAT_STATE_ASSIGNED, f.state(key, 0))
	d.Status = dataset.STATUS_ACTIVE
	f.left.datasets[of] = d
	f.steps(3)
	require.Equal(t, custody.INSPECTION_STATE_RELEASED, f.inspection(key).State)
}

func TestInspections_List(t *testing.T) {
	f := initFixture(t)
	first, second := f.registered(1), f.registered(2)
	f.asked(first, 1)
	key := f.asked(second, 2)
	require.NoError(t, f.withdraw(key))
	for name, c := range map[string]struct {
		request custody.QueryInspectionsRequest
		want    int
	}{
		"all":             {custody.QueryInspectionsRequest{}, 2},
		"of a dataset":    {custody.QueryInspectionsRequest{DatasetId: first.String()}, 1},
		"of nobody":       {custody.QueryInspectionsRequest{Organisation: account(stranger)}, 0},
		"of the hospital": {custody.QueryInspectionsRequest{Organisation: account(hospital)}, 2},
		"withdrawn":       {custody.QueryInspectionsRequest{State: custody.INSPECTION_STATE_WITHDRAWN}, 1},
	} {
		out, err := f.query.Inspections(f.ctx, &c.request)
		require.NoError(t, err, name)
		require.Len(t, out.Inspections, c.want, name)
	}
	_, err := f.query.Inspection(f.ctx, &custody.QueryInspectionRequest{InspectionId: "x"})
	require.ErrorIs(t, err, custody.ErrInvalid)
}
