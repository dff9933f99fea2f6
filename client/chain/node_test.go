package chain_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/libs/bytes"
	"github.com/cometbft/cometbft/p2p"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/client/chain"
)

const (
	chainID         = "test-1"
	accountInfoPath = "/cosmos.auth.v1beta1.Query/AccountInfo"
	simulatePath    = "/app/simulate"
)

var errDown = errors.New("connection refused")

// signer is an account with a key of its own.
type signer struct{ key *secp256k1.PrivKey }

func newSigner(name string) signer { return signer{secp256k1.GenPrivKeyFromSecret([]byte(name))} }

func (s signer) Address() sdk.AccAddress    { return sdk.AccAddress(s.key.PubKey().Address()) }
func (s signer) PubKey() cryptotypes.PubKey { return s.key.PubKey() }
func (s signer) Sign(_ context.Context, document []byte) ([]byte, error) {
	return s.key.Sign(document)
}

// node is a CometBFT node with an application that knows accounts and takes any message.
// Each Status makes a block of what is in the mempool.
type node struct {
	mu       sync.Mutex
	chainID  string
	height   int64
	accounts map[string]*authtypes.BaseAccount
	mempool  []cmttypes.Tx
	blocks   map[string]*coretypes.ResultTx
	sent     []*txtypes.Tx // accepted by BroadcastTxSync

	answers  map[string]func(data []byte, height int64) abci.ResponseQuery
	result   abci.ExecTxResult                          // of every transaction in a block
	fail     map[string]int                             // how many calls of a method fail from now on
	check    func(tx *txtypes.Tx) *sdkerrorsResult      // refuses in CheckTx
	offered  func(raw cmttypes.Tx) error                // sees every broadcast
	drop     bool                                       // the mempool loses everything
	headers  map[int64]*cmttypes.LightBlock             // what Commit and Validators answer
	onBlock  func()                                     // sees every call of Commit and Validators
	lastSeen func(height int64) *coretypes.ResultStatus // overrides Status
}

// sdkerrorsResult is a refusal in CheckTx.
type sdkerrorsResult struct {
	codespace string
	code      uint32
	log       string
}

func newNode() *node {
	n := &node{
		chainID: chainID, height: 10,
		accounts: map[string]*authtypes.BaseAccount{}, blocks: map[string]*coretypes.ResultTx{},
		fail: map[string]int{}, headers: map[int64]*cmttypes.LightBlock{},
	}
	n.answers = map[string]func([]byte, int64) abci.ResponseQuery{
		accountInfoPath: n.accountInfo,
		simulatePath: func([]byte, int64) abci.ResponseQuery {
			return abci.ResponseQuery{Value: []byte(`{"gas_info":{"gas_wanted":"0","gas_used":"1000"},"result":{}}`)}
		},
	}
	return n
}

// fund makes an account exist.
func (n *node) fund(s signer, number, sequence uint64) {
	n.accounts[s.Address().String()] = &authtypes.BaseAccount{
		Address: s.Address().String(), AccountNumber: number, Sequence: sequence,
	}
}

// down reports whether this call of a method must fail.
func (n *node) down(method string) bool {
	if n.fail[method] <= 0 {
		return false
	}
	n.fail[method]--
	return true
}

func (n *node) accountInfo(data []byte, _ int64) abci.ResponseQuery {
	var request authtypes.QueryAccountInfoRequest
	if err := proto.Unmarshal(data, &request); err != nil {
		return abci.ResponseQuery{Code: 1, Codespace: sdkerrors.RootCodespace, Log: err.Error()}
	}
	account, ok := n.accounts[request.Address]
	if !ok {
		return abci.ResponseQuery{
			Code: sdkerrors.ErrKeyNotFound.ABCICode(), Codespace: sdkerrors.RootCodespace, Log: "no account",
		}
	}
	return ok200(&authtypes.QueryAccountInfoResponse{Info: account})
}

// ok200 is a query's answer that holds a message.
func ok200(message proto.Message) abci.ResponseQuery {
	raw, err := proto.Marshal(message)
	if err != nil {
		return abci.ResponseQuery{Code: 1, Log: err.Error()}
	}
	return abci.ResponseQuery{Value: raw}
}

func (n *node) Status(context.Context) (*coretypes.ResultStatus, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down("Status") {
		return nil, errDown
	}
	if n.lastSeen != nil {
		return n.lastSeen(n.height), nil
	}
	n.height++
	for _, raw := range n.mempool {
		if !n.drop {
			n.blocks[string(raw.Hash())] = &coretypes.ResultTx{
				Hash: raw.Hash(), Height: n.height, Tx: raw, TxResult: n.result,
			}
		}
	}
	n.mempool = nil
	return n.status(), nil
}

func (n *node) status() *coretypes.ResultStatus {
	return &coretypes.ResultStatus{
		NodeInfo: p2p.DefaultNodeInfo{Network: n.chainID},
		SyncInfo: coretypes.SyncInfo{
			LatestBlockHeight: n.height, LatestBlockTime: time.Unix(n.height, 0).UTC(), CatchingUp: n.height%2 == 0,
		},
	}
}

