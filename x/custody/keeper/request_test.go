package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/gate"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

func (f *fixture) key() *threshold.Key { return f.keyOf(custody.FirstKeyID) }

func (f *fixture) keyOf(keyID uint64) *threshold.Key {
	f.t.Helper()
	stored, err := f.keeper.Committees.Keys.Get(f.ctx, keyID)
	require.NoError(f.t, err)
	key, err := threshold.NewKey(originChain, keyID, stored.Y)
	require.NoError(f.t, err)
	return key
}

func datasetID(n byte) id.ID {
	return id.Dataset(originChain, raw(patient), digest(string(rune(n)))[:16])
}

func requestID(n byte) id.ID {
	return id.Request(originChain, raw(researcher), digest(string(rune(n)))[:16])
}

// sealed is a dataset with the proof of its capsule; n tells them apart.
func (f *fixture) sealed(n byte, version uint64) (dataset.Dataset, []byte) {
	f.t.Helper()
	d := dataset.Dataset{
		Id: datasetID(n).String(), Version: version, Owner: account(patient), Status: dataset.STATUS_ACTIVE,
		Payload: dataset.Payload{
			KeyId: 1, Kind: dataset.KIND_VCF, SizeBucket: 1 << 20, Sha256: digest("file"), TreeRoot: digest("tree"),
			BodySha256: digest("body"), FacetsRoot: digest("facets"), Threshold: 2,
			Gateways: []dataset.GatePart{
				{Gateway: account(gateway1), Commitment: digest("part 1")},
				{Gateway: account(gateway2), Commitment: digest("part 2")},
			},
		},
	}
	return d, f.proveTo(1, &d)
}

// sealedTo is a version of a dataset sealed to another key.
func (f *fixture) sealedTo(version uint64, n byte, keyID uint64) (dataset.Dataset, []byte) {
	f.t.Helper()
	d, _ := f.sealed(n, version)
	return d, f.proveTo(keyID, &d)
}

// proveTo seals a dataset to a key, and proves it.
func (f *fixture) proveTo(keyID uint64, d *dataset.Dataset) []byte {
	f.t.Helper()
	e, err := f.keyOf(keyID).Encapsulate(f.rand)
	require.NoError(f.t, err)
	d.Payload.KeyId, d.Payload.U = keyID, e.U()
	proof, err := e.Prove(f.rand, capsule(f.t, *d))
	require.NoError(f.t, err)
	return proof
}

func capsule(t require.TestingT, d dataset.Dataset) threshold.CapsuleContext {
	of, err := d.ID()
	require.NoError(t, err)
	owner, err := dataset.ParseAddress(d.Owner)
	require.NoError(t, err)
	bytes, err := gate.Gate(2, []gate.GatewayCommitment{
		{Gateway: raw(gateway1), Commitment: [32]byte(digest("part 1"))},
		{Gateway: raw(gateway2), Commitment: [32]byte(digest("part 2"))},
	})
	require.NoError(t, err)
	p := d.Payload
	return threshold.CapsuleContext{
		DatasetID: of, Version: d.Version, Owner: owner, SHA256: p.Sha256, TreeRoot: p.TreeRoot, U: p.U,
		BodySHA256: p.BodySha256, Gate: bytes, FacetsRoot: p.FacetsRoot,
	}
}

// registered stores a dataset that everything permits.
func (f *fixture) registered(n byte) id.ID {
	f.t.Helper()
	d, proof := f.sealed(n, 1)
	require.NoError(f.t, f.keeper.BeforePayload(f.ctx, d, proof))
	f.store(d)
	return datasetID(n)
}

func (f *fixture) store(d dataset.Dataset) {
	of, err := d.ID()
	require.NoError(f.t, err)
	f.left.datasets[of] = d
	f.left.receipts[of] = nil
	for _, g := range d.Payload.Gateways {
		f.left.receipts[of] = append(f.left.receipts[of], dataset.Receipt{
			DatasetId: d.Id, Version: d.Version, Gateway: g.Gateway,
		})
	}
	f.left.consents[of] = consent.Consent{
		DatasetId: d.Id, Version: 3, Owner: d.Owner, Status: consent.STATUS_ACTIVE, Time: genesisTime,
		Provision: consent.Provision{Policy: consent.PolicyFromDUO(policy()), Expiry: consent.Expiry{Never: true}},
	}
	f.left.statements[of] = attestation.Deidentification{
		DatasetId: d.Id, Version: d.Version, Attestor: account(hospital), Sha256: d.Payload.Sha256, U: d.Payload.U,
		FacetsRoot: d.Payload.FacetsRoot, Basis: attestation.BASIS_SAFE_HARBOR, Expiry: genesisTime.AddDate(1, 0, 0),
	}
}

