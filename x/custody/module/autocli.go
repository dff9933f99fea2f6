package module

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
)

// AutoCLIOptions names the commands of volensd.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{Query: queryOptions(), Tx: txOptions()}
}

func queryOptions() *autocliv1.ServiceCommandDescriptor {
	return &autocliv1.ServiceCommandDescriptor{
		Service: "volens.custody.v1.Query",
		RpcCommandOptions: []*autocliv1.RpcCommandOptions{
			{RpcMethod: "Key", Use: "key [key-id]", Short: "Show a committee key", PositionalArgs: args("key_id")},
			{
				RpcMethod: "Epoch", Use: "epoch [key-id] [epoch]", Short: "Show who holds which share in an epoch",
				PositionalArgs: args("key_id", "epoch"),
			},
			{RpcMethod: "Faults", Use: "faults", Short: "List the convictions in runs, with their evidence"},
			{RpcMethod: "Run", Use: "run", Short: "Show the open run"},
			{
				RpcMethod: "Seat", Use: "seat [request-id] [index]", Short: "Show a seat and what came of it",
				PositionalArgs: args("request_id", "index"),
			},
			{
				RpcMethod: "Seats", Use: "seats [request-id]", Short: "List the seats of a request",
				PositionalArgs: args("request_id"),
			},
			{
				RpcMethod:      "Audit",
				Use:            "audit [dataset-id]",
				Short:          "List all that ever left the committee for a dataset",
				PositionalArgs: args("dataset_id"),
			},
			{
				RpcMethod: "Inspection", Use: "inspection [inspection-id]", Short: "Show an inspection",
				PositionalArgs: args("inspection_id"),
			},
			{RpcMethod: "Inspections", Use: "inspections", Short: "List inspections"},
			{RpcMethod: "Params", Use: "params", Short: "Show the parameters"},
		},
	}
}

func txOptions() *autocliv1.ServiceCommandDescriptor {
	return &autocliv1.ServiceCommandDescriptor{
		Service: "volens.custody.v1.Msg",
		RpcCommandOptions: []*autocliv1.RpcCommandOptions{
			{
				RpcMethod:      "RequestInspection",
				Use:            "request-inspection [dataset-id] [version] [organisation] [random]",
				Short:          "Let an organisation read a version of your dataset",
				PositionalArgs: args("dataset_id", "version", "organisation", "random"),
			},
			{
				RpcMethod:      "AcceptInspection",
				Use:            "accept-inspection [inspection-id] [q] [proof] [delivery-key] [bond]",
				Short:          "Post a seat and a bond for an inspection",
				PositionalArgs: args("inspection_id", "q", "proof", "delivery_key", "bond"),
			},
			{
				RpcMethod: "WithdrawInspection", Use: "withdraw-inspection [inspection-id]",
				Short: "End an inspection before its batch", PositionalArgs: args("inspection_id"),
			},
			{RpcMethod: "RotateKey", Skip: true},    // the authority's
			{RpcMethod: "UpdateParams", Skip: true}, // the authority's
		},
	}
}

func args(fields ...string) []*autocliv1.PositionalArgDescriptor {
	out := make([]*autocliv1.PositionalArgDescriptor, len(fields))
	for i, f := range fields {
		out[i] = &autocliv1.PositionalArgDescriptor{ProtoField: f}
	}
	return out
}
