package keeper_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/dataset/keeper"
	"github.com/volens-network/volens/x/internal/brittle"
)

const chainID = "volens-test"

// hooks records what it is told and refuses with err.
type hooks struct {
	err       error
	payloads  []dataset.Dataset
	proofs    [][]byte
	withdrawn []id.ID
}

func (h *hooks) BeforePayload(_ context.Context, d dataset.Dataset, proof []byte) error {
	h.payloads, h.proofs = append(h.payloads, d), append(h.proofs, proof)
	return h.err
}

func (h *hooks) AfterWithdraw(_ context.Context, key id.ID) error {
	h.withdrawn = append(h.withdrawn, key)
	return h.err
}

type fixture struct {
	ctx     sdk.Context
	brittle *brittle.Store
	keeper  *keeper.Keeper
	hooks   *hooks
	msgs    dataset.MsgServer
	query   dataset.QueryServer
}

func initFixture(t *testing.T) *fixture {
	t.Helper()
	f := bareFixture(t)
	f.hooks = &hooks{}
	f.keeper.SetHooks(f.hooks)
	return f
}

// bareFixture has no hooks.
func bareFixture(t *testing.T) *fixture {
	t.Helper()
	key := storetypes.NewKVStoreKey(dataset.StoreKey)
	ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient")).Ctx.
		WithChainID(chainID).WithBlockHeight(10)
	codec := moduletestutil.MakeTestEncodingConfig().Codec
	store := &brittle.Store{KVStoreService: runtime.NewKVStoreService(key)}
	k := keeper.NewKeeper(codec, store,
		addresscodec.NewBech32Codec(dataset.AddressPrefix), account(0xff))
	require.NoError(t, k.InitGenesis(ctx, dataset.DefaultGenesis()))
	return &fixture{ctx: ctx, brittle: store, keeper: k, msgs: keeper.NewMsgServer(k), query: keeper.NewQueryServer(k)}
}

// account is an address of which every byte is n.
func account(n byte) string {
	text, err := addresscodec.NewBech32Codec(dataset.AddressPrefix).BytesToString(bytes.Repeat([]byte{n}, 20))
	if err != nil {
		panic(err)
	}
	return text
}

func digest(n byte) []byte { return bytes.Repeat([]byte{n}, dataset.DigestSize) }

// payload has three gateways, 0x21 to 0x23; n tells payloads apart.
func payload(n byte) dataset.Payload {
	return dataset.Payload{
		KeyId: 1, Kind: dataset.KIND_BAM, SizeBucket: 1 << 20, Threshold: 2,
		Sha256: digest(n), TreeRoot: digest(n), U: digest(n), BodySha256: digest(n), FacetsRoot: digest(n),
		Gateways: []dataset.GatePart{
			{Gateway: account(0x21), Commitment: digest(6)},
			{Gateway: account(0x22), Commitment: digest(7)},
			{Gateway: account(0x23), Commitment: digest(8)},
		},
	}
}

func registration(owner, random byte) *dataset.MsgRegisterDataset {
	return &dataset.MsgRegisterDataset{
		Owner: account(owner), Random: bytes.Repeat([]byte{random}, 16), Payload: payload(random),
		Proof: bytes.Repeat([]byte{random}, dataset.ProofSize),
	}
}

// register stores a dataset and returns its id.
func (f *fixture) register(t *testing.T, owner, random byte) string {
	t.Helper()
	out, err := f.msgs.RegisterDataset(f.ctx, registration(owner, random))
	require.NoError(t, err)
	return out.DatasetId
}

func (f *fixture) hold(gateway byte, ids ...string) error {
	_, err := f.msgs.HoldReceipts(f.ctx, &dataset.MsgHoldReceipts{Gateway: account(gateway), DatasetIds: ids})
	return err
}

func (f *fixture) withdraw(owner byte, text string) error {
	_, err := f.msgs.WithdrawDataset(f.ctx, &dataset.MsgWithdrawDataset{Owner: account(owner), DatasetId: text})
	return err
}

func (f *fixture) drop(gateway byte, text string) error {
	_, err := f.msgs.DropHold(f.ctx, &dataset.MsgDropHold{Gateway: account(gateway), DatasetId: text})
	return err
}

func (f *fixture) replace(owner byte, text string) error {
	_, err := f.msgs.ReplacePayload(f.ctx, &dataset.MsgReplacePayload{
		Owner: account(owner), DatasetId: text, Payload: payload(9), Proof: make([]byte, dataset.ProofSize),
	})
	return err
}

func (f *fixture) get(t *testing.T, text string) dataset.Dataset {
	t.Helper()
	d, err := f.keeper.Dataset(f.ctx, parse(t, text))
	require.NoError(t, err)
	return d
}

func parse(t *testing.T, text string) id.ID {
	t.Helper()
	key, err := id.Parse(text)
	require.NoError(t, err)
	return key
}

// emitted lists the types of the events so far.
func (f *fixture) emitted() []string {
	out := []string{}
	for _, e := range f.ctx.EventManager().Events() {
		out = append(out, e.Type)
	}
	return out
}

func TestNewKeeper_Authority(t *testing.T) {
	key := storetypes.NewKVStoreKey(dataset.StoreKey)
	require.Panics(t, func() {
		keeper.NewKeeper(moduletestutil.MakeTestEncodingConfig().Codec, runtime.NewKVStoreService(key),
			addresscodec.NewBech32Codec(dataset.AddressPrefix), "")
	})
}

func TestSetHooks_Twice(t *testing.T) {
	f := initFixture(t)
	require.Panics(t, func() { f.keeper.SetHooks(&hooks{}) })
}

func TestDataset_NotFound(t *testing.T) {
	f := initFixture(t)
	_, err := f.keeper.Dataset(f.ctx, id.ID{1})
	require.ErrorIs(t, err, dataset.ErrNotFound)
	require.ErrorContains(t, err, id.ID{1}.String())
}

func TestSetFrozen(t *testing.T) {
	f := initFixture(t)
	text := f.register(t, 1, 1)
	key := parse(t, text)

	require.ErrorIs(t, f.keeper.SetFrozen(f.ctx, key, false), dataset.ErrStatus, "active already")
	require.NoError(t, f.keeper.SetFrozen(f.ctx, key, true))
	require.Equal(t, dataset.STATUS_FROZEN, f.get(t, text).Status)
	require.ErrorIs(t, f.keeper.SetFrozen(f.ctx, key, true), dataset.ErrStatus, "frozen already")
	require.NoError(t, f.keeper.SetFrozen(f.ctx, key, false))
	require.Equal(t, dataset.STATUS_ACTIVE, f.get(t, text).Status)

	require.NoError(t, f.withdraw(1, text))
	require.ErrorIs(t, f.keeper.SetFrozen(f.ctx, key, true), dataset.ErrStatus)
	require.ErrorIs(t, f.keeper.SetFrozen(f.ctx, key, false), dataset.ErrStatus, "withdrawn is for ever")
	require.ErrorIs(t, f.keeper.SetFrozen(f.ctx, id.ID{}, true), dataset.ErrNotFound)
}

func TestOriginChainID(t *testing.T) {
	f := initFixture(t)
	origin, err := f.keeper.OriginChainID(f.ctx)
	require.NoError(t, err)
	require.Equal(t, chainID, origin)

	require.NoError(t, f.keeper.InitGenesis(f.ctx, &dataset.GenesisState{OriginChainId: "volens-0"}))
	origin, err = f.keeper.OriginChainID(f.ctx)
	require.NoError(t, err)
	require.Equal(t, "volens-0", origin)
}
