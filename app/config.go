package app

import (
	"os"
	"path/filepath"
	"sync"

	cmttypes "github.com/cometbft/cometbft/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// Name is the application's name.
	Name = "volens"
	// Bech32Prefix starts every account address.
	Bech32Prefix = "volens"
	// BondDenom pays for gas and is staked; 10^6 of it are one VOL.
	BondDenom = "uvol"
	// MaxBlockBytes is the block size at genesis. The bound of docs/spec/vote-extension.md,
	// "Sizes", keeps every injection below it.
	MaxBlockBytes = 8 << 20
	// IAVLCacheSize is how many nodes of its tree each store of a node keeps in memory, some
	// hundred bytes each. The SDK's 781,250 are for each store, too: of twenty stores those are
	// gigabytes, which a node fills as it writes.
	IAVLCacheSize = 50_000
)

var sealPrefixes = sync.OnceFunc(func() {
	config := sdk.GetConfig()
	config.SetBech32PrefixForAccount(Bech32Prefix, Bech32Prefix+sdk.PrefixPublic)
	config.SetBech32PrefixForValidator(
		Bech32Prefix+sdk.PrefixValidator+sdk.PrefixOperator,
		Bech32Prefix+sdk.PrefixValidator+sdk.PrefixOperator+sdk.PrefixPublic,
	)
	config.SetBech32PrefixForConsensusNode(
		Bech32Prefix+sdk.PrefixValidator+sdk.PrefixConsensus,
		Bech32Prefix+sdk.PrefixValidator+sdk.PrefixConsensus+sdk.PrefixPublic,
	)
	config.Seal()
	sdk.DefaultBondDenom = BondDenom
})

// SetPrefixes sets the address prefixes and the bond denom of this process, once.
// Every program that makes or reads addresses calls it before anything else.
func SetPrefixes() { sealPrefixes() }

// DefaultNodeHome is the folder of a node unless --home names another.
func DefaultNodeHome() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return "." + Name + "d"
	}
	return filepath.Join(home, "."+Name+"d")
}

// ConsensusParams are the consensus parameters of a genesis: vote extensions from
// the first block on, and blocks of MaxBlockBytes.
func ConsensusParams() *cmttypes.ConsensusParams {
	params := cmttypes.DefaultConsensusParams()
	params.Block.MaxBytes = MaxBlockBytes
	params.ABCI.VoteExtensionsEnableHeight = 1
	return params
}
