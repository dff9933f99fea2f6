package app

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc"

	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	gogogrpc "github.com/cosmos/gogoproto/grpc"

	"github.com/volens-network/volens/x/custody"
)

// ErrLimits is returned for parameters with which inflated vote extensions could crowd
// the injection out of a block (docs/spec/vote-extension.md, section 2).
var ErrLimits = errors.New("parameters of x/consensus, x/staking and x/custody do not fit together")

// limited is the message router with the one rule that spans three modules: whatever
// changes the size of a block or the number of validators is undone, with its whole
// transaction or proposal, if the rule does not hold afterwards.
type limited struct {
	gogogrpc.Server

	check func(ctx context.Context) error
}

// RegisterService implements the router's interface.
func (l limited) RegisterService(sd *grpc.ServiceDesc, server any) {
	switch s := server.(type) {
	case stakingtypes.MsgServer:
		server = stakingLimits{MsgServer: s, check: l.check}
	case custody.MsgServer:
		server = custodyLimits{MsgServer: s, check: l.check}
	case consensustypes.MsgServer:
		// The keeper of x/consensus answers its queries too.
		if sd.ServiceName == "cosmos.consensus.v1.Msg" {
			server = consensusLimits{MsgServer: s, check: l.check}
		}
	}
	l.Server.RegisterService(sd, server)
}

type consensusLimits struct {
	consensustypes.MsgServer

	check func(ctx context.Context) error
}

// UpdateParams changes the size of a block.
func (s consensusLimits) UpdateParams(
	ctx context.Context, msg *consensustypes.MsgUpdateParams,
) (*consensustypes.MsgUpdateParamsResponse, error) {
	resp, err := s.MsgServer.UpdateParams(ctx, msg)
	if err != nil {
		return nil, err
	}
	return resp, s.check(ctx)
}

type stakingLimits struct {
	stakingtypes.MsgServer

	check func(ctx context.Context) error
}

// UpdateParams changes how many validators there may be.
func (s stakingLimits) UpdateParams(
	ctx context.Context, msg *stakingtypes.MsgUpdateParams,
) (*stakingtypes.MsgUpdateParamsResponse, error) {
	resp, err := s.MsgServer.UpdateParams(ctx, msg)
	if err != nil {
		return nil, err
	}
	return resp, s.check(ctx)
}

type custodyLimits struct {
	custody.MsgServer

	check func(ctx context.Context) error
}

// UpdateParams changes for how many validators extensions are cut.
func (s custodyLimits) UpdateParams(
	ctx context.Context, msg *custody.MsgUpdateParams,
) (*custody.MsgUpdateParamsResponse, error) {
	resp, err := s.MsgServer.UpdateParams(ctx, msg)
	if err != nil {
		return nil, err
	}
	return resp, s.check(ctx)
}

// checkLimits reports ErrLimits unless twice the extensions of all validators that there
// may be fit into a block. It reads the state as the message has changed it.
func (app *App) checkLimits(ctx context.Context) error {
	consensus, err := app.Cosmos.Consensus.ParamsStore.Get(ctx)
	if err != nil {
		return err
	}
	params, err := app.Volens.Custody.Params.Get(ctx)
	if err != nil {
		return err
	}
	if consensus.Block == nil {
		return fmt.Errorf("%w: no size of a block", ErrLimits)
	}
	if err := params.ValidateFor(consensus.Block.MaxBytes); err != nil {
		return fmt.Errorf("%w: %w", ErrLimits, err)
	}
	most, err := app.Cosmos.Staking.MaxValidators(ctx)
	if err != nil {
		return err
	}
	if most > params.MaxValidators {
		return fmt.Errorf(
			"%w: max_validators of x/staking is %d, of x/custody %d",
			ErrLimits,
			most,
			params.MaxValidators,
		)
	}
	return nil
}

// checkGenesis refuses a genesis that breaks the limits, or whose votes have no extensions
// from the first block on: no key would ever be made.
func (app *App) checkGenesis(ctx context.Context, first int64) error {
	if err := app.checkLimits(ctx); err != nil {
		return err
	}
	consensus, err := app.Cosmos.Consensus.ParamsStore.Get(ctx)
	if err != nil {
		return err
	}
	abci := consensus.Abci
	if abci == nil || abci.VoteExtensionsEnableHeight < 1 || abci.VoteExtensionsEnableHeight > max(first, 1) {
		return fmt.Errorf("%w: vote extensions are not enabled from the first block on", ErrLimits)
	}
	return nil
}
