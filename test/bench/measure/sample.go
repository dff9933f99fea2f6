package measure

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"
)

// leastSpan is how much a sample spends at least, by repeating its work, so that the clock's grain and a single
// interruption do not show.
const leastSpan = 40 * time.Millisecond

// Sample measures one side once and returns a value in the unit of its case.
type Sample func() (float64, error)

// PerUnit makes a sample of how much one unit of work costs, in multiples of in (time.Microsecond for us). Every
// call of work does the given number of units.
func PerUnit(clock Clock, in time.Duration, units int, work func() error) Sample {
	return func() (float64, error) {
		spent, calls, err := spend(clock, work)
		if err != nil {
			return 0, err
		}
		return float64(spent) / float64(in) / float64(calls) / float64(units), nil
	}
}

// Rate makes a sample of how many units are done in a second of the clock.
func Rate(clock Clock, units float64, work func() error) Sample {
	return func() (float64, error) {
		spent, calls, err := spend(clock, work)
		if err != nil {
			return 0, err
		}
		return units * float64(calls) / spent.Seconds(), nil
	}
}

// spend repeats work on one thread until leastSpan is spent.
func spend(clock Clock, work func() error) (spent time.Duration, calls int, err error) {
	runtime.GC()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begin, err := clock()
	if err != nil {
		return 0, 0, err
	}
	for spent < leastSpan {
		if err := work(); err != nil {
			return 0, 0, err
		}
		calls++
		now, err := clock()
		if err != nil {
			return 0, 0, err
		}
		spent = now - begin
	}
	return spent, calls, nil
}

// Median returns the middle value, or the mean of the two in the middle. It refuses no values.
func Median(values []float64) (float64, error) {
	if len(values) == 0 {
		return 0, errors.New("median of no values")
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle], nil
	}
	return (sorted[middle-1] + sorted[middle]) / 2, nil
}

// inTurn takes samples of both sides, ours first: A B A B. The peer may be nil.
func inTurn(runs int, ours, peer Sample) (a, b []float64, err error) {
	for range runs {
		value, err := ours()
		if err != nil {
			return nil, nil, fmt.Errorf("ours: %w", err)
		}
		a = append(a, value)
		if peer == nil {
			continue
		}
		if value, err = peer(); err != nil {
			return nil, nil, fmt.Errorf("peer: %w", err)
		}
		b = append(b, value)
	}
	return a, b, nil
}
