package attestation

import "cosmossdk.io/collections"

const (
	// ModuleName names the module, its codespace, its routes and its account.
	ModuleName = "attestation"
	// StoreKey names the module's store.
	StoreKey = ModuleName
)

// Prefixes of the module's collections, in the order of README.md.
var (
	ParamsPrefix            = collections.NewPrefix(0)
	OrganisationsPrefix     = collections.NewPrefix(1)
	HeartbeatsPrefix        = collections.NewPrefix(2)
	DeidentificationsPrefix = collections.NewPrefix(3)
	ChallengesPrefix        = collections.NewPrefix(4)
	FreezesPrefix           = collections.NewPrefix(5)
	ApprovalsPrefix         = collections.NewPrefix(6)
	VisasPrefix             = collections.NewPrefix(7)
)
