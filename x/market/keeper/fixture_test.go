package keeper_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/internal/brittle"
	"github.com/volens-network/volens/x/market"
	"github.com/volens-network/volens/x/market/keeper"
)

// The people, as the bytes of their accounts.
const (
	researcher = 0x01
	university = 0x02
	ethics     = 0x03
	arbiter    = 0x04
	attestor   = 0x05
	stranger   = 0x06
	vault      = 0x0f // holds the bonds of organisations
	gatewayOne = 0x21
	patients   = 0x40 // the owner of dataset n is patients + n
	payouts    = 0x80 // and is paid at payouts + n
	authority  = 0xff
)

const (
	// price is odd, so that every part has a remainder.
	price  = 1_000_023
	wealth = 1_000_000_000
	bonded = 100_000_000
	start  = 10
	// deadline of a request, 20 blocks from the start.
	deadline = 30
)

type fixture struct {
	ctx    sdk.Context
	world  *world
	keeper *keeper.Keeper
	// brittle is under the keeper.
	brittle *brittle.Store
	msgs    market.MsgServer
	query   market.QueryServer
	random  byte
	supply  sdkmath.Int
}

func initFixture(t *testing.T) *fixture {
	t.Helper()
	keys := storetypes.NewKVStoreKeys(market.StoreKey, "world")
	ctx := testutil.DefaultContextWithKeys(keys, nil, nil).WithChainID("volens-test").WithBlockHeight(start)
	w := newWorld(t, runtime.NewKVStoreService(keys["world"]))
	codec := moduletestutil.MakeTestEncodingConfig().Codec
	store := &brittle.Store{KVStoreService: runtime.NewKVStoreService(keys[market.StoreKey])}
	k := keeper.NewKeeper(codec, store,
		addresscodec.NewBech32Codec(dataset.AddressPrefix), account(authority), market.Left{
			Datasets: w, Attestations: w, Consents: w, Custody: w, Bank: w, Pool: w,
		})
	f := &fixture{
		ctx: ctx, world: w, keeper: k, brittle: store,
		msgs: keeper.NewMsgServer(k), query: keeper.NewQueryServer(k),
	}
	f.populate(t)
	g := market.DefaultGenesis()
	g.Params = market.DevnetParams()
	require.NoError(t, k.InitGenesis(f.ctx, g))
	return f
}

func (f *fixture) populate(t *testing.T) {
	t.Helper()
	w := f.world
	for address, roles := range map[byte][]attestation.Role{
		university: {attestation.ROLE_INSTITUTION},
		ethics:     {attestation.ROLE_ETHICS, attestation.ROLE_ARBITER},
		arbiter:    {attestation.ROLE_ARBITER},
		attestor:   {attestation.ROLE_ATTESTOR, attestation.ROLE_ARBITER},
	} {
		w.organisations[account(address)] = attestation.Organisation{
			Address: account(address), Roles: roles, Status: attestation.ORGANISATION_STATUS_ACTIVE,
		}
	}
	w.set(f.ctx, raw(researcher), "uusd", sdkmath.NewInt(wealth))
	w.set(f.ctx, raw(vault), "uusd", sdkmath.NewInt(3*bonded))
	for n := range byte(3) {
		require.NoError(t, w.bonds.Set(f.ctx, account(gatewayOne+n), sdkmath.NewInt(bonded)))
	}
	for n := range byte(20) {
		f.dataset(n, patients+n)
	}
	f.supply = w.supply(f.ctx)
}

