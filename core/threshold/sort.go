package threshold

import "slices"

// maxCulprits is how many bad contributions a proposer names.
const maxCulprits = 2

// Sort separates contributions, by their place in the argument: good are all
// that hold, bad the first two that fail alone, which is evidence against their
// signers. It bisects, so that it costs at most log2(n)+1 times as much as Verify.
// A second contribution of one operator is in neither list.
func (r *Round) Sort(contributions []*Contribution) (good, bad []int) {
	s := sorter{round: r, opened: make([]*openedContribution, len(contributions))}
	operators := map[string]bool{}
	var candidates []int
	for i, c := range contributions {
		if operators[string(c.Operator)] {
			continue
		}
		operators[string(c.Operator)] = true
		o, err := r.open(c)
		if err != nil {
			s.bad = append(s.bad, i)
			continue
		}
		s.opened[i] = o
		candidates = append(candidates, i)
	}
	s.split(candidates)
	slices.Sort(s.bad)
	return s.good, s.bad[:min(len(s.bad), maxCulprits)]
}

// sorter bisects the contributions that do not verify together.
type sorter struct {
	round     *Round
	opened    []*openedContribution
	good, bad []int
}

func (s *sorter) split(places []int) {
	set := make([]*openedContribution, len(places))
	for i, p := range places {
		set[i] = s.opened[p]
	}
	switch {
	case s.round.holds(set, nil):
		s.good = append(s.good, places...)
	case len(places) == 1:
		s.bad = append(s.bad, places[0])
	default:
		s.split(places[:len(places)/2])
		s.split(places[len(places)/2:])
	}
}
