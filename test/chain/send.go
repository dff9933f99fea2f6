package chain

import (
	"context"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
	clienttx "github.com/cosmos/cosmos-sdk/client/tx"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
)

// Account is somebody who signs.
type Account struct{ key *secp256k1.PrivKey }

// NewAccount derives an account from a name, the same in every run.
func NewAccount(name string) Account {
	return Account{key: secp256k1.GenPrivKeyFromSecret([]byte(name))}
}

// Address is the account's address.
func (a Account) Address() sdk.AccAddress { return sdk.AccAddress(a.key.PubKey().Address()) }

// String is the address in bech32.
func (a Account) String() string { return a.Address().String() }

// DefaultGas is what a test transaction may use.
const DefaultGas = 3_000_000

// Sign makes a transaction with an account's next sequence number plus skip.
func (c *Chain) Sign(from Account, skip uint64, msgs ...sdk.Msg) []byte {
	c.tb.Helper()
	return c.SignMemo(from, skip, "", msgs...)
}

// SignMemo is Sign with a memo.
func (c *Chain) SignMemo(from Account, skip uint64, memo string, msgs ...sdk.Msg) []byte {
	c.tb.Helper()
	account := c.App().Cosmos.Account.GetAccount(c.Context(), from.Address())
	require.NotNil(c.tb, account, "account %s is not on chain", from)
	config := c.App().TxConfig()
	builder := config.NewTxBuilder()
	require.NoError(c.tb, builder.SetMsgs(msgs...))
	builder.SetGasLimit(c.gas())
	builder.SetMemo(memo)
	data := authsigning.SignerData{
		Address: from.String(), ChainID: c.ChainID, AccountNumber: account.GetAccountNumber(),
		Sequence: account.GetSequence() + skip, PubKey: from.key.PubKey(),
	}
	require.NoError(c.tb, builder.SetSignatures(signing.SignatureV2{
		PubKey: from.key.PubKey(), Sequence: data.Sequence,
		Data: &signing.SingleSignatureData{SignMode: signing.SignMode_SIGN_MODE_DIRECT},
	}))
	signature, err := clienttx.SignWithPrivKey(
		context.Background(), signing.SignMode_SIGN_MODE_DIRECT, data, builder, from.key, config, data.Sequence,
	)
	require.NoError(c.tb, err)
	require.NoError(c.tb, builder.SetSignatures(signature))
	raw, err := config.TxEncoder()(builder.GetTx())
	require.NoError(c.tb, err)
	return raw
}

func (c *Chain) gas() uint64 {
	if c.Gas == 0 {
		return DefaultGas
	}
	return c.Gas
}

// Send delivers messages in the next block and requires that they succeed.
func (c *Chain) Send(from Account, msgs ...sdk.Msg) *abci.ExecTxResult {
	c.tb.Helper()
	result := c.Try(from, msgs...)
	require.Zero(c.tb, result.Code, result.Log)
	return result
}

// Try delivers messages in the next block and returns the result, whatever it is.
func (c *Chain) Try(from Account, msgs ...sdk.Msg) *abci.ExecTxResult {
	c.tb.Helper()
	results := c.Block(c.Sign(from, 0, msgs...)).TxResults
	require.NotEmpty(c.tb, results, "the transaction was not taken into the block")
	return results[len(results)-1]
}

// Check runs CheckTx for messages.
func (c *Chain) Check(from Account, msgs ...sdk.Msg) *abci.ResponseCheckTx {
	c.tb.Helper()
	return c.CheckRaw(c.Sign(from, 0, msgs...))
}

// CheckRaw runs CheckTx for a transaction.
func (c *Chain) CheckRaw(raw []byte) *abci.ResponseCheckTx {
	c.tb.Helper()
	resp, err := c.App().CheckTx(&abci.RequestCheckTx{Tx: raw, Type: abci.CheckTxType_New})
	require.NoError(c.tb, err)
	return resp
}
