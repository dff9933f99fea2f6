package chain_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/libs/bytes"
	"github.com/cometbft/cometbft/p2p"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/devnet"
	testchain "github.com/volens-network/volens/test/chain"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// appNode is a node over the real application. Each Status makes a block.
type appNode struct {
	*testchain.Chain
	waiting   []cmttypes.Tx
	blocks    map[string]*coretypes.ResultTx
	appHashes map[int64][]byte // after each block
}

// newAppNode starts the application with one account that has coins.
func newAppNode(t *testing.T, rich signer) *appNode {
	t.Helper()
	chain.SetPrefixes() // Before the application, which seals them.
	return &appNode{
		Chain: testchain.New(t, testchain.Options{Validators: 1, Spec: func(spec *devnet.Spec) {
			spec.Accounts = append(spec.Accounts, devnet.Account{Address: rich.Address().String(), Coins: "1000uvol"})
		}}),
		blocks: map[string]*coretypes.ResultTx{}, appHashes: map[int64][]byte{},
	}
}

func (n *appNode) Status(context.Context) (*coretypes.ResultStatus, error) {
	var offered [][]byte
	if len(n.waiting) > 0 {
		offered = append(offered, n.waiting[0])
	}
	results := n.Block(offered...).TxResults
	n.appHashes[n.Height] = n.App().LastCommitID().Hash
	if len(offered) > 0 {
		raw := n.waiting[0]
		n.waiting = n.waiting[1:]
		n.blocks[string(raw.Hash())] = &coretypes.ResultTx{
			Hash: raw.Hash(), Height: n.Height, Tx: raw, TxResult: *results[len(results)-1],
		}
	}
	return &coretypes.ResultStatus{
		NodeInfo: p2p.DefaultNodeInfo{Network: n.ChainID},
		SyncInfo: coretypes.SyncInfo{LatestBlockHeight: n.Height, LatestBlockTime: n.Time},
	}, nil
}

func (n *appNode) ABCIQueryWithOptions(
	ctx context.Context, path string, data bytes.HexBytes, opts rpcclient.ABCIQueryOptions,
) (*coretypes.ResultABCIQuery, error) {
	answer, err := n.App().Query(ctx, &abci.RequestQuery{
		Path: path, Data: data, Height: opts.Height, Prove: opts.Prove,
	})
	if err != nil {
		return nil, err
	}
	return &coretypes.ResultABCIQuery{Response: *answer}, nil
}

func (n *appNode) BroadcastTxSync(_ context.Context, raw cmttypes.Tx) (*coretypes.ResultBroadcastTx, error) {
	answer, err := n.App().CheckTx(&abci.RequestCheckTx{Tx: raw, Type: abci.CheckTxType_New})
	if err != nil {
		return nil, err
	}
	if answer.Code == 0 {
		n.waiting = append(n.waiting, raw)
	}
	return &coretypes.ResultBroadcastTx{
		Code: answer.Code, Codespace: answer.Codespace, Log: answer.Log, Hash: raw.Hash(),
	}, nil
}

func (n *appNode) Tx(_ context.Context, hash []byte, _ bool) (*coretypes.ResultTx, error) {
	if found, ok := n.blocks[string(hash)]; ok {
		return found, nil
	}
	return nil, fmt.Errorf("tx (%X) not found", hash)
}

var errNoHeaders = errors.New("this node has no signed headers")

func (*appNode) Commit(context.Context, *int64) (*coretypes.ResultCommit, error) {
	return nil, errNoHeaders
}

func (*appNode) Validators(context.Context, *int64, *int, *int) (*coretypes.ResultValidators, error) {
	return nil, errNoHeaders
}

