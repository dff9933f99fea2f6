package measure

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// slack is by how much a target may be missed before Check fails: machines differ and are shared.
const slack = 2

// Bound is one clause of a target.
type Bound struct {
	Of    string // "ours" or "ratio"
	Least bool   // true for >=, false for <=
	Value float64
}

// Target is what a row should reach: all of its bounds.
type Target []Bound

// AtMost wants ours <= v.
func AtMost(v float64) Target { return Target{{"ours", false, v}} }

// AtLeast wants ours >= v.
func AtLeast(v float64) Target { return Target{{"ours", true, v}} }

// Times wants ours to be at least v times better than the peer.
func Times(v float64) Target { return Target{{"ratio", true, v}} }

// String writes the target as it stands in a row: "ours <= 100, ratio >= 4", or nothing.
func (t Target) String() string {
	out := make([]string, len(t))
	for i, b := range t {
		sign := "<="
		if b.Least {
			sign = ">="
		}
		out[i] = fmt.Sprintf("%s %s %s", b.Of, sign, strconv.FormatFloat(b.Value, 'g', -1, 64))
	}
	return strings.Join(out, ", ")
}

// ParseTarget reads what String wrote.
func ParseTarget(text string) (Target, error) {
	var out Target
	if text == "" {
		return out, nil
	}
	for clause := range strings.SplitSeq(text, ", ") {
		words := strings.Split(clause, " ")
		if len(words) != 3 || words[0] != "ours" && words[0] != "ratio" || words[1] != "<=" && words[1] != ">=" {
			return nil, fmt.Errorf("target %q: not of the form \"ours <= 1\"", clause)
		}
		value, err := strconv.ParseFloat(words[2], 64)
		if err != nil || value <= 0 || math.IsNaN(value) {
			return nil, fmt.Errorf("target %q: not a positive number", clause)
		}
		out = append(out, Bound{words[0], words[1] == ">=", value})
	}
	return out, nil
}

// Verdict is how a row stands against its target.
type Verdict string

// The verdicts, from best to worst. A target that is missed by less than 2x is Missed: shown, but no failure.
const (
	NoTarget    Verdict = ""
	Met         Verdict = "met"
	NotMeasured Verdict = "not measured"
	Missed      Verdict = "missed"
	Failed      Verdict = "FAILED"
)

// Judge holds a row against its target; the worst bound decides, and one that was not measured counts for
// nothing beside one that was.
func Judge(row Row) (Verdict, error) {
	target, err := ParseTarget(row.Target)
	if err != nil {
		return "", fmt.Errorf("%s: %w", row.Name, err)
	}
	worst := NoTarget
	for _, b := range target {
		if v := b.judge(row); rank(v) > rank(worst) {
			worst = v
		}
	}
	return worst, nil
}

func (b Bound) judge(row Row) Verdict {
	value := row.Ours
	if b.Of == "ratio" {
		value = row.Ratio
	}
	if value == nil {
		return NotMeasured
	}
	short := *value / b.Value // How many times too much.
	if b.Least {
		short = b.Value / *value
	}
	switch {
	case short <= 1:
		return Met
	case short <= slack:
		return Missed
	default:
		return Failed
	}
}

func rank(v Verdict) int {
	switch v {
	case NoTarget:
		return 0
	case NotMeasured:
		return 1
	case Met:
		return 2
	case Missed:
		return 3
	default:
		return 4
	}
}
