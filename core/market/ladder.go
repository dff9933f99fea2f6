package market

import "slices"

// Unit is one unit of the ladders of money, in uusd.
const Unit = 1_000_000

// DiffWindow is how many of an organisation's cleared sets a new one is compared with.
const DiffWindow = 32

// Tiers returns the ladder of asks and caps in Units. A coarse ladder tells less
// about a person than an exact sum.
func Tiers() []uint64 {
	return []uint64{0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000}
}

// CohortSizes returns the ladder of k_min: the least number of persons that a
// patient wants to be among.
func CohortSizes() []uint32 {
	return []uint32{11, 25, 50, 100, 250, 1000}
}

// ValidTier reports whether amount, in uusd, is on the ladder of asks.
func ValidTier(amount uint64) bool {
	return amount%Unit == 0 && slices.Contains(Tiers(), amount/Unit)
}

// ValidCohortSize reports whether k is on the ladder of k_min.
func ValidCohortSize(k uint32) bool {
	return slices.Contains(CohortSizes(), k)
}

// TooClose reports whether two sets of distinct members differ by some but fewer
// than k members on either side, so that the difference of two results would speak
// of fewer than k persons. Equal sets are not too close. The market compares a set
// with the last DiffWindow that the same organisation or owner cleared; a hit has
// the outcome of too few asks. It is a hurdle, not a guarantee.
func TooClose[T comparable](a, b []T, k int) bool {
	few := func(n int) bool { return n > 0 && n < k }
	return few(without(a, b)) || few(without(b, a))
}

// without counts the members of a that are not in b.
func without[T comparable](a, b []T) int {
	in := make(map[T]bool, len(b))
	for _, member := range b {
		in[member] = true
	}
	count := 0
	for _, member := range a {
		if !in[member] {
			count++
		}
	}
	return count
}