// dataset makes dataset n of an owner, which two of three gateways open.
func (f *fixture) dataset(n, owner byte) {
	of := ds(n)
	f.world.datasets[of] = dataset.Dataset{
		Id: of.String(), Version: 1, Owner: account(owner), Status: dataset.STATUS_ACTIVE,
		Payload: dataset.Payload{KeyId: 1, Threshold: 2, Gateways: []dataset.GatePart{
			{Gateway: account(gatewayOne)}, {Gateway: account(gatewayOne + 1)}, {Gateway: account(gatewayOne + 2)},
		}},
	}
	f.world.consents[of] = consent.Consent{
		DatasetId: of.String(), Version: 3, Owner: account(owner), Status: consent.STATUS_ACTIVE,
		Provision: consent.Provision{
			Mode: consent.MODE_ASK_ME, Payout: account(payouts + n), Policy: consent.Policy{ReferTo: account(ethics)},
		},
	}
}

// ds is the id of dataset n.
func ds(n byte) id.ID { return id.ID(bytes.Repeat([]byte{n}, id.Size)) }

func digest(n byte) []byte { return bytes.Repeat([]byte{n}, 32) }

func spec(nMin, nMax uint32) market.Spec {
	return market.Spec{
		Mode: market.MODE_POSTED, KeyId: 1, NMin: nMin, NMax: nMax, Price: sdk.NewInt64Coin("uusd", price),
		Deadline: deadline, CriteriaSha256: digest(5), NoCohortProtection: true,
		DeliveryKey: "age1pq1" + strings.Repeat("q", 1952),
		Digests:     market.Digests{Title: digest(1), LaySummary: digest(2), Protocol: digest(3), Contact: digest(4)},
		Use: consent.Use{
			Purposes:    []consent.PurposeStatement{{Purpose: consent.PURPOSE_GRU_RESEARCH}},
			DataClasses: []consent.DataClass{consent.DATA_CLASS_GERMLINE_VARIANTS},
			Ai:          consent.AI_USE_NONE, Mode: consent.USE_MODE_RELEASE,
			Organisation: account(university), BeneficialOwner: account(university),
			Recipients: []string{account(researcher)}, SiteCountry: "DE", ComputeCountry: "DE", DurationMonths: 12,
			ProtocolSha256: digest(3),
		},
	}
}

func (f *fixture) submission(s market.Spec) *market.MsgSubmitRequest {
	f.random++
	params, err := f.keeper.Params.Get(f.ctx)
	if err != nil {
		panic(err)
	}
	cost, err := params.Cost(s.Price, s.NMax)
	if err != nil {
		panic(err)
	}
	return &market.MsgSubmitRequest{
		Researcher: account(researcher), Random: bytes.Repeat([]byte{f.random}, id.Size), Spec: s, Escrow: cost.Escrow,
	}
}

func (f *fixture) submit(t require.TestingT, s market.Spec) id.ID {
	out, err := f.msgs.SubmitRequest(f.ctx, f.submission(s))
	require.NoError(t, err)
	key, err := id.Parse(out.RequestId)
	require.NoError(t, err)
	return key
}

func (f *fixture) post(request id.ID, first uint64, count int) error {
	seats := make([]market.SeatPost, count)
	for i := range seats {
		seats[i] = market.SeatPost{Q: digest(1), Proof: bytes.Repeat([]byte{1}, 128)}
	}
	_, err := f.msgs.PostSeats(f.ctx, &market.MsgPostSeats{
		Researcher: account(researcher), RequestId: request.String(), First: first, Seats: seats,
	})
	return err
}

// opened is a request on which patients decide.
func (f *fixture) opened(t require.TestingT, nMin, nMax uint32) id.ID {
	key := f.submit(t, spec(nMin, nMax))
	require.NoError(t, f.post(key, 0, int(nMax)))
	return key
}

// decide is the answer of the owner of dataset n.
func (f *fixture) decide(request id.ID, n byte, yes bool) error {
	_, err := f.msgs.DecideRequest(f.ctx, &market.MsgDecideRequest{
		Owner: f.world.datasets[ds(n)].Owner, RequestId: request.String(), DatasetId: ds(n).String(), Yes: yes,
	})
	return err
}

// yes is the yes of the owners of datasets.
func (f *fixture) yes(t require.TestingT, request id.ID, datasets ...byte) {
	for _, n := range datasets {
		require.NoError(t, f.decide(request, n, true))
	}
}

