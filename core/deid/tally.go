package deid

import (
	"cmp"
	"slices"
)

// Tally counts what is done to one file. Rules and codes are from closed lists of
// the format's package, never from the input.
type Tally struct {
	format   string
	counts   map[[2]string]int64
	warnings []string
}

// NewTally starts counting for a format.
func NewTally(format string) *Tally {
	return &Tally{format: format, counts: map[[2]string]int64{}, warnings: []string{}}
}

// Add counts n applications of a rule.
func (t *Tally) Add(rule, action string, n int64) {
	if n > 0 {
		t.counts[[2]string{rule, action}] += n
	}
}

// Count is how often a rule was applied.
func (t *Tally) Count(rule, action string) int64 { return t.counts[[2]string{rule, action}] }

// Warn keeps a code if it is true that it applies.
func (t *Tally) Warn(applies bool, code string) {
	if applies {
		t.warnings = insert(t.warnings, code)
	}
}

// Warnings returns the codes, sorted.
func (t *Tally) Warnings() []string { return t.warnings }

// Actions returns the counts in a fixed order.
func (t *Tally) Actions() []Action {
	list := make([]Action, 0, len(t.counts))
	for id, n := range t.counts {
		list = append(list, Action{Format: t.format, Rule: id[0], Action: id[1], Count: n})
	}
	slices.SortFunc(list, compareActions)
	return list
}

// compareActions orders by format, rule and action.
func compareActions(a, b Action) int {
	return cmp.Or(cmp.Compare(a.Format, b.Format), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Action, b.Action))
}
