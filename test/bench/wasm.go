package main

import (
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/formats"
	"github.com/volens-network/volens/test/bench/measure"
)

// wasmScript runs the module over a file in node and tells how much processor time that took.
const wasmScript = "wasm.mjs"

// wasmCases measures the module for browsers, as `make wasm` built it.
func wasmCases(e *env) []measure.Case {
	const peer = "the library in Go"
	return []measure.Case{
		{Name: "wasm-size", Unit: "bytes", Runs: once, Prepare: wasmSize(e, false)},
		{
			Name: "wasm-size-gzip", Unit: "bytes", Runs: once, Target: measure.AtMost(2_500_000),
			Prepare: wasmSize(e, true),
		},
		{
			Name: "wasm-vcf-scrub-plain", Unit: "plain MB per CPU-s", Better: measure.More, Runs: few, PeerName: peer,
			Target: measure.AtLeast(15), Prepare: wasmScrub(e, plainGenome),
		},
		{
			Name: "wasm-vcf-scrub-bgzf", Unit: "plain MB per CPU-s", Better: measure.More, Runs: few, PeerName: peer,
			Target: measure.AtLeast(9), Prepare: wasmScrub(e, packedGenome),
		},
		{
			Name: "wasm-fhir-scrub", Unit: "MB per CPU-s", Better: measure.More, Runs: few, PeerName: peer,
			Prepare: wasmScrub(e, plainRecords),
		},
	}
}

func wasmSize(e *env, packed bool) prepare {
	return func() (ours, peer measure.Sample, err error) {
		module := e.built("wasm/deid.wasm")
		if module == "" {
			return nil, nil, measure.ErrAbsent
		}
		return func() (float64, error) {
			if packed {
				return packedSize(module)
			}
			size, err := sizeOf(module)
			return float64(size), err
		}, nil, nil
	}
}

// packedSize is what a server that compresses well sends.
func packedSize(path string) (float64, error) {
	var n counter
	packer, err := gzip.NewWriterLevel(&n, gzip.BestCompression)
	if err != nil {
		return 0, err
	}
	err = read(path, func(src io.Reader) error {
		_, err := io.Copy(packer, src)
		return err
	})
	if err != nil {
		return 0, err
	}
	return float64(n), packer.Close()
}

type counter float64

// Write implements io.Writer.
func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// wasmScrub runs one file through the module and through the library; neither side writes the output.
func wasmScrub(e *env, input func(e *env) (path string, megabytes float64, err error)) prepare {
	return func() (ours, peer measure.Sample, err error) {
		module := e.built("wasm/deid.wasm")
		node, err := exec.LookPath("node")
		if module == "" || err != nil {
			return nil, nil, measure.ErrAbsent
		}
		path, megabytes, err := input(e)
		if err != nil {
			return nil, nil, err
		}
		ours = func() (float64, error) {
			cmd := exec.Command(node, wasmScript, filepath.Dir(module), path) //nolint:noctx // as long as it takes
			out, err := cmd.Output()
			if err != nil {
				return 0, fmt.Errorf("node: %w", err)
			}
			var spent struct {
				Seconds float64 `json:"seconds"`
			}
			if err := json.Unmarshal(out, &spent); err != nil {
				return 0, fmt.Errorf("node: %w", err)
			}
			return megabytes / spent.Seconds, nil
		}
		return ours, measure.Rate(measure.Process, megabytes, func() error { return clean(path) }), nil
	}
}

// clean de-identifies a file of any format into nothing.
func clean(path string) error {
	profile, err := deid.LoadProfile(deid.SafeHarborStrict)
	if err != nil {
		return err
	}
	pseudonyms, err := deid.NewPseudonymizer(profile, nil)
	if err != nil {
		return err
	}
	size, err := sizeOf(path)
	if err != nil {
		return err
	}
	rules := formats.Rules{Profile: profile, Pseudonyms: pseudonyms, Workers: 1, Year: 2026, Rand: rand.Reader}
	return read(path, func(src io.Reader) error {
		found, src, err := formats.Detect(src)
		if err != nil {
			return err
		}
		_, err = rules.Scrub(context.Background(), io.Discard, src, size, found)
		return err
	})
}

func plainGenome(e *env) (path string, megabytes float64, err error) {
	g, err := newGenome(e)
	if err != nil {
		return "", 0, err
	}
	return g.plain, g.megabytes(), nil
}

func packedGenome(e *env) (path string, megabytes float64, err error) {
	g, err := newGenome(e)
	if err != nil {
		return "", 0, err
	}
	return g.packed, g.megabytes(), nil
}

// plainRecords is the file of `fhir-scrub`.
func plainRecords(e *env) (path string, megabytes float64, err error) {
	path = e.path("records.ndjson")
	if err := create(path, func(dst *os.File) error { return records(dst) }); err != nil {
		return "", 0, err
	}
	size, err := sizeOf(path)
	return path, float64(size) / 1e6, err
}
