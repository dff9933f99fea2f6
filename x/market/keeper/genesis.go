package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// InitGenesis stores what ExportGenesis gave and makes the agenda anew. It runs after
// x/custody's, which has made void what a new chain id ends: those seats are refunded
// here, and requests that wait with such seats get everything back.
func (k *Keeper) InitGenesis(ctx context.Context, g *market.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
	for _, step := range []func(context.Context, *market.GenesisState) error{
		k.importRequests, k.importMoney, k.importDecisions, k.importServices, k.migrate,
	} {
		if err := step(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) importRequests(ctx context.Context, g *market.GenesisState) error {
	for _, r := range g.Requests {
		key, err := r.ID()
		if err != nil {
			return err
		}
		if err := k.Requests.Set(ctx, key, r); err != nil {
			return err
		}
		at, i := r.Spec.Deadline, item{task: taskLook, request: key}
		if !r.Undecided() {
			at, i.task = 0, taskSweep
		}
		if r.Undecided() || r.Yes > 0 {
			if err := k.Agenda.add(ctx, at, i); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k *Keeper) importMoney(ctx context.Context, g *market.GenesisState) error {
	for _, e := range g.Escrows {
		key, err := id.Parse(e.RequestId)
		if err != nil {
			return err
		}
		if err := k.Money.Escrows.Set(ctx, key, e); err != nil {
			return err
		}
	}
	for _, p := range g.Payments {
		key, err := id.Parse(p.RequestId)
		if err != nil {
			return err
		}
		if err := k.Money.Payments.Set(ctx, collections.Join(key, p.Number), p); err != nil {
			return err
		}
		if p.Paid {
			continue
		}
		if err := k.Money.Held.Set(ctx, collections.Join3(key, p.Seat, p.Number)); err != nil {
			return err
		}
		if err := k.Agenda.add(ctx, p.HeldUntil, item{task: taskFetch, request: key, seat: p.Seat}); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) importDecisions(ctx context.Context, g *market.GenesisState) error {
	for _, d := range g.Decisions {
		request, of, err := d.Keys()
		if err != nil {
			return err
		}
		if err := k.Decisions.store(ctx, d); err != nil {
			return err
		}
		switch d.State {
		case market.DECISION_STATE_YES:
			err = k.Agenda.add(ctx, d.Matures, item{task: taskLook, request: request})
		case market.DECISION_STATE_REFERRED:
			err = k.Agenda.add(ctx, d.ReferralDeadline, item{task: taskReferral, request: request, dataset: of})
		default:
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) importServices(ctx context.Context, g *market.GenesisState) error {
	for _, c := range g.Claims {
		key, err := serviceKey(c.RequestId, c.Seat, c.Gateway)
		if err != nil {
			return err
		}
		if err := k.Services.Claims.Set(ctx, key, c); err != nil {
			return err
		}
		if !c.Live() {
			continue
		}
		i := item{task: taskClaim, request: key.K1(), seat: key.K2(), gateway: key.K3()}
		if err := k.Agenda.add(ctx, c.Deadline, i); err != nil {
			return err
		}
	}
	for _, l := range g.Locks {
		key, err := serviceKey(l.RequestId, l.Seat, l.Gateway)
		if err != nil {
			return err
		}
		if err := k.Services.Locks.Set(ctx, key, l); err != nil {
			return err
		}
		if l.Until == 0 {
			continue
		}
		if err := k.Agenda.add(ctx, l.Until, item{task: taskFetch, request: key.K1(), seat: key.K2()}); err != nil {
			return err
		}
	}
	return nil
}

// migrate settles what custody made void while it imported its own state.
func (k *Keeper) migrate(ctx context.Context, g *market.GenesisState) error {
	for _, d := range g.Decisions {
		if d.State != market.DECISION_STATE_WON {
			continue
		}
		request, _, err := d.Keys()
		if err != nil {
			return err
		}
		void, err := k.void(ctx, request, d.Seat)
		if err != nil {
			return err
		}
		if !void {
			continue
		}
		if err := k.AfterVoid(ctx, request, d.Seat, custody.CAUSE_MIGRATED); err != nil {
			return err
		}
	}
	for _, r := range g.Requests {
		if err := k.migrateRequest(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// migrateRequest ends a request whose free seats are void, through nobody's fault:
// not even the process fee is kept.
func (k *Keeper) migrateRequest(ctx context.Context, r market.Request) error {
	if !r.Undecided() || r.Seats == 0 {
		return nil
	}
	request, err := r.ID()
	if err != nil {
		return err
	}
	void, err := k.void(ctx, request, 0)
	if err != nil || !void {
		return err
	}
	if err := k.refundAll(ctx, request, r); err != nil {
		return err
	}
	return k.finish(ctx, request, r, market.STATE_CANCELLED)
}

func (k *Keeper) void(ctx context.Context, request id.ID, seat uint64) (bool, error) {
	s, err := k.left.Custody.Seat(ctx, request, seat)
	if errors.Is(err, custody.ErrNotFound) {
		return true, nil
	}
	return s.State == custody.SEAT_STATE_VOID, err
}

// ExportGenesis returns the whole state in the order of its keys.
func (k *Keeper) ExportGenesis(ctx context.Context) (*market.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	g := &market.GenesisState{Params: params}
	if err := k.Requests.Walk(ctx, nil, into[id.ID](&g.Requests)); err != nil {
		return nil, err
	}
	if err := k.Money.Escrows.Walk(ctx, nil, into[id.ID](&g.Escrows)); err != nil {
		return nil, err
	}
	if err := k.Decisions.Decisions.Walk(ctx, nil, into[DecisionKey](&g.Decisions)); err != nil {
		return nil, err
	}
	if err := k.Money.Payments.Walk(ctx, nil, into[PaymentKey](&g.Payments)); err != nil {
		return nil, err
	}
	if err := k.Services.Claims.Walk(ctx, nil, into[ServiceKey](&g.Claims)); err != nil {
		return nil, err
	}
	if err := k.Services.Locks.Walk(ctx, nil, into[ServiceKey](&g.Locks)); err != nil {
		return nil, err
	}
	return g, nil
}

// into appends every value that is walked over.
func into[K, V any](list *[]V) func(K, V) (bool, error) {
	return func(_ K, v V) (bool, error) {
		*list = append(*list, v)
		return false, nil
	}
}

// Solvency adds up what all ledgers lock, and lists those that do not add up. It walks
// over all requests: it is for auditors, not for blocks.
func (k *Keeper) Solvency(ctx context.Context) (locked sdk.Coins, broken []string, err error) {
	locked = sdk.NewCoins()
	err = k.Money.Escrows.Walk(ctx, nil, func(_ id.ID, e market.Escrow) (bool, error) {
		if fault := e.Validate(); fault != nil {
			broken = append(broken, e.RequestId)
		} else {
			locked = locked.Add(e.Locked())
		}
		return false, nil
	})
	return locked, broken, err
}
