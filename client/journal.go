package client

import (
	"github.com/volens-network/volens/client/home"
)

// The steps that journals have in common. An operation whose newest step is stepDone is
// over: the same call begins another one.
const (
	stepDrawn = "drawn"
	stepDone  = "done"
	// journalDigits are how many digits of a digest name an operation.
	journalDigits = 24
)

// drawing is the randomness that an id is derived from.
type drawing struct {
	Random []byte `json:"random"`
}

// fresh reports whether an operation has not begun, or is over.
func fresh(j *home.Journal) bool {
	last, begun := j.Last()
	return !begun || last.Step == stepDone
}

// drawn is what an operation that goes on has drawn; one that begins draws.
func (s *Session) drawn(j *home.Journal) ([]byte, error) {
	var d drawing
	if !fresh(j) {
		_, err := j.Find(stepDrawn, &d)
		return d.Random, err
	}
	random, err := s.drawID()
	if err != nil {
		return nil, err
	}
	return random, j.Record(stepDrawn, drawing{Random: random})
}
