package chain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	rpcclient "github.com/cometbft/cometbft/rpc/client"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/volens-network/volens/client/fault"
)

const (
	simulatePath = "/app/simulate"
	// gasPercent is the gas limit in percent of what the simulation used.
	gasPercent = 130
	// maxSilence is how many looks at a node in a row may fail while waiting.
	maxSilence = 40
	// offerAgain is after how many blocks a transaction that is in none of them is offered again.
	offerAgain = 10
	// inCache is what CometBFT says of bytes that its mempool has already.
	inCache = "tx already exists in cache"
	// notFoundText is what CometBFT says of a transaction that is in no block.
	notFoundText = "not found"
)

// Send signs messages as one transaction, sends it and waits until it stands in a block.
// The context bounds the wait. A *TxError means that the chain refused it; a fault of
// kind NotFound, that the signer's account is not on chain yet (see EnsureAccount); one
// of kind Unavailable after broadcasting names the hash, by which Receipt finds it later.
func (c *Client) Send(ctx context.Context, signer Signer, msgs ...sdk.Msg) (*Receipt, error) {
	return c.SendTx(ctx, signer, Tx{Msgs: msgs})
}

// SendTx is Send with choices. Transactions of one account through one client follow one
// another; if another process was faster, it is signed anew with the next number.
func (c *Client) SendTx(ctx context.Context, signer Signer, tx Tx) (*Receipt, error) {
	if len(tx.Msgs) == 0 {
		return nil, fault.E(fault.Usage, "a transaction without messages")
	}
	release, err := c.turn(ctx, signer.Address())
	if err != nil {
		return nil, err
	}
	defer release()
	for attempt := 0; ; attempt++ {
		receipt, err := c.try(ctx, signer, tx)
		if !wrongSequence(err) || attempt >= c.options.Retries {
			return receipt, err
		}
		if err := c.pause(ctx); err != nil {
			return nil, err
		}
	}
}

// try sends the transaction once, with the sequence number that the chain tells now.
func (c *Client) try(ctx context.Context, signer Signer, tx Tx) (*Receipt, error) {
	d, err := c.draft(ctx, signer, tx)
	if err != nil {
		return nil, err
	}
	if d.gas == 0 {
		used, err := c.simulate(ctx, d)
		if err != nil {
			return nil, err
		}
		d.gas = used*gasPercent/100 + 1
	}
	if d.fee, err = c.fee(d.gas, tx.Free); err != nil {
		return nil, err
	}
	if d.tx.Granter == nil && !d.fee.Empty() {
		if d.tx.Granter, err = c.payer(ctx, signer.Address(), d.fee[0]); err != nil {
			return nil, err
		}
	}
	raw, err := d.signed(ctx, signer)
	if err != nil {
		return nil, err
	}
	if err := c.broadcast(ctx, raw); err != nil {
		return nil, err
	}
	return c.included(ctx, raw, d.timeoutHeight)
}

// draft collects what the chain knows about the signer.
func (c *Client) draft(ctx context.Context, signer Signer, tx Tx) (*draft, error) {
	status, err := c.Status(ctx)
	if err != nil {
		return nil, err
	}
	account, err := c.EnsureAccount(ctx, signer.Address())
	if err != nil {
		return nil, err
	}
	key, err := codectypes.NewAnyWithValue(signer.PubKey())
	if err != nil {
		return nil, fault.E(fault.Internal, "pack key of %s: %w", account.Address, err)
	}
	if status.Height < 0 {
		return nil, fault.E(fault.Integrity, "node tells height %d", status.Height)
	}
	return &draft{
		tx: tx, chainID: status.ChainID, account: account, pubKey: key,
		timeoutHeight: uint64(status.Height) + c.options.TimeoutBlocks, gas: tx.Gas,
	}, nil
}

// simulate asks what gas the transaction uses. A refusal is a *TxError, with the
// module's own code, and nothing was sent.
func (c *Client) simulate(ctx context.Context, d *draft) (uint64, error) {
	raw, err := d.unsigned()
	if err != nil {
		return 0, err
	}
	result, err := c.node.ABCIQueryWithOptions(ctx, simulatePath, raw, rpcclient.DefaultABCIQueryOptions)
	if err != nil {
		return 0, fault.E(fault.Unavailable, "simulate: %w", err)
	}
	answer := result.Response
	if !answer.IsOK() {
		return 0, &TxError{Codespace: answer.Codespace, Code: answer.Code, Log: answer.Log}
	}
	var simulated struct {
		GasInfo struct {
			GasUsed string `json:"gas_used"`
		} `json:"gas_info"`
	}
	if err := json.Unmarshal(answer.Value, &simulated); err != nil {
		return 0, fault.E(fault.Internal, "read simulation: %w", err)
	}
	used, err := strconv.ParseUint(simulated.GasInfo.GasUsed, 10, 64)
	if err != nil || used > math.MaxUint32*uint64(gasPercent) {
		return 0, fault.E(fault.Internal, "simulation used %q gas", simulated.GasInfo.GasUsed)
	}
	return used, nil
}

