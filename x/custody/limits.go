package custody

// Sizes of what rides in votes and blocks. They are constants: a chain on which
// they differ between nodes stops.
const (
	// ExtensionCap is the most bytes of a vote extension, checked before decoding.
	ExtensionCap = 36_864
	// ExtensionOverhead is what a vote costs beside its extension, in bytes, at most.
	ExtensionOverhead = 400
	// MaxBlockBytes is the block size that the parameters are checked against.
	MaxBlockBytes = 8 << 20
	// MaxBatch is the most jobs of a batch.
	MaxBatch = 64
	// MaxItems bounds every loop over items in one block.
	MaxItems = 200
	// MaxKeptShares is how many shares of unfinished jobs are kept in all. What comes
	// when they are there is not kept: nothing that is kept makes room for it.
	MaxKeptShares = 4_096
	// MaxSeatsAMessage bounds the seats that are added at once.
	MaxSeatsAMessage = 200
	// MaxOpenSeats bounds the seats of one dataset that are assigned or emitted at a
	// time, so that a revocation can always end all of them.
	MaxOpenSeats = 64
	// MaxInspections bounds the inspections of one version that were read or still may be.
	MaxInspections = 3
	// MaxDealsABlock and MaxDisputesABlock bound the work on run messages in a block.
	MaxDealsABlock    = 100
	MaxDisputesABlock = 64
	// MaxFaults is how many convictions are kept with their evidence.
	MaxFaults = 256
)

// Sizes of encodings in bytes.
const (
	// PointSize is the length of Q, U, B and S.
	PointSize = 32
	// SeatProofSize is the length of Proof2("seat").
	SeatProofSize = 128
	// OperatorSize is the length of an operator address.
	OperatorSize = 20
)

// FirstKeyID is the number of the first committee key.
const FirstKeyID = 1

// contentCap is what a builder fills of a vote extension at most, contentSlack
// what it leaves for the rest of the vote, and runReserve what m_max leaves for
// the extension's own fields.
const (
	contentCap   = 32_768
	contentSlack = 912
	runReserve   = 512
)

// ExtensionBudget is b: how many bytes of content a builder puts into a vote
// extension, for a block of maxBytes and a number of validators. It is 0 where
// nothing fits. A maxBytes below 1 stands for MaxBlockBytes.
func ExtensionBudget(maxBytes int64, validators int) int {
	if maxBytes < 1 || maxBytes > MaxBlockBytes {
		maxBytes = MaxBlockBytes
	}
	if validators < 1 {
		return 0
	}
	return int(max(min(contentCap, maxBytes/int64(2*validators)-contentSlack), 0))
}

// MaxJobs is m_max: how many jobs the largest holder of shares can answer at once
// within a budget of bytes. A committee for which it is 0 is refused.
func MaxJobs(budget, largestHolder int) int {
	if largestHolder < 1 || budget <= runReserve {
		return 0
	}
	return min(MaxBatch, (budget-runReserve)/(PointSize*largestHolder), 700/largestHolder)
}

// MaxDealBytes is the largest deal that fits a budget.
func MaxDealBytes(budget int) int { return max(budget-runReserve, 0) }