func policy() duo.Policy {
	return duo.Policy{
		Permission: duo.GRU, Own: duo.OwnCodes{AI: duo.AIInfer},
		DataClasses:      []duo.DataClass{duo.DataGermlineVariants},
		RecipientClasses: []duo.RecipientClass{duo.RecipientAcademic},
		AcceptedBases:    []duo.Basis{duo.BasisSafeHarbor}, ReferTo: account(ethics),
	}
}

func use() duo.Use {
	return duo.Use{
		Purposes:    []duo.PurposeStatement{{Purpose: duo.PurposeGRUResearch}},
		DataClasses: []duo.DataClass{duo.DataGermlineVariants}, AI: duo.AIInfer, Mode: duo.ModeRelease,
		Organisation: account(university), BeneficialOwner: account(university),
		Recipients: []string{account(researcher)}, SiteCountry: "DE", ComputeCountry: "DE", DurationMonths: 12,
		Promises:       duo.Promises{NoReidentification: true, NoLinkage: true},
		ProtocolSHA256: digest("protocol"), KeyID: 1,
	}
}

func terms(n byte) custody.Terms {
	return custody.Terms{
		RequestId: requestID(n).String(), KeyId: 1, Researcher: account(researcher), Use: consent.UseFromDUO(use()),
	}
}

// posts are seats of a request, as its researcher posts them.
func (f *fixture) posts(request id.ID, reader byte, first, count uint64) ([]custody.SeatPost, []*threshold.SeatSecret) {
	f.t.Helper()
	return f.postsTo(f.key(), request, reader, first, count)
}

func (f *fixture) postsTo(
	key *threshold.Key, request id.ID, reader byte, first, count uint64,
) ([]custody.SeatPost, []*threshold.SeatSecret) {
	f.t.Helper()
	posts, secrets := make([]custody.SeatPost, count), make([]*threshold.SeatSecret, count)
	for i := range posts {
		index := first + uint64(i)
		secret, err := key.DeriveSeat(digest("seed"), liveChain, request, index)
		require.NoError(f.t, err)
		proof, err := secret.Prove(f.rand, key, threshold.SeatContext{
			LiveChain: liveChain, RequestID: request, Index: index, Researcher: raw(reader), Q: secret.Q(),
		})
		require.NoError(f.t, err)
		posts[i], secrets[i] = custody.SeatPost{Q: secret.Q(), Proof: proof}, secret
	}
	return posts, secrets
}

// requested opens a request with two seats.
func (f *fixture) requested(n byte) id.ID {
	f.t.Helper()
	return f.requestedOf(n, 1)
}

func (f *fixture) requestedOf(n byte, keyID uint64) id.ID {
	f.t.Helper()
	request, asked := requestID(n), terms(n)
	asked.KeyId = keyID
	require.NoError(f.t, f.keeper.OpenTerms(f.ctx, asked))
	posts, _ := f.postsTo(f.keyOf(keyID), request, researcher, 0, 2)
	require.NoError(f.t, f.keeper.AddSeats(f.ctx, request, raw(researcher), 0, posts))
	return request
}

func (f *fixture) state(request id.ID, index uint64) custody.SeatState {
	f.t.Helper()
	s, err := f.keeper.Seat(f.ctx, request, index)
	require.NoError(f.t, err)
	return s.State
}

func (f *fixture) cause(request id.ID, index uint64) custody.Cause {
	f.t.Helper()
	s, err := f.keeper.Seat(f.ctx, request, index)
	require.NoError(f.t, err)
	return s.Cause
}

func TestOpenTerms_OnceAndOnlyForAnActiveKey(t *testing.T) {
	f := initFixture(t)
	require.NoError(t, f.keeper.OpenTerms(f.ctx, terms(1)))
	require.ErrorIs(t, f.keeper.OpenTerms(f.ctx, terms(1)), custody.ErrExists)
	for name, c := range map[string]struct {
		change func(*custody.Terms)
		want   error
	}{
		"another key":    {func(x *custody.Terms) { x.KeyId = 2 }, custody.ErrKey},
		"bad id":         {func(x *custody.Terms) { x.RequestId = "x" }, custody.ErrInvalid},
		"bad researcher": {func(x *custody.Terms) { x.Researcher = "cosmos1" }, custody.ErrInvalid},
		"incomplete use": {func(x *custody.Terms) { x.Use.Purposes = nil }, custody.ErrInvalid},
	} {
		x := terms(2)
		c.change(&x)
		require.ErrorIs(t, f.keeper.OpenTerms(f.ctx, x), c.want, name)
	}
	bare := bareFixture(t, 4)
	require.ErrorIs(t, bare.keeper.OpenTerms(bare.ctx, terms(1)), custody.ErrKey)
}

