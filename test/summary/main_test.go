package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	main "github.com/volens-network/volens/test/summary"
)

// record is what go test -json prints for two tests with parts, one skipped, and one package that does not build.
const record = `{"Action":"start","Package":"a"}
{"Action":"run","Package":"a","Test":"TestGood"}
{"Action":"output","Package":"a","Test":"TestGood","Output":"quiet words\n"}
{"Action":"pass","Package":"a","Test":"TestGood"}
{"Action":"output","Package":"a","Test":"TestBad/part","Output":"the reason\n"}
{"Action":"fail","Package":"a","Test":"TestBad/part"}
{"Action":"fail","Package":"a","Test":"TestBad"}
{"Action":"skip","Package":"a","Test":"TestLater"}
{"Action":"output","Package":"a","Output":"FAIL\n"}
{"Action":"output","Package":"a","Output":"FAIL\ta\t0.1s\n"}
{"Action":"fail","Package":"a"}
{"ImportPath":"b","Action":"build-output","Output":"b.go:1: broken\n"}
{"Action":"fail","Package":"b"}
`

func TestRun_Follow(t *testing.T) {
	name := filepath.Join(t.TempDir(), "record.json")
	require.NoError(
		t,
		os.WriteFile(name, []byte("{\"Action\":\"pass\",\"Package\":\"z\",\"Test\":\"TestEarlier\"}\n"), 0o600),
	)

	var stdout, stderr strings.Builder
	code := main.Run([]string{"-append", name}, strings.NewReader(record), &stdout, &stderr)

	require.Equal(t, 1, code, stderr.String())
	require.NotContains(t, stdout.String(), "quiet words")
	require.Contains(t, stdout.String(), "the reason\n")
	require.Contains(t, stdout.String(), "b.go:1: broken\n")
	require.True(
		t,
		strings.HasSuffix(stdout.String(), "FAILED: a TestBad\nFAILED: b\n1 passed, 2 failed, 1 skipped\n"),
		stdout.String(),
	)

	stdout.Reset()
	require.Equal(t, 1, main.Run([]string{name}, nil, &stdout, &stderr))
	require.Equal(t, "FAILED: a TestBad\nFAILED: b\n2 passed, 2 failed, 1 skipped\n", stdout.String())
}

func TestRun_AllPassed(t *testing.T) {
	dir := t.TempDir()
	empty, good := filepath.Join(dir, "empty.json"), filepath.Join(dir, "good.json")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	require.NoError(t, os.WriteFile(good, []byte(`{"Action":"pass","Package":"a","Test":"TestGood"}`), 0o600))

	var stdout, stderr strings.Builder
	require.Equal(t, 0, main.Run([]string{empty, good}, nil, &stdout, &stderr), stderr.String())
	require.Equal(t, "1 passed, 0 failed, 0 skipped\n", stdout.String())
}

func TestRun_WordsOfTheCompiler(t *testing.T) {
	name := filepath.Join(t.TempDir(), "record.json")
	var stdout, stderr strings.Builder
	require.Equal(t, 0, main.Run([]string{"-append", name}, strings.NewReader("go: warning\n"), &stdout, &stderr))
	require.Equal(t, "go: warning\n0 passed, 0 failed, 0 skipped\n", stdout.String())
}

func TestRun_Refused(t *testing.T) {
	for _, args := range [][]string{nil, {"-unknown"}, {filepath.Join(t.TempDir(), "absent.json")}} {
		var stdout, stderr strings.Builder
		require.Equal(t, 2, main.Run(args, strings.NewReader(""), &stdout, &stderr), "%q", args)
		require.NotEmpty(t, stderr.String())
	}
}
