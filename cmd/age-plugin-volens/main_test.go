package main_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/test/vectors"
)

// answer is test/vectors/sealed_file.json as far as it is needed here.
type answer struct {
	Plaintext string          `json:"plaintext"`
	File      string          `json:"file"`
	Facts     json.RawMessage `json:"facts"`
	Release   struct {
		OriginChain string `json:"origin_chain"`
		KeyID       uint64 `json:"key_id"`
		DatasetID   string `json:"dataset_id"`
		Y           string `json:"y"`
		Q           string `json:"q"`
		S           string `json:"s"`
		Half        string `json:"g"`
		Text        string `json:"text"`
	} `json:"release"`
	PatientSeed string `json:"patient_seed"`
}

// programs is the folder of the plugin and of the age program of go.mod,
// unmodified, which TestMain builds.
var programs string

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) (code int) {
	dir, err := os.MkdirTemp("", "age-plugin-volens")
	if err != nil {
		return fail(err.Error())
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			code = fail(err.Error())
		}
	}()
	programs = dir
	cmd := exec.CommandContext(
		context.Background(),
		"go",
		"build",
		"-o",
		dir+string(filepath.Separator),
		".",
		"filippo.io/age/cmd/age",
	)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fail(string(out))
	}
	return m.Run()
}

func fail(words string) int {
	if _, err := os.Stderr.WriteString(words + "\n"); err != nil {
		return 2
	}
	return 1
}

type bench struct {
	answer
	bin, dir string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{bin: programs, dir: t.TempDir()}
	vectors.Load(t, "sealed_file.json", &b.answer)
	file, err := base64.StdEncoding.DecodeString(b.File)
	require.NoError(t, err)
	b.write(t, "file.age", string(file))
	b.write(t, "identity.txt", "# the key of one file\n"+b.Release.Text+"\n")
	return b
}

func (b *bench) write(t *testing.T, name, content string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(b.dir, name), []byte(content), 0o600))
}

// run starts a program with nothing but the two on its PATH.
func (b *bench) run(t *testing.T, name, stdin string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(b.bin, name), args...)
	cmd.Dir = b.dir
	cmd.Env = []string{"PATH=" + b.bin, "HOME=" + b.dir}
	cmd.Stdin = strings.NewReader(stdin)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	err = cmd.Run()
	return out.String(), problems.String(), err
}

func TestStockAge_OpensAReleasedFile(t *testing.T) {
	b := newBench(t)
	_, stderr, err := b.run(t, "age", "", "-d", "-i", "identity.txt", "-o", "opened", "file.age")
	require.NoError(t, err, stderr)
	got, err := os.ReadFile(filepath.Join(b.dir, "opened"))
	require.NoError(t, err)
	require.Equal(t, b.Plaintext, hex.EncodeToString(got))
}

func TestStockAge_RefusesDamage(t *testing.T) {
	b := newBench(t)
	file, err := base64.StdEncoding.DecodeString(b.File)
	require.NoError(t, err)
	for name, bad := range map[string][]byte{
		"cut":     file[:len(file)-1],
		"altered": append(bytes.Clone(file[:len(file)-1]), file[len(file)-1]^1),
		"stanza":  bytes.Replace(file, []byte("-> volens-v1 AAAA"), []byte("-> volens-v1 BAAA"), 1),
	} {
		b.write(t, "file.age", string(bad))
		stdout, stderr, err := b.run(t, "age", "", "-d", "-i", "identity.txt", "file.age")
		require.Error(t, err, name)
		require.Empty(t, stdout, name)
		require.Contains(t, stderr, "age: error", name)
	}
}

func TestStockAge_RefusesAnotherKey(t *testing.T) {
	b := newBench(t)
	release, err := envelope.ParseRelease(b.Release.Text)
	require.NoError(t, err)
	release.DatasetID[0] ^= 1
	otherDataset, err := release.Text()
	require.NoError(t, err)
	release.DatasetID[0] ^= 1
	release.Half[0] ^= 1
	otherHalf, err := release.Text()
	require.NoError(t, err)
	for name, identity := range map[string]string{
		"typo": strings.Replace(b.Release.Text, "QQ", "QP", 1), "cut": b.Release.Text[:60],
		"another dataset": otherDataset, "another half": otherHalf,
	} {
		b.write(t, "identity.txt", identity+"\n")
		stdout, stderr, err := b.run(t, "age", "", "-d", "-i", "identity.txt", "file.age")
		require.Error(t, err, name)
		require.Empty(t, stdout, name)
		require.NotContains(t, stderr, b.Release.Text[40:70], "%s: the key shows in a message", name)
	}
}

func TestStockAge_SealsNothingWithIt(t *testing.T) {
	b := newBench(t)
	b.write(t, "plain", "something")
	stdout, _, err := b.run(t, "age", "", "-e", "-i", "identity.txt", "plain")
	require.Error(t, err)
	require.Empty(t, stdout)
}

func TestPlugin_Usage(t *testing.T) {
	b := newBench(t)
	for _, args := range [][]string{{}, {"file.age"}, {"--age-plugin=identity-v1", "file.age"}, {"--unknown"}} {
		stdout, stderr, err := b.run(t, "age-plugin-volens", "", args...)
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit, "%v", args)
		require.Equal(t, 2, exit.ExitCode(), "%v", args)
		require.Empty(t, stdout)
		require.Contains(t, stderr, "Usage: age -d -i")
	}
	_, stderr, err := b.run(t, "age-plugin-volens", "", "--help")
	require.NoError(t, err)
	require.Contains(t, stderr, "Usage: age -d -i")
	stdout, _, err := b.run(t, "age-plugin-volens", "", "--version")
	require.NoError(t, err)
	require.Equal(t, "unknown\n", stdout)
}

func TestPlugin_BrokenProtocol(t *testing.T) {
	b := newBench(t)
	for _, args := range []string{"--age-plugin=recipient-v1", "--age-plugin=identity-v1", "--age-plugin=identity-v9"} {
		_, stderr, err := b.run(t, "age-plugin-volens", "not a stanza\n", args)
		require.Error(t, err, args)
		require.NotEmpty(t, stderr, args)
	}
}

// The program opens files without a network: it does not even contain one.
func TestPlugin_LinksNoNetwork(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("console packages differ there")
	}
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").CombinedOutput()
	require.NoError(t, err, string(out))
	packages := strings.Fields(string(out))
	require.Contains(t, packages, "filippo.io/age/plugin")
	require.NotContains(t, packages, "net")
	require.NotContains(t, packages, "net/http")
}
