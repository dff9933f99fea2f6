// Command volens is for patients, researchers, attestors, ethics reviewers and the
// owners of gateways: one verb for each thing they do.
//
// The verbs are in package client. This package has flags, words and exit codes, and
// no rules: 0 done, 1 internal, 2 usage, 3 refused by a rule, 4 not found, 5
// unavailable, 6 integrity. tui.go is the only place that prints.
package main

import (
	"context"
	"crypto/rand"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"
)

// version is set when the program is linked.
var version string

func main() {
	os.Exit(start())
}

func start() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	e := &env{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		terminal: term.IsTerminal(int(os.Stderr.Fd())), keyboard: int(os.Stdin.Fd()),
		now: time.Now, rand: rand.Reader, version: version,
	}
	return run(ctx, e, os.Args[1:])
}
