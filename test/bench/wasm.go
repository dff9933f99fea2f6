package main

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"

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
			Prepare: wasmScrub(e, false),
		},
		{
			Name: "wasm-vcf-scrub-bgzf", Unit: "plain MB per CPU-s", Better: measure.More, Runs: few, PeerName: peer,
			Prepare: wasmScrub(e, true),
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

// wasmScrub runs the same files through the module and through the library; neither side writes the output.
func wasmScrub(e *env, packed bool) prepare {
	return func() (ours, peer measure.Sample, err error) {
		module := e.built("wasm/deid.wasm")
		node, err := exec.LookPath("node")
		if module == "" || err != nil {
			return nil, nil, measure.ErrAbsent
		}
		g, err := newGenome(e)
		if err != nil {
			return nil, nil, err
		}
		from := g.plain
		if packed {
			from = g.packed
		}
		ours = func() (float64, error) {
			out, err := exec.Command(node, wasmScript, filepath.Dir(module), from).Output() //nolint:noctx // as long as it takes
			if err != nil {
				return 0, fmt.Errorf("node: %w", err)
			}
			var spent struct {
				Seconds float64 `json:"seconds"`
			}
			if err := json.Unmarshal(out, &spent); err != nil {
				return 0, fmt.Errorf("node: %w", err)
			}
			return g.megabytes() / spent.Seconds, nil
		}
		return ours, measure.Rate(measure.Process, g.megabytes(), func() error { return scrub(io.Discard, from) }), nil
	}
}
