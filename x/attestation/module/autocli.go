package module

import autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

// AutoCLIOptions names the commands that are derived from the services. What the
// authority does goes through proposals and has no command.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{Query: queries(), Tx: transactions()}
}

func queries() *autocliv1.ServiceCommandDescriptor {
	return &autocliv1.ServiceCommandDescriptor{
		Service: "volens.attestation.v1.Query",
		RpcCommandOptions: []*autocliv1.RpcCommandOptions{
			command("Organisation", "organisation", "Show one organisation with its heartbeat", "address"),
			command("Organisations", "organisations", "List organisations, of one role if it is given"),
			command("Deidentification", "deidentification", "Show the attestation of a version and its challenge",
				"dataset_id", "version"),
			command("EthicsApprovals", "approvals", "List the approvals of a protocol", "protocol_sha256"),
			command("Visas", "visas", "List the visas of a researcher", "researcher"),
			command("Params", "params", "Show the parameters"),
		},
	}
}

func transactions() *autocliv1.ServiceCommandDescriptor {
	return &autocliv1.ServiceCommandDescriptor{
		Service: "volens.attestation.v1.Msg",
		RpcCommandOptions: []*autocliv1.RpcCommandOptions{
			{RpcMethod: "AccreditOrganisation", Skip: true},
			{RpcMethod: "SuspendOrganisation", Skip: true},
			{RpcMethod: "JudgeChallenge", Skip: true},
			{RpcMethod: "UpdateParams", Skip: true},
			command("DepositBond", "deposit-bond", "Add to the signing organisation's bond", "amount"),
			command("WithdrawBond", "withdraw-bond", "Take from the signing organisation's free bond", "amount"),
			{RpcMethod: "UpdateGateway", Skip: true},
			command("AnchorLog", "anchor-log", "Anchor the signing gateway's access log", "size", "root"),
			{RpcMethod: "AttestDeidentification", Skip: true},
			command("RefuseDeidentification", "refuse", "End an inspection without an attestation",
				"dataset_id", "version", "report_sha256"),
			command("RevokeDeidentification", "revoke", "Take the signing attestor's attestation back",
				"dataset_id", "version"),
			command("ChallengeDeidentification", "challenge", "Freeze an attestation against a bond",
				"dataset_id", "version", "evidence_sha256", "bond"),
			command("ConfirmChallenge", "confirm", "Let a freeze last until it is judged", "dataset_id", "version"),
			{RpcMethod: "ApproveEthics", Skip: true},
			command(
				"RevokeEthics",
				"revoke-approval",
				"Take the signing organisation's approval back",
				"protocol_sha256",
			),
			{RpcMethod: "IssueVisa", Skip: true},
			command("RevokeVisa", "revoke-visa", "Take the signing institution's visa back", "researcher"),
		},
	}
}

// command derives a command whose positional arguments are these fields.
func command(method, name, short string, fields ...string) *autocliv1.RpcCommandOptions {
	out := &autocliv1.RpcCommandOptions{RpcMethod: method, Use: name, Short: short}
	for _, field := range fields {
		out.Use += " [" + field + "]"
		out.PositionalArgs = append(out.PositionalArgs, &autocliv1.PositionalArgDescriptor{ProtoField: field})
	}
	return out
}
