package module

import autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

// AutoCLIOptions names the commands that are derived from the services.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: "volens.market.v1.Query",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				command("Request", "request", "Show a request with its ledger", "request_id"),
				command("Requests", "requests", "List requests, of one researcher or in one state"),
				command("Decisions", "decisions", "List the decisions on a request", "request_id"),
				command("Payments", "payments", "List what a request paid, holds and refunded", "request_id"),
				command("Earnings", "earnings", "List the payments to an address", "address"),
				command("Cost", "cost", "Tell what a request will lock", "n_max", "price", "denom"),
				command(
					"Check",
					"check",
					"Tell whether the rules allow a request for a dataset now",
					"request_id",
					"dataset_id",
				),
				command(
					"Claim",
					"claim",
					"Show a claim that a gateway does not serve",
					"request_id",
					"seat",
					"gateway",
				),
				command("Solvency", "solvency", "Compare the module account with all ledgers"),
				command("Params", "params", "Show the parameters"),
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: "volens.market.v1.Msg",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "SubmitRequest", Skip: true},
				{RpcMethod: "PostSeats", Skip: true},
				{RpcMethod: "AnswerService", Skip: true},
				{RpcMethod: "UpdateParams", Skip: true},
				command("DecideRequest", "decide", "Say yes or no to a request", "request_id", "dataset_id", "yes"),
				command("CancelRequest", "cancel", "End a request before it clears", "request_id"),
				command("AnswerReferral", "answer-referral", "Answer what was referred to the signing organisation",
					"request_id", "dataset_id", "approve"),
				command(
					"NoService",
					"no-service",
					"Claim that a gateway does not serve",
					"request_id",
					"seat",
					"gateway",
				),
				command("DisputeAnswer", "dispute-answer", "Bring a posted part before an arbiter",
					"request_id", "seat", "gateway", "evidence_sha256"),
				command("JudgeAnswer", "judge-answer", "Decide a dispute as its arbiter",
					"request_id", "seat", "gateway", "uphold"),
			},
		},
	}
}

// command names a method's command and its arguments, which are fields.
func command(method, use, short string, fields ...string) *autocliv1.RpcCommandOptions {
	out := &autocliv1.RpcCommandOptions{RpcMethod: method, Use: use, Short: short}
	for _, field := range fields {
		out.Use += " [" + field + "]"
		out.PositionalArgs = append(out.PositionalArgs, &autocliv1.PositionalArgDescriptor{ProtoField: field})
	}
	return out
}
