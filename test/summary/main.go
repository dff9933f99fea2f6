// Command summary reads the JSON lines of `go test -json` and says what happened.
//
// With -append FILE it stands behind a pipe: it shows what a plain `go test` would show (a line for each
// package, the output of what failed), keeps every line in FILE, and exits 1 when something failed.
// With file names it adds up the records of several runs. Either way its last line is
// "N passed, N failed, N skipped", counting tests without their subtests, and a package that did not build as
// one failure. It never runs a test itself.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is main with its surroundings handed in; it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("summary", flag.ContinueOnError)
	flags.SetOutput(stderr)
	appendTo := flags.String("append", "", "read standard input, show it, and append it to this file")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	var sum Summary
	var err error
	if *appendTo != "" {
		err = follow(&sum, *appendTo, stdin, stdout)
	} else {
		err = addUp(&sum, flags.Args())
	}
	if err != nil {
		fmt.Fprintln(stderr, "summary:", err)
		return 2
	}
	for _, name := range sum.FailedNames() {
		fmt.Fprintln(stdout, "FAILED:", name)
	}
	fmt.Fprintln(stdout, sum.String())
	if sum.Failed > 0 {
		return 1
	}
	return 0
}

// follow copies the lines of r to the end of the file called name while it counts and shows them.
func follow(sum *Summary, name string, r io.Reader, w io.Writer) (err error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return sum.Read(io.TeeReader(r, file), w)
}

// addUp counts the records in the files called names. A file without a line counts as nothing.
func addUp(sum *Summary, names []string) error {
	if len(names) == 0 {
		return errors.New("no record named")
	}
	for _, name := range names {
		if err := addFile(sum, name); err != nil {
			return err
		}
	}
	return nil
}

func addFile(sum *Summary, name string) (err error) {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return sum.Read(file, io.Discard)
}
