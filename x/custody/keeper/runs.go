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

// RunView is a run with everything that was said in it, as a dealing node reads
// it from committed state. A finished run stays to be seen until the next one.
type RunView struct {
	// Origin is the chain id at the first genesis.
	Origin string
	// Exists is false before the first run.
	Exists     bool
	Run        custody.Run
	Enrolments []custody.Enrolment
	Deals      []custody.Deal
	// Confirmed are the operators that confirmed.
	Confirmed [][]byte
}

// RunView returns the newest run.
func (k *Keeper) RunView(ctx context.Context) (RunView, error) {
	run, err := k.Runs.Run.Get(ctx)
	if isNotFound(err) {
		return RunView{}, nil
	}
	if err != nil {
		return RunView{}, err
	}
	out := RunView{Exists: true, Run: run}
	if out.Origin, err = k.left.Datasets.OriginChainID(ctx); err != nil {
		return RunView{}, err
	}
	if out.Enrolments, err = k.Runs.enrolled(ctx); err != nil {
		return RunView{}, err
	}
	if out.Deals, err = k.Runs.dealt(ctx); err != nil {
		return RunView{}, err
	}
	out.Confirmed, err = k.Runs.confirmed(ctx)
	return out, err
}

// Context names the attempt to core/threshold.
func (v RunView) Context() threshold.RunContext {
	return threshold.RunContext{
		OriginChain: v.Origin, KeyID: v.Run.KeyId, Epoch: v.Run.Epoch, Run: v.Run.Run,
	}
}

// Threshold returns the run's public data; enrolment must have ended.
func (v RunView) Threshold() (*threshold.Run, error) {
	enrolments := make([]threshold.Enrolment, len(v.Enrolments))
	for i, e := range v.Enrolments {
		enrolments[i] = threshold.Enrolment{Operator: e.Operator, EK: e.Ek, Proof: e.Proof}
	}
	return threshold.NewRun(v.Context(), int(v.Run.Threshold), v.Run.Owners, enrolments, nil)
}

// Qualified returns the deals that count: those of operators that were not
// convicted.
func (v RunView) Qualified() ([]*threshold.Deal, error) {
	var out []*threshold.Deal
	for _, d := range v.Deals {
		if v.Convicted(d.Operator) {
			continue
		}
		deal, err := threshold.UnmarshalDeal(d.Data)
		if err != nil {
			return nil, err
		}
		out = append(out, deal)
	}
	return out, nil
}

// Committee returns the committee that the run made; disputing must have ended.
func (v RunView) Committee() (*threshold.Committee, error) {
	key, err := threshold.NewKey(v.Origin, v.Run.KeyId, v.Run.Y)
	if err != nil {
		return nil, err
	}
	return threshold.NewCommittee(key, v.Run.Epoch, int(v.Run.Threshold), v.Run.PublicShares, v.Run.Owners)
}

// Convicted reports whether an operator was found guilty in this run.
func (v RunView) Convicted(operator []byte) bool { return among(v.Run.Convicted, operator) }

// Enrolled reports whether an enrolment of an operator has landed.
func (v RunView) Enrolled(operator []byte) bool {
	for _, e := range v.Enrolments {
		if bytes.Equal(e.Operator, operator) {
			return true
		}
	}
	return false
}

// Dealt reports whether a deal of an operator has landed.
func (v RunView) Dealt(operator []byte) bool {
	for _, d := range v.Deals {
		if bytes.Equal(d.Operator, operator) {
			return true
		}
	}
	return false
}

// HasConfirmed reports whether an operator's confirmation has landed.
func (v RunView) HasConfirmed(operator []byte) bool { return among(v.Confirmed, operator) }

// Owner reports whether an operator will hold a share.
func (v RunView) Owner(operator []byte) bool { return among(v.Run.Owners, operator) }

func among(list [][]byte, item []byte) bool {
	for _, other := range list {
		if bytes.Equal(other, item) {
			return true
		}
	}
	return false
}
