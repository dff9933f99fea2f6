package model

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// ErrNoSpin is returned when Spin or a C compiler is not installed.
var ErrNoSpin = errors.New("spin and cc are not both installed")

// ErrSpin is returned when Spin, the compiler or the verifier fails otherwise than by
// finding a violation: a model that does not parse, a search that was cut short.
var ErrSpin = errors.New("model could not be checked")

// Source is the model, in the folder of this package.
const Source = "release.pml"

// ltl is the name of P4 in the model.
const ltl = "p4"

// maxDepth is the longest path that the verifier follows. A search that meets it is an error.
const maxDepth = 2_000_000

// Config chooses sizes, variants and mutations of the model.
type Config struct {
	// Defines are preprocessor names, such as "CANARY" or "JOB_BLOCKS=6".
	Defines []string
	// Liveness checks P4 instead of the assertions.
	Liveness bool
}

// Result is what a whole search found.
type Result struct {
	// States that are different and were reached.
	States int
	// Violation is the verifier's line on what does not hold, empty if all does.
	Violation string
}

// Checker runs Spin in a folder of its own.
type Checker struct {
	source string
	dir    string
	cc     string
}

// NewChecker makes a checker of the model at source which works in dir. The error is
// ErrNoSpin where the programs are missing.
func NewChecker(source, dir string) (*Checker, error) {
	cc := os.Getenv("CC")
	if cc == "" {
		cc = "cc"
	}
	for _, program := range []string{"spin", cc} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoSpin, err)
		}
	}
	source, err := filepath.Abs(source)
	return &Checker{source: source, dir: dir, cc: cc}, err
}

// Verify searches all states that a configuration can reach.
func (c *Checker) Verify(ctx context.Context, config Config) (Result, error) {
	dir, err := os.MkdirTemp(c.dir, "verify")
	if err != nil {
		return Result{}, err
	}
	if _, err := run(ctx, dir, "spin", append(flags(config.Defines), "-a", c.source)...); err != nil {
		return Result{}, err
	}
	compile, search := []string{"-O1", "-w", "-o", "pan", "pan.c"}, []string{"-m" + strconv.Itoa(maxDepth), "-w24"}
	if config.Liveness {
		search = append(search, "-a", "-N", ltl)
	} else {
		compile = append(compile, "-DSAFETY", "-DNOCLAIM")
	}
	if _, err := run(ctx, dir, c.cc, compile...); err != nil {
		return Result{}, err
	}
	out, err := run(ctx, dir, filepath.Join(dir, "pan"), search...)
	if err != nil {
		return Result{}, err
	}
	return parseSearch(out)
}

// Simulate prints a random run of the model from a seed, of so many steps of Spin.
func (c *Checker) Simulate(ctx context.Context, seed, steps int, defines []string) ([]byte, error) {
	args := append(flags(defines), "-T", "-n"+strconv.Itoa(seed), "-u"+strconv.Itoa(steps), c.source)
	return run(ctx, c.dir, "spin", args...)
}

func flags(defines []string) []string {
	out := make([]string, len(defines))
	for i, d := range defines {
		out[i] = "-D" + d
	}
	return out
}

func run(ctx context.Context, dir, program string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w: %s", ErrSpin, filepath.Base(program), err, bytes.TrimSpace(out))
	}
	return out, nil
}

// parseSearch reads the verifier's report. A report without its counts, or of a search
// that was not whole, is ErrSpin: nothing was shown.
func parseSearch(out []byte) (Result, error) {
	var r Result
	counted := false
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "error: max search depth"), strings.Contains(line, "out of memory"):
			return Result{}, fmt.Errorf("%w: %s", ErrSpin, line)
		case strings.HasPrefix(line, "pan:") && (strings.Contains(line, "assertion violated") ||
			strings.Contains(line, "acceptance cycle") || strings.Contains(line, "invalid end state")):
			r.Violation = line
		case strings.Contains(line, "states, stored"):
			if _, err := fmt.Sscan(line, &r.States); err != nil {
				return Result{}, fmt.Errorf("%w: %q: %w", ErrSpin, line, err)
			}
			counted = true
		}
	}
	if !counted || r.States == 0 {
		return Result{}, fmt.Errorf("%w: no count of states in %q", ErrSpin, out)
	}
	if r.Violation == "" && !bytes.Contains(out, []byte("errors: 0")) {
		return Result{}, fmt.Errorf("%w: errors of an unknown kind in %q", ErrSpin, out)
	}
	return r, nil
}
