// Package keeper holds the state of x/attestation and applies its messages.
//
// NewKeeper makes a Keeper; SetVerdictHook and SetChallengeHook tie it to the
// modules on its right; NewMsgServer and NewQueryServer serve it; EndBlocker
// lets challenges lapse. Modules to the right read through Organisation,
// Deidentification, Approvals, Visa and GatewayFresh, and move bonds through
// LockBond, UnlockBond and SlashBond. The module's account holds exactly what
// Held returns.
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
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/dataset"
)

type (
	// VersionKey is dataset id, version.
	VersionKey = collections.Pair[id.ID, uint64]
	// FreezeKey is height, dataset id, version.
	FreezeKey = collections.Triple[int64, id.ID, uint64]
	// ApprovalKey is protocol digest, organisation.
	ApprovalKey = collections.Pair[[]byte, sdk.AccAddress]
	// VisaKey is researcher, organisation.
	VisaKey = collections.Pair[sdk.AccAddress, sdk.AccAddress]
)

// State is what the module stores.
type State struct {
	// Schema describes the collections below.
	Schema collections.Schema
	// Params is one entry.
	Params collections.Item[attestation.Params]
	// Organisations is keyed by address.
	Organisations collections.Map[sdk.AccAddress, attestation.Organisation]
	// Heartbeats is keyed by gateway.
	Heartbeats collections.Map[sdk.AccAddress, attestation.Heartbeat]
	// Deidentifications is keyed by dataset id, version.
	Deidentifications collections.Map[VersionKey, attestation.Deidentification]
	// Challenges is keyed by dataset id, version.
	Challenges collections.Map[VersionKey, attestation.Challenge]
	// Freezes lists unconfirmed challenges by the height at which they lapse.
	Freezes collections.KeySet[FreezeKey]
	// EthicsApprovals is keyed by protocol digest, organisation.
	EthicsApprovals collections.Map[ApprovalKey, attestation.EthicsApproval]
	// Visas is keyed by researcher, organisation.
	Visas collections.Map[VisaKey, attestation.Visa]
}

// Keeper is the state of x/attestation with what it needs to change it.
type Keeper struct {
	State

	authority string
	datasets  attestation.DatasetKeeper
	bank      attestation.BankKeeper
	verdicts  attestation.VerdictHook
	prices    attestation.ChallengeHook
}

// NewKeeper makes the keeper. The bank must know a module account named
// attestation.ModuleName, without permissions.
func NewKeeper(
	cdc codec.BinaryCodec, store corestore.KVStoreService, addresses address.Codec, authority string,
	datasets attestation.DatasetKeeper, bank attestation.BankKeeper,
) *Keeper {
	if _, err := addresses.StringToBytes(authority); err != nil {
		panic(fmt.Sprintf("x/attestation: authority: %v", err)) //nolint:forbidigo // constructor
	}
	state, err := newState(cdc, collections.NewSchemaBuilder(store))
	if err != nil {
		panic(fmt.Sprintf("x/attestation: %v", err)) //nolint:forbidigo // constructor
	}
	return &Keeper{State: state, authority: authority, datasets: datasets, bank: bank}
}

func newState(cdc codec.BinaryCodec, sb *collections.SchemaBuilder) (State, error) {
	version := collections.PairKeyCodec(dataset.IDKey, collections.Uint64Key)
	s := State{
		Params: collections.NewItem(sb, attestation.ParamsPrefix, "params", codec.CollValue[attestation.Params](cdc)),
		Organisations: collections.NewMap(sb, attestation.OrganisationsPrefix, "organisations", sdk.AccAddressKey,
			codec.CollValue[attestation.Organisation](cdc)),
		Heartbeats: collections.NewMap(sb, attestation.HeartbeatsPrefix, "heartbeats", sdk.AccAddressKey,
			codec.CollValue[attestation.Heartbeat](cdc)),
		Deidentifications: collections.NewMap(sb, attestation.DeidentificationsPrefix, "deidentifications", version,
			codec.CollValue[attestation.Deidentification](cdc)),
		Challenges: collections.NewMap(sb, attestation.ChallengesPrefix, "challenges", version,
			codec.CollValue[attestation.Challenge](cdc)),
		Freezes: collections.NewKeySet(sb, attestation.FreezesPrefix, "freezes",
			collections.TripleKeyCodec(collections.Int64Key, dataset.IDKey, collections.Uint64Key)),
		EthicsApprovals: collections.NewMap(sb, attestation.ApprovalsPrefix, "approvals",
			collections.PairKeyCodec(collections.BytesKey, sdk.AccAddressKey),
			codec.CollValue[attestation.EthicsApproval](cdc)),
		Visas: collections.NewMap(sb, attestation.VisasPrefix, "visas",
			collections.PairKeyCodec(sdk.AccAddressKey, sdk.AccAddressKey), codec.CollValue[attestation.Visa](cdc)),
	}
	schema, err := sb.Build()
	s.Schema = schema
	return s, err
}

// SetVerdictHook ties the keeper to the module that knows inspections, once.
func (k *Keeper) SetVerdictHook(hook attestation.VerdictHook) {
	if k.verdicts != nil {
		panic("x/attestation: verdict hook set twice") //nolint:forbidigo // constructor
	}
	k.verdicts = hook
}

