package genesis

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"cosmossdk.io/math"
	cmtcfg "github.com/cometbft/cometbft/config"
	clienttx "github.com/cosmos/cosmos-sdk/client/tx"
	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/devnet"
)

const (
	// operatorKey is the name of a validator's operator key in its test keyring.
	operatorKey = "operator"
	stake       = 1_000_000_000_000
	spending    = 1_000_000_000_000
	folderMode  = 0o700
)

// node is one validator to be, or an observer: it has keys and coins like a validator,
// and no stake.
type node struct {
	comet     *cmtcfg.Config
	id        string
	index     int
	operator  sdk.AccAddress
	genesisTx json.RawMessage
}

func operatorCoins() sdk.Coins {
	return sdk.NewCoins(sdk.NewInt64Coin(app.BondDenom, stake+spending))
}

func newNode(chain *app.App, spec devnet.Spec, i int) (*node, error) {
	comet := cometConfig(spec, i)
	if err := os.MkdirAll(filepath.Join(comet.RootDir, "config"), folderMode); err != nil {
		return nil, err
	}
	id, consensusKey, err := genutil.InitializeNodeValidatorFiles(comet)
	if err != nil {
		return nil, err
	}
	ring, err := keyring.New(app.Name, keyring.BackendTest, comet.RootDir, strings.NewReader(""), chain.Codec())
	if err != nil {
		return nil, err
	}
	record, _, err := ring.NewMnemonic(
		operatorKey, keyring.English, sdk.GetConfig().GetFullBIP44Path(), keyring.DefaultBIP39Passphrase, hd.Secp256k1,
	)
	if err != nil {
		return nil, err
	}
	operator, err := record.GetAddress()
	if err != nil {
		return nil, err
	}
	n := &node{comet: comet, id: id, index: i, operator: operator}
	if i >= spec.Validators {
		return n, nil
	}
	n.genesisTx, err = n.signGenesisTx(chain, spec, ring, consensusKey)
	return n, err
}

// signGenesisTx makes the transaction by which the validator joins at genesis.
func (n *node) signGenesisTx(
	chain *app.App, spec devnet.Spec, ring keyring.Keyring, consensusKey cryptotypes.PubKey,
) (json.RawMessage, error) {
	rates := stakingtypes.NewCommissionRates(
		math.LegacyNewDecWithPrec(5, 2), math.LegacyNewDecWithPrec(20, 2), math.LegacyNewDecWithPrec(1, 2),
	)
	msg, err := stakingtypes.NewMsgCreateValidator(
		sdk.ValAddress(n.operator).String(), consensusKey, sdk.NewInt64Coin(app.BondDenom, stake),
		stakingtypes.NewDescription(n.comet.Moniker, "", "", "", ""), rates, math.OneInt(),
	)
	if err != nil {
		return nil, err
	}
	builder := chain.TxConfig().NewTxBuilder()
	if err := builder.SetMsgs(msg); err != nil {
		return nil, err
	}
	memo := n.peer(spec)
	builder.SetMemo(memo)
	builder.SetGasLimit(400_000)
	factory := clienttx.Factory{}.WithChainID(spec.ChainID).WithMemo(memo).WithKeybase(ring).
		WithTxConfig(chain.TxConfig())
	if err := clienttx.Sign(context.Background(), factory, operatorKey, builder, true); err != nil {
		return nil, err
	}
	return chain.TxConfig().TxJSONEncoder()(builder.GetTx())
}

func (n *node) peer(spec devnet.Spec) string {
	return fmt.Sprintf("%s@%s:%d", n.id, spec.Host(n.index), spec.PortsOf(n.index).P2P)
}

func cometConfig(spec devnet.Spec, i int) *cmtcfg.Config {
	ports := spec.PortsOf(i)
	config := cmtcfg.DefaultConfig()
	config.SetRoot(spec.NodeHome(i))
	config.Moniker = spec.NodeName(i)
	pace(config.Consensus, spec.BlockTime)
	config.P2P.ListenAddress = listen(spec, i, ports.P2P)
	config.P2P.AddrBookStrict = false
	config.P2P.AllowDuplicateIP = true
	config.P2P.PexReactor = false
	config.RPC.ListenAddress = listen(spec, i, ports.RPC)
	config.Instrumentation.Prometheus = true
	config.Instrumentation.PrometheusListenAddr = fmt.Sprintf("127.0.0.1:%d", ports.Metrics)
	return config
}

// pace sets the waits of consensus for blocks that take about that long. Those within a round keep CometBFT's proportion
// to the wait after a commit, so that a refused proposal costs a network of short blocks no more of them than one of
// CometBFT's; they are never longer than its own, nor shorter than a quarter, which busy machines still keep.
func pace(config *cmtcfg.ConsensusConfig, block time.Duration) {
	usual := config.TimeoutCommit
	share := min(max(block, usual/4), usual)
	for _, wait := range []*time.Duration{
		&config.TimeoutPropose, &config.TimeoutProposeDelta, &config.TimeoutPrevote, &config.TimeoutPrevoteDelta,
		&config.TimeoutPrecommit, &config.TimeoutPrecommitDelta,
	} {
		*wait = *wait * share / usual
	}
	config.TimeoutCommit = block
}

func listen(spec devnet.Spec, i, port int) string {
	return fmt.Sprintf("tcp://%s:%d", spec.Host(i), port)
}

// queryGasLimit bounds a query as a node made by volensd init does.
const queryGasLimit = 50_000_000

// writeSettings writes config.toml, app.toml and client.toml.
func (n *node) writeSettings(spec devnet.Spec, nodes []*node) error {
	var peers []string
	for _, other := range nodes[:spec.Validators] {
		if other != n {
			peers = append(peers, other.peer(spec))
		}
	}
	n.comet.P2P.PersistentPeers = strings.Join(peers, ",")
	folder := filepath.Join(n.comet.RootDir, "config")
	cmtcfg.WriteConfigFile(filepath.Join(folder, "config.toml"), n.comet)

	ports := spec.PortsOf(n.index)
	config := serverconfig.DefaultConfig()
	config.MinGasPrices = "0" + app.BondDenom
	config.API.Enable = true
	config.API.Address = listen(spec, n.index, ports.REST)
	config.GRPC.Address = fmt.Sprintf("127.0.0.1:%d", ports.GRPC)
	config.Mempool.MaxTxs = -1
	config.QueryGasLimit = queryGasLimit
	config.IAVLCacheSize = app.IAVLCacheSize
	config.StateSync.SnapshotInterval = 100
	serverconfig.WriteConfigFile(filepath.Join(folder, "app.toml"), config)

	client := fmt.Sprintf(
		"chain-id = %q\nkeyring-backend = \"test\"\noutput = \"text\"\nnode = %q\nbroadcast-mode = \"sync\"\n",
		spec.ChainID,
		listen(spec, n.index, ports.RPC),
	)
	return os.WriteFile(filepath.Join(folder, "client.toml"), []byte(client), 0o600)
}
