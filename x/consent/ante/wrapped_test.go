package ante_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/consent/ante"
	"github.com/volens-network/volens/x/custody"
)

// wrapped runs the decorator and tells whether the next one was reached.
func (f *fixture) wrapped(msgs ...sdk.Msg) (reached bool, err error) {
	_, err = ante.NewRefuseWrapped(f.registry).AnteHandle(f.ctx, f.tx(msgs), false,
		func(ctx sdk.Context, _ sdk.Tx, _ bool) (sdk.Context, error) {
			reached = true
			return ctx, nil
		})
	return reached, err
}

// personal has a message of each kind that has a type here.
func (f *fixture) personal() []sdk.Msg {
	return []sdk.Msg{
		&consent.MsgGrantConsent{}, &consent.MsgAmendConsent{}, f.revoke(), &consent.MsgSetRevoker{},
		&custody.MsgRequestInspection{}, &custody.MsgWithdrawInspection{}, &custody.MsgInject{},
	}
}

func exec(msgs ...sdk.Msg) sdk.Msg {
	out := authz.NewMsgExec(account(2), msgs)
	return &out
}

func (f *fixture) proposal(msgs ...sdk.Msg) sdk.Msg {
	f.t.Helper()
	out, err := govv1.NewMsgSubmitProposal(msgs, nil, address(f.t, 2), "", "title", "summary", false)
	require.NoError(f.t, err)
	return out
}

func (f *fixture) authorise(a authz.Authorization) sdk.Msg {
	f.t.Helper()
	expiry := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	out, err := authz.NewMsgGrant(account(1), account(2), a, &expiry)
	require.NoError(f.t, err)
	return out
}

func TestRefuseWrapped_TopLevelPasses(t *testing.T) {
	f := initFixture(t)
	send := &banktypes.MsgSend{FromAddress: address(t, 1), ToAddress: address(t, 2)}
	reached, err := f.wrapped(append(f.personal(), send, exec(send), f.proposal(send, exec(send)))...)
	require.NoError(t, err)
	require.True(t, reached)
}

func TestRefuseWrapped_Nested(t *testing.T) {
	f := initFixture(t)
	send := &banktypes.MsgSend{FromAddress: address(t, 1), ToAddress: address(t, 2)}
	for _, msg := range f.personal() {
		for name, outer := range map[string]sdk.Msg{
			"exec":                 exec(msg),
			"second in exec":       exec(send, msg),
			"exec in exec":         exec(exec(msg)),
			"proposal":             f.proposal(msg),
			"exec in proposal":     f.proposal(send, exec(msg)),
			"proposal in exec":     exec(f.proposal(exec(msg))),
			"authorisation":        f.authorise(authz.NewGenericAuthorization(sdk.MsgTypeURL(msg))),
			"authorisation nested": exec(f.authorise(authz.NewGenericAuthorization(sdk.MsgTypeURL(msg)))),
		} {
			reached, err := f.wrapped(send, outer)
			require.ErrorIs(t, err, consent.ErrWrapped, "%s of %T", name, msg)
			require.False(t, reached)
		}
	}
}

// TestRefuseWrapped_EveryName: also those whose modules this package cannot import.
func TestRefuseWrapped_EveryName(t *testing.T) {
	f := initFixture(t)
	require.Len(t, ante.Personal(), 8)
	for _, typeURL := range ante.Personal() {
		for _, spelled := range []string{typeURL, "type.googleapis.com" + typeURL} {
			_, err := f.wrapped(&authz.MsgExec{Grantee: address(t, 2), Msgs: []*codectypes.Any{{TypeUrl: spelled}}})
			require.ErrorIs(t, err, consent.ErrWrapped)
			_, err = f.wrapped(f.authorise(authz.NewGenericAuthorization(spelled)))
			require.ErrorIs(t, err, consent.ErrWrapped)
		}
	}
}

func TestRefuseWrapped_OtherAuthorisations(t *testing.T) {
	f := initFixture(t)
	for _, a := range []authz.Authorization{
		authz.NewGenericAuthorization("/cosmos.bank.v1beta1.MsgSend"),
		authz.NewGenericAuthorization("/volens.consent.v1.MsgUpdateParams"),
		banktypes.NewSendAuthorization(fee(5), nil),
	} {
		_, err := f.wrapped(f.authorise(a))
		require.NoError(t, err)
	}
}

