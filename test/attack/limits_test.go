package attack_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/baseapp"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/x/custody"
)

// perValidator is how many bytes of a block one validator's place takes.
const perValidator = 2 * (custody.ExtensionCap + custody.ExtensionOverhead)

// Governance cannot shrink blocks, nor admit validators, until inflated extensions crowd
// the injection out: the key would never be answered again.
func TestLimits_OfGovernance(t *testing.T) {
	s := shared(t)
	ctx, _ := s.Context().CacheContext()
	by := moduleAccount("gov").String()
	run := func(msg sdk.Msg) error {
		cached, write := ctx.CacheContext()
		_, err := s.App().MsgServiceRouter().Handler(msg)(cached, msg)
		if err == nil {
			write()
		}
		return err
	}
	consensus, err := s.App().Cosmos.Consensus.ParamsStore.Get(ctx)
	require.NoError(t, err)
	block := func(bytes int64) error {
		params := cmttypes.ConsensusParamsFromProto(consensus)
		params.Block.MaxBytes, params.Evidence.MaxBytes = bytes, 1024
		p := params.ToProto()
		return run(
			&consensustypes.MsgUpdateParams{
				Authority: by,
				Block:     p.Block,
				Evidence:  p.Evidence,
				Validator: p.Validator,
			},
		)
	}
	staking, err := s.App().Cosmos.Staking.GetParams(ctx)
	require.NoError(t, err)
	validators := func(most uint32) error {
		p := staking
		p.MaxValidators = most
		return run(&stakingtypes.MsgUpdateParams{Authority: by, Params: p})
	}
	params, err := s.App().Volens.Custody.Params.Get(ctx)
	require.NoError(t, err)
	extensions := func(most uint32) error {
		p := params
		p.MaxValidators = most
		return run(&custody.MsgUpdateParams{Authority: by, Params: p})
	}

	n := params.MaxValidators
	require.Equal(t, n, staking.MaxValidators)
	require.ErrorIs(t, block(int64(n)*perValidator-1), app.ErrLimits)
	require.NoError(t, block(int64(n)*perValidator))
	require.ErrorIs(t, validators(n+1), app.ErrLimits)
	require.ErrorIs(t, extensions(n-1), app.ErrLimits, "fewer than x/staking admits")
	require.ErrorIs(t, extensions(n+1), app.ErrLimits, "more than this block holds, though it was larger when it began")
	require.NoError(t, validators(n-1))
	require.NoError(t, extensions(n-1))
	require.NoError(t, block(int64(n-1)*perValidator))
	require.ErrorIs(t, block(int64(n-1)*perValidator-1), app.ErrLimits)
	require.NoError(t, block(-1), "as large as a block can be")
	now, err := s.App().Cosmos.Staking.MaxValidators(ctx)
	require.NoError(t, err)
	require.Equal(t, n-1, now, "what is refused changes nothing")
}

// No chain starts with what governance may not bring about.
func TestLimits_OfGenesis(t *testing.T) {
	s := shared(t)
	doc := s.Export()
	for name, c := range map[string]struct {
		change func(*cmtproto.ConsensusParams, map[string]json.RawMessage)
		good   bool
	}{
		"as it is":     {func(*cmtproto.ConsensusParams, map[string]json.RawMessage) {}, true},
		"small blocks": {func(p *cmtproto.ConsensusParams, _ map[string]json.RawMessage) { p.Block.MaxBytes = 1 << 20 }, false},
		"no extensions": {func(p *cmtproto.ConsensusParams, _ map[string]json.RawMessage) {
			p.Abci.VoteExtensionsEnableHeight = 0
		}, false},
		"extensions later": {func(p *cmtproto.ConsensusParams, _ map[string]json.RawMessage) {
			p.Abci.VoteExtensionsEnableHeight = doc.InitialHeight + 1
		}, false},
		"many validators": {func(_ *cmtproto.ConsensusParams, state map[string]json.RawMessage) {
			var staking map[string]any
			require.NoError(t, json.Unmarshal(state[stakingtypes.ModuleName], &staking))
			params, ok := staking["params"].(map[string]any)
			require.True(t, ok)
			params["max_validators"] = 101
			raw, err := json.Marshal(staking)
			require.NoError(t, err)
			state[stakingtypes.ModuleName] = raw
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := initChain(t, doc, c.change)
			if c.good {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, app.ErrLimits)
		})
	}
}

// initChain starts a node from a genesis after a change.
func initChain(
	t *testing.T, doc *genutiltypes.AppGenesis, change func(*cmtproto.ConsensusParams, map[string]json.RawMessage),
) error {
	t.Helper()
	node := app.New(
		log.NewNopLogger(), dbm.NewMemDB(), true, simtestutil.NewAppOptionsWithFlagHome(t.TempDir()),
		baseapp.SetChainID(doc.ChainID),
	)
	t.Cleanup(func() { require.NoError(t, node.Close()) })
	params := doc.Consensus.Params.ToProto()
	var state map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(doc.AppState, &state))
	change(&params, state)
	raw, err := json.Marshal(state)
	require.NoError(t, err)
	_, err = node.InitChain(&abci.RequestInitChain{
		Time: doc.GenesisTime, ChainId: doc.ChainID, ConsensusParams: &params, AppStateBytes: raw,
		InitialHeight: doc.InitialHeight,
	})
	return err
}
