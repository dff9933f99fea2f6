package threshold

import (
	"errors"
	"fmt"
	"math/bits"
)

// Bounds of a snapshot.
const (
	// MaxStakes bounds the operators of a snapshot.
	MaxStakes = 200
	// MaxTotalStake bounds the sum of all stakes, in whatever unit they are counted.
	MaxTotalStake = 1 << 60
)

// Errors of a snapshot.
var (
	// ErrStakes is returned for stakes out of bounds.
	ErrStakes = errors.New("stakes are out of bounds")
	// ErrWeights is returned when no number of shares up to MaxShares is both safe and live.
	ErrWeights = errors.New("no weights are safe and live")
)

// Stake is what one operator has at stake, and whether it can hold shares.
type Stake struct {
	Operator []byte // 20-byte address
	Amount   uint64
	Enrolled bool
}

// Fraction is a reduced fraction.
type Fraction struct{ Num, Den uint64 }

// Weights say who holds how many shares and how many of them open.
type Weights struct {
	// Shares of each stake, in the order of the stakes; 0 for those not enrolled.
	Shares []int
	// Total is W, the number of all shares.
	Total int
	// Threshold is T: every set with more than 2/3 of the stake holds at least T
	// shares, and T is the largest such number.
	Threshold int
	// Secrecy is the least part of the stake that holds T shares. It is more than 1/2.
	Secrecy Fraction
}

// Weigh gives shares to operators in proportion to their stake:
// floor(stake W / total + 1/2) for the smallest W up to MaxShares with which
//
//   - T is the fewest shares that any set with more than 2/3 of the total stake holds,
//   - any T shares belong to more than 1/2 of the total stake,
//   - T is more than the largest holder has, and the shares are at most MaxShares.
//
// An operator that is not enrolled gets no share, while its stake still counts. It
// returns ErrStakes for stakes out of bounds and ErrWeights if there is no such W.
//
// The result is exact, by a knapsack over numbers of shares, in integers only. The
// work is at most 2 MaxShares^2 steps a stake: for 150 stakes 48 million, well under
// a second.
func Weigh(stakes []Stake) (Weights, error) {
	total, err := totalStake(stakes)
	if err != nil {
		return Weights{}, err
	}
	sums := newKnapsack()
	for w := 1; w <= MaxShares; w++ {
		shares, sum, largest := apportion(stakes, total, uint64(w))
		if sum < 2 || sum > MaxShares {
			continue
		}
		sums.fill(stakes, shares, sum)
		t := sums.fewestOf(total)
		least := sums.leastStake(t)
		if t > largest && least > total/2 {
			return Weights{Shares: shares, Total: sum, Threshold: t, Secrecy: reduce(least, total)}, nil
		}
	}
	return Weights{}, fmt.Errorf("%d operators, at most %d shares: %w", len(stakes), MaxShares, ErrWeights)
}

// Owners lists the owner of each share: operators in the order of the stakes, each with
// consecutive shares.
func (w Weights) Owners(stakes []Stake) [][]byte {
	out := make([][]byte, 0, w.Total)
	for i, n := range w.Shares {
		for range n {
			out = append(out, append([]byte(nil), stakes[i].Operator...))
		}
	}
	return out
}

func totalStake(stakes []Stake) (uint64, error) {
	if len(stakes) > MaxStakes {
		return 0, fmt.Errorf("%d operators, at most %d: %w", len(stakes), MaxStakes, ErrStakes)
	}
	var total uint64
	for _, s := range stakes {
		if s.Amount > MaxTotalStake-total {
			return 0, fmt.Errorf("more than %d in all: %w", uint64(MaxTotalStake), ErrStakes)
		}
		total += s.Amount
	}
	if total == 0 {
		return 0, fmt.Errorf("nothing at stake: %w", ErrStakes)
	}
	return total, nil
}

// apportion rounds everybody's part of w shares to the nearest whole number, halves up.
func apportion(stakes []Stake, total, w uint64) (shares []int, sum, largest int) {
	shares = make([]int, len(stakes))
	for i, s := range stakes {
		if !s.Enrolled {
			continue
		}
		high, low := bits.Mul64(2*s.Amount, w)
		low, carry := bits.Add64(low, total, 0)
		n, _ := bits.Div64(high+carry, low, 2*total) // at most w + 1/2
		shares[i] = int(n)                           //nolint:gosec // at most MaxShares
		sum += shares[i]
		largest = max(largest, shares[i])
	}
	return shares, sum, largest
}

// absent marks a number of shares that no set has.
const absent = ^uint64(0)

// knapsack knows, for each number of shares, the most and the least stake of a set that
// has exactly so many.
type knapsack struct{ most, least []uint64 }

func newKnapsack() *knapsack {
	return &knapsack{most: make([]uint64, MaxShares+1), least: make([]uint64, MaxShares+1)}
}

func (k *knapsack) fill(stakes []Stake, shares []int, sum int) {
	k.most, k.least = k.most[:sum+1], k.least[:sum+1]
	for s := range k.most {
		k.most[s], k.least[s] = absent, absent
	}
	k.most[0], k.least[0] = 0, 0
	reached := 0
	for i, n := range shares {
		amount := stakes[i].Amount
		reached += n
		if n == 0 { // it adds stake and no share: the richest sets have it, the poorest not
			for s, most := range k.most[:reached+1] {
				if most != absent {
					k.most[s] = most + amount
				}
			}
			continue
		}
		for s := reached; s >= n; s-- {
			if most := k.most[s-n]; most != absent && (k.most[s] == absent || most+amount > k.most[s]) {
				k.most[s] = most + amount
			}
			if least := k.least[s-n]; least != absent && least+amount < k.least[s] {
				k.least[s] = least + amount
			}
		}
	}
}

// fewestOf returns the fewest shares of a set with more than 2/3 of the total stake.
func (k *knapsack) fewestOf(total uint64) int {
	for s, most := range k.most {
		if most != absent && 3*most > 2*total {
			return s
		}
	}
	return len(k.most) // not reached: the set of all has everything
}

// leastStake returns the least stake of a set that has at least t shares.
func (k *knapsack) leastStake(t int) uint64 {
	least := absent
	for _, stake := range k.least[t:] {
		least = min(least, stake)
	}
	return least
}

func reduce(num, den uint64) Fraction {
	a, b := num, den
	for b != 0 {
		a, b = b, a%b
	}
	return Fraction{Num: num / a, Den: den / a}
}