// SetChallengeHook ties the keeper to the module that knows prices, once.
func (k *Keeper) SetChallengeHook(hook attestation.ChallengeHook) {
	if k.prices != nil {
		panic("x/attestation: challenge hook set twice") //nolint:forbidigo // constructor
	}
	k.prices = hook
}

// Authority is the address that accredits, suspends and judges.
func (k *Keeper) Authority() string { return k.authority }

// Organisation returns an organisation, suspended or not; the error is
// attestation.ErrNotFound if there is none.
func (k *Keeper) Organisation(ctx context.Context, text string) (attestation.Organisation, error) {
	key, err := parse("organisation", text)
	if err != nil {
		return attestation.Organisation{}, err
	}
	o, err := k.Organisations.Get(ctx, key)
	return o, notFound(err, "organisation %s", text)
}

// Deidentification returns the attestation of a version, whether it is live or
// not, and whether a challenge of it is undecided; the error is
// attestation.ErrNotFound if nobody attested the version.
func (k *Keeper) Deidentification(
	ctx context.Context, key id.ID, version uint64,
) (d attestation.Deidentification, challenged bool, err error) {
	d, err = k.Deidentifications.Get(ctx, collections.Join(key, version))
	if err != nil {
		return d, false, notFound(err, "attestation of dataset %s version %d", key, version)
	}
	c, found, err := k.challenge(ctx, key, version)
	return d, found && c.Open(), err
}

// Approvals returns all approvals of a protocol, at most
// attestation.MaxStatements, in the order of the organisations' addresses.
// Whether one is live, and its organisation active, is for the caller.
func (k *Keeper) Approvals(ctx context.Context, protocol []byte) ([]attestation.EthicsApproval, error) {
	out := []attestation.EthicsApproval{}
	span := collections.NewPrefixedPairRange[[]byte, sdk.AccAddress](protocol)
	err := k.EthicsApprovals.Walk(ctx, span, func(_ ApprovalKey, a attestation.EthicsApproval) (bool, error) {
		out = append(out, a)
		return false, nil
	})
	return out, err
}

// Visa returns the visa that an organisation gave a researcher, live or not; the
// error is attestation.ErrNotFound if there is none.
func (k *Keeper) Visa(ctx context.Context, researcher, organisation string) (attestation.Visa, error) {
	key, err := visaKey(researcher, organisation)
	if err != nil {
		return attestation.Visa{}, err
	}
	v, err := k.Visas.Get(ctx, key)
	return v, notFound(err, "visa of %s by %s", researcher, organisation)
}

// visasOf returns all visas of a researcher, at most attestation.MaxStatements.
func (k *Keeper) visasOf(ctx context.Context, researcher sdk.AccAddress) ([]attestation.Visa, error) {
	out := []attestation.Visa{}
	span := collections.NewPrefixedPairRange[sdk.AccAddress, sdk.AccAddress](researcher)
	err := k.Visas.Walk(ctx, span, func(_ VisaKey, v attestation.Visa) (bool, error) {
		out = append(out, v)
		return false, nil
	})
	return out, err
}

// challenge returns the challenge of a version, if there ever was one.
func (k *Keeper) challenge(ctx context.Context, key id.ID, version uint64) (attestation.Challenge, bool, error) {
	c, err := k.Challenges.Get(ctx, collections.Join(key, version))
	if errors.Is(err, collections.ErrNotFound) {
		return c, false, nil
	}
	return c, err == nil, err
}

// speaker returns an organisation that may sign a statement in one of the roles:
// accredited, active, and with its bond complete.
func (k *Keeper) speaker(
	ctx context.Context,
	text string,
	roles ...attestation.Role,
) (attestation.Organisation, error) {
	o, err := k.Organisation(ctx, text)
	if err != nil {
		return o, err
	}
	if !o.Active() {
		return o, errorsmod.Wrapf(attestation.ErrStatus, "organisation %s is %s", text, o.Status)
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return o, err
	}
	if o.Bond.IsLT(params.OrganisationBond) {
		return o, errorsmod.Wrapf(
			attestation.ErrBond,
			"organisation %s has %s of %s",
			text,
			o.Bond,
			params.OrganisationBond,
		)
	}
	for _, role := range roles {
		if o.Has(role) {
			return o, nil
		}
	}
	return o, errorsmod.Wrapf(attestation.ErrRole, "organisation %s is not %s", text, roles)
}

// authorize refuses everybody but the authority.
func (k *Keeper) authorize(signer string) error {
	if signer != k.authority {
		return errorsmod.Wrapf(attestation.ErrAuthority, "%s", signer)
	}
	return nil
}

func parse(field, text string) (sdk.AccAddress, error) {
	out, err := dataset.ParseAddress(text)
	if err != nil {
		return nil, errorsmod.Wrapf(attestation.ErrInvalid, "%s: %v", field, err)
	}
	return out, nil
}

// notFound gives the collections' error the module's number.
func notFound(err error, format string, args ...any) error {
	if errors.Is(err, collections.ErrNotFound) {
		return errorsmod.Wrapf(attestation.ErrNotFound, format, args...)
	}
	return err
}

func emit(ctx context.Context, event proto.Message) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(event)
}
