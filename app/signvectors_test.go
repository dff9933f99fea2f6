package app_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"
	sdkmath "cosmossdk.io/math"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/core/login"
	"github.com/volens-network/volens/test/vectors"
	"github.com/volens-network/volens/x/consent"
)

// signFile is test/vectors/sign.json. Bytes are base64.
type signFile struct {
	Description string        `json:"description"`
	Address     string        `json:"address"`
	PublicKey   []byte        `json:"public_key"`
	PrivateKey  []byte        `json:"private_key"`
	Messages    []signMessage `json:"messages"`
	Documents   []signCase    `json:"documents"`
	Arbitrary   signArbitrary `json:"arbitrary"`
}

// signMessage is one message alone in the transaction of the first document. Direct is the
// SHA-256 of the bytes of the SignDoc, in hexadecimal digits.
type signMessage struct {
	Name    string `json:"name"`
	TypeURL string `json:"type_url"`
	Value   []byte `json:"value"`
	Direct  string `json:"direct"`
	Amino   string `json:"amino"`
}

// signCase is a whole transaction with the signatures of both modes.
type signCase struct {
	Name          string        `json:"name"`
	Messages      []signMessage `json:"messages"`
	ChainID       string        `json:"chain_id"`
	AccountNumber uint64        `json:"account_number"`
	Sequence      uint64        `json:"sequence"`
	Memo          string        `json:"memo"`
	TimeoutHeight uint64        `json:"timeout_height"`
	Gas           uint64        `json:"gas"`
	Fee           sdk.Coins     `json:"fee"`
	Granter       string        `json:"granter"`
	Direct        []byte        `json:"direct"`
	Amino         string        `json:"amino"`
	DirectTx      []byte        `json:"direct_tx"`
	AminoTx       []byte        `json:"amino_tx"`

	sdkMsgs []sdk.Msg
}

// signArbitrary is a login, signed by ADR-036.
type signArbitrary struct {
	Text      string `json:"text"`
	Document  string `json:"document"`
	Signature []byte `json:"signature"`
}

// bare is a message of which only the signer is set.
func bare(t *testing.T, node *app.App, msg sdk.Msg, account string) sdk.Msg {
	t.Helper()
	out := reflect.New(reflect.TypeOf(msg).Elem())
	v := out.Elem()
	for i := range v.NumField() {
		if v.Field(i).Kind() != reflect.String {
			continue
		}
		v.Field(i).SetString(account)
		filled, ok := out.Interface().(sdk.Msg)
		require.True(t, ok)
		if _, _, err := node.Codec().GetMsgV1Signers(filled); err == nil {
			return filled
		}
		v.Field(i).SetString("")
	}
	require.Fail(t, "no field signs", "%T", msg)
	return nil
}

// odd puts values into a filled message that are hard to write alike: what JSON escapes,
// the ends of the ranges of numbers, parts of seconds.
func odd(v reflect.Value, account string) {
	switch value := v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(1_800_000_000, 120_300_000).UTC()))
		return
	case sdkmath.Int:
		v.Set(reflect.ValueOf(sdkmath.NewIntWithDecimal(12345, 30)))
		return
	case []byte:
		v.SetBytes([]byte{0xfb, 0xff, 0xfe, 0})
		return
	case string:
		if value != account {
			return
		}
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("<a href=\"x\">&'\\/\u2028\u2029\b\f\n\r\t\x01\x7f\u00e9\U0001F9EC")
	case reflect.Int32:
		v.SetInt(math.MaxInt32)
	case reflect.Int64:
		v.SetInt(math.MinInt64)
	case reflect.Uint32:
		v.SetUint(math.MaxUint32)
	case reflect.Uint64:
		v.SetUint(math.MaxUint64)
	case reflect.Pointer:
		odd(v.Elem(), account)
	case reflect.Slice:
		for i := range v.Len() {
			odd(v.Index(i), account)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			odd(v.Field(i), account)
		}
	default:
	}
}

