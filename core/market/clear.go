package market

import (
	"bytes"
	"cmp"
	"crypto/sha512"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/volens-network/volens/core/id"
)

// NoCap is the cap of a call that sets none.
const NoCap = math.MaxUint64

// The errors of a call or of asks that should never have been accepted.
var (
	ErrCall = errors.New("call is not acceptable")
	ErrAsk  = errors.New("ask is not acceptable")
)

// Call is what a cohort call offers. All of it is public before anybody decides,
// but the seed.
type Call struct {
	Budget   uint64 `json:"budget"` // everything the researcher pays, all parts
	Shares   Shares `json:"shares"`
	NMin     uint32 `json:"n_min"`
	NMax     uint32 `json:"n_max"`
	Cap      uint64 `json:"cap"`       // the highest price of a patient; NoCap for none
	NetworkK uint32 `json:"network_k"` // the least persons in any cohort
	Seed     []byte `json:"seed"`      // SHA-512 of the lot's opened secret, unknown while asks are sealed
}

// Ask is one opened decision that Permits allows and whose criteria hold.
type Ask struct {
	Dataset  id.ID  `json:"dataset"`
	Tier     uint64 `json:"tier"`     // the least that the patient takes
	KMin     uint32 `json:"k_min"`    // the least persons that she wants to be among
	Person   string `json:"person"`   // token of the person, so that k counts people
	Attestor string `json:"attestor"` // address of the organisation that signed the token
}

// Outcome says whether a call found its cohort.
type Outcome int32

// The outcomes.
const (
	OutcomeCleared Outcome = iota + 1
	OutcomeFailedShort
)

// Result is how a call cleared. Charge + Refund is the budget, whatever the outcome.
type Result struct {
	Outcome Outcome `json:"outcome"`
	Seats   []int   `json:"seats"` // indexes of the winning asks, cheapest first
	Price   uint64  `json:"price"` // what each patient gets, never below her own tier
	Parts   Parts   `json:"parts"` // of one seat
	Charge  uint64  `json:"charge"`
	Refund  uint64  `json:"refund"`
}

// Validate returns ErrCall or ErrShares. The cap must let half the patients' budget
// be spent on n_min seats, so that a call cannot pretend to be richer than it is.
func (c Call) Validate() error {
	if err := c.Shares.Validate(); err != nil {
		return err
	}
	if c.NMin == 0 || c.NMin > c.NMax || c.NetworkK == 0 || len(c.Seed) == 0 {
		return fmt.Errorf("%w: n_min %d, n_max %d, k %d, seed of %d bytes",
			ErrCall, c.NMin, c.NMax, c.NetworkK, len(c.Seed))
	}
	if !within(c.patientBudget(), c.Cap, 2*uint64(c.NMin)) {
		return fmt.Errorf("%w: cap %d hides the budget", ErrCall, c.Cap)
	}
	return nil
}

// patientBudget is the part of the budget that patients share.
func (c Call) patientBudget() uint64 {
	return mulDiv(c.Budget, uint64(c.Shares.Patient), BasisPoints)
}

// Clear finds the largest cohort that the budget affords and the one price that all
// of it get: the share of the budget or the first losing tier, whichever is less. To
// state another tier than one's own gains at most one step of the ladder.
//
// It fails short if fewer than n_min or k persons remain, or if the k persons would
// lean on one attestor: at most ceil(k/2) persons of each attestor count towards k.
func Clear(call Call, asks []Ask) (Result, error) {
	if err := call.Validate(); err != nil {
		return Result{}, err
	}
	order, err := ranked(call, asks)
	if err != nil {
		return Result{}, err
	}
	best, rest := []int(nil), []int(nil)
	for _, step := range steps(asks, order) {
		list := members(asks, order, step.from)
		if n := affordable(call, asks, list, step); n > len(best) {
			best, rest = list[:n], list[n:]
		}
	}
	short := Result{Outcome: OutcomeFailedShort, Refund: call.Budget}
	if len(best) == 0 || uint64(len(best)) < uint64(max(call.NMin, call.NetworkK)) ||
		!leansOnMany(asks, best, call.NetworkK) {
		return short, nil
	}
	price := min(call.patientBudget()/uint64(len(best)), call.Cap)
	if len(rest) > 0 {
		price = min(price, asks[rest[0]].Tier)
	}
	parts, err := Split(price, call.Shares)
	if err != nil {
		return Result{}, err
	}
	all, err := parts.Times(uint64(len(best)))
	if err != nil {
		return Result{}, err
	}
	return Result{
		Outcome: OutcomeCleared, Seats: slices.Clone(best), Price: price, Parts: parts,
		Charge: all.Total(), Refund: call.Budget - all.Total(),
	}, nil
}

