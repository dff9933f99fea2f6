package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/custody"
)

// InitGenesis stores a genesis. Under a live chain id other than the one that the
// state was exported under, validators' guards and proofs of this chain do not
// know the old one's: every seat that is not RELEASED becomes void (MIGRATED) and
// its job is dropped. No hook is called, for x/market has no state yet; its own
// InitGenesis, which runs later, asks Seat and refunds what is void.
func (k *Keeper) InitGenesis(ctx context.Context, g custody.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	if err := g.Params.ValidateFor(blockBytes(ctx)); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
	live := sdk.UnwrapSDKContext(ctx).ChainID()
	if err := k.Committees.LiveChain.Set(ctx, live); err != nil {
		return err
	}
	if err := k.initKeys(ctx, g); err != nil {
		return err
	}
	if err := k.initInspections(ctx, g); err != nil {
		return err
	}
	for _, point := range g.Seen {
		if err := k.Seats.Seen.Set(ctx, point); err != nil {
			return err
		}
	}
	migrated := g.LiveChainId != "" && g.LiveChainId != live
	if err := k.initSeats(ctx, g, migrated); err != nil {
		return err
	}
	if err := k.initReleases(ctx, g); err != nil {
		return err
	}
	return k.initJobs(ctx, g, migrated)
}

func (k *Keeper) initKeys(ctx context.Context, g custody.GenesisState) error {
	for _, key := range g.Keys {
		if err := k.Committees.Keys.Set(ctx, key.KeyId, key); err != nil {
			return err
		}
	}
	for _, e := range g.Epochs {
		if err := k.Committees.Epochs.Set(ctx, collections.Join(e.KeyId, e.Epoch), e); err != nil {
			return err
		}
	}
	for _, f := range g.Faults {
		if err := k.Runs.Faults.Set(ctx, f.Number, f); err != nil {
			return err
		}
	}
	if g.LastRun == 0 {
		return nil
	}
	// The run is over: the next one, if any, gets another number.
	return k.Runs.Run.Set(ctx, lastRun(g))
}

// lastRun is what is known of the newest run: its number, and, where an epoch waits for its
// canary, what it made.
func lastRun(g custody.GenesisState) custody.Run {
	run := custody.Run{Run: g.LastRun, Phase: custody.PHASE_CONFIRM, Finished: true}
	for _, key := range g.Keys {
		awaited, waits := key.Awaits()
		if !waits && run.KeyId != 0 {
			continue
		}
		run.KeyId, run.Epoch = key.KeyId, key.Epoch
		if waits && awaited != key.Epoch {
			run.Epoch, run.OldEpoch = awaited, key.Epoch
		}
		if waits {
			break
		}
	}
	return run
}