// block ends the block, checks the money, and begins the next one.
func (f *fixture) block(t require.TestingT) {
	require.NoError(t, f.keeper.EndBlock(f.ctx))
	f.solvent(t)
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1)
}

// until ends blocks until a height is the present one.
func (f *fixture) until(t require.TestingT, height int64) {
	for f.ctx.BlockHeight() < height {
		f.block(t)
	}
}

// solvent holds the invariants: the account has what the ledgers lock, no coin came
// or went, every ledger is explained by its payments.
func (f *fixture) solvent(t require.TestingT) {
	out, err := f.query.Solvency(f.ctx, &market.QuerySolvencyRequest{})
	require.NoError(t, err)
	require.True(t, out.Solvent, "account %s, ledgers %s, broken %v", out.Account, out.Ledgers, out.Broken)
	require.Equal(t, f.supply.String(), f.world.supply(f.ctx).String())
	g, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, g.Validate())
}

// finish does what custody does when a seat's key is stored, or will never be.
func (f *fixture) finish(request id.ID, seat uint64, to custody.SeatState) error {
	cached, write := f.ctx.CacheContext()
	if err := f.world.step(cached, request, seat, custody.SEAT_STATE_ASSIGNED, to); err != nil {
		return err
	}
	hook := f.keeper.AfterRelease
	if to == custody.SEAT_STATE_VOID {
		hook = func(ctx context.Context, request id.ID, seat uint64) error {
			return f.keeper.AfterVoid(ctx, request, seat, custody.CAUSE_REVOKED)
		}
	}
	if err := hook(cached, request, seat); err != nil {
		return err
	}
	write()
	return nil
}

func (f *fixture) release(t require.TestingT, request id.ID, seats ...uint64) {
	for _, seat := range seats {
		require.NoError(t, f.finish(request, seat, custody.SEAT_STATE_RELEASED))
	}
}

func (f *fixture) void(t require.TestingT, request id.ID, seats ...uint64) {
	for _, seat := range seats {
		require.NoError(t, f.finish(request, seat, custody.SEAT_STATE_VOID))
	}
}

func (f *fixture) request(t require.TestingT, key id.ID) market.Request {
	r, err := f.keeper.Request(f.ctx, key)
	require.NoError(t, err)
	return r
}

func (f *fixture) escrow(t require.TestingT, key id.ID) market.Escrow {
	e, err := f.keeper.Money.Escrows.Get(f.ctx, key)
	require.NoError(t, err)
	return e
}

func (f *fixture) decision(t require.TestingT, request id.ID, n byte) market.Decision {
	d, err := f.keeper.Decisions.Decisions.Get(f.ctx, collections.Join(request, ds(n)))
	require.NoError(t, err)
	return d
}

// has is what an account has beyond nothing, in uusd.
func (f *fixture) has(n byte) int64 { return f.world.balance(f.ctx, raw(n), "uusd").Int64() }

func (f *fixture) pool() int64 {
	return f.world.balance(f.ctx, market.PoolAccount(), "uusd").Int64()
}

func (f *fixture) lockedOf(n byte) int64 { return amountOf(f.ctx, f.world.locked, account(n)).Int64() }

// says makes custody answer for a dataset.
func (f *fixture) says(n byte, verdict duo.Verdict, reasons ...duo.Reason) {
	f.world.verdicts[ds(n)] = duo.Decision{Verdict: verdict, Reasons: reasons}
}

// params changes the parameters as the authority may.
func (f *fixture) params(t *testing.T, change func(*market.Params)) {
	t.Helper()
	p, err := f.keeper.Params.Get(f.ctx)
	require.NoError(t, err)
	change(&p)
	_, err = f.msgs.UpdateParams(f.ctx, &market.MsgUpdateParams{Authority: account(authority), Params: p})
	require.NoError(t, err)
}
