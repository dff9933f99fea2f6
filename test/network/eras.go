package network

import (
	"slices"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
)

// Era is what an epoch was and did.
type Era struct {
	KeyID uint64 `json:"key"`
	Epoch uint64 `json:"epoch"`
	// Since is the block that made it active.
	Since int64 `json:"since"`
	// Operators hold Shares in all, of which Threshold open.
	Operators int `json:"operators"`
	Shares    int `json:"shares"`
	Threshold int `json:"threshold"`
	Releases  int `json:"releases"`
}

// eras lists the epochs of all blocks as they became active. One that was followed before
// it answered anything but its canary has no releases.
func eras(blocks []Block, committees map[[2]uint64]*threshold.Committee) []Era {
	var out []Era
	place := map[[2]uint64]int{}
	for _, b := range blocks {
		for _, e := range b.Active {
			of := [2]uint64{e.KeyId, e.Epoch}
			era := Era{KeyID: e.KeyId, Epoch: e.Epoch, Since: b.Height}
			if c := committees[of]; c != nil { // its canary was its first batch
				era.Operators, era.Shares, era.Threshold = c.Operators(), c.Size(), c.Threshold()
			}
			place[of] = len(out)
			out = append(out, era)
		}
		if len(b.Released) == 0 {
			continue
		}
		if i, known := place[[2]uint64{b.KeyID, b.Epoch}]; known {
			out[i].Releases += len(b.Released)
		}
	}
	return out
}

// longestPause is the most blocks from one with releases to researchers to the next.
func longestPause(blocks []Block) int64 {
	var longest, last int64
	for _, b := range blocks {
		if !slices.ContainsFunc(b.Released, func(e *custody.EventReleased) bool {
			return e.Kind == custody.JOB_KIND_RELEASE
		}) {
			continue
		}
		if last > 0 {
			longest = max(longest, b.Height-last)
		}
		last = b.Height
	}
	return longest
}

// Answers is how many valid contributions an operator made in an epoch of the first key.
func (v *Verdict) Answers(operator []byte, epoch uint64) int {
	return v.answers[answer{string(operator), epoch}]
}