// fee is the gas price for so much gas, rounded up.
func (c *Client) fee(gas uint64, free bool) (sdk.Coins, error) {
	if free || c.gasPrice.Denom == "" || c.gasPrice.Amount.IsZero() {
		return nil, nil
	}
	if gas > math.MaxInt64 {
		return nil, fault.E(fault.Usage, "gas limit %d is too high", gas)
	}
	amount := c.gasPrice.Amount.MulInt64(int64(gas)).Ceil().TruncateInt()
	return sdk.NewCoins(sdk.NewCoin(c.gasPrice.Denom, amount)), nil
}

// payer is who gave the account an allowance, if it cannot pay a fee with its own coins;
// nil if it can, or if nobody did.
func (c *Client) payer(ctx context.Context, address sdk.AccAddress, fee sdk.Coin) (sdk.AccAddress, error) {
	own, err := c.Balance(ctx, address, fee.Denom)
	if err != nil || own.IsGTE(fee) {
		return nil, err
	}
	answer, err := c.Allowances().Allowances(ctx, &feegrant.QueryAllowancesRequest{Grantee: address.String()})
	if err != nil || len(answer.Allowances) == 0 {
		return nil, err
	}
	granter, err := sdk.AccAddressFromBech32(answer.Allowances[0].Granter)
	if err != nil {
		return nil, fault.E(fault.Internal, "allowance of %s: %w", address, err)
	}
	return granter, nil
}

// broadcast offers the transaction until the mempool has it. The same bytes can be
// offered many times and run once.
func (c *Client) broadcast(ctx context.Context, raw []byte) error {
	for attempt := 0; ; attempt++ {
		result, err := c.node.BroadcastTxSync(ctx, raw)
		switch {
		case err == nil:
			return checked(result)
		case strings.Contains(err.Error(), inCache):
			return nil
		case attempt >= c.options.Retries:
			return fault.E(
				fault.Unavailable, "broadcast transaction %X, which may still arrive: %w", cmttypes.Tx(raw).Hash(), err,
			)
		}
		if err := c.pause(ctx); err != nil {
			return err
		}
	}
}

// checked is the error of CheckTx.
func checked(result *coretypes.ResultBroadcastTx) error {
	if result.Code == 0 {
		return nil
	}
	return &TxError{
		Codespace: result.Codespace, Code: result.Code, Log: result.Log, TxHash: fmt.Sprintf("%X", result.Hash),
	}
}

// included waits until the transaction stands in a block, or can stand in none any more. It
// offers it again meanwhile: the node that took it may have died, and its mempool with it.
func (c *Client) included(ctx context.Context, raw []byte, timeoutHeight uint64) (*Receipt, error) {
	hash := cmttypes.Tx(raw).Hash()
	silence, offerAt := 0, int64(math.MaxInt64)
	for {
		// The height first: a transaction that is not found after it is in no block up to it.
		status, statusErr := c.Status(ctx)
		receipt, err := c.Receipt(ctx, hash)
		switch {
		case err == nil, errors.As(err, new(*TxError)):
			return receipt, err
		case fault.Is(err, fault.NotFound) && statusErr == nil:
			silence = 0
			if status.Height >= 0 && uint64(status.Height) > timeoutHeight {
				return nil, fault.E(
					fault.Unavailable,
					"transaction %X is in no block up to height %d",
					hash,
					timeoutHeight,
				)
			}
			if status.Height >= offerAt {
				// What the mempool answers is no news: whether it stands in a block is looked up.
				_, _ = c.node.BroadcastTxSync(ctx, raw) //nolint:errcheck // see above
				offerAt = math.MaxInt64
			}
			offerAt = min(offerAt, status.Height+offerAgain)
		default:
			silence++
			if silence > maxSilence {
				return nil, fault.E(fault.Unavailable, "wait for transaction %X: %w", hash, errors.Join(err, statusErr))
			}
		}
		if err := c.pause(ctx); err != nil {
			return nil, fault.E(fault.Unavailable, "wait for transaction %X: %w", hash, err)
		}
	}
}

// pause waits for one poll interval.
func (c *Client) pause(ctx context.Context) error {
	timer := time.NewTimer(c.options.Poll)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fault.Wrap(fault.Unavailable, ctx.Err())
	}
}
