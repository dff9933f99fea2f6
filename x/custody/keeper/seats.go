package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

// SeatKey is request or inspection id, index.
type SeatKey = collections.Pair[id.ID, uint64]

// OpenSeatKey is dataset id, request or inspection id, index.
type OpenSeatKey = collections.Triple[id.ID, id.ID, uint64]

// Seats are the one-time reader keys and everything that was ever seen.
type Seats struct {
	// Seats is keyed by request or inspection id, index.
	Seats collections.Map[SeatKey, custody.Seat]
	// Seen holds every U and Q ever met, also of requests that came to nothing.
	Seen collections.KeySet[[]byte]
	// Open is keyed by dataset, request, index: seats with a job behind them.
	Open collections.KeySet[OpenSeatKey]
	// Revoking is keyed by request, index: seats that the next block settles.
	Revoking collections.KeySet[SeatKey]
	// Terms is keyed by request id.
	Terms collections.Map[id.ID, custody.Terms]
	// Closed holds the requests that open no more jobs.
	Closed collections.KeySet[id.ID]
}

func newSeats(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) Seats {
	seatKey := collections.PairKeyCodec(dataset.IDKey, collections.Uint64Key)
	return Seats{
		Seats: collections.NewMap(sb, custody.SeatsPrefix, "seats", seatKey, codec.CollValue[custody.Seat](cdc)),
		Seen:  collections.NewKeySet(sb, custody.SeenPrefix, "seen", collections.BytesKey),
		Open: collections.NewKeySet(sb, custody.OpenSeatsPrefix, "open_seats",
			collections.TripleKeyCodec(dataset.IDKey, dataset.IDKey, collections.Uint64Key)),
		Revoking: collections.NewKeySet(sb, custody.RevokingPrefix, "revoking", seatKey),
		Terms: collections.NewMap(sb, custody.TermsPrefix, "terms", dataset.IDKey,
			codec.CollValue[custody.Terms](cdc)),
		Closed: collections.NewKeySet(sb, custody.ClosedPrefix, "closed", dataset.IDKey),
	}
}

// Seat returns a seat as it reads now: a free seat of a closed request is void.
// The error is custody.ErrNotFound if there is none.
func (s Seats) Seat(ctx context.Context, request id.ID, index uint64) (custody.Seat, error) {
	seat, err := s.Seats.Get(ctx, collections.Join(request, index))
	if err != nil {
		return custody.Seat{}, found(err, "seat %d of %s", index, request)
	}
	closed, err := s.Closed.Has(ctx, request)
	if err != nil {
		return custody.Seat{}, err
	}
	if closed && seat.State == custody.SEAT_STATE_FREE {
		seat.State, seat.Cause = custody.SEAT_STATE_VOID, custody.CAUSE_UNUSED
	}
	return seat, nil
}

// see remembers a point for ever, or returns custody.ErrSeen.
func (s Seats) see(ctx context.Context, point []byte) error {
	known, err := s.Seen.Has(ctx, point)
	if err != nil {
		return err
	}
	if known {
		return errorsmod.Wrapf(custody.ErrSeen, "%x", point)
	}
	return s.Seen.Set(ctx, point)
}

// next returns the index that follows the seats of a request.
func (s Seats) next(ctx context.Context, request id.ID) (uint64, error) {
	next := uint64(0)
	span := collections.NewPrefixedPairRange[id.ID, uint64](request).Descending()
	err := s.Seats.Walk(ctx, span, func(key SeatKey, _ custody.Seat) (bool, error) {
		next = key.K2() + 1
		return true, nil
	})
	return next, err
}

// openOf lists the open seats of a dataset. There are at most
// custody.MaxOpenSeats.
func (s Seats) openOf(ctx context.Context, dataset id.ID) ([]SeatKey, error) {
	var out []SeatKey
	span := collections.NewPrefixedTripleRange[id.ID, id.ID, uint64](dataset)
	err := s.Open.Walk(ctx, span, func(key OpenSeatKey) (bool, error) {
		out = append(out, collections.Join(key.K2(), key.K3()))
		return false, nil
	})
	return out, err
}

// open binds a seat to a dataset's version, once, and stores it.
func (s Seats) open(ctx context.Context, seat custody.Seat, d dataset.Dataset, b []byte) error {
	if err := seat.Step(custody.SEAT_STATE_ASSIGNED); err != nil {
		return err
	}
	of, err := d.ID()
	if err != nil {
		return err
	}
	others, err := s.openOf(ctx, of)
	if err != nil {
		return err
	}
	if len(others) >= custody.MaxOpenSeats {
		return errorsmod.Wrapf(custody.ErrOpenSeats, "%s has %d", of, len(others))
	}
	request, err := id.Parse(seat.RequestId)
	if err != nil {
		return err
	}
	seat.DatasetId, seat.Version, seat.B = d.Id, d.Version, b
	if err := s.Open.Set(ctx, collections.Join3(of, request, seat.Index)); err != nil {
		return err
	}
	return s.Seats.Set(ctx, collections.Join(request, seat.Index), seat)
}

// end stores a seat that has become RELEASED or VOID and forgets that it was open.
func (s Seats) end(ctx context.Context, seat custody.Seat) error {
	of, err := id.Parse(seat.DatasetId)
	if err != nil {
		return err
	}
	request, err := id.Parse(seat.RequestId)
	if err != nil {
		return err
	}
	if err := s.Open.Remove(ctx, collections.Join3(of, request, seat.Index)); err != nil {
		return err
	}
	key := collections.Join(request, seat.Index)
	if err := s.Revoking.Remove(ctx, key); err != nil {
		return err
	}
	return s.Seats.Set(ctx, key, seat)
}
