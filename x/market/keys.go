package market

import (
	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"

	"github.com/volens-network/volens/x/custody"
)

const (
	// ModuleName names the module, its codespace, its routes and the account that holds escrow.
	ModuleName = "market"
	// StoreKey names the module's store.
	StoreKey = ModuleName
)

// Prefixes of the module's collections, in the order of README.md.
var (
	ParamsPrefix        = collections.NewPrefix(0)
	RequestsPrefix      = collections.NewPrefix(1)
	ByResearcherPrefix  = collections.NewPrefix(2)
	ByStatePrefix       = collections.NewPrefix(3)
	DecisionsPrefix     = collections.NewPrefix(4)
	OwnersPrefix        = collections.NewPrefix(5)
	QueuePrefix         = collections.NewPrefix(6)
	SeatsPrefix         = collections.NewPrefix(7)
	OpenByDatasetPrefix = collections.NewPrefix(8)
	EscrowsPrefix       = collections.NewPrefix(9)
	PaymentsPrefix      = collections.NewPrefix(10)
	ByAddressPrefix     = collections.NewPrefix(11)
	HeldPrefix          = collections.NewPrefix(12)
	LocksPrefix         = collections.NewPrefix(13)
	ClaimsPrefix        = collections.NewPrefix(14)
	AgendaPrefix        = collections.NewPrefix(15)
)

// Account is the module account that holds all escrow. It has no permissions and
// takes no plain sends.
func Account() sdk.AccAddress { return authtypes.NewModuleAddress(ModuleName) }

// PoolAccount stands for the community pool in payments.
func PoolAccount() sdk.AccAddress { return authtypes.NewModuleAddress(distrtypes.ModuleName) }

// CommitteeAccount is where the key committee's parts gather; x/custody pays them out
// when an epoch ends.
func CommitteeAccount() sdk.AccAddress { return authtypes.NewModuleAddress(custody.CommitteeName) }
