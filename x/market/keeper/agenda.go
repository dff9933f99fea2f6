package keeper

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/market"
)

// task is what is to be done at a height. Tasks of one height are done in this order.
type task byte

const (
	// taskClaim settles a claim whose deadline passed.
	taskClaim task = iota + 1
	// taskFetch ends the fetch window of a seat.
	taskFetch
	// taskReferral takes silence for a no.
	taskReferral
	// taskLook clears a request or ends it, if it is time.
	taskLook
	// taskSweep tells the decisions that won no seat.
	taskSweep
)

// retryBlocks is after how many blocks an item that failed is tried again, so that it
// does not stand in the way of others.
const retryBlocks = 100

// item is one entry of the agenda. What a task does not need stays zero.
type item struct {
	task    task
	request id.ID
	seat    uint64
	dataset id.ID
	gateway sdk.AccAddress
}

const itemHead = 1 + id.Size + 8 + id.Size

// encode writes task, request, seat, dataset and gateway.
func (i item) encode() []byte {
	out := append([]byte{byte(i.task)}, i.request[:]...)
	out = binary.BigEndian.AppendUint64(out, i.seat)
	out = append(out, i.dataset[:]...)
	return append(out, i.gateway...)
}

// decodeItem reads what encode wrote.
func decodeItem(raw []byte) (item, error) {
	if len(raw) < itemHead || task(raw[0]) < taskClaim || task(raw[0]) > taskSweep {
		return item{}, fmt.Errorf("agenda entry %x", raw)
	}
	out := item{task: task(raw[0]), request: id.ID(raw[1:17]), seat: binary.BigEndian.Uint64(raw[17:25])}
	out.dataset = id.ID(raw[25:itemHead])
	out.gateway = bytes.Clone(raw[itemHead:])
	return out, nil
}

// Agenda is keyed by height, task and what the task is about.
type Agenda struct {
	Items collections.KeySet[collections.Pair[uint64, []byte]]
}

func newAgenda(sb *collections.SchemaBuilder) Agenda {
	return Agenda{Items: collections.NewKeySet(sb, market.AgendaPrefix, "agenda",
		collections.PairKeyCodec(collections.Uint64Key, collections.BytesKey))}
}

// add puts an item on the agenda of a height, once.
func (a Agenda) add(ctx context.Context, at int64, i item) error {
	return a.Items.Set(ctx, collections.Join(uint64(max(at, 0)), i.encode()))
}

// due lists the entries of a height and of those before, the earliest first.
func (a Agenda) due(ctx context.Context, at int64, limit int) ([]collections.Pair[uint64, []byte], error) {
	var out []collections.Pair[uint64, []byte]
	err := a.Items.Walk(ctx, nil, func(key collections.Pair[uint64, []byte]) (bool, error) {
		if key.K1() > uint64(at) || len(out) >= limit { //nolint:gosec // heights are positive
			return true, nil
		}
		out = append(out, collections.Join(key.K1(), bytes.Clone(key.K2())))
		return false, nil
	})
	return out, err
}

// EndBlock does what is due, at most market.MaxItems items and about as many
// evaluations of decisions; the rest waits for the next block. An item that fails
// leaves no trace but a line in the log and comes again later. It never fails.
func (k *Keeper) EndBlock(ctx context.Context) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	entries, err := k.Agenda.due(ctx, sdkCtx.BlockHeight(), market.MaxItems)
	if err != nil {
		sdkCtx.Logger().Error("market agenda", "height", sdkCtx.BlockHeight(), "reason", err.Error())
		return nil
	}
	evaluated := 0
	for _, entry := range entries {
		if evaluated >= market.MaxItems {
			return nil
		}
		name := fmt.Sprintf("%x", entry.K2())
		done := k.quarantine(sdkCtx, name, func(ctx sdk.Context) error {
			if err := k.Agenda.Items.Remove(ctx, entry); err != nil {
				return err
			}
			i, err := decodeItem(entry.K2())
			if err != nil {
				return err
			}
			return k.do(ctx, i, &evaluated)
		})
		if !done {
			k.postpone(sdkCtx, entry)
		}
	}
	return nil
}

// do runs one item; evaluated counts the decisions that it evaluates.
func (k *Keeper) do(ctx sdk.Context, i item, evaluated *int) error {
	switch i.task {
	case taskClaim:
		return k.expireClaim(ctx, i.request, i.seat, i.gateway)
	case taskFetch:
		return k.endFetch(ctx, i.request, i.seat)
	case taskReferral:
		return k.expireReferral(ctx, i.request, i.dataset)
	case taskLook:
		return k.look(ctx, i.request, evaluated)
	case taskSweep:
		return k.sweep(ctx, i.request)
	default:
		return fmt.Errorf("task %d", i.task)
	}
}

// postpone moves an entry that failed to a later block.
func (k *Keeper) postpone(ctx sdk.Context, entry collections.Pair[uint64, []byte]) {
	later := collections.Join(uint64(ctx.BlockHeight()+retryBlocks), entry.K2()) //nolint:gosec // heights are positive
	k.quarantine(ctx, "postpone", func(ctx sdk.Context) error {
		if err := k.Agenda.Items.Remove(ctx, entry); err != nil {
			return err
		}
		return k.Agenda.Items.Set(ctx, later)
	})
}
