package measure

import (
	"errors"
	"fmt"
	"strings"
)

// ErrTargets is returned when rows miss their targets by more than 2x, or are not there.
var ErrTargets = errors.New("targets are missed by more than 2x")

// Check holds rows against their targets. wanted are the names of all cases, each of which must have a row.
func Check(rows []Row, wanted []string) error {
	present := map[string]bool{}
	var faults []string
	for _, row := range rows {
		present[row.Name] = true
		verdict, err := Judge(row)
		if err != nil {
			return err
		}
		if verdict == Failed {
			faults = append(faults, row.Name)
		}
	}
	for _, name := range wanted {
		if !present[name] {
			faults = append(faults, name+" (no row: measure again)")
		}
	}
	if len(faults) > 0 {
		return fmt.Errorf("%w: %s", ErrTargets, strings.Join(faults, ", "))
	}
	return nil
}