func TestAddSeats_FollowEachOther(t *testing.T) {
	f := initFixture(t)
	request := f.requested(1)
	posts, _ := f.posts(request, researcher, 2, 2)
	require.ErrorIs(t, f.keeper.AddSeats(f.ctx, request, raw(researcher), 3, posts), custody.ErrInvalid)
	require.ErrorIs(t, f.keeper.AddSeats(f.ctx, request, raw(researcher), 1, posts), custody.ErrInvalid)
	require.ErrorIs(t, f.keeper.AddSeats(f.ctx, request, raw(researcher), 2, nil), custody.ErrInvalid)
	require.ErrorIs(t, f.keeper.AddSeats(f.ctx, request, raw(stranger), 2, posts), custody.ErrNotOwner)
	require.ErrorIs(t, f.keeper.AddSeats(f.ctx, requestID(9), raw(researcher), 0, posts), custody.ErrNotFound)
	require.NoError(t, f.keeper.AddSeats(f.ctx, request, raw(researcher), 2, posts))
	require.Equal(t, custody.SEAT_STATE_FREE, f.state(request, 3))
}

func TestAddSeats_TooMany(t *testing.T) {
	f := initFixture(t)
	require.NoError(t, f.keeper.OpenTerms(f.ctx, terms(1)))
	posts := make([]custody.SeatPost, custody.MaxSeatsAMessage+1)
	require.ErrorIs(t, f.keeper.AddSeats(f.ctx, requestID(1), raw(researcher), 0, posts), custody.ErrInvalid)
}

func TestAddSeats_QIsUsedOnceEver(t *testing.T) {
	f := initFixture(t)
	request := f.requested(1)
	posts, _ := f.posts(request, researcher, 0, 1)
	require.NoError(t, f.keeper.CloseRequest(f.ctx, request))

	// The same Q in another request, with a proof of its own, after the first is closed.
	require.NoError(t, f.keeper.OpenTerms(f.ctx, terms(2)))
	secret, err := f.key().DeriveSeat(digest("seed"), liveChain, request, 0)
	require.NoError(t, err)
	require.Equal(t, posts[0].Q, secret.Q())
	ctx := threshold.SeatContext{
		LiveChain:  liveChain,
		RequestID:  requestID(2),
		Researcher: raw(researcher),
		Q:          secret.Q(),
	}
	proof, err := secret.Prove(f.rand, f.key(), ctx)
	require.NoError(t, err)
	again := []custody.SeatPost{{Q: secret.Q(), Proof: proof}}
	require.ErrorIs(t, f.keeper.AddSeats(f.ctx, requestID(2), raw(researcher), 0, again), custody.ErrSeen)

	// Twice in one message.
	cached, _ := f.ctx.CacheContext()
	fresh, err := f.key().DeriveSeat(digest("other seed"), liveChain, requestID(2), 0)
	require.NoError(t, err)
	twice := make([]custody.SeatPost, 2)
	for i := range twice {
		at := threshold.SeatContext{
			LiveChain: liveChain, RequestID: requestID(2), Index: uint64(i), Researcher: raw(researcher), Q: fresh.Q(),
		}
		proof, err := fresh.Prove(f.rand, f.key(), at)
		require.NoError(t, err)
		twice[i] = custody.SeatPost{Q: fresh.Q(), Proof: proof}
	}
	require.ErrorIs(t, f.keeper.AddSeats(cached, requestID(2), raw(researcher), 0, twice), custody.ErrSeen)
}

func TestAddSeats_RogueSeat(t *testing.T) {
	f := initFixture(t)
	victim := f.registered(1)
	require.NoError(t, f.keeper.OpenTerms(f.ctx, terms(1)))
	posts, _ := f.posts(requestID(1), researcher, 0, 1)
	// Q = U' + Q of one's own, for want of a subtraction: nobody knows its logarithm.
	rogue, err := threshold.AddPoints(f.left.datasets[victim].Payload.U, posts[0].Q)
	require.NoError(t, err)
	forged := []custody.SeatPost{{Q: rogue, Proof: posts[0].Proof}}
	require.ErrorIs(t, f.keeper.AddSeats(f.ctx, requestID(1), raw(researcher), 0, forged), custody.ErrProof)
	identity := []custody.SeatPost{{Q: make([]byte, 32), Proof: posts[0].Proof}}
	require.ErrorIs(t, f.keeper.AddSeats(f.ctx, requestID(1), raw(researcher), 0, identity), custody.ErrProof)
}

