package keeper_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/attestation/keeper"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/internal/brittle"
)

// The people of the story, as the byte of which their address is made.
const (
	authority   byte = 0xff
	owner       byte = 0x01
	hospital    byte = 0x11 // ATTESTOR
	lab         byte = 0x12 // ATTESTOR and ARBITER
	board       byte = 0x13 // ETHICS
	university  byte = 0x14 // INSTITUTION
	gateway     byte = 0x15 // GATEWAY
	outsider    byte = 0x16
	startHeight      = 10
)

var (
	start   = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	setID   = id.ID{0xaa}
	errHook = errors.New("no inspection was released")
)

// bank is a ledger of one denomination.
type bank struct {
	module   sdk.Coins
	accounts map[string]sdk.Coins
	blocked  map[string]bool
}

func (b *bank) SendCoinsFromAccountToModule(_ context.Context, from sdk.AccAddress, module string, c sdk.Coins) error {
	if module != attestation.ModuleName {
		return errors.New("unknown module " + module)
	}
	rest, short := b.accounts[from.String()].SafeSub(c...)
	if short {
		return errors.New("insufficient funds")
	}
	b.accounts[from.String()], b.module = rest, b.module.Add(c...)
	return nil
}

func (b *bank) SendCoinsFromModuleToAccount(_ context.Context, module string, to sdk.AccAddress, c sdk.Coins) error {
	if module != attestation.ModuleName || b.blocked[to.String()] {
		return errors.New("blocked")
	}
	rest, short := b.module.SafeSub(c...)
	if short {
		return errors.New("module has too little")
	}
	b.module, b.accounts[to.String()] = rest, b.accounts[to.String()].Add(c...)
	return nil
}

// datasets is x/dataset in memory.
type datasets map[id.ID]dataset.Dataset

func (d datasets) Dataset(_ context.Context, key id.ID) (dataset.Dataset, error) {
	out, ok := d[key]
	if !ok {
		return out, dataset.ErrNotFound
	}
	return out, nil
}

func (d datasets) SetFrozen(_ context.Context, key id.ID, frozen bool) error {
	out := d[key]
	from, to := dataset.STATUS_FROZEN, dataset.STATUS_ACTIVE
	if frozen {
		from, to = to, from
	}
	if out.Status != from {
		return dataset.ErrStatus
	}
	out.Status = to
	d[key] = out
	return nil
}

type verdict struct {
	dataset  id.ID
	version  uint64
	attestor string
	clean    bool
}

// hooks is custody and market in one.
type hooks struct {
	err      error
	verdicts []verdict
	pending  sdk.Coins
}

func (h *hooks) BeforeVerdict(_ context.Context, key id.ID, version uint64, who sdk.AccAddress, clean bool) error {
	h.verdicts = append(h.verdicts, verdict{key, version, text(who), clean})
	return h.err
}

func (h *hooks) PendingPrice(context.Context, id.ID) (sdk.Coins, error) { return h.pending, h.err }

type fixture struct {
	t        *testing.T
	ctx      sdk.Context
	keeper   *keeper.Keeper
	msgs     attestation.MsgServer
	query    attestation.QueryServer
	bank     *bank
	datasets datasets
	hooks    *hooks
	brittle  *brittle.Store
}

// initFixture has the people above accredited, without bonds, and one dataset at version 3.
func initFixture(t *testing.T) *fixture {
	t.Helper()
	f := bareFixture(t)
	f.keeper.SetVerdictHook(f.hooks)
	f.keeper.SetChallengeHook(f.hooks)
	f.accredit(hospital, attestation.ORGANISATION_KIND_HOSPITAL, attestation.ROLE_ATTESTOR)
	f.accredit(lab, attestation.ORGANISATION_KIND_LAB, attestation.ROLE_ATTESTOR, attestation.ROLE_ARBITER)
	f.accredit(board, attestation.ORGANISATION_KIND_NONPROFIT, attestation.ROLE_ETHICS)
	f.accredit(university, attestation.ORGANISATION_KIND_UNIVERSITY, attestation.ROLE_INSTITUTION)
	f.accredit(gateway, attestation.ORGANISATION_KIND_COMPANY, attestation.ROLE_GATEWAY)
	f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
	return f
}

// bareFixture has neither hooks nor organisations.
func bareFixture(t *testing.T) *fixture {
	t.Helper()
	key := storetypes.NewKVStoreKey(attestation.StoreKey)
	f := &fixture{
		t: t,
		ctx: testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient")).Ctx.
			WithBlockHeight(startHeight).WithBlockTime(start),
		bank:  &bank{accounts: map[string]sdk.Coins{}, blocked: map[string]bool{}},
		hooks: &hooks{},
		datasets: datasets{setID: {
			Id: setID.String(), Version: 3, Owner: addr(owner), Status: dataset.STATUS_ACTIVE,
			Payload: dataset.Payload{Sha256: digest(1), U: digest(2), FacetsRoot: digest(3)},
		}},
	}
	f.brittle = &brittle.Store{KVStoreService: runtime.NewKVStoreService(key)}
	f.keeper = keeper.NewKeeper(moduletestutil.MakeTestEncodingConfig().Codec, f.brittle,
		addresscodec.NewBech32Codec(dataset.AddressPrefix), addr(authority), f.datasets, f.bank)
	f.msgs, f.query = keeper.NewMsgServer(f.keeper), keeper.NewQueryServer(f.keeper)
	require.NoError(t, f.keeper.InitGenesis(f.ctx, &attestation.GenesisState{Params: attestation.DevnetParams()}))
	for _, who := range []byte{owner, hospital, lab, board, university, gateway, outsider} {
		f.bank.accounts[raw(who).String()] = sdk.NewCoins(uusd(1_000))
	}
	t.Cleanup(f.checkHeld)
	return f
}

