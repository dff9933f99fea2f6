// Package genesis writes the homes of a network's validators: keys, settings and one
// genesis with their stake, the organisations and the balances of a devnet.Spec.
//
// Write is all of it. The validators join by genesis transactions, as on a real
// network.
package genesis

import (
	"encoding/json"
	"fmt"
	"os"

	"cosmossdk.io/log/v2"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/codec"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/devnet"
)

// Write makes the homes of all nodes below spec.Dir. Folders that are there
// already are refused, so that no network is overwritten.
func Write(spec devnet.Spec) error {
	if err := spec.Validate(); err != nil {
		return err
	}
	chain := app.New(log.NewNopLogger(), dbm.NewMemDB(), true, simtestutil.NewAppOptionsWithFlagHome(spec.Dir))
	nodes := make([]*node, spec.Nodes())
	for i := range nodes {
		if _, err := os.Stat(spec.NodeHome(i)); err == nil {
			return fmt.Errorf("%s is there already: remove it, or name another --dir", spec.NodeHome(i))
		}
		n, err := newNode(chain, spec, i)
		if err != nil {
			return fmt.Errorf("make %s: %w", spec.NodeName(i), err)
		}
		nodes[i] = n
	}
	state, err := state(chain, spec, nodes)
	if err != nil {
		return err
	}
	return save(spec, nodes, state)
}

// state is the app state of all modules.
func state(chain *app.App, spec devnet.Spec, nodes []*node) (json.RawMessage, error) {
	genesis := chain.DefaultGenesis()
	cdc := chain.Codec()
	balances, err := balances(spec, nodes)
	if err != nil {
		return nil, err
	}
	addCosmos(cdc, genesis, balances)
	if err := addVolens(cdc, genesis, spec); err != nil {
		return nil, err
	}
	var txs []json.RawMessage
	for _, n := range nodes[:spec.Validators] {
		txs = append(txs, n.genesisTx)
	}
	genesis[genutiltypes.ModuleName] = cdc.MustMarshalJSON(&genutiltypes.GenesisState{GenTxs: txs})
	if err := chain.Basics().ValidateGenesis(cdc, chain.TxConfig(), genesis); err != nil {
		return nil, fmt.Errorf("genesis is not valid: %w", err)
	}
	return json.MarshalIndent(genesis, "", "  ")
}

func balances(spec devnet.Spec, nodes []*node) ([]banktypes.Balance, error) {
	var out []banktypes.Balance
	for _, n := range nodes {
		out = append(out, banktypes.Balance{Address: n.operator.String(), Coins: operatorCoins()})
	}
	for _, account := range spec.Accounts {
		coins, err := sdk.ParseCoinsNormalized(account.Coins)
		if err != nil {
			return nil, fmt.Errorf("coins of %s: %w", account.Address, err)
		}
		if _, err := sdk.AccAddressFromBech32(account.Address); err != nil {
			return nil, fmt.Errorf("account %q: %w", account.Address, err)
		}
		out = append(out, banktypes.Balance{Address: account.Address, Coins: coins})
	}
	bonds, err := bondBalances(spec)
	return append(out, bonds...), err
}

// patch changes one module's genesis state.
func patch[T any, P interface {
	*T
	proto.Message
}](cdc codec.JSONCodec, genesis app.Genesis, name string, change func(P)) {
	var state T
	cdc.MustUnmarshalJSON(genesis[name], P(&state))
	change(P(&state))
	genesis[name] = cdc.MustMarshalJSON(P(&state))
}

func accounts(balances []banktypes.Balance) authtypes.GenesisAccounts {
	out := make(authtypes.GenesisAccounts, 0, len(balances))
	for _, b := range balances {
		if address, err := sdk.AccAddressFromBech32(b.Address); err == nil && !isModule(b.Address) {
			out = append(out, authtypes.NewBaseAccount(address, nil, 0, 0))
		}
	}
	return out
}

func save(spec devnet.Spec, nodes []*node, state json.RawMessage) error {
	for _, n := range nodes {
		if err := n.writeSettings(spec, nodes); err != nil {
			return err
		}
		doc := &genutiltypes.AppGenesis{
			AppName:       app.Name,
			ChainID:       spec.ChainID,
			GenesisTime:   spec.GenesisTime,
			InitialHeight: 1,
			AppState:      state,
			Consensus:     &genutiltypes.ConsensusGenesis{Params: app.ConsensusParams()},
		}
		if err := genutil.ExportGenesisFile(doc, n.comet.GenesisFile()); err != nil {
			return err
		}
	}
	return nil
}
