package main

import (
	"context"
	"crypto/rand"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// Plain spells out what would steer a terminal.
var Plain = plain

// Size writes a number of bytes for people.
var Size = size

// Run is the program with its streams handed in, without a keyboard, and with wallets
// whose passphrase is cheap to guess.
func Run(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer, args []string) int {
	return run(ctx, &env{
		stdin: stdin, stdout: stdout, stderr: stderr, keyboard: -1, now: time.Now, rand: rand.Reader,
		version: "v0-test", workFactor: 4,
	}, args)
}

// Verbs lists all commands, each as it is typed.
func Verbs() []string {
	var out []string
	var walk func(prefix string, c *cobra.Command)
	walk = func(prefix string, c *cobra.Command) {
		for _, sub := range c.Commands() {
			name := prefix + sub.Name()
			out = append(out, name)
			walk(name+" ", sub)
		}
	}
	walk("", newRoot(&env{now: time.Now}))
	return out
}

// Bar is a progress bar on a terminal: how to draw it, and how to end it.
func Bar(w io.Writer, now func() time.Time, label string, total int64) (draw func(int64), end func()) {
	e := &env{stderr: w, terminal: true, now: now}
	return progress{e}.Bar(label, total), e.endBars
}

// Word is how a value is shown in text.
var Word = word

// Shown is what a result with one field, and a table with one cell, look like.
func Shown(output string, v any, name string, value any) string {
	var out strings.Builder
	e := &env{stdout: &out, output: output}
	if err := e.result(v, field{name, value}); err != nil {
		return err.Error()
	}
	if err := table(e, []any{v}, []string{strings.ToUpper(name)}, func(any) []any { return []any{value} }); err != nil {
		return err.Error()
	}
	return out.String()
}
