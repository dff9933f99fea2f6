package module

import autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

// AutoCLIOptions names the commands that are derived from the services.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: "volens.dataset.v1.Query",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{
					RpcMethod:      "Dataset",
					Use:            "dataset [dataset-id]",
					Short:          "Show one dataset with the receipts of its version",
					PositionalArgs: args("dataset_id"),
				},
				{
					RpcMethod: "Datasets",
					Use:       "datasets",
					Short:     "List datasets, of one owner or of one status",
				},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: "volens.dataset.v1.Msg",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "RegisterDataset", Skip: true},
				{RpcMethod: "ReplacePayload", Skip: true},
				{
					RpcMethod:      "HoldReceipts",
					Use:            "hold-receipts [dataset-id]...",
					Short:          "State that the signing gateway holds these datasets",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "dataset_ids", Varargs: true}},
				},
				{
					RpcMethod:      "DropHold",
					Use:            "drop-hold [dataset-id]",
					Short:          "Withdraw the signing gateway's receipt",
					PositionalArgs: args("dataset_id"),
				},
				{
					RpcMethod:      "WithdrawDataset",
					Use:            "withdraw [dataset-id]",
					Short:          "End a dataset for ever",
					PositionalArgs: args("dataset_id"),
				},
			},
		},
	}
}

func args(fields ...string) []*autocliv1.PositionalArgDescriptor {
	out := make([]*autocliv1.PositionalArgDescriptor, len(fields))
	for i, field := range fields {
		out[i] = &autocliv1.PositionalArgDescriptor{ProtoField: field}
	}
	return out
}