// sponsorships are the forms of an allowance: messages with other messages in them.
func sponsorships(t *testing.T, account sdk.AccAddress) map[string]sdk.Msg {
	t.Helper()
	end := time.Date(2027, 1, 2, 3, 4, 5, 670, time.UTC)
	coins := sdk.NewCoins(sdk.NewInt64Coin("uusd", 5), sdk.NewInt64Coin("uvol", 1_000_000))
	basic := &feegrant.BasicAllowance{SpendLimit: coins, Expiration: &end}
	periodic := &feegrant.PeriodicAllowance{
		Basic: *basic, Period: 24*time.Hour + time.Nanosecond, PeriodSpendLimit: coins, PeriodReset: end,
	}
	allowed, err := feegrant.NewAllowedMsgAllowance(periodic, []string{sdk.MsgTypeURL(&consent.MsgGrantConsent{})})
	require.NoError(t, err)
	out := map[string]sdk.Msg{
		"MsgSend":            banktypes.NewMsgSend(account, account, coins),
		"MsgSend of nothing": banktypes.NewMsgSend(account, account, nil),
		"MsgRevokeAllowance": &feegrant.MsgRevokeAllowance{Granter: account.String(), Grantee: account.String()},
	}
	for name, allowance := range map[string]feegrant.FeeAllowanceI{
		"nothing": &feegrant.BasicAllowance{}, "basic": basic, "periodic": periodic,
		"empty periodic": &feegrant.PeriodicAllowance{}, "allowed": allowed,
	} {
		msg, err := feegrant.NewMsgGrantAllowance(allowance, account, account)
		require.NoError(t, err)
		out["MsgGrantAllowance "+name] = msg
	}
	return out
}

// signer makes the documents of one account.
type signer struct {
	t    *testing.T
	node *app.App
	key  *secp256k1.PrivKey
}

// builder is the transaction of a case.
func (s signer) builder(c signCase) client.TxBuilder {
	builder := s.node.TxConfig().NewTxBuilder()
	require.NoError(s.t, builder.SetMsgs(c.sdkMsgs...))
	builder.SetGasLimit(c.Gas)
	builder.SetFeeAmount(c.Fee)
	builder.SetMemo(c.Memo)
	builder.SetTimeoutHeight(c.TimeoutHeight)
	if c.Granter != "" {
		builder.SetFeeGranter(sdk.MustAccAddressFromBech32(c.Granter))
	}
	return builder
}

// sign returns what is signed in a mode, and the signed transaction.
func (s signer) sign(c signCase, mode signing.SignMode) (document, transaction []byte) {
	builder := s.builder(c)
	set := func(signature []byte) {
		require.NoError(s.t, builder.SetSignatures(signing.SignatureV2{
			PubKey: s.key.PubKey(), Sequence: c.Sequence,
			Data: &signing.SingleSignatureData{SignMode: mode, Signature: signature},
		}))
	}
	set(nil)
	document, err := authsigning.GetSignBytesAdapter(
		context.Background(), s.node.TxConfig().SignModeHandler(), mode,
		authsigning.SignerData{
			Address: sdk.AccAddress(s.key.PubKey().Address()).String(), ChainID: c.ChainID,
			AccountNumber: c.AccountNumber, Sequence: c.Sequence, PubKey: s.key.PubKey(),
		}, builder.GetTx(),
	)
	require.NoError(s.t, err, "%T", c.sdkMsgs[0])
	signature, err := s.key.Sign(document)
	require.NoError(s.t, err)
	set(signature)
	transaction, err = s.node.TxConfig().TxEncoder()(builder.GetTx())
	require.NoError(s.t, err)
	return document, transaction
}

// packed is a message as it stands in a body.
func (s signer) packed(name string, msg sdk.Msg) signMessage {
	value, err := proto.Marshal(msg)
	require.NoError(s.t, err)
	return signMessage{Name: name, TypeURL: sdk.MsgTypeURL(msg), Value: value}
}

// alone is a message in the transaction of the first document.
func (s signer) alone(name string, msg sdk.Msg) signMessage {
	c := signCase{ChainID: "volens-1", AccountNumber: 7, Sequence: 3, Gas: 200_000, sdkMsgs: []sdk.Msg{msg}}
	direct, _ := s.sign(c, signing.SignMode_SIGN_MODE_DIRECT)
	amino, _ := s.sign(c, signing.SignMode_SIGN_MODE_LEGACY_AMINO_JSON)
	out, digest := s.packed(name, msg), sha256.Sum256(direct)
	out.Direct, out.Amino = hex.EncodeToString(digest[:]), string(amino)
	return out
}

// document is a whole case with its bytes.
func (s signer) document(c signCase) signCase {
	for _, msg := range c.sdkMsgs {
		c.Messages = append(c.Messages, s.packed("", msg))
	}
	var amino []byte
	c.Direct, c.DirectTx = s.sign(c, signing.SignMode_SIGN_MODE_DIRECT)
	amino, c.AminoTx = s.sign(c, signing.SignMode_SIGN_MODE_LEGACY_AMINO_JSON)
	c.Amino = string(amino)
	return c
}

