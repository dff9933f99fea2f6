package ante

import (
	"bytes"
	"context"

	errorsmod "cosmossdk.io/errors"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/dataset"
)

// LaneGas is the largest gas limit of a transaction in the zero-fee lane. A
// revocation needs less than half of it.
const LaneGas = 1_000_000

// ConsentKeeper is what the lane asks x/consent.
type ConsentKeeper interface {
	// CheckRevoke returns nil if MsgRevokeConsent with these fields would be accepted now.
	CheckRevoke(ctx context.Context, dataset id.ID, version uint64, signer string) error
	// UseLane takes a place in this block's lane for a dataset or an inspection.
	UseLane(ctx context.Context, subject id.ID) error
	// LanePlaces is how many transactions of the lane a block takes.
	LanePlaces(ctx context.Context) (int, error)
}

// InspectionKeeper is what the lane asks x/custody.
type InspectionKeeper interface {
	// CheckWithdrawInspection returns nil if MsgWithdrawInspection with these fields
	// would be accepted now.
	CheckWithdrawInspection(ctx context.Context, inspection id.ID, owner string) error
}

// RevokeLane is the decorator that finds the transactions of the zero-fee lane.
type RevokeLane struct {
	consents    ConsentKeeper
	inspections InspectionKeeper
}

// NewRevokeLane makes the decorator. It must stand before the one that deducts fees.
func NewRevokeLane(consents ConsentKeeper, inspections InspectionKeeper) RevokeLane {
	return RevokeLane{consents: consents, inspections: inspections}
}

// AnteHandle marks a transaction that InLane takes, or refuses it: if it would fail,
// or if this block's lane is full or has served the same dataset. This holds in
// CheckTx as on delivery, so that what is free cannot fill the mempool either. All
// other transactions, a revocation that offers a fee among them, pass unmarked.
func (l RevokeLane) AnteHandle(
	ctx sdk.Context, tx sdk.Tx, simulate bool, next sdk.AnteHandler,
) (sdk.Context, error) {
	if !InLane(tx) {
		return next(ctx, tx, simulate)
	}
	ends, err := l.check(ctx, tx.GetMsgs()[0])
	if err != nil {
		return ctx, err
	}
	if err := l.consents.UseLane(ctx, ends); err != nil {
		return ctx, err
	}
	return next(ctx.WithValue(laneKey{}, true), tx, simulate)
}

// Subject returns the dataset or the inspection that a transaction of the lane ends. It
// is false for a transaction that InLane does not take, and for one whose id is no id,
// which is never delivered for nothing.
func (RevokeLane) Subject(tx sdk.Tx) (id.ID, bool) {
	if !InLane(tx) {
		return id.ID{}, false
	}
	out, err := subject(tx.GetMsgs()[0])
	return out, err == nil
}

// Places is how many transactions of the lane a block takes, each with a subject of its
// own.
func (l RevokeLane) Places(ctx context.Context) (int, error) { return l.consents.LanePlaces(ctx) }

// check asks the module whether it would accept the message, and returns what the
// message ends.
func (l RevokeLane) check(ctx context.Context, msg sdk.Msg) (id.ID, error) {
	out, err := subject(msg)
	if err != nil {
		return id.ID{}, err
	}
	switch m := msg.(type) {
	case *consent.MsgRevokeConsent:
		return out, l.consents.CheckRevoke(ctx, out, m.Version, m.Signer)
	case withdrawal:
		return out, l.inspections.CheckWithdrawInspection(ctx, out, m.GetOwner())
	default:
		return id.ID{}, errorsmod.Wrapf(sdkerrors.ErrInvalidType, "%T in the zero-fee lane", msg)
	}
}

// subject is what a message ends.
func subject(msg sdk.Msg) (id.ID, error) {
	switch m := msg.(type) {
	case *consent.MsgRevokeConsent:
		return id.Parse(m.DatasetId)
	case withdrawal:
		return id.Parse(m.GetInspectionId())
	default:
		return id.ID{}, errorsmod.Wrapf(sdkerrors.ErrInvalidType, "%T in the zero-fee lane", msg)
	}
}

// InLane reports whether the transaction asks for the zero-fee lane: exactly one
// message, MsgRevokeConsent or MsgWithdrawInspection; no fee, payer or granter; an
// empty memo; no extension options; ordered; a gas limit of at most LaneGas. It
// reads no state; a proposer can count with it.
func InLane(tx sdk.Tx) bool {
	msgs := tx.GetMsgs()
	if len(msgs) != 1 {
		return false
	}
	signer, ok := laneSigner(msgs[0])
	return ok && plain(tx) && free(tx, signer)
}

// withdrawal is MsgWithdrawInspection of x/custody.
type withdrawal interface {
	GetOwner() string
	GetInspectionId() string
}

// laneSigner returns who signs a message that the lane takes.
func laneSigner(msg sdk.Msg) (sdk.AccAddress, bool) {
	var signer string
	switch sdk.MsgTypeURL(msg) {
	case typeRevokeConsent:
		m, ok := msg.(*consent.MsgRevokeConsent)
		if !ok {
			return nil, false
		}
		signer = m.Signer
	case typeWithdrawInspection:
		m, ok := msg.(withdrawal)
		if !ok {
			return nil, false
		}
		signer = m.GetOwner()
	default:
		return nil, false
	}
	address, err := dataset.ParseAddress(signer)
	return address, err == nil
}

// plain reports whether the transaction has neither memo nor options and is ordered.
// One that cannot say so is not plain.
func plain(tx sdk.Tx) bool {
	memo, ok := tx.(sdk.TxWithMemo)
	if !ok || memo.GetMemo() != "" {
		return false
	}
	if unordered, ok := tx.(sdk.TxWithUnordered); ok && unordered.GetUnordered() {
		return false
	}
	options, ok := tx.(extended)
	return ok && len(options.GetExtensionOptions()) == 0 && len(options.GetNonCriticalExtensionOptions()) == 0
}

// extended is a transaction with extension options.
type extended interface {
	GetExtensionOptions() []*codectypes.Any
	GetNonCriticalExtensionOptions() []*codectypes.Any
}

// free reports whether the transaction offers no fee, in the signer's own name, and
// asks for little gas.
func free(tx sdk.Tx, signer sdk.AccAddress) bool {
	fee, ok := tx.(sdk.FeeTx)
	return ok && fee.GetFee().IsZero() && fee.GetGas() <= LaneGas &&
		len(fee.FeeGranter()) == 0 && bytes.Equal(fee.FeePayer(), signer)
}

// laneKey marks the context of a transaction in the lane.
type laneKey struct{}
