package chain

import (
	"context"
	"fmt"
	"slices"
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/client/fault"
)

// Receipt is a transaction that stands in a block and succeeded.
type Receipt struct {
	Height    int64
	TxHash    string // upper-case hexadecimal
	GasUsed   int64
	Events    []abci.Event
	Responses []*codectypes.Any // one for each message, in order
}

// Receipt looks for a transaction by its hash. One that was refused in its block is a
// *TxError; one that is in no block, a fault of kind NotFound.
func (c *Client) Receipt(ctx context.Context, hash []byte) (*Receipt, error) {
	found, err := c.node.Tx(ctx, hash, false)
	if err != nil {
		if strings.Contains(err.Error(), notFoundText) {
			return nil, fault.E(fault.NotFound, "transaction %X is in no block", hash)
		}
		return nil, fault.E(fault.Unavailable, "look for transaction %X: %w", hash, err)
	}
	result := found.TxResult
	if result.Code != 0 {
		return nil, &TxError{
			Codespace: result.Codespace, Code: result.Code, Log: result.Log,
			Height: found.Height, TxHash: fmt.Sprintf("%X", hash),
		}
	}
	var data sdk.TxMsgData
	if err := proto.Unmarshal(result.Data, &data); err != nil {
		return nil, fault.E(fault.Internal, "read answers to transaction %X: %w", hash, err)
	}
	return &Receipt{
		Height: found.Height, TxHash: fmt.Sprintf("%X", hash), GasUsed: result.GasUsed,
		Events: result.Events, Responses: data.MsgResponses,
	}, nil
}

// Response reads the answer to the message at an index into a message of its type.
func (r *Receipt) Response(index int, into proto.Message) error {
	if index < 0 || index >= len(r.Responses) {
		return fault.E(fault.Internal, "transaction %s has %d answers, none at %d", r.TxHash, len(r.Responses), index)
	}
	answer := r.Responses[index]
	if want := "/" + proto.MessageName(into); answer.TypeUrl != want {
		return fault.E(
			fault.Internal,
			"answer %d of transaction %s is %s, not %s",
			index,
			r.TxHash,
			answer.TypeUrl,
			want,
		)
	}
	if err := proto.Unmarshal(answer.Value, into); err != nil {
		return fault.E(fault.Internal, "read answer %d of transaction %s: %w", index, r.TxHash, err)
	}
	return nil
}

// EventsOf are the typed events of one type, such as *market.EventRequestDecided, in order.
func EventsOf[T proto.Message](events []abci.Event) ([]T, error) {
	var (
		wanted T
		found  []T
	)
	name := proto.MessageName(wanted)
	for _, event := range events {
		if event.Type != name {
			continue
		}
		parsed, err := sdk.ParseTypedEvent(typed(event))
		if err != nil {
			return nil, fault.E(fault.Internal, "read event %s: %w", name, err)
		}
		like, ok := parsed.(T)
		if !ok {
			return nil, fault.E(fault.Internal, "event %s is a %T", name, parsed)
		}
		found = append(found, like)
	}
	return found, nil
}

// typed is an event without what baseapp adds: it marks those of BeginBlock and EndBlock
// with a word that is no JSON, which the SDK's reader does not take.
func typed(event abci.Event) abci.Event {
	event.Attributes = slices.DeleteFunc(slices.Clone(event.Attributes), func(a abci.EventAttribute) bool {
		return a.Key == "mode" && (a.Value == "BeginBlock" || a.Value == "EndBlock")
	})
	return event
}
