package custody

import "cosmossdk.io/collections"

const (
	// ModuleName names the module, its codespace, its routes and the account that holds bonds.
	ModuleName = "custody"
	// CommitteeName is the account in which the committee's part of what researchers pay
	// gathers until an epoch ends.
	CommitteeName = "custody_committee"
	// StoreKey names the module's store, the one that audit proofs are taken from.
	StoreKey = ModuleName
)

// Prefixes of the module's collections, in the order of README.md. They are part
// of every proof: never renumber them.
var (
	ParamsPrefix               = collections.NewPrefix(0)
	LiveChainPrefix            = collections.NewPrefix(1)
	KeysPrefix                 = collections.NewPrefix(2)
	EpochsPrefix               = collections.NewPrefix(3)
	RunPrefix                  = collections.NewPrefix(4)
	EnrolmentsPrefix           = collections.NewPrefix(5)
	DealsPrefix                = collections.NewPrefix(6)
	ConfirmationsPrefix        = collections.NewPrefix(7)
	SeatsPrefix                = collections.NewPrefix(8)
	SeenPrefix                 = collections.NewPrefix(9)
	OpenSeatsPrefix            = collections.NewPrefix(10)
	RevokingPrefix             = collections.NewPrefix(11)
	TermsPrefix                = collections.NewPrefix(12)
	ClosedPrefix               = collections.NewPrefix(13)
	JobsPrefix                 = collections.NewPrefix(14)
	JobsBySeatPrefix           = collections.NewPrefix(15)
	QueuePrefix                = collections.NewPrefix(16)
	DeadlinesPrefix            = collections.NewPrefix(17)
	BatchesPrefix              = collections.NewPrefix(18)
	EmissionsPrefix            = collections.NewPrefix(19)
	EmissionCountsPrefix       = collections.NewPrefix(20)
	ReleasesPrefix             = collections.NewPrefix(21)
	InspectionsPrefix          = collections.NewPrefix(22)
	InspectionsByVersionPrefix = collections.NewPrefix(23)
	InspectionDeadlinesPrefix  = collections.NewPrefix(24)
	ProposersPrefix            = collections.NewPrefix(25)
	FaultsPrefix               = collections.NewPrefix(26)
	KeptSharesPrefix           = collections.NewPrefix(27)
	KeptEpochsPrefix           = collections.NewPrefix(28)
	InjectionsPrefix           = collections.NewPrefix(29)
	AbsencesPrefix             = collections.NewPrefix(30)
)
