package vcf

import (
	"slices"
	"strings"

	"github.com/volens-network/volens/core/deid"
)

// kind names this format in reports.
const kind = "vcf"

// tally counts what was done.
type tally struct {
	counts   map[[2]string]int64
	warnings []string
}

func newTally() *tally {
	return &tally{counts: map[[2]string]int64{}}
}

func (t *tally) add(rule, action string, n int64) {
	if n > 0 {
		t.counts[[2]string{rule, action}] += n
	}
}

func (t *tally) warn(when bool, code string) {
	if when {
		t.warnings = append(t.warnings, code)
	}
}

// actions returns the counts in a fixed order.
func (t *tally) actions() []deid.Action {
	list := make([]deid.Action, 0, len(t.counts))
	for id, n := range t.counts {
		list = append(list, deid.Action{Format: kind, Rule: id[0], Action: id[1], Count: n})
	}
	slices.SortFunc(list, func(a, b deid.Action) int {
		return strings.Compare(a.Rule+"\x00"+a.Action, b.Rule+"\x00"+b.Action)
	})
	return list
}

// counters are the counts of the record loop, kept out of a map.
type counters struct {
	records, ids, info, infoValues, format, formatValues, filters, quals int64
}

func (c *counters) into(t *tally) {
	t.add("record:id", "drop", c.ids)
	t.add("record:info", "drop", c.info)
	t.add("record:info-value", "drop", c.infoValues)
	t.add("record:format", "drop", c.format)
	t.add("record:format-value", "drop", c.formatValues)
	t.add("record:filter", "replace", c.filters)
	t.add("record:qual", "drop", c.quals)
}
