package app

import (
	"github.com/cosmos/cosmos-sdk/types/module"
)

func volensStoreKeys() []string { return nil }

func volensAccounts() []string { return nil }

func volensModules(*App) []module.AppModule { return nil }

func volensEndBlockers() []string { return nil }

func volensGenesisOrder() []string { return nil }