func TestAddSeats_OneBadProofRefusesAll(t *testing.T) {
	f := initFixture(t)
	require.NoError(t, f.keeper.OpenTerms(f.ctx, terms(1)))
	posts, _ := f.posts(requestID(1), researcher, 0, 3)
	posts[1].Proof[100] ^= 1
	require.ErrorIs(t, f.keeper.AddSeats(f.ctx, requestID(1), raw(researcher), 0, posts), custody.ErrProof)
	posts, _ = f.posts(requestID(1), stranger, 0, 1) // bound to another reader
	require.ErrorIs(t, f.keeper.AddSeats(f.ctx, requestID(1), raw(researcher), 0, posts), custody.ErrProof)
	posts, _ = f.posts(requestID(1), researcher, 0, 1)
	ctx := f.ctx.WithChainID("volens-other")
	require.ErrorIs(t, f.keeper.AddSeats(ctx, requestID(1), raw(researcher), 0, posts), custody.ErrProof)
}

func TestOpenJob_AssignsOnce(t *testing.T) {
	f := initFixture(t)
	request, first, second := f.requested(1), f.registered(1), f.registered(2)
	require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, first, false))
	s, err := f.keeper.Seat(f.ctx, request, 0)
	require.NoError(t, err)
	require.Equal(t, custody.SEAT_STATE_ASSIGNED, s.State)
	require.Equal(t, first.String(), s.DatasetId)
	want, err := threshold.AddPoints(f.left.datasets[first].Payload.U, s.Q)
	require.NoError(t, err)
	require.Equal(t, want, s.B)
	require.ErrorIs(t, f.keeper.OpenJob(f.ctx, request, 0, second, false), custody.ErrSeatState)
	require.ErrorIs(t, f.keeper.OpenJob(f.ctx, request, 7, second, false), custody.ErrNotFound)
	require.ErrorIs(t, f.keeper.OpenJob(f.ctx, requestID(9), 0, second, false), custody.ErrNotFound)
	require.ErrorIs(t, f.keeper.OpenJob(f.ctx, request, 1, datasetID(9), false), dataset.ErrNotFound)

	job, err := f.keeper.Jobs.BySeat.Get(f.ctx, seat(request, 0))
	require.NoError(t, err)
	stored, err := f.keeper.Jobs.Jobs.Get(f.ctx, job)
	require.NoError(t, err)
	name := threshold.JobID(threshold.JobRelease, 1, liveChain, request, 0, first, 1, want)
	require.Equal(t, name[:], stored.Id)
	require.Equal(t, f.height()+60, stored.Deadline)
}

func TestOpenJob_RefusesWhatCannotOpen(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	d := f.left.datasets[of]
	for name, c := range map[string]struct {
		change func(*dataset.Dataset)
		want   error
	}{
		"frozen":      {func(d *dataset.Dataset) { d.Status = dataset.STATUS_FROZEN }, custody.ErrDataset},
		"withdrawn":   {func(d *dataset.Dataset) { d.Status = dataset.STATUS_WITHDRAWN }, custody.ErrDataset},
		"another key": {func(d *dataset.Dataset) { d.Payload.KeyId = 2 }, custody.ErrKey},
		"no point":    {func(d *dataset.Dataset) { d.Payload.U = make([]byte, 32) }, custody.ErrProof},
	} {
		changed := d
		c.change(&changed)
		f.left.datasets[of] = changed
		require.ErrorIs(t, f.keeper.OpenJob(f.ctx, request, 0, of, false), c.want, name)
	}
	f.left.datasets[of] = d
	require.NoError(t, f.keeper.CloseRequest(f.ctx, request))
	require.ErrorIs(t, f.keeper.OpenJob(f.ctx, request, 0, of, false), custody.ErrClosed)
	require.ErrorIs(t, f.keeper.CloseRequest(f.ctx, request), custody.ErrClosed)
	require.Equal(t, custody.SEAT_STATE_VOID, f.state(request, 0))
	require.Equal(t, custody.CAUSE_UNUSED, f.cause(request, 0))
}

