package app

import (
	"encoding/json"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/app/voteext"
)

// Genesis is the state of each module at the first block, by module name.
type Genesis map[string]json.RawMessage

// DefaultGenesis is every module's own default.
func (app *App) DefaultGenesis() Genesis {
	return app.basics.DefaultGenesis(app.encoding.Codec)
}

// Votes is the node's handler of votes and proposals.
func (app *App) Votes() *voteext.Handler { return app.votes }

// Self is who the node is, nil for one that is no validator.
func (app *App) Self() *voteext.Self { return app.self }

func (app *App) setHandlers(self *voteext.Self) {
	app.self = self
	app.votes = voteext.New(
		app.Volens.Custody,
		app.Volens.Custody,
		app.Cosmos.Staking,
		app.revokeLane(),
		app.encoding.TxConfig.TxDecoder(),
		app.Logger(),
		self,
	)
	app.SetExtendVoteHandler(func(ctx sdk.Context, req *abci.RequestExtendVote) (*abci.ResponseExtendVote, error) {
		resp, err := app.votes.ExtendVote(ctx, req)
		if err == nil {
			app.figures.Voted(req.Height, resp.VoteExtension)
		}
		return resp, err
	})
	app.SetVerifyVoteExtensionHandler(app.votes.VerifyVoteExtension)
	app.SetPrepareProposal(app.votes.PrepareProposal)
	app.SetProcessProposal(app.votes.ProcessProposal)

	app.SetInitChainer(app.initChain)
	app.SetPreBlocker(app.preBlock)
	app.SetBeginBlocker(func(ctx sdk.Context) (sdk.BeginBlock, error) { return app.manager.BeginBlock(ctx) })
	app.SetEndBlocker(func(ctx sdk.Context) (sdk.EndBlock, error) { return app.manager.EndBlock(ctx) })
	app.SetAnteHandler(newAnteHandler(app))
}

func (app *App) initChain(ctx sdk.Context, req *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
	var genesis Genesis
	if err := json.Unmarshal(req.AppStateBytes, &genesis); err != nil {
		return nil, fmt.Errorf("read app state of genesis: %w", err)
	}
	if err := app.Cosmos.Upgrade.SetModuleVersionMap(ctx, app.manager.GetVersionMap()); err != nil {
		return nil, err
	}
	resp, err := app.manager.InitGenesis(ctx, app.encoding.Codec, genesis)
	if err != nil {
		return nil, err
	}
	return resp, app.checkGenesis(ctx, req.InitialHeight)
}

// preBlock lets upgrades go first, then what the committee answered.
func (app *App) preBlock(ctx sdk.Context, req *abci.RequestFinalizeBlock) (*sdk.ResponsePreBlock, error) {
	resp, err := app.manager.PreBlock(ctx)
	if err != nil {
		return nil, err
	}
	app.votes.PreBlock(ctx, req)
	return resp, nil
}

// FinalizeBlock executes a block and lets the figures look at it.
func (app *App) FinalizeBlock(req *abci.RequestFinalizeBlock) (*abci.ResponseFinalizeBlock, error) {
	resp, err := app.BaseApp.FinalizeBlock(req)
	if err == nil {
		app.figures.Finalized(req, resp)
		app.decided = req.DecidedLastCommit
	}
	return resp, err
}

// Commit commits a block and lets the figures look at the state.
func (app *App) Commit() (*abci.ResponseCommit, error) {
	resp, err := app.BaseApp.Commit()
	if err == nil {
		app.figures.Committed(app.NewContext(true).WithBlockHeight(app.LastBlockHeight()), app.decided)
	}
	return resp, err
}
