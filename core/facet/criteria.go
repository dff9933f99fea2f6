package facet

import (
	"fmt"
	"slices"

	"github.com/volens-network/volens/core/merkle"
)

// Criterion asks for one of several values on one level of a grid.
type Criterion struct {
	Code   Code     `json:"code"`
	Level  int      `json:"level"`
	Values []string `json:"values"`
}

// Criteria is a cohort's rule: every criterion must be met.
type Criteria []Criterion

const (
	// maxCriteria bounds a rule: each criterion costs its owner a disclosure.
	maxCriteria = 6
	// maxValues bounds the alternatives of one criterion.
	maxValues = 64
)

// Validate checks that a rule asks for whole cells of the codebook's grids, one
// criterion a code: who may cut a grid anew can ask until one person is left.
func (c Criteria) Validate() error {
	if len(c) > maxCriteria {
		return fmt.Errorf("facets: %d criteria, at most %d", len(c), maxCriteria)
	}
	seen := map[Code]bool{}
	for _, one := range c {
		switch {
		case one.Level < 1 || one.Level > one.Code.Levels():
			return fmt.Errorf("level %d of %q: %w", one.Level, one.Code, ErrGrid)
		case seen[one.Code]:
			return fmt.Errorf("facets: two criteria on %s", one.Code)
		case len(one.Values) == 0 || len(one.Values) > maxValues:
			return fmt.Errorf("facets: %d values of %s, 1 to %d are allowed", len(one.Values), one.Code, maxValues)
		}
		seen[one.Code] = true
		for i, value := range one.Values {
			if !isCell(one.Code, one.Level, value) {
				return fmt.Errorf("value %d of %s on level %d: %w", i+1, one.Code, one.Level, ErrGrid)
			}
		}
	}
	return nil
}

// isCell tells whether a value is a cell of a level.
func isCell(code Code, level int, value string) bool {
	if level == code.Levels() {
		_, err := Facet{Code: code, Value: value}.Generalise()
		return err == nil
	}
	switch code {
	case DataType:
		return dataTypes[value] != ""
	case AgeBand:
		return ageBands[value] != ""
	case Country:
		return continents[value] != ""
	case Condition:
		for _, chapter := range chapters {
			if chapter.name == value {
				return true
			}
		}
	default:
	}
	return false
}

// Answer discloses a leaf for each criterion, on exactly its level, if the dataset
// meets all of them. Otherwise it discloses nothing.
func (c Criteria) Answer(t *Tree) ([]Disclosure, bool, error) {
	if err := c.Validate(); err != nil {
		return nil, false, err
	}
	var out []Disclosure
	for _, one := range c {
		at := slices.IndexFunc(t.leaves, one.meets)
		if at < 0 {
			return nil, false, nil
		}
		d, err := t.disclose(at)
		if err != nil {
			return nil, false, err
		}
		out = append(out, d)
	}
	return out, true, nil
}

// meets tells whether a leaf is one that the criterion asks for.
func (c Criterion) meets(leaf Leaf) bool {
	return leaf.Code == c.Code && leaf.Level == c.Level && slices.Contains(c.Values, leaf.Value)
}

// Match checks that disclosures, one for each criterion and in their order, lead to
// the root and meet the rule.
func (c Criteria) Match(root merkle.Hash, shown []Disclosure) error {
	if err := c.Validate(); err != nil {
		return err
	}
	if len(shown) != len(c) {
		return fmt.Errorf("%w: %d for %d criteria", ErrDisclosure, len(shown), len(c))
	}
	for i, one := range c {
		if !one.meets(shown[i].Leaf) {
			return fmt.Errorf("%w: it does not meet criterion %d", ErrDisclosure, i+1)
		}
		if err := shown[i].Verify(root); err != nil {
			return err
		}
	}
	return nil
}