func (n *node) ABCIQueryWithOptions(
	_ context.Context, path string, data bytes.HexBytes, opts rpcclient.ABCIQueryOptions,
) (*coretypes.ResultABCIQuery, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down(path) {
		return nil, errDown
	}
	answer, ok := n.answers[path]
	if !ok {
		return &coretypes.ResultABCIQuery{Response: abci.ResponseQuery{
			Code: sdkerrors.ErrUnknownRequest.ABCICode(), Codespace: sdkerrors.RootCodespace, Log: "unknown query path",
		}}, nil
	}
	return &coretypes.ResultABCIQuery{Response: answer(data, opts.Height)}, nil
}

// BroadcastTxSync checks signature and sequence number as the chain does.
func (n *node) BroadcastTxSync(_ context.Context, raw cmttypes.Tx) (*coretypes.ResultBroadcastTx, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.offered != nil {
		if err := n.offered(raw); err != nil {
			return nil, err
		}
	}
	tx, refusal := n.checkTx(raw)
	if refusal != nil {
		return &coretypes.ResultBroadcastTx{
			Code: refusal.code, Codespace: refusal.codespace, Log: refusal.log, Hash: raw.Hash(),
		}, nil
	}
	n.sent = append(n.sent, tx)
	n.mempool = append(n.mempool, raw)
	return &coretypes.ResultBroadcastTx{Hash: raw.Hash()}, nil
}

func (n *node) checkTx(raw []byte) (*txtypes.Tx, *sdkerrorsResult) {
	refuse := func(err error) *sdkerrorsResult {
		return &sdkerrorsResult{sdkerrors.RootCodespace, sdkerrors.ErrUnauthorized.ABCICode(), err.Error()}
	}
	var parts txtypes.TxRaw
	tx := &txtypes.Tx{Body: &txtypes.TxBody{}, AuthInfo: &txtypes.AuthInfo{}}
	if err := errors.Join(
		proto.Unmarshal(
			raw,
			&parts,
		),
		proto.Unmarshal(parts.BodyBytes, tx.Body),
		proto.Unmarshal(parts.AuthInfoBytes, tx.AuthInfo),
	); err != nil {
		return nil, refuse(err)
	}
	if n.check != nil {
		if refusal := n.check(tx); refusal != nil {
			return nil, refusal
		}
	}
	info := tx.AuthInfo.SignerInfos[0]
	key := &secp256k1.PubKey{}
	if err := proto.Unmarshal(info.PublicKey.Value, key); err != nil {
		return nil, refuse(err)
	}
	account := n.accounts[sdk.AccAddress(key.Address()).String()]
	if account.Sequence != info.Sequence {
		return nil, &sdkerrorsResult{
			sdkerrors.RootCodespace, sdkerrors.ErrWrongSequence.ABCICode(),
			fmt.Sprintf("account sequence mismatch, expected %d, got %d", account.Sequence, info.Sequence),
		}
	}
	document, err := proto.Marshal(&txtypes.SignDoc{
		BodyBytes:     parts.BodyBytes,
		AuthInfoBytes: parts.AuthInfoBytes,
		ChainId:       n.chainID,
		AccountNumber: account.AccountNumber,
	})
	if err != nil || !key.VerifySignature(document, parts.Signatures[0]) {
		return nil, refuse(errors.New("signature verification failed"))
	}
	account.Sequence++
	return tx, nil
}

func (n *node) Tx(_ context.Context, hash []byte, _ bool) (*coretypes.ResultTx, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down("Tx") {
		return nil, errDown
	}
	if found, ok := n.blocks[string(hash)]; ok {
		return found, nil
	}
	return nil, fmt.Errorf("tx (%X) not found", hash)
}

func (n *node) Commit(_ context.Context, height *int64) (*coretypes.ResultCommit, error) {
	block, err := n.block(height)
	if err != nil {
		return nil, err
	}
	return coretypes.NewResultCommit(block.Header, block.Commit, true), nil
}

func (n *node) Validators(_ context.Context, height *int64, page, perPage *int) (*coretypes.ResultValidators, error) {
	block, err := n.block(height)
	if err != nil {
		return nil, err
	}
	all := block.ValidatorSet.Validators
	first := min((*page-1)**perPage, len(all))
	return &coretypes.ResultValidators{
		BlockHeight: block.Height, Validators: all[first:min(first+*perPage, len(all))], Total: len(all),
	}, nil
}

func (n *node) block(height *int64) (*cmttypes.LightBlock, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down("Commit") {
		return nil, errDown
	}
	if n.onBlock != nil {
		n.onBlock()
	}
	var newest int64
	for h := range n.headers {
		newest = max(newest, h)
	}
	at := newest
	if height != nil {
		at = *height
	}
	switch block, ok := n.headers[at]; {
	case ok:
		return block, nil
	case at > newest:
		return nil, fmt.Errorf("height %d must be less than or equal to the current blockchain height %d", at, newest)
	default:
		return nil, fmt.Errorf("height %d is not available, lowest height is 1", at)
	}
}

// client makes a client of a node that waits only an instant.
func client(t *testing.T, n *node, options chain.Options) *chain.Client {
	t.Helper()
	options.Node = n
	if options.Poll == 0 {
		options.Poll = time.Microsecond
	}
	c, err := chain.New("", options)
	require.NoError(t, err)
	return c
}

// payment is a message that one account sends.
func payment(from signer) *banktypes.MsgSend {
	return &banktypes.MsgSend{
		FromAddress: from.Address().String(), ToAddress: newSigner("sink").Address().String(),
		Amount: sdk.NewCoins(sdk.NewInt64Coin(chain.BondDenom, 1)),
	}
}
