package keeper

import (
	"bytes"
	"context"

	"cosmossdk.io/collections"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
)

// DealKey is operator, old share index (0 in a fresh run).
type DealKey = collections.Pair[[]byte, uint64]

// Runs are the attempts to make an epoch. What belongs to a finished run is kept
// until the next one begins, to be looked at: a node that missed the confirmations
// has no share until a later epoch deals it one.
type Runs struct {
	// Run has the newest run.
	Run collections.Item[custody.Run]
	// Enrolments is keyed by operator.
	Enrolments collections.Map[[]byte, custody.Enrolment]
	// Deals is keyed by operator, old share.
	Deals collections.Map[DealKey, custody.Deal]
	// Confirmations is keyed by operator.
	Confirmations collections.Map[[]byte, custody.Confirmation]
	// Faults are the convictions, by number; the last custody.MaxFaults are kept.
	Faults collections.Map[uint64, custody.Fault]

	decoded *cache[*threshold.Run]
}

func newRuns(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) Runs {
	return Runs{
		Run: collections.NewItem(sb, custody.RunPrefix, "run", codec.CollValue[custody.Run](cdc)),
		Enrolments: collections.NewMap(sb, custody.EnrolmentsPrefix, "enrolments", collections.BytesKey,
			codec.CollValue[custody.Enrolment](cdc)),
		Deals: collections.NewMap(sb, custody.DealsPrefix, "deals",
			collections.PairKeyCodec(collections.BytesKey, collections.Uint64Key), codec.CollValue[custody.Deal](cdc)),
		Confirmations: collections.NewMap(sb, custody.ConfirmationsPrefix, "confirmations", collections.BytesKey,
			codec.CollValue[custody.Confirmation](cdc)),
		Faults: collections.NewMap(sb, custody.FaultsPrefix, "faults", collections.Uint64Key,
			codec.CollValue[custody.Fault](cdc)),
		decoded: newCache[*threshold.Run](),
	}
}

// begin forgets the last run and starts another.
func (r Runs) begin(ctx context.Context, run custody.Run) error {
	for _, forget := range []func() error{
		func() error { return r.Enrolments.Clear(ctx, nil) },
		func() error { return r.Deals.Clear(ctx, nil) },
		func() error { return r.Confirmations.Clear(ctx, nil) },
	} {
		if err := forget(); err != nil {
			return err
		}
	}
	return r.enter(ctx, run, custody.PHASE_ENROL)
}

// enter stores a run at the start of a phase and announces it.
func (r Runs) enter(ctx context.Context, run custody.Run, phase custody.Phase) error {
	run.Phase, run.Counted = phase, 0
	if err := r.Run.Set(ctx, run); err != nil {
		return err
	}
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&custody.EventRunPhase{
		KeyId: run.KeyId, Epoch: run.Epoch, Run: run.Run, Phase: phase,
	})
}

func (r Runs) enrolled(ctx context.Context) ([]custody.Enrolment, error) {
	var out []custody.Enrolment
	err := r.Enrolments.Walk(ctx, nil, func(_ []byte, e custody.Enrolment) (bool, error) {
		out = append(out, e)
		return false, nil
	})
	return out, err
}

func (r Runs) dealt(ctx context.Context) ([]custody.Deal, error) {
	var out []custody.Deal
	err := r.Deals.Walk(ctx, nil, func(_ DealKey, d custody.Deal) (bool, error) {
		out = append(out, d)
		return false, nil
	})
	return out, err
}

func (r Runs) confirmed(ctx context.Context) ([][]byte, error) {
	var out [][]byte
	err := r.Confirmations.Walk(ctx, nil, func(operator []byte, _ custody.Confirmation) (bool, error) {
		out = append(out, bytes.Clone(operator))
		return false, nil
	})
	return out, err
}

// record keeps a conviction and forgets the oldest beyond custody.MaxFaults.
func (r Runs) record(ctx context.Context, fault custody.Fault) error {
	last, err := r.lastFault(ctx)
	if err != nil {
		return err
	}
	fault.Number = last + 1
	if fault.Number > custody.MaxFaults {
		if err := r.Faults.Remove(ctx, fault.Number-custody.MaxFaults); err != nil {
			return err
		}
	}
	return r.Faults.Set(ctx, fault.Number, fault)
}

func (r Runs) lastFault(ctx context.Context) (uint64, error) {
	last := uint64(0)
	err := r.Faults.Walk(ctx, new(collections.Range[uint64]).Descending(),
		func(number uint64, _ custody.Fault) (bool, error) {
			last = number
			return true, nil
		})
	return last, err
}

func among(list [][]byte, item []byte) bool {
	for _, other := range list {
		if bytes.Equal(other, item) {
			return true
		}
	}
	return false
}