// TestRefuseWrapped_AnyMessage: what nests need be neither authz nor gov, nor implement
// UnpackInterfaces, and its content may lie in bytes that nobody has decoded yet.
func TestRefuseWrapped_AnyMessage(t *testing.T) {
	f := initFixture(t)
	inner, err := codectypes.NewAnyWithValue(f.revoke())
	require.NoError(t, err)
	raw, err := proto.Marshal(exec(f.revoke()))
	require.NoError(t, err)
	undecoded := &codectypes.Any{TypeUrl: "/cosmos.authz.v1beta1.MsgExec", Value: raw}
	search := func(msg sdk.Msg) error {
		_, err := ante.NewRefuseWrapped(f.registry).AnteHandle(f.ctx, raws{msgs: []sdk.Msg{msg}}, false,
			func(ctx sdk.Context, _ sdk.Tx, _ bool) (sdk.Context, error) { return ctx, nil })
		return err
	}
	for name, msg := range map[string]sdk.Msg{
		"body":      &tx.TxBody{Messages: []*codectypes.Any{inner}},
		"deep":      &tx.Tx{Body: &tx.TxBody{ExtensionOptions: []*codectypes.Any{undecoded}}},
		"undecoded": &authz.MsgExec{Msgs: []*codectypes.Any{undecoded}},
		"itself":    inner,
		"slice":     holder{list: nil, Values: []codectypes.Any{*undecoded}},
		"map":       holder{Named: map[string]*codectypes.Any{"a": inner}},
		"array":     holder{Pair: [2]any{nil, inner}},
	} {
		require.ErrorIs(t, search(msg), consent.ErrWrapped, name)
	}
	for name, msg := range map[string]sdk.Msg{
		"nil":     (*tx.TxBody)(nil),
		"nothing": &tx.TxBody{Messages: []*codectypes.Any{nil, {}}},
		"hidden":  holder{list: []*codectypes.Any{inner}},
	} {
		require.NoError(t, search(msg), name)
	}
	unknown := &codectypes.Any{TypeUrl: "/volens.unknown.v1.Msg"}
	broken := &codectypes.Any{TypeUrl: "/cosmos.authz.v1beta1.MsgExec", Value: []byte{0xff}}
	for _, nested := range []*codectypes.Any{unknown, broken} {
		require.ErrorIs(t, search(&tx.TxBody{Messages: []*codectypes.Any{nested}}), consent.ErrWrapped)
	}
}

func TestRefuseWrapped_Depth(t *testing.T) {
	f := initFixture(t)
	nested := sdk.Msg(&banktypes.MsgSend{FromAddress: address(t, 1), ToAddress: address(t, 2)})
	for range ante.MaxDepth {
		nested = exec(nested)
	}
	_, err := f.wrapped(nested)
	require.NoError(t, err)
	_, err = f.wrapped(exec(nested))
	require.ErrorIs(t, err, consent.ErrWrapped)
}

// raws is a transaction of messages as they are.
type raws struct {
	sdk.Tx
	msgs []sdk.Msg
}

func (r raws) GetMsgs() []sdk.Msg { return r.msgs }

// holder is a message that nests in ways that no message here does.
type holder struct {
	proto.Message
	list   []*codectypes.Any
	Values []codectypes.Any
	Named  map[string]*codectypes.Any
	Pair   [2]any
}

func FuzzRefuseWrapped(f *testing.F) {
	raw, err := proto.Marshal(exec(&banktypes.MsgSend{}))
	require.NoError(f, err)
	f.Add("/cosmos.authz.v1beta1.MsgExec", raw)
	f.Add("/volens.consent.v1.MsgRevokeConsent", []byte{})
	f.Add("", []byte{1})
	f.Fuzz(func(t *testing.T, typeURL string, value []byte) {
		x := initFixture(t)
		msg := &authz.MsgExec{Msgs: []*codectypes.Any{{TypeUrl: typeURL, Value: value}}}
		_, err := ante.NewRefuseWrapped(x.registry).AnteHandle(x.ctx, raws{msgs: []sdk.Msg{msg}}, false,
			func(ctx sdk.Context, _ sdk.Tx, _ bool) (sdk.Context, error) { return ctx, nil })
		for _, personal := range ante.Personal() {
			if typeURL == personal {
				require.ErrorIs(t, err, consent.ErrWrapped)
			}
		}
	})
}
