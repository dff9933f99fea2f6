package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// DecisionKey is request id, dataset id.
type DecisionKey = collections.Pair[id.ID, id.ID]

// SeatKey is request id, seat.
type SeatKey = collections.Pair[id.ID, uint64]

// Decisions are the patients' answers.
type Decisions struct {
	// Decisions is keyed by request id, dataset id.
	Decisions collections.Map[DecisionKey, market.Decision]
	// Owners is keyed by request id, owner; the value is the one dataset that takes part.
	Owners collections.Map[collections.Pair[id.ID, sdk.AccAddress], []byte]
	// Queue is keyed by request id, order: every decision that stands at yes.
	Queue collections.Map[SeatKey, []byte]
	// Seats is keyed by request id, seat; the value is the dataset that won it.
	Seats collections.Map[SeatKey, []byte]
	// Open is keyed by dataset id, request id: won seats that are neither released nor void.
	Open collections.KeySet[DecisionKey]
}

func newDecisions(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) Decisions {
	pair := collections.PairKeyCodec(dataset.IDKey, dataset.IDKey)
	number := collections.PairKeyCodec(dataset.IDKey, collections.Uint64Key)
	return Decisions{
		Decisions: collections.NewMap(sb, market.DecisionsPrefix, "decisions", pair,
			codec.CollValue[market.Decision](cdc)),
		Owners: collections.NewMap(sb, market.OwnersPrefix, "owners",
			collections.PairKeyCodec(dataset.IDKey, sdk.AccAddressKey), collections.BytesValue),
		Queue: collections.NewMap(sb, market.QueuePrefix, "queue", number, collections.BytesValue),
		Seats: collections.NewMap(sb, market.SeatsPrefix, "seats", number, collections.BytesValue),
		Open:  collections.NewKeySet(sb, market.OpenByDatasetPrefix, "open_by_dataset", pair),
	}
}

// set stores a decision with its places in the indexes, which follow from its state,
// and announces it.
func (ds Decisions) set(ctx context.Context, d market.Decision) error {
	if err := ds.store(ctx, d); err != nil {
		return err
	}
	return emit(ctx, &market.EventDecided{
		RequestId: d.RequestId, DatasetId: d.DatasetId, State: d.State, Reasons: d.Reasons,
	})
}

func (ds Decisions) store(ctx context.Context, d market.Decision) error {
	request, of, err := d.Keys()
	if err != nil {
		return err
	}
	owner, err := dataset.ParseAddress(d.Owner)
	if err != nil {
		return err
	}
	if err := ds.Decisions.Set(ctx, collections.Join(request, of), d); err != nil {
		return err
	}
	err = keep(ctx, ds.Owners, collections.Join(request, owner), of, d.Standing() || d.Seated())
	if err != nil {
		return err
	}
	err = keep(ctx, ds.Queue, collections.Join(request, d.Order), of, d.State == market.DECISION_STATE_YES)
	if err != nil {
		return err
	}
	if d.Seated() {
		if err := ds.Seats.Set(ctx, collections.Join(request, d.Seat), of.Bytes()); err != nil {
			return err
		}
	}
	if d.State == market.DECISION_STATE_WON {
		return ds.Open.Set(ctx, collections.Join(of, request))
	}
	return ds.Open.Remove(ctx, collections.Join(of, request))
}

// keep sets an index entry that points at a dataset, or removes it if it does. An
// entry that points at another dataset is somebody else's and stays.
func keep[K any](ctx context.Context, index collections.Map[K, []byte], key K, of id.ID, wanted bool) error {
	if wanted {
		return index.Set(ctx, key, of.Bytes())
	}
	at, err := index.Get(ctx, key)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if string(at) != string(of[:]) {
		return nil
	}
	return index.Remove(ctx, key)
}

// standing lists decisions that stand at yes, in their order. At most limit are
// listed, and none that matures after a height nor those behind it.
func (ds Decisions) standing(
	ctx context.Context, request id.ID, until int64, limit int,
) (list []market.Decision, err error) {
	span := collections.NewPrefixedPairRange[id.ID, uint64](request)
	err = ds.Queue.Walk(ctx, span, func(_ SeatKey, raw []byte) (bool, error) {
		if len(list) >= limit {
			return true, nil
		}
		d, err := ds.at(ctx, request, raw)
		if err != nil || d.Matures > until {
			return true, err
		}
		list = append(list, d)
		return false, nil
	})
	return list, err
}

// at returns the decision that an index entry points at.
func (ds Decisions) at(ctx context.Context, request id.ID, raw []byte) (market.Decision, error) {
	of, err := id.FromBytes(raw)
	if err != nil {
		return market.Decision{}, err
	}
	d, err := ds.Decisions.Get(ctx, collections.Join(request, of))
	return d, found(err, "decision on %s for %s", request, of)
}

// ofSeat returns the decision that won a seat.
func (ds Decisions) ofSeat(ctx context.Context, request id.ID, seat uint64) (market.Decision, error) {
	raw, err := ds.Seats.Get(ctx, collections.Join(request, seat))
	if err != nil {
		return market.Decision{}, found(err, "winner of seat %d of %s", seat, request)
	}
	return ds.at(ctx, request, raw)
}
