package client_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/libs/bytes"
	"github.com/cometbft/cometbft/p2p"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/volens-network/volens/test/story"
)

// node is a CometBFT node over a chain in memory. Each Status makes the next block.
type node struct {
	*story.Story

	mu      sync.Mutex
	tb      testing.TB
	mempool [][]byte
	results map[string]*coretypes.ResultTx
	hashes  map[int64][]byte // app hash after each block
	times   map[int64]time.Time
	signer  ed25519.PrivKey // of all headers
}

func newNode(tb testing.TB, s *story.Story) *node {
	tb.Helper()
	return &node{
		Story: s, tb: tb, results: map[string]*coretypes.ResultTx{}, hashes: map[int64][]byte{},
		times:  map[int64]time.Time{},
		signer: ed25519.GenPrivKeyFromSecret([]byte("headers")),
	}
}

// Offer puts a transaction into the mempool.
func (n *node) Offer(raw []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.mempool = append(n.mempool, raw)
}

func (n *node) Status(context.Context) (*coretypes.ResultStatus, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	sent := n.mempool
	n.mempool = nil
	resp := n.Block(sent...)
	n.hashes[n.Height], n.times[n.Height] = resp.AppHash, n.Time
	offset := len(resp.TxResults) - len(sent) // The injection comes first.
	for i, raw := range sent {
		tx := cmttypes.Tx(raw)
		n.results[string(tx.Hash())] = &coretypes.ResultTx{
			Hash: tx.Hash(), Height: n.Height, Tx: tx, TxResult: *resp.TxResults[i+offset],
		}
	}
	return &coretypes.ResultStatus{
		NodeInfo: p2p.DefaultNodeInfo{Network: n.ChainID},
		SyncInfo: coretypes.SyncInfo{LatestBlockHeight: n.Height, LatestBlockTime: n.Time},
	}, nil
}

func (n *node) ABCIQueryWithOptions(
	ctx context.Context, path string, data bytes.HexBytes, o rpcclient.ABCIQueryOptions,
) (*coretypes.ResultABCIQuery, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	resp, err := n.App().Query(ctx, &abci.RequestQuery{Path: path, Data: data, Height: o.Height, Prove: o.Prove})
	if err != nil {
		return nil, err
	}
	return &coretypes.ResultABCIQuery{Response: *resp}, nil
}

func (n *node) BroadcastTxSync(_ context.Context, tx cmttypes.Tx) (*coretypes.ResultBroadcastTx, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	resp, err := n.App().CheckTx(&abci.RequestCheckTx{Tx: tx, Type: abci.CheckTxType_New})
	if err != nil {
		return nil, err
	}
	if resp.Code == 0 {
		n.mempool = append(n.mempool, tx)
	}
	return &coretypes.ResultBroadcastTx{
		Code: resp.Code, Log: resp.Log, Codespace: resp.Codespace, Hash: tx.Hash(),
	}, nil
}

func (n *node) Tx(_ context.Context, hash []byte, _ bool) (*coretypes.ResultTx, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if found, ok := n.results[string(hash)]; ok {
		return found, nil
	}
	return nil, fmt.Errorf("tx (%X) not found", hash)
}

// Commit signs a header with the app hash of the block below.
func (n *node) Commit(_ context.Context, height *int64) (*coretypes.ResultCommit, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	hash, known := n.hashes[*height-1]
	if !known {
		return nil, errors.New("height is not available")
	}
	set := n.validators()
	header := cmttypes.Header{
		Version:            cmtversion.Consensus{Block: 11, App: 0},
		ChainID:            n.ChainID,
		Height:             *height,
		Time:               n.times[*height-1],
		AppHash:            hash,
		ValidatorsHash:     set.Hash(),
		NextValidatorsHash: set.Hash(),
		ConsensusHash:      make([]byte, 32),
		LastCommitHash:     make([]byte, 32),
		DataHash:           make([]byte, 32),
		EvidenceHash:       make([]byte, 32),
		LastResultsHash:    make([]byte, 32),
		ProposerAddress:    n.signer.PubKey().Address(),
		LastBlockID: cmttypes.BlockID{
			Hash:          make([]byte, 32),
			PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: make([]byte, 32)},
		},
	}
	block := cmttypes.BlockID{
		Hash:          header.Hash(),
		PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: make([]byte, 32)},
	}
	vote := &cmttypes.Vote{
		Type: cmtproto.PrecommitType, Height: *height, BlockID: block, Timestamp: n.times[*height-1],
		ValidatorAddress: n.signer.PubKey().Address(),
	}
	signature, err := n.signer.Sign(cmttypes.VoteSignBytes(n.ChainID, vote.ToProto()))
	require.NoError(n.tb, err)
	vote.Signature = signature
	return &coretypes.ResultCommit{SignedHeader: cmttypes.SignedHeader{
		Header: &header,
		Commit: &cmttypes.Commit{Height: *height, BlockID: block, Signatures: []cmttypes.CommitSig{vote.CommitSig()}},
	}}, nil
}

func (n *node) Validators(
	_ context.Context, height *int64, _, _ *int,
) (*coretypes.ResultValidators, error) {
	set := n.validators()
	return &coretypes.ResultValidators{
		BlockHeight: *height, Validators: set.Validators, Count: len(set.Validators), Total: len(set.Validators),
	}, nil
}

func (n *node) validators() *cmttypes.ValidatorSet {
	return cmttypes.NewValidatorSet([]*cmttypes.Validator{cmttypes.NewValidator(n.signer.PubKey(), 10)})
}
