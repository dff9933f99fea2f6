package genesis

import (
	"time"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"

	"github.com/volens-network/volens/app"
)

const (
	votingPeriod          = 20 * time.Second
	expeditedVotingPeriod = 10 * time.Second
	// signedWindow is long, so that a killed validator of a test is not jailed.
	signedWindow = 10_000
	// jailTime is for how long a validator is out that lied in a run: the least that x/slashing takes.
	jailTime = time.Minute
)

func addCosmos(cdc codec.JSONCodec, genesis app.Genesis, balances []banktypes.Balance) {
	patch(cdc, genesis, authtypes.ModuleName, func(s *authtypes.GenesisState) {
		packed, err := authtypes.PackAccounts(accounts(balances))
		if err != nil {
			panic(err) //nolint:forbidigo // base accounts always pack
		}
		s.Accounts = append(s.Accounts, packed...)
	})
	patch(cdc, genesis, banktypes.ModuleName, func(s *banktypes.GenesisState) {
		s.Balances = append(s.Balances, balances...)
		s.Supply = sdk.NewCoins()
		for _, b := range s.Balances {
			s.Supply = s.Supply.Add(b.Coins...)
		}
	})
	patch(cdc, genesis, govtypes.ModuleName, func(s *govv1.GenesisState) {
		voting, expedited := votingPeriod, expeditedVotingPeriod
		s.Params.VotingPeriod = &voting
		s.Params.ExpeditedVotingPeriod = &expedited
	})
	patch(cdc, genesis, slashingtypes.ModuleName, func(s *slashingtypes.GenesisState) {
		s.Params.SignedBlocksWindow = signedWindow
		s.Params.DowntimeJailDuration = jailTime
	})
}
