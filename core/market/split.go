// Package market holds the money rules of requests as pure functions on integers:
// how a price is split, what a posted request must escrow, and how a cohort call
// clears.
//
// Amounts are in the smallest unit of one settlement denomination, from escrow to
// payout. Start with Split, which turns a patient's price into the parts of a seat,
// or with Clear, which turns sealed asks into a set of seats and one price.
//
// The package never rounds in favour of anybody but the researcher who pays: every
// remainder stays with the escrow. It never lets the patient's part fall below
// PatientFloor; that is a constant so that no vote can change it. It knows no
// accounts, no clock and no state.
package market

import (
	"errors"
	"fmt"
	"math/bits"
)

// BasisPoints is the whole that shares are parts of.
const BasisPoints = 10_000

// PatientFloor is the least share of the patient, in basis points.
const PatientFloor = 7_000

// The errors that callers branch on.
var (
	ErrShares   = errors.New("shares are not acceptable")
	ErrOverflow = errors.New("amount does not fit in 64 bits")
)

// Shares are the parts of what a researcher pays, in basis points. They add up to
// BasisPoints.
type Shares struct {
	Patient   uint32 `json:"patient"`
	Attestor  uint32 `json:"attestor"`
	Gateways  uint32 `json:"gateways"`
	Committee uint32 `json:"committee"`
	Pool      uint32 `json:"pool"`
}

// DefaultShares returns 80 % for the patient and 5 % for each of the others.
func DefaultShares() Shares {
	return Shares{Patient: 8_000, Attestor: 500, Gateways: 500, Committee: 500, Pool: 500}
}

// Validate returns ErrShares if the patient's share is below the floor or the
// shares do not add up to BasisPoints.
func (s Shares) Validate() error {
	if s.Patient < PatientFloor {
		return fmt.Errorf("%w: patient share %d is below %d", ErrShares, s.Patient, PatientFloor)
	}
	sum := uint64(s.Patient) + uint64(s.Attestor) + uint64(s.Gateways) + uint64(s.Committee) + uint64(s.Pool)
	if sum != BasisPoints {
		return fmt.Errorf("%w: sum %d is not %d", ErrShares, sum, BasisPoints)
	}
	return nil
}

// Parts are amounts by role: of one seat, or of several added up.
type Parts struct {
	Patient   uint64 `json:"patient"`
	Attestor  uint64 `json:"attestor"`
	Gateways  uint64 `json:"gateways"`
	Committee uint64 `json:"committee"`
	Pool      uint64 `json:"pool"`
}

// Total is what the researcher pays. It does not overflow for parts that Split or
// Times returned.
func (p Parts) Total() uint64 {
	return p.Patient + p.Attestor + p.Gateways + p.Committee + p.Pool
}

// Split returns the parts of one seat whose patient gets price: everybody else gets
// floor(price * share / patient's share).
func Split(price uint64, s Shares) (Parts, error) {
	if err := s.Validate(); err != nil {
		return Parts{}, err
	}
	patient := uint64(s.Patient)
	// No part overflows: the pool and its kind have at most 3/7 of the patient's share.
	parts := Parts{
		Patient:   price,
		Attestor:  mulDiv(price, uint64(s.Attestor), patient),
		Gateways:  mulDiv(price, uint64(s.Gateways), patient),
		Committee: mulDiv(price, uint64(s.Committee), patient),
		Pool:      mulDiv(price, uint64(s.Pool), patient),
	}
	if err := parts.fit(); err != nil {
		return Parts{}, fmt.Errorf("split %d: %w", price, err)
	}
	return parts, nil
}

// Times returns the parts of seats equal seats.
func (p Parts) Times(seats uint64) (Parts, error) {
	product := Parts{}
	for _, f := range []struct {
		to   *uint64
		from uint64
	}{
		{&product.Patient, p.Patient},
		{&product.Attestor, p.Attestor},
		{&product.Gateways, p.Gateways},
		{&product.Committee, p.Committee},
		{&product.Pool, p.Pool},
	} {
		hi, lo := bits.Mul64(f.from, seats)
		if hi != 0 {
			return Parts{}, fmt.Errorf("%d seats of %d: %w", seats, f.from, ErrOverflow)
		}
		*f.to = lo
	}
	if err := product.fit(); err != nil {
		return Parts{}, fmt.Errorf("%d seats: %w", seats, err)
	}
	return product, nil
}

// PostedCharge returns what a posted request locks for nMax seats at a patient's
// price. A seat that nobody takes, or that is void before its emission, gives back
// exactly Split(price).Total().
func PostedCharge(price, nMax uint64, s Shares) (uint64, error) {
	seat, err := Split(price, s)
	if err != nil {
		return 0, err
	}
	all, err := seat.Times(nMax)
	if err != nil {
		return 0, fmt.Errorf("posted charge: %w", err)
	}
	return all.Total(), nil
}

// Divide shares an amount equally among n gateways. What does not divide, and all
// of it if there is no gateway, is the rest, which goes back to the researcher.
func Divide(amount, n uint64) (each, rest uint64) {
	if n == 0 {
		return 0, amount
	}
	return amount / n, amount % n
}

// fit returns ErrOverflow if the total does not fit in 64 bits.
func (p Parts) fit() error {
	sum, over := uint64(0), uint64(0)
	for _, part := range []uint64{p.Patient, p.Attestor, p.Gateways, p.Committee, p.Pool} {
		carry := uint64(0)
		sum, carry = bits.Add64(sum, part, 0)
		over += carry
	}
	if over != 0 {
		return ErrOverflow
	}
	return nil
}

// mulDiv returns floor(a*b/c) for b <= c, by way of 128 bits.
func mulDiv(a, b, c uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	quotient, _ := bits.Div64(hi, lo, c)
	return quotient
}
