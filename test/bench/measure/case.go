package measure

import (
	"errors"
	"fmt"
	"math"
	"runtime"
)

// ErrAbsent is returned by Prepare when our own side is not built here. The row then has neither value.
var ErrAbsent = errors.New("not built here")

// Direction says which values are good ones.
type Direction int

// The directions.
const (
	Less Direction = iota // as of a cost
	More                  // as of a rate
)

// Case is one line of the report.
type Case struct {
	Name     string
	Unit     string
	Better   Direction
	Runs     int    // samples of each side
	PeerName string // empty when nothing else does this
	Target   Target // the zero value when there is none
	// Idle says that the target holds on an idle machine only, as one in wall time does: the row comes without it
	// when more programs want to run than there are processors.
	Idle bool
	// Prepare makes the samples. A nil peer is one that is not installed. It returns ErrAbsent when our own side
	// is not there.
	Prepare func() (ours, peer Sample, err error)
}

// Run measures a case. load is read after the samples. When a side fails the row comes without values, beside
// the error.
func Run(c Case, load func() *float64) (Row, error) {
	row := Row{Name: c.Name, Unit: c.Unit, PeerName: c.PeerName, Target: c.Target.String()}
	ours, peer, err := c.Prepare()
	if errors.Is(err, ErrAbsent) {
		row.Load = load()
		return row, nil
	}
	if err != nil {
		return row, fmt.Errorf("%s: prepare: %w", c.Name, err)
	}
	a, b, err := inTurn(c.Runs, ours, peer)
	row.Load = load()
	if c.Idle && row.Load != nil && *row.Load > float64(runtime.NumCPU()) {
		row.Target = ""
	}
	if err != nil {
		return row, fmt.Errorf("%s: %w", c.Name, err)
	}
	row.Runs = c.Runs
	middle, err := Median(a)
	if err != nil {
		return row, fmt.Errorf("%s: %w", c.Name, err)
	}
	row.Ours = round(middle)
	if peer == nil {
		return row, nil
	}
	other, err := Median(b)
	if err != nil {
		return row, fmt.Errorf("%s: %w", c.Name, err)
	}
	row.Peer = round(other)
	row.Ratio = round(ratio(c.Better, middle, other))
	return row, nil
}

// ratio is how many times better ours is than the peer.
func ratio(better Direction, ours, peer float64) float64 {
	if better == Less {
		return peer / ours
	}
	return ours / peer
}

// round keeps four significant digits: the rest is noise.
func round(v float64) *float64 {
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return nil
	}
	scale := math.Pow(10, 3-math.Floor(math.Log10(math.Abs(v))))
	out := math.Round(v*scale) / scale
	return &out
}
