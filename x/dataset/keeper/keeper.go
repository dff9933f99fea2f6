// Package keeper holds the state of x/dataset and applies its messages.
//
// NewKeeper makes a Keeper, SetHooks ties it to the module that checks capsules,
// NewMsgServer and NewQueryServer serve it. Modules to the right read through
// Dataset, Receipts and OriginChainID and write only through SetFrozen. No
// method gives a dataset another owner.
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

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
)

// Indexes lists datasets otherwise than by id.
type Indexes struct {
	// ByOwner is keyed by owner, id.
	ByOwner *indexes.Multi[sdk.AccAddress, id.ID, dataset.Dataset]
	// ByStatus is keyed by status, id.
	ByStatus *indexes.Multi[int32, id.ID, dataset.Dataset]
}

// IndexesList is what collections asks of a set of indexes.
func (i Indexes) IndexesList() []collections.Index[id.ID, dataset.Dataset] {
	return []collections.Index[id.ID, dataset.Dataset]{i.ByOwner, i.ByStatus}
}

// Keeper is the state of x/dataset.
type Keeper struct {
	hooks dataset.Hooks

	// Schema describes the collections below.
	Schema collections.Schema
	// Origin is the id of the chain at its first genesis.
	Origin collections.Item[string]
	// Datasets is keyed by id.
	Datasets *collections.IndexedMap[id.ID, dataset.Dataset, Indexes]
	// Held holds the receipts, keyed by dataset id, version, gateway; only current versions have any.
	Held collections.Map[ReceiptKey, dataset.Receipt]
}

// ReceiptKey is dataset id, version, gateway.
type ReceiptKey = collections.Triple[id.ID, uint64, sdk.AccAddress]

// NewKeeper makes the keeper. The module has no message of the authority's; its
// address is asked for, and checked, as by the keepers of all modules.
func NewKeeper(
	cdc codec.BinaryCodec, store corestore.KVStoreService, addresses address.Codec, authority string,
) *Keeper {
	if _, err := addresses.StringToBytes(authority); err != nil {
		panic(fmt.Sprintf("x/dataset: authority: %v", err)) //nolint:forbidigo // constructor
	}
	sb := collections.NewSchemaBuilder(store)
	k := &Keeper{
		Origin:   collections.NewItem(sb, dataset.OriginPrefix, "origin_chain_id", collections.StringValue),
		Datasets: newDatasets(sb, cdc),
		Held: collections.NewMap(sb, dataset.ReceiptsPrefix, "receipts",
			collections.TripleKeyCodec(dataset.IDKey, collections.Uint64Key, sdk.AccAddressKey),
			codec.CollValue[dataset.Receipt](cdc)),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(fmt.Sprintf("x/dataset: %v", err)) //nolint:forbidigo // constructor
	}
	k.Schema = schema
	return k
}

func newDatasets(
	sb *collections.SchemaBuilder, cdc codec.BinaryCodec,
) *collections.IndexedMap[id.ID, dataset.Dataset, Indexes] {
	return collections.NewIndexedMap(sb, dataset.DatasetsPrefix, "datasets", dataset.IDKey,
		codec.CollValue[dataset.Dataset](cdc), Indexes{
			ByOwner: indexes.NewMulti(sb, dataset.ByOwnerPrefix, "datasets_by_owner", sdk.AccAddressKey, dataset.IDKey,
				func(_ id.ID, d dataset.Dataset) (sdk.AccAddress, error) { return dataset.ParseAddress(d.Owner) }),
			ByStatus: indexes.NewMulti(
				sb,
				dataset.ByStatusPrefix,
				"datasets_by_status",
				collections.Int32Key,
				dataset.IDKey,
				func(_ id.ID, d dataset.Dataset) (int32, error) { return int32(d.Status), nil },
			),
		})
}

// SetHooks ties the keeper to the module that checks capsules, once.
func (k *Keeper) SetHooks(hooks dataset.Hooks) {
	if k.hooks != nil {
		panic("x/dataset: hooks set twice") //nolint:forbidigo // constructor
	}
	k.hooks = hooks
}

// Dataset returns a dataset; the error is dataset.ErrNotFound if there is none.
func (k *Keeper) Dataset(ctx context.Context, key id.ID) (dataset.Dataset, error) {
	d, err := k.Datasets.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		return dataset.Dataset{}, errorsmod.Wrap(dataset.ErrNotFound, key.String())
	}
	return d, err
}

// Receipts returns the receipts of a version in the order of the gateways'
// addresses. A version that was replaced has none.
func (k *Keeper) Receipts(ctx context.Context, key id.ID, version uint64) ([]dataset.Receipt, error) {
	out := []dataset.Receipt{}
	span := collections.NewSuperPrefixedTripleRange[id.ID, uint64, sdk.AccAddress](key, version)
	err := k.Held.Walk(ctx, span, func(_ ReceiptKey, r dataset.Receipt) (bool, error) {
		out = append(out, r)
		return false, nil
	})
	return out, err
}

// SetFrozen freezes an active dataset or thaws a frozen one; any other step is
// refused with dataset.ErrStatus.
func (k *Keeper) SetFrozen(ctx context.Context, key id.ID, frozen bool) error {
	d, err := k.Dataset(ctx, key)
	if err != nil {
		return err
	}
	from, to := dataset.STATUS_FROZEN, dataset.STATUS_ACTIVE
	if frozen {
		from, to = to, from
	}
	if d.Status != from {
		return errorsmod.Wrapf(dataset.ErrStatus, "dataset %s is %s: cannot become %s", key, d.Status, to)
	}
	d.Status = to
	return k.Datasets.Set(ctx, key, d)
}

// OriginChainID returns the id of the chain at its first genesis, which stands
// in every transcript for ever.
func (k *Keeper) OriginChainID(ctx context.Context) (string, error) {
	return k.Origin.Get(ctx)
}
