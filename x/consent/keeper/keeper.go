// Package keeper holds the state of x/consent and applies its messages.
//
// NewKeeper makes a Keeper, SetHooks ties it to x/custody, NewMsgServer and
// NewQueryServer serve it. Modules to the right read through Consent and Codebook.
// The zero-fee lane of package ante asks CheckRevoke and takes its place with
// UseLane. Versions are only ever added; no message of the authority touches one.
package keeper

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	corestore "cosmossdk.io/core/store"
	errorsmod "cosmossdk.io/errors"
	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/dataset"
)

// Keeper is the state of x/consent.
type Keeper struct {
	authority string
	left      Left
	hooks     consent.Hooks

	// Schema describes the collections of the store, LaneSchema those of the transient store.
	Schema, LaneSchema collections.Schema
	// Consents is keyed by dataset id, version.
	Consents collections.Map[collections.Pair[id.ID, uint64], consent.Consent]
	// Latest is the latest version, keyed by dataset id.
	Latest collections.Map[id.ID, uint64]
	// Templates is keyed by id, language.
	Templates collections.Map[collections.Pair[string, string], consent.Template]
	// Codebooks is keyed by version.
	Codebooks collections.Map[string, consent.Codebook]
	// Params are the parameters.
	Params collections.Item[consent.Params]
	// Lane has the ids that the zero-fee lane has served in this block, LaneCount how many.
	Lane      collections.KeySet[id.ID]
	LaneCount collections.Item[uint32]
}

// Left is what the keeper asks of the modules to its left.
type Left struct {
	Datasets consent.DatasetKeeper
	Accounts consent.AccountKeeper
	Bank     consent.BankKeeper
}

// NewKeeper makes the keeper. The transient store must be the module's own.
func NewKeeper(
	cdc codec.BinaryCodec, store corestore.KVStoreService, transient corestore.TransientStoreService,
	addresses address.Codec, authority string, left Left,
) *Keeper {
	if _, err := addresses.StringToBytes(authority); err != nil {
		panic(fmt.Sprintf("x/consent: authority: %v", err)) //nolint:forbidigo // constructor
	}
	sb := collections.NewSchemaBuilder(store)
	lane := collections.NewSchemaBuilderFromAccessor(transient.OpenTransientStore)
	k := &Keeper{
		authority: authority,
		left:      left,
		Consents: collections.NewMap(sb, consent.ConsentsPrefix, "consents",
			collections.PairKeyCodec(dataset.IDKey, collections.Uint64Key), codec.CollValue[consent.Consent](cdc)),
		Latest: collections.NewMap(sb, consent.LatestPrefix, "latest", dataset.IDKey, collections.Uint64Value),
		Templates: collections.NewMap(
			sb,
			consent.TemplatesPrefix,
			"templates",
			collections.PairKeyCodec(
				collections.StringKey,
				collections.StringKey,
			),
			codec.CollValue[consent.Template](cdc),
		),
		Codebooks: collections.NewMap(sb, consent.CodebooksPrefix, "codebooks",
			collections.StringKey, codec.CollValue[consent.Codebook](cdc)),
		Params:    collections.NewItem(sb, consent.ParamsPrefix, "params", codec.CollValue[consent.Params](cdc)),
		Lane:      collections.NewKeySet(lane, consent.LanePrefix, "lane", dataset.IDKey),
		LaneCount: collections.NewItem(lane, consent.LaneCountPrefix, "lane_count", collections.Uint32Value),
	}
	var err error
	if k.Schema, err = sb.Build(); err != nil {
		panic(fmt.Sprintf("x/consent: %v", err)) //nolint:forbidigo // constructor
	}
	if k.LaneSchema, err = lane.Build(); err != nil {
		panic(fmt.Sprintf("x/consent: %v", err)) //nolint:forbidigo // constructor
	}
	return k
}

// SetHooks ties the keeper to x/custody, once.
func (k *Keeper) SetHooks(hooks consent.Hooks) {
	if k.hooks != nil {
		panic("x/consent: hooks set twice") //nolint:forbidigo // constructor
	}
	k.hooks = hooks
}

// Consent returns the latest version of a dataset's consent, whatever its status;
// the error is consent.ErrNotFound if there never was one.
func (k *Keeper) Consent(ctx context.Context, key id.ID) (consent.Consent, error) {
	version, err := k.Latest.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		return consent.Consent{}, errorsmod.Wrapf(consent.ErrNotFound, "consent for dataset %s", key)
	}
	if err != nil {
		return consent.Consent{}, err
	}
	return k.Consents.Get(ctx, collections.Join(key, version))
}

// maxUnbroken bounds how many versions Unbroken looks at.
const maxUnbroken = 64

// Unbroken reports whether no version of a dataset's consent is a revocation, from one
// version on to the latest. It looks at maxUnbroken versions at most: more of them, or a
// version that there never was, is not unbroken.
func (k *Keeper) Unbroken(ctx context.Context, key id.ID, since uint64) (bool, error) {
	latest, err := k.Latest.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) || since == 0 || since > latest || latest-since >= maxUnbroken {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for version := since; version <= latest; version++ {
		c, err := k.Consents.Get(ctx, collections.Join(key, version))
		if err != nil || c.Status != consent.STATUS_ACTIVE {
			return false, err
		}
	}
	return true, nil
}

// Codebook returns a registered codebook; the error is consent.ErrNotFound if there
// is none with this version.
func (k *Keeper) Codebook(ctx context.Context, version string) (consent.Codebook, error) {
	book, err := k.Codebooks.Get(ctx, version)
	if errors.Is(err, collections.ErrNotFound) {
		return consent.Codebook{}, errorsmod.Wrapf(consent.ErrNotFound, "codebook %q", version)
	}
	return book, err
}
