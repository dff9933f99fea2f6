package app_test

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	"cosmossdk.io/log/v2"
	sdkmath "cosmossdk.io/math"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/x/custody"
)

// messages are all of ours that somebody signs.
func messages(t *testing.T, node *app.App) []sdk.Msg {
	t.Helper()
	var out []sdk.Msg
	for _, url := range node.Registry().ListImplementations(sdk.MsgInterfaceProtoName) {
		if !strings.HasPrefix(url, "/volens.") || url == sdk.MsgTypeURL(&custody.MsgInject{}) {
			continue
		}
		msg, err := node.Registry().Resolve(url)
		require.NoError(t, err)
		out = append(out, msg)
	}
	require.Len(t, out, 44, "all of them")
	return out
}

// fill gives every field a value that is not the zero one.
func fill(t *testing.T, v reflect.Value, account string) {
	t.Helper()
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(1_800_000_000, 0).UTC()))
		return
	case sdkmath.Int:
		v.Set(reflect.ValueOf(sdkmath.NewInt(7)))
		return
	case []byte:
		v.SetBytes([]byte{1, 2, 3})
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(account)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int32, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint32, reflect.Uint64:
		v.SetUint(1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), account)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(t, v.Index(i), account)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), account)
		}
	default:
		require.Fail(t, "a field of a kind that no message had", "%s", v.Type())
	}
}

// Wallets that sign amino JSON, hardware among them, and the chain that verifies it write
// every message alike, and nothing in it is left out of what is signed.
func TestSign_EveryMessage(t *testing.T) {
	app.SetPrefixes()
	node := app.New(
		log.NewNopLogger(), dbm.NewMemDB(), true, simtestutil.NewAppOptionsWithFlagHome(t.TempDir()),
	)
	t.Cleanup(func() { require.NoError(t, node.Close()) })
	key := secp256k1.GenPrivKeyFromSecret([]byte("signer"))
	account := sdk.AccAddress(key.PubKey().Address()).String()
	for _, msg := range messages(t, node) {
		t.Run(sdk.MsgTypeURL(msg), func(t *testing.T) {
			fill(t, reflect.ValueOf(msg).Elem(), account)
			signers, _, err := node.Codec().GetMsgV1Signers(msg)
			require.NoError(t, err)
			require.Len(t, signers, 1)
			require.Equal(t, key.PubKey().Address().Bytes(), signers[0])
			sameAmino(t, node, msg, key)
		})
	}
}

func sameAmino(t *testing.T, node *app.App, msg sdk.Msg, key *secp256k1.PrivKey) {
	t.Helper()
	builder := node.TxConfig().NewTxBuilder()
	require.NoError(t, builder.SetMsgs(msg))
	builder.SetGasLimit(1)
	data := authsigning.SignerData{
		Address: sdk.AccAddress(key.PubKey().Address()).String(), ChainID: "test-1", PubKey: key.PubKey(),
	}
	for _, mode := range []signing.SignMode{
		signing.SignMode_SIGN_MODE_DIRECT, signing.SignMode_SIGN_MODE_LEGACY_AMINO_JSON,
	} {
		require.NoError(t, builder.SetSignatures(signing.SignatureV2{
			PubKey: key.PubKey(), Data: &signing.SingleSignatureData{SignMode: mode},
		}))
		raw, err := authsigning.GetSignBytesAdapter(
			context.Background(), node.TxConfig().SignModeHandler(), mode, data, builder.GetTx(),
		)
		require.NoError(t, err, mode)
		require.NotEmpty(t, raw)
		if mode == signing.SignMode_SIGN_MODE_DIRECT {
			continue
		}
		var doc struct {
			Msgs []json.RawMessage `json:"msgs"`
		}
		require.NoError(t, json.Unmarshal(raw, &doc))
		require.Len(t, doc.Msgs, 1)
		signed, err := node.Amino().MarshalJSON(msg)
		require.NoError(t, err)
		require.JSONEq(t, string(signed), string(doc.Msgs[0]))
	}
}

// No message is known by its name only: it would be written, and signed, without fields.
func TestEncoding_NoPlaceholders(t *testing.T) {
	app.SetPrefixes()
	e, err := app.NewEncoding()
	require.NoError(t, err)
	seen := 0
	e.Registry.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Imports().Len() {
			imported := file.Imports().Get(i)
			require.False(t, imported.IsPlaceholder(), "%s imports %s", file.Path(), imported.Path())
		}
		for i := range file.Messages().Len() {
			fields := file.Messages().Get(i).Fields()
			for j := range fields.Len() {
				if m := fields.Get(j).Message(); m != nil {
					require.False(t, m.IsPlaceholder(), "%s", fields.Get(j).FullName())
					seen++
				}
			}
		}
		return true
	})
	require.Positive(t, seen)
}
