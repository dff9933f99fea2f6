// Package keeper holds the state of x/market and applies its messages.
//
// NewKeeper makes a Keeper; NewMsgServer and NewQueryServer serve it. EndBlock does
// what is due: it clears requests and ends those that came to nothing, pays what was
// held, and settles claims. x/custody tells through AfterRelease and AfterVoid what
// became of a seat; x/attestation asks PendingPrice.
//
// Every movement of money goes through the four methods in money.go, which change
// the ledger, write the payment and send the coins in one step. Nothing here decides
// whether a use is permitted: x/custody does.
package keeper

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/collections/indexes"
	"cosmossdk.io/core/address"
	corestore "cosmossdk.io/core/store"
	errorsmod "cosmossdk.io/errors"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/internal/quarantine"
	"github.com/volens-network/volens/x/market"
)

var (
	_ custody.Hooks             = (*Keeper)(nil)
	_ attestation.ChallengeHook = (*Keeper)(nil)
)

// RequestIndexes list requests otherwise than by id.
type RequestIndexes struct {
	// ByResearcher is keyed by researcher, id.
	ByResearcher *indexes.Multi[sdk.AccAddress, id.ID, market.Request]
	// ByState is keyed by state, id.
	ByState *indexes.Multi[int32, id.ID, market.Request]
}

// IndexesList is what collections asks of a set of indexes.
func (i RequestIndexes) IndexesList() []collections.Index[id.ID, market.Request] {
	return []collections.Index[id.ID, market.Request]{i.ByResearcher, i.ByState}
}

// Keeper is the state of x/market.
type Keeper struct {
	authority string
	left      market.Left
	// pool and committee are the addresses of market.PoolAccount and CommitteeAccount.
	pool, committee string

	// Schema describes the collections of all components.
	Schema collections.Schema
	// Params has the parameters.
	Params collections.Item[market.Params]
	// Requests is keyed by id.
	Requests *collections.IndexedMap[id.ID, market.Request, RequestIndexes]

	Decisions Decisions
	Money     Money
	Services  Services
	Agenda    Agenda
}

// NewKeeper makes the keeper. The authority may change the parameters and nothing
// else.
func NewKeeper(
	cdc codec.BinaryCodec, store corestore.KVStoreService, addresses address.Codec, authority string, left market.Left,
) *Keeper {
	if _, err := addresses.StringToBytes(authority); err != nil {
		panic(fmt.Sprintf("x/market: authority: %v", err)) //nolint:forbidigo // constructor
	}
	pool, err := addresses.BytesToString(market.PoolAccount())
	if err != nil {
		panic(fmt.Sprintf("x/market: community pool: %v", err)) //nolint:forbidigo // constructor
	}
	committee, err := addresses.BytesToString(market.CommitteeAccount())
	if err != nil {
		panic(fmt.Sprintf("x/market: committee: %v", err)) //nolint:forbidigo // constructor
	}
	sb := collections.NewSchemaBuilder(store)
	k := &Keeper{
		authority: authority,
		left:      left,
		pool:      pool,
		committee: committee,
		Params:    collections.NewItem(sb, market.ParamsPrefix, "params", codec.CollValue[market.Params](cdc)),
		Requests:  newRequests(sb, cdc),
		Decisions: newDecisions(sb, cdc),
		Money:     newMoney(sb, cdc),
		Services:  newServices(sb, cdc),
		Agenda:    newAgenda(sb),
	}
	if k.Schema, err = sb.Build(); err != nil {
		panic(fmt.Sprintf("x/market: %v", err)) //nolint:forbidigo // constructor
	}
	return k
}

func newRequests(
	sb *collections.SchemaBuilder, cdc codec.BinaryCodec,
) *collections.IndexedMap[id.ID, market.Request, RequestIndexes] {
	return collections.NewIndexedMap(sb, market.RequestsPrefix, "requests", dataset.IDKey,
		codec.CollValue[market.Request](cdc), RequestIndexes{
			ByResearcher: indexes.NewMulti(sb, market.ByResearcherPrefix, "requests_by_researcher",
				sdk.AccAddressKey, dataset.IDKey, func(_ id.ID, r market.Request) (sdk.AccAddress, error) {
					return dataset.ParseAddress(r.Researcher)
				}),
			ByState: indexes.NewMulti(
				sb,
				market.ByStatePrefix,
				"requests_by_state",
				collections.Int32Key,
				dataset.IDKey,
				func(_ id.ID, r market.Request) (int32, error) { return int32(r.State), nil },
			),
		})
}

// Request returns a request, or market.ErrNotFound.
func (k *Keeper) Request(ctx context.Context, key id.ID) (market.Request, error) {
	r, err := k.Requests.Get(ctx, key)
	return r, found(err, "request %s", key)
}

// named returns the request that a text id names.
func (k *Keeper) named(ctx context.Context, text string) (id.ID, market.Request, error) {
	key, err := id.Parse(text)
	if err != nil {
		return key, market.Request{}, errorsmod.Wrapf(market.ErrInvalid, "request_id: %v", err)
	}
	r, err := k.Request(ctx, key)
	return key, r, err
}

// asked returns a request of this researcher.
func (k *Keeper) asked(ctx context.Context, text, researcher string) (id.ID, market.Request, error) {
	key, r, err := k.named(ctx, text)
	if err == nil && r.Researcher != researcher {
		err = errorsmod.Wrapf(market.ErrNotResearcher, "request %s", text)
	}
	return key, r, err
}

// moveTo stores a request in its new state and announces it.
func (k *Keeper) moveTo(ctx context.Context, key id.ID, r market.Request, to market.State) error {
	r.State = to
	if err := k.Requests.Set(ctx, key, r); err != nil {
		return err
	}
	return emit(ctx, &market.EventRequestState{RequestId: r.Id, State: to})
}

// quarantine runs one item of a block's work and reports whether it was kept.
func (k *Keeper) quarantine(ctx sdk.Context, item string, run func(sdk.Context) error) bool {
	return quarantine.Item(ctx, market.ModuleName, item, run)
}

func height(ctx context.Context) int64 { return sdk.UnwrapSDKContext(ctx).BlockHeight() }

func isNotFound(err error) bool { return errors.Is(err, collections.ErrNotFound) }

// found turns a missing entry into market.ErrNotFound, with its name.
func found(err error, format string, args ...any) error {
	if isNotFound(err) {
		return errorsmod.Wrapf(market.ErrNotFound, format, args...)
	}
	return err
}

func emit(ctx context.Context, event proto.Message) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(event)
}
