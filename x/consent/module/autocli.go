package module

import autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

// AutoCLIOptions names the commands that are derived from the services.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: "volens.consent.v1.Query",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				command(
					"Consent",
					"consent [dataset-id]",
					"Show the latest version of a dataset's consent",
					"dataset_id",
				),
				command("History", "history [dataset-id]", "List all versions of a dataset's consent", "dataset_id"),
				command("Templates", "templates", "List the registered plain texts"),
				command("Codebooks", "codebooks", "List the registered disease vocabularies"),
				command("Params", "params", "Show the parameters"),
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: "volens.consent.v1.Msg",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "GrantConsent", Skip: true},
				{RpcMethod: "AmendConsent", Skip: true},
				{RpcMethod: "RegisterTemplate", Skip: true},
				{RpcMethod: "RegisterCodebook", Skip: true},
				{RpcMethod: "UpdateParams", Skip: true},
				command("RevokeConsent", "revoke [dataset-id] [version]", "End the active version of a consent",
					"dataset_id", "version"),
				command("SetRevoker", "set-revoker [dataset-id] [revoker]", "Name a carer who may revoke",
					"dataset_id", "revoker"),
			},
		},
	}
}

// command describes one command and its positional arguments.
func command(method, use, short string, fields ...string) *autocliv1.RpcCommandOptions {
	args := make([]*autocliv1.PositionalArgDescriptor, len(fields))
	for i, field := range fields {
		args[i] = &autocliv1.PositionalArgDescriptor{ProtoField: field}
	}
	return &autocliv1.RpcCommandOptions{RpcMethod: method, Use: use, Short: short, PositionalArgs: args}
}
