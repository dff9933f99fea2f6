package consent

import "cosmossdk.io/collections"

const (
	// ModuleName is the name of the module.
	ModuleName = "consent"
	// StoreKey is the name of its store, the one that consent proofs are taken from.
	StoreKey = ModuleName
	// TransientStoreKey is the name of the store that is empty at the start of each
	// block; it counts the zero-fee lane.
	TransientStoreKey = "transient_" + ModuleName
)

// The prefixes of the store. They are part of every proof: never renumber them.
var (
	// ConsentsPrefix is followed by the dataset id (16 bytes) and the version (8 bytes,
	// big endian).
	ConsentsPrefix = collections.NewPrefix(1)
	// LatestPrefix is followed by the dataset id (16 bytes).
	LatestPrefix = collections.NewPrefix(2)
	// TemplatesPrefix is followed by the template's id, a zero byte and its language.
	TemplatesPrefix = collections.NewPrefix(3)
	// CodebooksPrefix is followed by the version of the codebook.
	CodebooksPrefix = collections.NewPrefix(4)
	// ParamsPrefix is the whole key of the parameters.
	ParamsPrefix = collections.NewPrefix(5)
)

// The prefixes of the transient store.
var (
	// LanePrefix is followed by the id (16 bytes) that the zero-fee lane has served.
	LanePrefix = collections.NewPrefix(1)
	// LaneCountPrefix is the whole key of how many it has served in this block.
	LaneCountPrefix = collections.NewPrefix(2)
)
