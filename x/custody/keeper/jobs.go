package keeper

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"cosmossdk.io/collections"
	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

// EmissionKey is dataset id, request or inspection id, seat.
type EmissionKey = collections.Triple[id.ID, id.ID, uint64]

// EmissionCountKey is dataset id, job kind.
type EmissionCountKey = collections.Pair[id.ID, uint64]

// Jobs are the datasets that wait to open, what was asked of the committee, and
// what it opened.
type Jobs struct {
	// Jobs is keyed by job id.
	Jobs collections.Map[[]byte, custody.Job]
	// BySeat is keyed by request, seat; the value is a job id.
	BySeat collections.Map[SeatKey, []byte]
	// Queue is keyed by key id, offers, ready height (8 bytes each, big endian) and job id:
	// the order in which the jobs of a key are offered.
	Queue collections.KeySet[[]byte]
	// Deadlines is keyed by height, job id.
	Deadlines collections.KeySet[collections.Pair[uint64, []byte]]
	// Batches is keyed by height; only those around the present are kept.
	Batches collections.Map[uint64, custody.Batch]
	// Emissions is keyed by dataset, request, seat.
	Emissions collections.Map[EmissionKey, custody.Emission]
	// EmissionCounts is keyed by dataset, kind; absent until the first.
	EmissionCounts collections.Map[EmissionCountKey, custody.EmissionCount]
	// Releases is keyed by request, seat.
	Releases collections.Map[SeatKey, custody.Release]
}

func newJobs(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) Jobs {
	seatKey := collections.PairKeyCodec(dataset.IDKey, collections.Uint64Key)
	return Jobs{
		Jobs: collections.NewMap(sb, custody.JobsPrefix, "jobs", collections.BytesKey,
			codec.CollValue[custody.Job](cdc)),
		BySeat: collections.NewMap(sb, custody.JobsBySeatPrefix, "jobs_by_seat", seatKey, collections.BytesValue),
		Queue:  collections.NewKeySet(sb, custody.QueuePrefix, "queue", collections.BytesKey),
		Deadlines: collections.NewKeySet(sb, custody.DeadlinesPrefix, "deadlines",
			collections.PairKeyCodec(collections.Uint64Key, collections.BytesKey)),
		Batches: collections.NewMap(sb, custody.BatchesPrefix, "batches", collections.Uint64Key,
			codec.CollValue[custody.Batch](cdc)),
		Emissions: collections.NewMap(sb, custody.EmissionsPrefix, "emissions",
			collections.TripleKeyCodec(dataset.IDKey, dataset.IDKey, collections.Uint64Key),
			codec.CollValue[custody.Emission](cdc)),
		EmissionCounts: collections.NewMap(sb, custody.EmissionCountsPrefix, "emission_counts", seatKey,
			codec.CollValue[custody.EmissionCount](cdc)),
		Releases: collections.NewMap(sb, custody.ReleasesPrefix, "releases", seatKey,
			codec.CollValue[custody.Release](cdc)),
	}
}

// place is where a job stands in the queue.
func place(j custody.Job) []byte {
	out := binary.BigEndian.AppendUint64(nil, j.KeyId)
	out = binary.BigEndian.AppendUint64(out, j.Offers)
	out = binary.BigEndian.AppendUint64(out, uint64(j.ReadyHeight)) //nolint:gosec // heights are positive
	return append(out, j.Id...)
}

// jobOfPlace is the job id at the end of a place.
func jobOfPlace(place []byte) []byte { return bytes.Clone(place[24:]) }

func deadline(j custody.Job) collections.Pair[uint64, []byte] {
	return collections.Join(uint64(j.Deadline), j.Id) //nolint:gosec // heights are positive
}

func jobSeat(j custody.Job) (SeatKey, error) {
	request, err := id.Parse(j.RequestId)
	return collections.Join(request, j.Seat), err
}

// add stores a new job and queues it.
func (js Jobs) add(ctx context.Context, j custody.Job) error {
	seat, err := jobSeat(j)
	if err != nil {
		return err
	}
	if err := js.BySeat.Set(ctx, seat, j.Id); err != nil {
		return err
	}
	return js.put(ctx, j)
}

// put stores a job and its places in the indexes.
func (js Jobs) put(ctx context.Context, j custody.Job) error {
	if err := js.Queue.Set(ctx, place(j)); err != nil {
		return err
	}
	if err := js.Deadlines.Set(ctx, deadline(j)); err != nil {
		return err
	}
	return js.Jobs.Set(ctx, j.Id, j)
}