// ranked returns the indexes of the asks within the cap by (tier, SHA-512(seed ||
// dataset)).
func ranked(call Call, asks []Ask) ([]int, error) {
	lots := make([][sha512.Size]byte, len(asks))
	seen := make(map[id.ID]bool, len(asks))
	order := make([]int, 0, len(asks))
	for i, ask := range asks {
		if ask.Person == "" || ask.Attestor == "" || seen[ask.Dataset] {
			return nil, fmt.Errorf("%w: number %d names no person or attestor, or repeats a dataset", ErrAsk, i)
		}
		seen[ask.Dataset] = true
		lots[i] = sha512.Sum512(slices.Concat(call.Seed, ask.Dataset.Bytes()))
		if ask.Tier <= call.Cap {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(asks[a].Tier, asks[b].Tier), bytes.Compare(lots[a][:], lots[b][:]))
	})
	return order, nil
}

// step is a range of cohort sizes over which the same asks are willing.
type step struct {
	from, below uint32 // from <= size < below
}

// steps returns the ranges between the distinct k_min, in ascending order. On the
// ladder there are at most seven.
func steps(asks []Ask, order []int) []step {
	edges := []uint32{1}
	for _, i := range order {
		edges = append(edges, max(asks[i].KMin, 1))
	}
	slices.Sort(edges)
	edges = append(slices.Compact(edges), math.MaxUint32)
	ranges := make([]step, 0, len(edges)-1)
	for i := range len(edges) - 1 {
		ranges = append(ranges, step{from: edges[i], below: edges[i+1]})
	}
	return ranges
}

// members returns the asks that are willing in a cohort of size, one for each
// person: her first in the ranking.
func members(asks []Ask, order []int, size uint32) []int {
	list := make([]int, 0, len(order))
	seen := make(map[string]bool, len(order))
	for _, i := range order {
		if asks[i].KMin <= size && !seen[asks[i].Person] {
			seen[asks[i].Person] = true
			list = append(list, i)
		}
	}
	return list
}

// affordable returns the largest size within the step whose members the budget
// pays at the tier of the dearest, or 0.
func affordable(call Call, asks []Ask, list []int, s step) int {
	budget := call.patientBudget()
	top := min(uint64(len(list)), uint64(call.NMax), uint64(s.below)-1)
	for n := top; n >= uint64(s.from); n-- {
		if !exceeds(asks[list[n-1]].Tier, n, budget) {
			return int(n) //nolint:gosec // at most len(list)
		}
	}
	return 0
}

// leansOnMany reports whether at most ceil(k/2) persons of each attestor make up k.
func leansOnMany(asks []Ask, cohort []int, k uint32) bool {
	most := (uint64(k) + 1) / 2
	by := map[string]uint64{}
	counted := uint64(0)
	for _, i := range cohort {
		by[asks[i].Attestor]++
		if by[asks[i].Attestor] <= most {
			counted++
		}
	}
	return counted >= uint64(k)
}

// exceeds reports whether a*b > limit.
func exceeds(a, b, limit uint64) bool {
	hi, lo := bits.Mul64(a, b)
	return hi != 0 || lo > limit
}

// within reports whether amount <= a*b.
func within(amount, a, b uint64) bool {
	hi, lo := bits.Mul64(a, b)
	return hi != 0 || amount <= lo
}
