// Command bench measures Volens beside what people would use instead.
//
// With -out FILE it takes all measurements, shows them as a table and writes them as JSON lines; with -check FILE
// it holds such a file against its targets and exits 1 where one is missed by more than 2x. docs/bench.md says what
// each row is. It is a module of its own, because the product must not depend on the peers.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"

	"github.com/volens-network/volens/test/bench/measure"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run is main with its surroundings handed in; it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	out := flags.String("out", "", "measure, and write the rows to this file")
	check := flags.String("check", "", "hold the rows of this file against their targets")
	build := flags.String("build", "../../build", "where the built programs are")
	only := flags.String("run", "", "measure only the rows whose name matches this expression")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	pattern, err := regexp.Compile(*only)
	switch {
	case err != nil || flags.NArg() > 0 || (*out == "") == (*check == ""):
		fmt.Fprintln(stderr, "usage: bench -out FILE [-build DIR] [-run REGEXP], or bench -check FILE")
		return 2
	case *check != "":
		err = compare(*check, stdout)
	default:
		err = report(*out, *build, pattern, stdout, stderr)
	}
	if err != nil {
		fmt.Fprintln(stderr, "bench:", err)
		return 1
	}
	return 0
}

// compare shows the rows of a file and holds them against their targets.
func compare(path string, stdout io.Writer) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	rows, err := measure.ReadRows(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	if err := measure.WriteTable(stdout, rows); err != nil {
		return err
	}
	return measure.Check(rows, names(cases(&env{})))
}

// report measures and writes. A case that fails does not keep the others from being written.
func report(path, build string, pattern *regexp.Regexp, stdout, stderr io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "volens-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	var rows []measure.Row
	var faults error
	for _, c := range cases(&env{build: build, dir: dir}) {
		if !pattern.MatchString(c.Name) {
			continue
		}
		fmt.Fprintln(stderr, "measuring", c.Name)
		row, err := measure.Run(c, measure.Load)
		faults = errors.Join(faults, err)
		rows = append(rows, row)
	}
	if err := measure.WriteTable(stdout, rows); err != nil {
		return err
	}
	var lines bytes.Buffer
	if err := measure.WriteRows(&lines, rows); err != nil {
		return err
	}
	return errors.Join(faults, os.WriteFile(path, lines.Bytes(), 0o600))
}

func names(all []measure.Case) []string {
	out := make([]string, len(all))
	for i, c := range all {
		out[i] = c.Name
	}
	return out
}
