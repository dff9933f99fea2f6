package main_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	main "github.com/volens-network/volens/cmd/volens"
	"github.com/volens-network/volens/test/sample"
)

// TestMain lets scripts call volens as a process would be called.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"volens": func() {
			os.Exit(main.Run(context.Background(), os.Stdin, os.Stdout, os.Stderr, os.Args[1:]))
		},
		"genome": func() { os.Exit(genome(os.Args[1:])) },
	})
}

// genome writes an invented genome file: genome FILE [SAMPLES].
func genome(args []string) int {
	o := sample.Options{Seed: 11, Records: 40}
	if len(args) > 1 {
		o.Samples = len(args[1])
	}
	file, err := os.Create(args[0])
	if err != nil {
		return 1
	}
	if err := sample.VCF(file, o); err != nil {
		return 1
	}
	if err := file.Close(); err != nil {
		return 1
	}
	return 0
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:  "testdata",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir+"/user")
			return nil
		},
	})
}

// exits runs a program and compares its exit code: exits CODE volens ARGS...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

// call runs volens without a keyboard and returns its exit code and streams.
func call(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, words strings.Builder
	code = main.Run(context.Background(), strings.NewReader(""), &out, &words, args)
	return code, out.String(), words.String()
}

func TestRun_EveryVerbHasHelp(t *testing.T) {
	for _, verb := range main.Verbs() {
		code, stdout, stderr := call(t, append(strings.Fields(verb), "--help")...)
		require.Zero(t, code, "%s: %s", verb, stderr)
		require.Contains(t, stdout, "Examples:", "%s", verb)
		require.Contains(t, stdout, "Usage:", "%s", verb)
	}
}

func TestRun_UnreachableNode(t *testing.T) {
	code, stdout, stderr := call(t, "status", "--home", t.TempDir(), "--node", "http://127.0.0.1:1")
	require.Equal(t, 5, code, stderr)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "volens: unavailable: ")
}

func TestBars(t *testing.T) {
	var out strings.Builder
	clock := time.Unix(0, 0)
	draw, end := main.Bar(&out, func() time.Time { return clock }, "upload", 2048)
	draw(1)
	require.Empty(t, out.String(), "nothing is drawn in the first second")
	clock = clock.Add(2 * time.Second)
	draw(1024)
	require.Contains(t, out.String(), " 50% of 2.0 KiB")
	before := out.Len()
	draw(1025)
	require.Len(t, out.String(), before, "ten times a second is enough")
	end()
	require.True(t, strings.HasSuffix(out.String(), "\r\x1b[K"), "a bar is erased at its end")
	draw(2048)
	require.True(t, strings.HasSuffix(out.String(), "\r\x1b[K"), "an ended bar draws nothing")
}

// What a gateway or a node says is shown, never obeyed.
func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"plain, ærlig: 5 uusd\nnext":   "plain, ærlig: 5 uusd\nnext",
		"\x1b[2J\x1b]0;title\x07":      `\x1b[2J\x1b]0;title\a`,
		"a\rb\tc\x00\x7f":              `a\rb\tc\x00\x7f`,
		"\u009b31m":                    `\u009b31m`,
		"\u202eevil\u2069":             `\u202eevil\u2069`,
		"bad \xff\x9b utf-8 \ufffd ok": `bad \xff\x9b utf-8 ` + "\ufffd ok",
	} {
		require.Equal(t, want, main.Plain(text))
	}
}

// A refusal in a gateway's own words, with an escape sequence among them.
func TestRun_GatewayCannotSteerTheTerminal(t *testing.T) {
	hostile := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, "\x1b[31mred")
	}))
	defer hostile.Close()
	code, _, stderr := call(t, "status", "--home", t.TempDir(), "--node", hostile.URL)
	require.NotZero(t, code)
	require.NotContains(t, stderr, "\x1b")
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 5 << 30: "5.0 GiB", 3 << 50: "3072.0 TiB"} {
		require.Equal(t, want, main.Size(n))
	}
}