func TestOpenJob_ADatasetHasBoundedSeats(t *testing.T) {
	f := initFixture(t)
	of := f.registered(1)
	require.NoError(t, f.keeper.OpenTerms(f.ctx, terms(1)))
	posts, _ := f.posts(requestID(1), researcher, 0, custody.MaxOpenSeats+1)
	require.NoError(t, f.keeper.AddSeats(f.ctx, requestID(1), raw(researcher), 0, posts))
	for i := range uint64(custody.MaxOpenSeats) {
		require.NoError(t, f.keeper.OpenJob(f.ctx, requestID(1), i, of, false))
	}
	err := f.keeper.OpenJob(f.ctx, requestID(1), custody.MaxOpenSeats, of, false)
	require.ErrorIs(t, err, custody.ErrOpenSeats)
	require.NoError(t, f.keeper.AfterRevoke(f.ctx, of))
	require.Len(t, f.market.voided, custody.MaxOpenSeats, "a revocation ends all of them")
}

func TestBeforePayload_Refuses(t *testing.T) {
	f := initFixture(t)
	good, proof := f.sealed(1, 1)
	for name, c := range map[string]struct {
		change func(*dataset.Dataset)
		want   error
	}{
		"another owner":   {func(d *dataset.Dataset) { d.Owner = account(stranger) }, custody.ErrProof},
		"another id":      {func(d *dataset.Dataset) { d.Id = datasetID(2).String() }, custody.ErrProof},
		"another version": {func(d *dataset.Dataset) { d.Version = 2 }, custody.ErrProof},
		"another file":    {func(d *dataset.Dataset) { d.Payload.Sha256 = digest("x") }, custody.ErrProof},
		"another tree":    {func(d *dataset.Dataset) { d.Payload.TreeRoot = digest("x") }, custody.ErrProof},
		"another body":    {func(d *dataset.Dataset) { d.Payload.BodySha256 = digest("x") }, custody.ErrProof},
		"other facets":    {func(d *dataset.Dataset) { d.Payload.FacetsRoot = digest("x") }, custody.ErrProof},
		"lower threshold": {func(d *dataset.Dataset) { d.Payload.Threshold = 1 }, custody.ErrProof},
		"identity":        {func(d *dataset.Dataset) { d.Payload.U = make([]byte, 32) }, custody.ErrProof},
		"not canonical":   {func(d *dataset.Dataset) { d.Payload.U = digest("not a point") }, custody.ErrProof},
		"another key":     {func(d *dataset.Dataset) { d.Payload.KeyId = 2 }, custody.ErrKey},
	} {
		d := good
		c.change(&d)
		require.ErrorIs(t, f.keeper.BeforePayload(f.ctx, d, proof), c.want, name)
	}
	for i := range proof {
		spoiled := append([]byte(nil), proof...)
		spoiled[i] ^= 4
		require.ErrorIs(t, f.keeper.BeforePayload(f.ctx, good, spoiled), custody.ErrProof, "byte %d", i)
	}
	require.NoError(t, f.keeper.BeforePayload(f.ctx, good, proof))
	require.ErrorIs(t, f.keeper.BeforePayload(f.ctx, good, proof), custody.ErrSeen)

	bare := bareFixture(t, 4)
	require.ErrorIs(t, bare.keeper.BeforePayload(bare.ctx, good, proof), custody.ErrKey)
}

func TestBeforePayload_UIsSeenAmongSeatsToo(t *testing.T) {
	f := initFixture(t)
	d, proof := f.sealed(1, 1)
	require.NoError(t, f.keeper.Seats.Seen.Set(f.ctx, d.Payload.U)) // as somebody's Q
	require.ErrorIs(t, f.keeper.BeforePayload(f.ctx, d, proof), custody.ErrSeen)
}

func TestBeforePayload_ReplaceWaitsForOpenSeats(t *testing.T) {
	f := initFixture(t)
	request, of := f.requested(1), f.registered(1)
	require.NoError(t, f.keeper.OpenJob(f.ctx, request, 0, of, false))
	d, proof := f.sealed(1, 2)
	require.ErrorIs(t, f.keeper.BeforePayload(f.ctx, d, proof), custody.ErrOpenSeats)
	f.step()
	require.ErrorIs(t, f.keeper.BeforePayload(f.ctx, d, proof), custody.ErrOpenSeats, "emitted")
	f.steps(2)
	require.Equal(t, custody.SEAT_STATE_RELEASED, f.state(request, 0))
	require.NoError(t, f.keeper.BeforePayload(f.ctx, d, proof))
}
