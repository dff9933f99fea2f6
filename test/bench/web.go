package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/volens-network/volens/test/bench/measure"
)

// webScript runs what the web app seals with in node and tells how much processor time that took.
const webScript = "web.mjs"

// webCases measures the web app's own cryptography, in the bundle that its build makes.
func webCases(e *env) []measure.Case {
	const stock = "typage v0.3.1 without digests"
	return []measure.Case{
		{
			Name: "web-capsule-create", Unit: "ms", Runs: few, Target: measure.AtMost(15),
			Prepare: func() (measure.Sample, measure.Sample, error) {
				run, err := e.web("capsule")
				return func() (float64, error) {
					seconds, capsules, err := run()
					return 1e3 * seconds / capsules, err
				}, nil, err
			},
		},
		{
			Name:     "web-seal",
			Unit:     perCPU,
			Better:   measure.More,
			Runs:     few,
			Target:   measure.AtLeast(40),
			PeerName: stock,
			Prepare:  webRates(e, "seal"),
		},
		{
			Name:     "web-open",
			Unit:     perCPU,
			Better:   measure.More,
			Runs:     few,
			PeerName: stock,
			Prepare:  webRates(e, "open"),
		},
	}
}

// webRates measures a task in megabytes per second of processor time, and the same by the stock library.
func webRates(e *env, task string) prepare {
	rate := func(task string) (measure.Sample, error) {
		run, err := e.web(task)
		return func() (float64, error) {
			seconds, bytes, err := run()
			return bytes / 1e6 / seconds, err
		}, err
	}
	return func() (ours, peer measure.Sample, err error) {
		if ours, err = rate(task); err != nil {
			return nil, nil, err
		}
		peer, err = rate("stock-" + task)
		return ours, peer, err
	}
}

// web returns what runs a task of the script: processor seconds, and how much was done in them. It is absent where node
// or the web app's packages are.
func (e *env) web(task string) (func() (seconds, amount float64, err error), error) {
	folder := filepath.Join(e.build, "..", "web")
	node, err := exec.LookPath("node")
	if _, missing := os.Stat(filepath.Join(folder, "node_modules", "vite")); err != nil || missing != nil {
		return nil, measure.ErrAbsent
	}
	return func() (seconds, amount float64, err error) {
		out, err := exec.Command(node, webScript, folder, task).Output() //nolint:noctx // as long as it takes
		if err != nil {
			return 0, 0, fmt.Errorf("node: %w", err)
		}
		var spent struct {
			Seconds float64 `json:"seconds"`
			Amount  float64 `json:"amount"`
		}
		if err := json.Unmarshal(out, &spent); err != nil {
			return 0, 0, fmt.Errorf("node: %w", err)
		}
		return spent.Seconds, spent.Amount, nil
	}, nil
}
