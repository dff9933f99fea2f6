package client

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/client/home"
	"github.com/volens-network/volens/x/dataset"
)

// Balance is what an account has.
type Balance struct {
	Address string    `json:"address"`
	Coins   sdk.Coins `json:"coins"`
}

// Balance tells what an address, or an own key by its name, has.
func (s *Session) Balance(ctx context.Context, who string) (*Balance, error) {
	address, err := s.address(who)
	if err != nil {
		return nil, classify(err)
	}
	out := &Balance{Address: address}
	err = pages(Window{}, func(page *query.PageRequest) (int, *query.PageResponse, error) {
		answer, err := s.Chain.Bank().AllBalances(ctx, &banktypes.QueryAllBalancesRequest{
			Address: address, Pagination: page,
		})
		if err != nil {
			return 0, nil, err
		}
		out.Coins = append(out.Coins, answer.Balances...)
		return len(answer.Balances), answer.Pagination, nil
	})
	if err != nil {
		return nil, classify(err)
	}
	return out, nil
}

// Send moves coins, such as "5uvol,1000uusd", from the session's key to an address or own key.
func (s *Session) Send(ctx context.Context, to, coins string) (*Done, error) {
	signer, err := s.signer()
	if err != nil {
		return nil, classify(err)
	}
	address, err := s.address(to)
	if err != nil {
		return nil, classify(err)
	}
	amount, err := sdk.ParseCoinsNormalized(coins)
	if err != nil || amount.Empty() {
		return nil, usage("amount %q: want coins such as 5uvol", coins)
	}
	receipt, err := s.send(ctx, signer, &banktypes.MsgSend{
		FromAddress: signer.Address().String(), ToAddress: address, Amount: amount,
	})
	if err != nil {
		return nil, classify(err)
	}
	return done(receipt), nil
}

// address reads an address, or the name of an own key; empty is the session's key.
func (s *Session) address(who string) (string, error) {
	if _, err := dataset.ParseAddress(who); err == nil {
		return who, nil
	}
	if who == "" {
		signer, err := s.signer()
		if err != nil {
			return "", err
		}
		return signer.Address().String(), nil
	}
	if s.Wallet != nil {
		if account, err := s.Wallet.Account(who); err == nil {
			return account.Address, nil
		}
	}
	return "", usage("%q is neither an address nor an own account", who)
}

// Restore finds the accounts of the wallet that the chain knows, and with them all
// datasets. It looks from account 0 on, until home.GapLimit in a row are unknown.
func (s *Session) Restore(ctx context.Context) ([]home.Account, error) {
	if s.Wallet == nil {
		return nil, usage("no wallet: make one with volens keys new")
	}
	found, err := s.Wallet.Restore(ctx, 0, func(ctx context.Context, address string) (string, bool, error) {
		account, err := dataset.ParseAddress(address)
		if err != nil {
			return "", false, err
		}
		_, err = s.Chain.EnsureAccount(ctx, account)
		if fault.Is(err, fault.NotFound) {
			return "", false, nil
		}
		return "", err == nil, err
	})
	return found, classify(err)
}
