package ante_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	codectestutil "github.com/cosmos/cosmos-sdk/codec/testutil"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/bech32"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/consent/ante"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

var (
	subject   = id.ID{1, 2, 3}
	errRefuse = errors.New("refused")
)

// keepers plays x/consent and x/custody.
type keepers struct {
	refuse, full error
	asked        []string
	used         []id.ID
	places       int
}

func (k *keepers) CheckRevoke(_ context.Context, _ id.ID, _ uint64, signer string) error {
	k.asked = append(k.asked, "revoke by "+signer)
	return k.refuse
}

func (k *keepers) CheckWithdrawInspection(_ context.Context, _ id.ID, owner string) error {
	k.asked = append(k.asked, "withdraw by "+owner)
	return k.refuse
}

func (k *keepers) UseLane(_ context.Context, subject id.ID) error {
	if k.full != nil {
		return k.full
	}
	k.used = append(k.used, subject)
	return nil
}

func (k *keepers) LanePlaces(context.Context) (int, error) { return k.places, k.full }

type fixture struct {
	t        *testing.T
	ctx      sdk.Context
	registry codectypes.InterfaceRegistry
	txs      client.TxConfig
	keepers  *keepers
}

func initFixture(t *testing.T) *fixture {
	t.Helper()
	registry := codectestutil.CodecOptions{AccAddressPrefix: dataset.AddressPrefix}.NewInterfaceRegistry()
	consent.RegisterInterfaces(registry)
	custody.RegisterInterfaces(registry)
	authz.RegisterInterfaces(registry)
	govv1.RegisterInterfaces(registry)
	banktypes.RegisterInterfaces(registry)
	key, transient := storetypes.NewKVStoreKey("k"), storetypes.NewTransientStoreKey("t")
	return &fixture{
		t:        t,
		ctx:      testutil.DefaultContext(key, transient),
		registry: registry,
		txs:      authtx.NewTxConfig(codec.NewProtoCodec(registry), authtx.DefaultSignModes),
		keepers:  &keepers{},
	}
}

// address is the account of 20 equal bytes.
func address(tb testing.TB, b byte) string {
	tb.Helper()
	text, err := bech32.ConvertAndEncode(dataset.AddressPrefix, bytes.Repeat([]byte{b}, 20))
	require.NoError(tb, err)
	return text
}

// account is the same account in bytes.
func account(b byte) sdk.AccAddress { return bytes.Repeat([]byte{b}, 20) }

// tx builds a transaction that the lane takes, after the changes.
func (f *fixture) tx(msgs []sdk.Msg, changes ...func(client.TxBuilder)) sdk.Tx {
	f.t.Helper()
	builder := f.txs.NewTxBuilder()
	require.NoError(f.t, builder.SetMsgs(msgs...))
	builder.SetGasLimit(ante.LaneGas)
	for _, change := range changes {
		change(builder)
	}
	return builder.GetTx()
}

func (f *fixture) revoke() *consent.MsgRevokeConsent {
	return &consent.MsgRevokeConsent{Signer: address(f.t, 1), DatasetId: subject.String(), Version: 4}
}

// lane runs the decorator and returns the context that the next one sees, and
// whether it was reached.
func (f *fixture) lane(tx sdk.Tx) (next sdk.Context, reached bool, err error) {
	_, err = ante.NewRevokeLane(f.keepers, f.keepers).AnteHandle(f.ctx, tx, false,
		func(ctx sdk.Context, _ sdk.Tx, _ bool) (sdk.Context, error) {
			next, reached = ctx, true
			return ctx, nil
		})
	return next, reached, err
}

// TestMain gives accounts the prefix that the application gives them.
func TestMain(m *testing.M) {
	sdk.GetConfig().SetBech32PrefixForAccount(dataset.AddressPrefix, dataset.AddressPrefix+sdk.PrefixPublic)
	os.Exit(m.Run())
}