// The real application takes the transactions that this package puts together, and
// answers and refuses in the words that it understands.
func TestClient_RealApplication(t *testing.T) {
	rich, poor := newSigner("rich"), newSigner("poor")
	n := newAppNode(t, rich)
	c, err := chain.New("", chain.Options{Node: n, Poll: 1, ChainID: testchain.ID})
	require.NoError(t, err)
	ctx := t.Context()
	some := func(from, to signer, amount int64) sdk.Msg {
		return &banktypes.MsgSend{
			FromAddress: from.Address().String(), ToAddress: to.Address().String(),
			Amount: sdk.NewCoins(sdk.NewInt64Coin(chain.BondDenom, amount)),
		}
	}

	_, err = c.Send(ctx, poor, some(poor, rich, 1))
	require.Equal(t, fault.NotFound, fault.KindOf(err), "%v", err)

	receipt, err := c.Send(ctx, rich, some(rich, poor, 1), some(rich, poor, 2))
	require.NoError(t, err)
	require.NoError(t, receipt.Response(1, &banktypes.MsgSendResponse{}))
	require.Positive(t, receipt.GasUsed)
	balance, err := c.Balance(ctx, poor.Address(), chain.BondDenom)
	require.NoError(t, err)
	require.Equal(t, "3uvol", balance.String())
	_, err = c.Send(ctx, poor, some(poor, rich, 1))
	require.NoError(t, err, "one coin makes an account that can sign")

	_, err = c.Send(ctx, poor, some(poor, rich, 1_000_000))
	require.ErrorIs(t, err, sdkerrors.ErrInsufficientFunds)
	require.Equal(t, fault.Refused, fault.KindOf(err))
	_, err = c.Send(ctx, poor, some(rich, poor, 1))
	require.Error(t, err, "nobody signs for another")

	missing := "00000000000000000000000000000000"
	_, err = c.Send(ctx, poor, &dataset.MsgWithdrawDataset{Owner: poor.Address().String(), DatasetId: missing})
	require.ErrorIs(t, err, dataset.ErrNotFound)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = c.SendTx(ctx, poor, chain.Tx{Free: true, Gas: 500_000, Msgs: []sdk.Msg{
		&consent.MsgRevokeConsent{Signer: poor.Address().String(), DatasetId: missing, Version: 1},
	}})
	require.ErrorIs(t, err, consent.ErrNotFound, "the free lane refuses at its door")

	_, err = c.Datasets().Dataset(ctx, &dataset.QueryDatasetRequest{DatasetId: missing})
	require.Equal(t, fault.NotFound, fault.KindOf(err), "%v", err)
	_, err = c.Datasets().Dataset(ctx, &dataset.QueryDatasetRequest{DatasetId: "x"})
	require.Equal(t, fault.Usage, fault.KindOf(err), "%v", err)
}

// An allowance makes an account that can sign, and pays for the messages that it names and
// for no others.
func TestAllowance_RealApplication(t *testing.T) {
	rich, poor := newSigner("rich"), newSigner("poor")
	n := newAppNode(t, rich)
	c, err := chain.New("", chain.Options{Node: n, Poll: 1, ChainID: testchain.ID})
	require.NoError(t, err)
	ctx := t.Context()
	decide := &market.MsgDecideRequest{}
	allowance, err := feegrant.NewAllowedMsgAllowance(&feegrant.PeriodicAllowance{
		Period: time.Hour, PeriodSpendLimit: sdk.NewCoins(sdk.NewInt64Coin(chain.BondDenom, 100)),
	}, []string{sdk.MsgTypeURL(decide)})
	require.NoError(t, err)
	grant, err := feegrant.NewMsgGrantAllowance(allowance, rich.Address(), poor.Address())
	require.NoError(t, err)
	_, err = c.Send(ctx, rich, grant)
	require.NoError(t, err)

	paying, err := chain.New("", chain.Options{Node: n, Poll: 1, ChainID: testchain.ID, GasPrice: "0.0001uvol"})
	require.NoError(t, err)
	missing := "00000000000000000000000000000000"
	decide.Owner, decide.RequestId, decide.DatasetId = poor.Address().String(), missing, missing
	_, err = paying.SendTx(ctx, poor, chain.Tx{Gas: 400_000, Msgs: []sdk.Msg{decide}})
	require.ErrorIs(t, err, market.ErrNotFound, "it came as far as the market")
	balance, err := c.Balance(ctx, rich.Address(), chain.BondDenom)
	require.NoError(t, err)
	require.Equal(t, "960uvol", balance.String())
	_, err = paying.SendTx(ctx, poor, chain.Tx{Gas: 400_000, Msgs: []sdk.Msg{
		&dataset.MsgWithdrawDataset{Owner: poor.Address().String(), DatasetId: missing},
	}})
	require.ErrorIs(t, err, feegrant.ErrMessageNotAllowed)
	_, err = paying.SendTx(ctx, poor, chain.Tx{Gas: 800_000, Msgs: []sdk.Msg{decide}})
	require.ErrorIs(t, err, feegrant.ErrFeeLimitExceeded, "40 of 100 are used up, and this costs 80")
}

func TestProve_RealApplication(t *testing.T) {
	n := newAppNode(t, newSigner("rich"))
	c, err := chain.New("", chain.Options{Node: n, Poll: 1})
	require.NoError(t, err)
	_, err = c.WaitHeight(t.Context(), 4)
	require.NoError(t, err)
	for name, key := range map[string][]byte{"parameters": consent.ParamsPrefix.Bytes(), "absent": {2, 1, 2, 3}} {
		t.Run(name, func(t *testing.T) {
			proof, err := c.Prove(t.Context(), consent.StoreKey, key, 0)
			require.NoError(t, err)
			require.Equal(t, name == "absent", proof.Absent())
			require.NoError(t, chain.VerifyProof(proof, n.appHashes[proof.Height]))
			require.Error(t, chain.VerifyProof(proof, n.appHashes[proof.Height-1]), "of another height")
		})
	}
}