func (s signer) messages(account sdk.AccAddress) []signMessage {
	var out []signMessage
	all := messages(s.t, s.node)
	slices.SortFunc(all, func(a, b sdk.Msg) int { return strings.Compare(sdk.MsgTypeURL(a), sdk.MsgTypeURL(b)) })
	for _, msg := range all {
		name := strings.TrimPrefix(sdk.MsgTypeURL(msg), "/volens.")
		out = append(out, s.alone(name+" bare", bare(s.t, s.node, msg, account.String())))
		fill(s.t, reflect.ValueOf(msg).Elem(), account.String())
		out = append(out, s.alone(name+" full", msg))
		// The signer must stay who it is, so that only what is inside becomes odd.
		v := reflect.ValueOf(msg).Elem()
		for i := range v.NumField() {
			if v.Field(i).Kind() != reflect.String {
				odd(v.Field(i), account.String())
			}
		}
		out = append(out, s.alone(name+" odd", msg))
	}
	return out
}

func (s signer) documents(account sdk.AccAddress, sponsored map[string]sdk.Msg) []signCase {
	revoke := &consent.MsgRevokeConsent{Signer: account.String(), DatasetId: strings.Repeat("0a", 16), Version: 2}
	cases := []signCase{
		{Name: "a message", Gas: 200_000, sdkMsgs: []sdk.Msg{revoke}},
		{
			Name: "two messages", Gas: 123_456, Memo: "a <memo> & more\u2028", TimeoutHeight: 99,
			Fee: sdk.NewCoins(sdk.NewInt64Coin("uvol", 5000)), Granter: account.String(),
			sdkMsgs: []sdk.Msg{revoke, sponsored["MsgSend"]},
		},
		{
			Name: "the ends of numbers", Gas: math.MaxInt64, TimeoutHeight: math.MaxUint64,
			AccountNumber: math.MaxUint64 - 7, Sequence: math.MaxUint64 - 3,
			Fee:     sdk.NewCoins(sdk.NewInt64Coin("uusd", 1), sdk.NewInt64Coin("uvol", math.MaxInt64)),
			sdkMsgs: []sdk.Msg{sponsored["MsgGrantAllowance allowed"]},
		},
	}
	for i := range cases {
		cases[i].ChainID = "volens-1"
		cases[i].AccountNumber += 7
		cases[i].Sequence += 3
		cases[i] = s.document(cases[i])
	}
	return cases
}

func (s signer) arbitrary(account sdk.AccAddress) signArbitrary {
	challenge := login.Challenge{
		Origin: "https://gateway.example.org", ChainID: "volens-1", Address: account.String(),
		Nonce: strings.Repeat("0a", 48), Expires: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	require.NoError(s.t, challenge.Validate())
	signature, err := s.key.Sign(challenge.SignBytes())
	require.NoError(s.t, err)
	return signArbitrary{Text: challenge.Text(), Document: string(challenge.SignBytes()), Signature: signature}
}

// What the web app signs is, byte for byte, what the chain verifies: in both modes, for
// every message of ours, and for those of others that it sends.
func TestVectors_Sign(t *testing.T) {
	app.SetPrefixes()
	node := app.New(
		log.NewNopLogger(), dbm.NewMemDB(), true, simtestutil.NewAppOptionsWithFlagHome(t.TempDir()),
	)
	t.Cleanup(func() { require.NoError(t, node.Close()) })
	s := signer{t: t, node: node, key: secp256k1.GenPrivKeyFromSecret([]byte("signer"))}
	account := sdk.AccAddress(s.key.PubKey().Address())
	sponsored := sponsorships(t, account)
	file := signFile{
		Description: "What is signed, by the Cosmos SDK. The key is for tests: its secret is the word signer.",
		Address:     account.String(), PublicKey: s.key.PubKey().Bytes(), PrivateKey: s.key.Bytes(),
		Messages: s.messages(account), Documents: s.documents(account, sponsored), Arbitrary: s.arbitrary(account),
	}
	for _, name := range slices.Sorted(maps.Keys(sponsored)) {
		file.Messages = append(file.Messages, s.alone(name, sponsored[name]))
	}
	vectors.Check(t, "sign.json", file)
}
