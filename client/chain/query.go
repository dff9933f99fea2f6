package chain

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	rpcclient "github.com/cometbft/cometbft/rpc/client"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/client/fault"
)

// heightKey is where AtHeight keeps the height in a context.
type heightKey struct{}

// AtHeight makes queries with this context ask for the state after a height, so that
// several of them agree. Zero is the latest. Nodes forget old heights.
func AtHeight(ctx context.Context, height int64) context.Context {
	return context.WithValue(ctx, heightKey{}, height)
}

func heightOf(ctx context.Context) int64 {
	height, ok := ctx.Value(heightKey{}).(int64)
	if !ok {
		return 0
	}
	return height
}

// QueryError is a query that the application answered with an error.
type QueryError struct {
	Path      string // of the query
	Subject   string // what was asked for, with its id; empty where the query names nothing
	Codespace string
	Code      uint32
	Log       string
}

// Error names what was asked for, else the query, and what the application said.
func (e *QueryError) Error() string {
	switch {
	case e.Subject != "" && e.FaultKind() == fault.NotFound:
		return "there is no " + e.Subject + " on this chain"
	case e.Subject != "":
		return fmt.Sprintf("ask the chain for %s: %s", e.Subject, plainLog(e.Log))
	default:
		return fmt.Sprintf("query %s: %s", e.Path, plainLog(e.Log))
	}
}

// FaultKind is NotFound, Usage and the like by the SDK's code.
func (e *QueryError) FaultKind() fault.Kind {
	kind := kindOfCode(e.Codespace, e.Code)
	if kind == fault.Refused {
		return fault.Internal
	}
	return kind
}

// GRPCStatus lets status.Code see the kind too.
func (e *QueryError) GRPCStatus() *status.Status {
	code := codes.Unknown
	switch e.FaultKind() {
	case fault.NotFound:
		code = codes.NotFound
	case fault.Usage:
		code = codes.InvalidArgument
	case fault.Unavailable:
		code = codes.Unavailable
	default:
	}
	return status.New(code, e.Log)
}

// Invoke asks one gRPC method of the application through the node's RPC. The generated
// query clients call it.
func (c *Client) Invoke(ctx context.Context, method string, request, reply any, _ ...grpc.CallOption) error {
	in, ok := request.(proto.Message)
	if !ok {
		return fault.E(fault.Internal, "query %s: request %T is no message", method, request)
	}
	out, ok := reply.(proto.Message)
	if !ok {
		return fault.E(fault.Internal, "query %s: reply %T is no message", method, reply)
	}
	data, err := proto.Marshal(in)
	if err != nil {
		return fault.E(fault.Internal, "query %s: %w", method, err)
	}
	value, err := c.query(ctx, method, data)
	if err != nil {
		var failed *QueryError
		if errors.As(err, &failed) {
			failed.Subject = subject(request)
		}
		return err
	}
	if err := proto.Unmarshal(value, out); err != nil {
		return fault.E(fault.Internal, "answer to %s: %w", method, err)
	}
	if err := codectypes.UnpackInterfaces(out, c.registry); err != nil {
		return fault.E(fault.Internal, "answer to %s: %w", method, err)
	}
	return nil
}

// NewStream refuses: the chain has no streams.
func (c *Client) NewStream(
	_ context.Context, _ *grpc.StreamDesc, method string, _ ...grpc.CallOption,
) (grpc.ClientStream, error) {
	return nil, fault.E(fault.Internal, "query %s: streams are not offered", method)
}

// query asks the application and returns the value of its answer.
func (c *Client) query(ctx context.Context, path string, data []byte) ([]byte, error) {
	result, err := c.node.ABCIQueryWithOptions(ctx, path, data, rpcclient.ABCIQueryOptions{Height: heightOf(ctx)})
	if err != nil {
		return nil, unanswered(ctx, "query %s: %w", path, err)
	}
	answer := result.Response
	if !answer.IsOK() {
		return nil, &QueryError{Path: path, Codespace: answer.Codespace, Code: answer.Code, Log: answer.Log}
	}
	return answer.Value, nil
}

// kindOfCode is what a registered error code means for the caller. Codes that are not
// listed are a rule's refusal.
func kindOfCode(codespace string, code uint32) fault.Kind {
	if codespace != sdkerrors.RootCodespace {
		return kindOfModule(codespace, code)
	}
	switch code {
	case sdkerrors.ErrUnknownAddress.ABCICode(), sdkerrors.ErrKeyNotFound.ABCICode(), sdkerrors.ErrNotFound.ABCICode():
		return fault.NotFound
	case sdkerrors.ErrInvalidRequest.ABCICode(), sdkerrors.ErrInvalidAddress.ABCICode(),
		sdkerrors.ErrInvalidCoins.ABCICode(), sdkerrors.ErrTxTooLarge.ABCICode(),
		sdkerrors.ErrMemoTooLarge.ABCICode(), sdkerrors.ErrInsufficientFee.ABCICode():
		return fault.Usage
	case sdkerrors.ErrWrongSequence.ABCICode(), sdkerrors.ErrTxInMempoolCache.ABCICode(),
		sdkerrors.ErrMempoolIsFull.ABCICode(), sdkerrors.ErrTxTimeoutHeight.ABCICode(),
		sdkerrors.ErrInvalidHeight.ABCICode(), sdkerrors.ErrOutOfGas.ABCICode():
		return fault.Unavailable
	case sdkerrors.ErrTxDecode.ABCICode(), sdkerrors.ErrUnknownRequest.ABCICode(), sdkerrors.ErrPanic.ABCICode(),
		sdkerrors.ErrLogic.ABCICode(), sdkerrors.ErrPackAny.ABCICode(), sdkerrors.ErrUnpackAny.ABCICode():
		return fault.Internal
	default:
		return fault.Refused
	}
}