// checkHeld is the invariant of the module's account.
func (f *fixture) checkHeld() {
	f.t.Helper()
	held, err := f.keeper.Held(f.ctx)
	require.NoError(f.t, err)
	require.Equal(f.t, f.bank.module.AmountOf("uusd").String(), held.Amount.String(), "module account")
}

func raw(n byte) sdk.AccAddress { return bytes.Repeat([]byte{n}, 20) }

func text(a sdk.AccAddress) string {
	out, err := addresscodec.NewBech32Codec(dataset.AddressPrefix).BytesToString(a)
	if err != nil {
		panic(err)
	}
	return out
}

// addr is the address of which every byte is n.
func addr(n byte) string { return text(raw(n)) }

func digest(n byte) []byte { return bytes.Repeat([]byte{n}, attestation.DigestSize) }

func uusd(amount int64) sdk.Coin { return sdk.NewInt64Coin("uusd", amount) }

func info() *attestation.GatewayInfo {
	return &attestation.GatewayInfo{
		BaseUrl: "https://gateway.example", Recipient: "age1pq1" + strings.Repeat("q", 1952), TermsSha256: digest(1),
	}
}

func accreditation(
	n byte,
	kind attestation.OrganisationKind,
	roles ...attestation.Role,
) *attestation.MsgAccreditOrganisation {
	msg := &attestation.MsgAccreditOrganisation{
		Authority: addr(authority), Address: addr(n), Kind: kind, Country: "CH", Roles: roles,
	}
	for _, role := range roles {
		if role == attestation.ROLE_GATEWAY {
			msg.Gateway = info()
		}
	}
	return msg
}

func (f *fixture) accredit(n byte, kind attestation.OrganisationKind, roles ...attestation.Role) {
	f.t.Helper()
	_, err := f.msgs.AccreditOrganisation(f.ctx, accreditation(n, kind, roles...))
	require.NoError(f.t, err)
}

func (f *fixture) suspend(n byte, lift bool) error {
	_, err := f.msgs.SuspendOrganisation(f.ctx, &attestation.MsgSuspendOrganisation{
		Authority: addr(authority), Address: addr(n), Lift: lift,
	})
	return err
}

func (f *fixture) deposit(n byte, amount int64) {
	f.t.Helper()
	_, err := f.msgs.DepositBond(f.ctx, &attestation.MsgDepositBond{Organisation: addr(n), Amount: uusd(amount)})
	require.NoError(f.t, err)
}

func (f *fixture) withdraw(n byte, amount int64) error {
	_, err := f.msgs.WithdrawBond(f.ctx, &attestation.MsgWithdrawBond{Organisation: addr(n), Amount: uusd(amount)})
	return err
}

func (f *fixture) organisation(n byte) attestation.Organisation {
	f.t.Helper()
	o, err := f.keeper.Organisation(f.ctx, addr(n))
	require.NoError(f.t, err)
	return o
}

// has checks what lies on an account.
func (f *fixture) has(n byte, amount int64) {
	f.t.Helper()
	require.Equal(f.t, uusd(amount).Amount.String(), f.bank.accounts[raw(n).String()].AmountOf("uusd").String())
}

// setParams changes parameters behind the authority's back.
func (f *fixture) setParams(change func(p *attestation.Params)) {
	f.t.Helper()
	p, err := f.keeper.Params.Get(f.ctx)
	require.NoError(f.t, err)
	change(&p)
	require.NoError(f.t, f.keeper.Params.Set(f.ctx, p))
}

// change edits the stored dataset.
func (f *fixture) change(edit func(d *dataset.Dataset)) {
	d := f.datasets[setID]
	edit(&d)
	f.datasets[setID] = d
}

func (f *fixture) emitted() []string {
	out := []string{}
	for _, e := range f.ctx.EventManager().Events() {
		out = append(out, strings.TrimPrefix(e.Type, "volens.attestation.v1."))
	}
	return out
}

func TestNewKeeper_Authority(t *testing.T) {
	key := storetypes.NewKVStoreKey(attestation.StoreKey)
	require.Panics(t, func() {
		keeper.NewKeeper(moduletestutil.MakeTestEncodingConfig().Codec, runtime.NewKVStoreService(key),
			addresscodec.NewBech32Codec(dataset.AddressPrefix), "x", datasets{}, &bank{})
	})
}

func TestSetHooks_Twice(t *testing.T) {
	f := initFixture(t)
	require.Panics(t, func() { f.keeper.SetVerdictHook(f.hooks) })
	require.Panics(t, func() { f.keeper.SetChallengeHook(f.hooks) })
	require.Equal(t, addr(authority), f.keeper.Authority())
}

func TestUpdateParams(t *testing.T) {
	f := initFixture(t)
	params := attestation.DevnetParams()
	params.HeartbeatWindow = 7
	update := func(who byte, p attestation.Params) error {
		_, err := f.msgs.UpdateParams(f.ctx, &attestation.MsgUpdateParams{Authority: addr(who), Params: p})
		return err
	}
	require.ErrorIs(t, update(hospital, params), attestation.ErrAuthority)
	require.NoError(t, update(authority, params))
	got, err := f.query.Params(f.ctx, &attestation.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, params, got.Params)

	params.HeartbeatWindow = 0
	require.ErrorIs(t, update(authority, params), attestation.ErrInvalid)
	other := attestation.DevnetParams()
	other.ChallengeBond.Denom, other.OrganisationBond.Denom = "uvol", "uvol"
	require.ErrorIs(t, update(authority, other), attestation.ErrBond)
}
