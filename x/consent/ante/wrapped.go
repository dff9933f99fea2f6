package ante

import (
	"reflect"
	"strings"

	errorsmod "cosmossdk.io/errors"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/x/consent"
)

// MaxDepth is how deep messages may be nested in each other. Nothing sensible
// reaches it.
const MaxDepth = 8

const (
	typeRevokeConsent      = "/volens.consent.v1.MsgRevokeConsent"
	typeWithdrawInspection = "/volens.custody.v1.MsgWithdrawInspection"
)

// Personal returns the type URLs of the messages that RefuseWrapped lets stand at the
// top of a transaction only.
func Personal() []string {
	return []string{
		"/volens.consent.v1.MsgGrantConsent",
		"/volens.consent.v1.MsgAmendConsent",
		typeRevokeConsent,
		"/volens.consent.v1.MsgSetRevoker",
		"/volens.market.v1.MsgDecideRequest",
		"/volens.custody.v1.MsgRequestInspection",
		typeWithdrawInspection,
		"/volens.custody.v1.MsgInject",
	}
}

// Resolver makes an empty message for a type URL; the interface registry is one.
type Resolver interface {
	Resolve(typeURL string) (proto.Message, error)
}

// RefuseWrapped is the decorator that refuses wrapped personal messages.
type RefuseWrapped struct {
	resolver Resolver
	personal map[string]bool
}

// NewRefuseWrapped makes the decorator.
func NewRefuseWrapped(resolver Resolver) RefuseWrapped {
	personal := map[string]bool{}
	for _, typeURL := range Personal() {
		personal[name(typeURL)] = true
	}
	return RefuseWrapped{resolver: resolver, personal: personal}
}

// AnteHandle refuses, with consent.ErrWrapped, a transaction in which a message of
// Personal stands inside another one, however deep (authz.MsgExec, a proposal of
// x/gov, a message of a module that does not exist yet), an authorisation that names
// one, a nesting deeper than MaxDepth, and nested content that it cannot read.
func (r RefuseWrapped) AnteHandle(
	ctx sdk.Context, tx sdk.Tx, simulate bool, next sdk.AnteHandler,
) (sdk.Context, error) {
	for i, msg := range tx.GetMsgs() {
		if err := r.search(reflect.ValueOf(msg), MaxDepth); err != nil {
			return ctx, errorsmod.Wrapf(err, "message %d", i)
		}
	}
	return next(ctx, tx, simulate)
}

// search looks for nested messages in a value, by its Go type and not by the
// interfaces that its module chose to implement.
func (r RefuseWrapped) search(v reflect.Value, depth int) error {
	if v.IsValid() && v.Type() == anyType {
		return r.inspect(v, depth)
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return r.search(v.Elem(), depth)
	case reflect.Struct:
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				continue
			}
			if err := r.search(v.Field(i), depth); err != nil {
				return err
			}
		}
	case reflect.Slice, reflect.Array:
		if scalar(v.Type().Elem().Kind()) {
			return nil
		}
		for i := range v.Len() {
			if err := r.search(v.Index(i), depth); err != nil {
				return err
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if err := r.search(v.MapIndex(key), depth); err != nil {
				return err
			}
		}
	default: // Scalars hold no message.
	}
	return nil
}

// inspect judges one nested message and searches it.
func (r RefuseWrapped) inspect(v reflect.Value, depth int) error {
	nested, ok := v.Interface().(codectypes.Any)
	if !ok {
		return errorsmod.Wrapf(consent.ErrWrapped, "%s is not readable", v.Type())
	}
	if nested.TypeUrl == "" && len(nested.Value) == 0 {
		return nil
	}
	if r.personal[name(nested.TypeUrl)] {
		return errorsmod.Wrap(consent.ErrWrapped, nested.TypeUrl)
	}
	if depth == 0 {
		return errorsmod.Wrapf(consent.ErrWrapped, "nested deeper than %d", MaxDepth)
	}
	inner, err := r.resolver.Resolve(nested.TypeUrl)
	if err != nil {
		return errorsmod.Wrapf(consent.ErrWrapped, "nested %q: %v", nested.TypeUrl, err)
	}
	if err := proto.Unmarshal(nested.Value, inner); err != nil {
		return errorsmod.Wrapf(consent.ErrWrapped, "nested %q: %v", nested.TypeUrl, err)
	}
	if a, ok := inner.(*authz.GenericAuthorization); ok && r.personal[name(a.Msg)] {
		return errorsmod.Wrapf(consent.ErrWrapped, "authorisation of %s", a.Msg)
	}
	return r.search(reflect.ValueOf(inner), depth-1)
}

var anyType = reflect.TypeFor[codectypes.Any]()

// name is the full name of the message that a type URL ends in.
func name(typeURL string) string {
	return typeURL[strings.LastIndex(typeURL, "/")+1:]
}

// scalar reports whether values of the kind hold no message.
func scalar(k reflect.Kind) bool {
	return k == reflect.String || (k >= reflect.Bool && k <= reflect.Complex128)
}
