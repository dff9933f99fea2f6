package chain

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/volens-network/volens/client/fault"
)

// Account is what the chain knows about who signs.
type Account struct {
	Address  sdk.AccAddress
	Number   uint64
	Sequence uint64
}

// EnsureAccount returns the account of an address. An account begins to exist with the
// first coin or fee allowance that it receives, and can only then sign: before that this
// is a fault of kind NotFound, and a sponsor must be asked.
func (c *Client) EnsureAccount(ctx context.Context, address sdk.AccAddress) (Account, error) {
	answer, err := c.Auth().AccountInfo(ctx, &authtypes.QueryAccountInfoRequest{Address: address.String()})
	switch {
	case fault.Is(err, fault.NotFound):
		return Account{}, fault.E(fault.NotFound, "account %s is not on chain yet: ask a sponsor", address)
	case err != nil:
		return Account{}, err
	case answer.Info == nil:
		return Account{}, fault.E(fault.Internal, "account %s: empty answer", address)
	}
	return Account{Address: address, Number: answer.Info.AccountNumber, Sequence: answer.Info.Sequence}, nil
}

// Balance is what an address can spend or has locked, in one denomination.
func (c *Client) Balance(ctx context.Context, address sdk.AccAddress, denom string) (sdk.Coin, error) {
	answer, err := c.Bank().Balance(ctx, &banktypes.QueryBalanceRequest{Address: address.String(), Denom: denom})
	if err != nil {
		return sdk.Coin{}, err
	}
	if answer.Balance == nil {
		return sdk.Coin{}, fault.E(fault.Internal, "balance of %s: empty answer", address)
	}
	return *answer.Balance, nil
}