func (k *Keeper) initSeats(ctx context.Context, g custody.GenesisState, migrated bool) error {
	for _, seat := range g.Seats {
		request, err := id.Parse(seat.RequestId)
		if err != nil {
			return err
		}
		if migrated && seat.State != custody.SEAT_STATE_RELEASED && seat.State != custody.SEAT_STATE_VOID {
			seat.State, seat.Cause = custody.SEAT_STATE_VOID, custody.CAUSE_MIGRATED
		}
		key := collections.Join(request, seat.Index)
		if err := k.Seats.Seats.Set(ctx, key, seat); err != nil {
			return err
		}
		if !seat.Open() {
			continue
		}
		of, err := id.Parse(seat.DatasetId)
		if err != nil {
			return err
		}
		if err := k.Seats.Open.Set(ctx, collections.Join3(of, request, seat.Index)); err != nil {
			return err
		}
		if seat.State == custody.SEAT_STATE_REVOKING {
			if err := k.Seats.Revoking.Set(ctx, key); err != nil {
				return err
			}
		}
	}
	for _, t := range g.Terms {
		request, err := id.Parse(t.RequestId)
		if err != nil {
			return err
		}
		if err := k.Seats.Terms.Set(ctx, request, t); err != nil {
			return err
		}
	}
	for _, text := range g.Closed {
		request, err := id.Parse(text)
		if err != nil {
			return err
		}
		if err := k.Seats.Closed.Set(ctx, request); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) initJobs(ctx context.Context, g custody.GenesisState, migrated bool) error {
	for _, j := range g.Jobs {
		key, err := jobSeat(j)
		if err != nil {
			return err
		}
		if migrated {
			if j.Kind == custody.JOB_KIND_INSPECTION {
				if err := k.endInspection(ctx, key.K1(), custody.CAUSE_MIGRATED); err != nil {
					return err
				}
			}
			continue
		}
		if err := k.Jobs.add(ctx, j); err != nil {
			return err
		}
		revoking, err := k.Seats.Revoking.Has(ctx, key)
		if err != nil {
			return err
		}
		if revoking {
			if err := k.Jobs.unlist(ctx, j); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k *Keeper) initReleases(ctx context.Context, g custody.GenesisState) error {
	for _, e := range g.Emissions {
		job := custody.Job{
			DatasetId: e.DatasetId, RequestId: e.RequestId, Seat: e.Seat, Kind: e.Kind, EmittedHeight: e.Height,
		}
		if err := k.Jobs.emit(ctx, job); err != nil {
			return err
		}
	}
	for _, r := range g.Releases {
		request, err := id.Parse(r.RequestId)
		if err != nil {
			return err
		}
		if err := k.Jobs.Releases.Set(ctx, collections.Join(request, r.Seat), r); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) initInspections(ctx context.Context, g custody.GenesisState) error {
	read := map[string]bool{}
	for _, e := range g.Emissions {
		read[e.RequestId] = true
	}
	for _, i := range g.Inspections {
		key, err := id.Parse(i.Id)
		if err != nil {
			return err
		}
		of, err := id.Parse(i.DatasetId)
		if err != nil {
			return err
		}
		if err := k.Inspections.Inspections.Set(ctx, key, i); err != nil {
			return err
		}
		if i.Undecided() || read[i.Id] {
			if err := k.Inspections.ByVersion.Set(ctx, collections.Join3(of, i.Version, key)); err != nil {
				return err
			}
		}
		if i.State == custody.INSPECTION_STATE_RELEASED {
			at := collections.Join(uint64(i.Deadline), key) //nolint:gosec // heights are positive
			if err := k.Inspections.Deadlines.Set(ctx, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// ExportGenesis returns the whole state but for what the next blocks make anew: an
// unfinished run, the batches around the present, the shares kept for unfinished
// jobs, the proposers' records and absences.
func (k *Keeper) ExportGenesis(ctx context.Context) (*custody.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	live, err := k.Committees.LiveChain.Get(ctx)
	if err != nil {
		return nil, err
	}
	run, err := k.Runs.Run.Get(ctx)
	if err != nil && !isNotFound(err) {
		return nil, err
	}
	g := &custody.GenesisState{Params: params, LiveChainId: live, LastRun: run.Run}
	export := &exporter{ctx: ctx}
	g.Keys = values(export, k.Committees.Keys)
	g.Epochs = values(export, k.Committees.Epochs)
	g.Faults = values(export, k.Runs.Faults)
	g.Seats = values(export, k.Seats.Seats)
	g.Terms = values(export, k.Seats.Terms)
	g.Jobs = values(export, k.Jobs.Jobs)
	g.Emissions = values(export, k.Jobs.Emissions)
	g.Releases = values(export, k.Jobs.Releases)
	g.Inspections = values(export, k.Inspections.Inspections)
	g.Seen = keys(export, k.Seats.Seen)
	for _, request := range keys(export, k.Seats.Closed) {
		g.Closed = append(g.Closed, request.String())
	}
	return g, errorsmod.Wrap(export.err, "export")
}

// exporter keeps the first error of a series of walks.
type exporter struct {
	ctx context.Context
	err error
}

func values[K, V any](e *exporter, m collections.Map[K, V]) []V {
	if e.err != nil {
		return nil
	}
	var out []V
	e.err = m.Walk(e.ctx, nil, func(_ K, v V) (bool, error) {
		out = append(out, v)
		return false, nil
	})
	return out
}

func keys[K any](e *exporter, s collections.KeySet[K]) []K {
	if e.err != nil {
		return nil
	}
	var out []K
	e.err = s.Walk(e.ctx, nil, func(key K) (bool, error) {
		out = append(out, key)
		return false, nil
	})
	return out
}
