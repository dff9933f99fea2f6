// Package keeper keeps the state of x/custody: it is the only writer of seats,
// jobs, batches and releases.
//
// NewKeeper makes a Keeper of six components, each owning its collections:
// Committees, Runs, Seats, Jobs, Kept and Inspections. x/market calls OpenTerms,
// AddSeats, OpenJob, CloseRequest and Evaluate; the pre-blocker calls
// ApplyRunMessages, StoreReleases, SettleRevoking, KeepShares and CountInjection; EndBlock
// writes the next batch. x/dataset, x/consent and x/attestation reach it through
// their hooks.
//
// Permission is decided in EndBlock, when a job first stands in a batch, and
// never again: StoreReleases stores what the committee opened.
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
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/internal/quarantine"
)

// Keeper is the state of x/custody.
type Keeper struct {
	authority string
	left      custody.Left
	hooks     custody.Hooks

	// Schema describes the collections of all components.
	Schema collections.Schema
	// Params has the parameters.
	Params collections.Item[custody.Params]

	Committees  Committees
	Runs        Runs
	Seats       Seats
	Jobs        Jobs
	Kept        Kept
	Inspections Inspections
	// Proposers is keyed by consensus address, for the running window.
	Proposers collections.Map[[]byte, custody.ProposerRecord]
}

// NewKeeper makes the keeper. The authority may change the parameters and
// nothing else.
func NewKeeper(
	cdc codec.BinaryCodec, store corestore.KVStoreService, addresses address.Codec, authority string, left custody.Left,
) *Keeper {
	if _, err := addresses.StringToBytes(authority); err != nil {
		panic(fmt.Sprintf("x/custody: authority: %v", err)) //nolint:forbidigo // constructor
	}
	sb := collections.NewSchemaBuilder(store)
	k := &Keeper{
		authority:   authority,
		left:        left,
		Params:      collections.NewItem(sb, custody.ParamsPrefix, "params", codec.CollValue[custody.Params](cdc)),
		Committees:  newCommittees(sb, cdc),
		Runs:        newRuns(sb, cdc),
		Seats:       newSeats(sb, cdc),
		Jobs:        newJobs(sb, cdc),
		Kept:        newKept(sb, cdc),
		Inspections: newInspections(sb, cdc),
		Proposers: collections.NewMap(sb, custody.ProposersPrefix, "proposers", collections.BytesKey,
			codec.CollValue[custody.ProposerRecord](cdc)),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(fmt.Sprintf("x/custody: %v", err)) //nolint:forbidigo // constructor
	}
	k.Schema = schema
	return k
}

// SetHooks ties the keeper to x/market, once.
func (k *Keeper) SetHooks(hooks custody.Hooks) {
	if k.hooks != nil {
		panic("x/custody: hooks set twice") //nolint:forbidigo // constructor
	}
	k.hooks = hooks
}

// quarantine runs one item of a block's work and reports whether it was kept.
func (k *Keeper) quarantine(ctx sdk.Context, item string, run func(sdk.Context) error) bool {
	return quarantine.Item(ctx, custody.ModuleName, item, run)
}

func isNotFound(err error) bool { return errors.Is(err, collections.ErrNotFound) }

// found turns a missing entry into custody.ErrNotFound, with its name.
func found(err error, format string, args ...any) error {
	if isNotFound(err) {
		return errorsmod.Wrapf(custody.ErrNotFound, format, args...)
	}
	return err
}

// blockBytes is the block size of the consensus parameters, 0 where the context
// has none.
func blockBytes(ctx context.Context) int64 {
	params := sdk.UnwrapSDKContext(ctx).ConsensusParams()
	if params.Block == nil {
		return 0
	}
	return params.Block.MaxBytes
}