// change replaces a job, moving it in the indexes.
func (js Jobs) change(ctx context.Context, old, changed custody.Job) error {
	if err := js.unlist(ctx, old); err != nil {
		return err
	}
	return js.put(ctx, changed)
}

// unlist takes a job out of queue and deadlines; it stays stored.
func (js Jobs) unlist(ctx context.Context, j custody.Job) error {
	if err := js.Queue.Remove(ctx, place(j)); err != nil {
		return err
	}
	return js.Deadlines.Remove(ctx, deadline(j))
}

// remove forgets a job.
func (js Jobs) remove(ctx context.Context, j custody.Job) error {
	if err := js.unlist(ctx, j); err != nil {
		return err
	}
	seat, err := jobSeat(j)
	if err != nil {
		return err
	}
	if err := js.BySeat.Remove(ctx, seat); err != nil {
		return err
	}
	return js.Jobs.Remove(ctx, j.Id)
}

// ofSeat returns the job of a seat, or custody.ErrNotFound.
func (js Jobs) ofSeat(ctx context.Context, seat SeatKey) (custody.Job, error) {
	name, err := js.BySeat.Get(ctx, seat)
	if err != nil {
		return custody.Job{}, found(err, "job of seat %d of %s", seat.K2(), seat.K1())
	}
	j, err := js.Jobs.Get(ctx, name)
	return j, found(err, "job %x", name)
}

// head lists the jobs at the head of a key's queue.
func (js Jobs) head(ctx context.Context, keyID uint64, limit int) ([]custody.Job, error) {
	var names [][]byte
	span := new(collections.Range[[]byte]).StartInclusive(number(keyID)).EndExclusive(number(keyID + 1))
	err := js.Queue.Walk(ctx, span, func(place []byte) (bool, error) {
		names = append(names, jobOfPlace(place))
		return len(names) >= limit, nil
	})
	if err != nil {
		return nil, err
	}
	return js.all(ctx, names)
}

// due lists the jobs whose deadline is at a height or before, the earliest first.
func (js Jobs) due(ctx context.Context, height int64, limit int) ([]custody.Job, error) {
	var names [][]byte
	err := js.Deadlines.Walk(ctx, nil, func(key collections.Pair[uint64, []byte]) (bool, error) {
		if key.K1() > uint64(height) { //nolint:gosec // heights are positive
			return true, nil
		}
		names = append(names, bytes.Clone(key.K2()))
		return len(names) >= limit, nil
	})
	if err != nil {
		return nil, err
	}
	return js.all(ctx, names)
}

func (js Jobs) all(ctx context.Context, names [][]byte) ([]custody.Job, error) {
	out := make([]custody.Job, len(names))
	for i, name := range names {
		j, err := js.Jobs.Get(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("job %x: %w", name, err)
		}
		out[i] = j
	}
	return out, nil
}

// emit records that a job stands in a batch for the first time.
func (js Jobs) emit(ctx context.Context, j custody.Job) error {
	of, err := id.Parse(j.DatasetId)
	if err != nil {
		return err
	}
	request, err := id.Parse(j.RequestId)
	if err != nil {
		return err
	}
	emission := custody.Emission{
		DatasetId: j.DatasetId, RequestId: j.RequestId, Seat: j.Seat, Kind: j.Kind, Height: j.EmittedHeight,
	}
	if err := js.Emissions.Set(ctx, collections.Join3(of, request, j.Seat), emission); err != nil {
		return err
	}
	return js.count(ctx, of, j.DatasetId, j.Kind)
}

func (js Jobs) count(ctx context.Context, of id.ID, text string, kind custody.JobKind) error {
	key := collections.Join(of, uint64(kind)) //nolint:gosec // kinds are positive
	n, err := js.EmissionCounts.Get(ctx, key)
	if err != nil && !isNotFound(err) {
		return err
	}
	return js.EmissionCounts.Set(ctx, key, custody.EmissionCount{DatasetId: text, Kind: kind, Count: n.Count + 1})
}

// batch returns the batch of a height, empty if there is none.
func (js Jobs) batch(ctx context.Context, height int64) (custody.Batch, error) {
	out, err := js.Batches.Get(ctx, uint64(height)) //nolint:gosec // heights are positive
	if isNotFound(err) {
		return custody.Batch{Height: height}, nil
	}
	return out, err
}

// contains reports whether a job stands in a batch.
func contains(b custody.Batch, name []byte) bool {
	for _, j := range b.Jobs {
		if bytes.Equal(j.Id, name) {
			return true
		}
	}
	return false
}
