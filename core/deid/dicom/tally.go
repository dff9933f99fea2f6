package dicom

import (
	"slices"
	"strings"

	"github.com/volens-network/volens/core/deid"
)

// kind names this format in reports and its files in payloads.
const kind = "dcm"

// format is the name of the format in a report's actions.
const format = "dicom"

// tally counts what was done.
type tally struct {
	counts   map[[2]string]int64
	warnings []string
}

func newTally() *tally {
	return &tally{counts: map[[2]string]int64{}}
}

func (t *tally) add(rule, action string) {
	t.counts[[2]string{rule, action}]++
}

func (t *tally) warn(code string) {
	if !slices.Contains(t.warnings, code) {
		t.warnings = append(t.warnings, code)
	}
}

// actions returns the counts in a fixed order.
func (t *tally) actions() []deid.Action {
	list := make([]deid.Action, 0, len(t.counts))
	for id, n := range t.counts {
		list = append(list, deid.Action{Format: format, Rule: id[0], Action: id[1], Count: n})
	}
	slices.SortFunc(list, func(a, b deid.Action) int {
		return strings.Compare(a.Rule+"\x00"+a.Action, b.Rule+"\x00"+b.Action)
	})
	return list
}
