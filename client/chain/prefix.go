package chain

import (
	"sync"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/dataset"
)

// BondDenom pays for gas.
const BondDenom = "uvol"

var setPrefixes = sync.OnceFunc(func() {
	const (
		account   = dataset.AddressPrefix
		validator = account + sdk.PrefixValidator + sdk.PrefixOperator
		consensus = account + sdk.PrefixValidator + sdk.PrefixConsensus
	)
	config := sdk.GetConfig()
	if config.GetBech32AccountAddrPrefix() != account {
		config.SetBech32PrefixForAccount(account, account+sdk.PrefixPublic)
	}
	if config.GetBech32ValidatorAddrPrefix() != validator {
		config.SetBech32PrefixForValidator(validator, validator+sdk.PrefixPublic)
	}
	if config.GetBech32ConsensusAddrPrefix() != consensus {
		config.SetBech32PrefixForConsensusNode(consensus, consensus+sdk.PrefixPublic)
	}
})

// SetPrefixes sets the address prefixes of this process, once. New calls it; a program
// that prints addresses without a client calls it itself. It changes nothing where the
// prefixes are right already, and does not seal them, so that a process that is also a
// node can do so before or after. It panics in a process that is sealed to another
// chain's prefixes.
func SetPrefixes() { setPrefixes() }
