package main

import (
	"fmt"
	"time"

	"github.com/volens-network/volens/test/bench/measure"
)

// walkPorts keeps the walk away from a local network that is running.
const walkPorts = "5000"

// walkCase measures the whole story of the demo, from a built tree to its last line, on the wall.
func walkCase(e *env) measure.Case {
	return measure.Case{
		Name: "walk", Unit: "s", Runs: once, Target: measure.AtMost(90),
		Prepare: func() (measure.Sample, measure.Sample, error) {
			volens := e.built("volens")
			if volens == "" {
				return nil, nil, fmt.Errorf("program volens: %w", measure.ErrAbsent)
			}
			return measure.PerUnit(measure.Wall, time.Second, 1, func() error {
				return new(children).run(volens, "demo", "--once", "--dir", e.path("walk"), "--port-offset", walkPorts)
			}), nil, nil
		},
	}
}
