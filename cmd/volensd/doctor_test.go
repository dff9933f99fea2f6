package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	servercmd "github.com/cosmos/cosmos-sdk/server/cmd"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/app/doctor"
	volensd "github.com/volens-network/volens/cmd/volensd"
	"github.com/volens-network/volens/devnet"
	"github.com/volens-network/volens/devnet/genesis"
)

// home is that of a validator which never ran.
func home(t *testing.T) string {
	t.Helper()
	app.SetPrefixes()
	spec := devnet.Spec{
		ChainID: "doctor-1", Dir: t.TempDir(), Validators: 1, GenesisTime: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	require.NoError(t, genesis.Write(spec))
	return spec.NodeHome(0)
}

// run is volensd with arguments, and what it prints. No node runs.
func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	root, err := volensd.NewRoot()
	require.NoError(t, err)
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(args)
	err = servercmd.Execute(root, "VOLENSD", t.TempDir())
	return out.String(), err
}

type report struct {
	Worst    doctor.Severity
	Findings []doctor.Finding
}

func examine(t *testing.T, args ...string) (report, error) {
	t.Helper()
	out, failed := run(t, append([]string{"doctor", "--output", "json", "--min-free-mib", "1"}, args...)...)
	var r report
	require.NoError(t, json.NewDecoder(bytes.NewReader([]byte(out))).Decode(&r), out)
	return r, failed
}

// A home as devnet writes it has no fault, in text and in JSON; --strict wants more.
func TestDoctor(t *testing.T) {
	dir := home(t)
	r, err := examine(t, "--home", dir, "--node", "tcp://127.0.0.1:1")
	require.NoError(t, err)
	require.Equal(t, doctor.Warning, r.Worst, "%+v", r.Findings)
	_, err = examine(t, "--home", dir, "--node", "tcp://127.0.0.1:1", "--strict")
	require.ErrorContains(t, err, "warning")

	text, err := run(t, "doctor", "--home", dir, "--node", "tcp://127.0.0.1:1", "--min-free-mib", "1")
	require.NoError(t, err)
	require.Contains(t, text, "ok       adaptive sync: off")
	require.Contains(t, text, "-> a new validator gets its shares in the next run")
}

// Settings come from the files as the node reads them, and faults decide the exit code.
func TestDoctor_Faults(t *testing.T) {
	dir := home(t)
	path := filepath.Join(dir, "config", "config.toml")
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	changed := bytes.Replace(raw, []byte("adaptive_sync = false"), []byte("adaptive_sync = true"), 1)
	require.NotEqual(t, raw, changed)
	require.NoError(t, os.WriteFile(path, changed, 0o600))
	t.Setenv("FAIL_TEST_INDEX", "7")
	r, err := examine(t, "--home", dir, "--node", "tcp://127.0.0.1:1")
	require.ErrorContains(t, err, "fault")
	found := map[string]doctor.Severity{}
	for _, f := range r.Findings {
		found[f.Check] = f.Severity
	}
	require.Equal(t, doctor.Fault, found["adaptive sync"])
	require.Equal(t, doctor.Fault, found["crash-test variables"])
	_, err = run(t, "doctor", "--home", dir, "--pid", "999999999")
	require.ErrorContains(t, err, "process 999999999")
}

// A node keeps as much of its trees in memory as the machine of a validator has room for.
func TestInit_BoundsTheCacheOfTrees(t *testing.T) {
	made := filepath.Join(t.TempDir(), "node")
	_, err := run(t, "init", "node", "--home", made, "--chain-id", "doctor-1")
	require.NoError(t, err)
	for _, folder := range []string{made, home(t)} {
		raw, err := os.ReadFile(filepath.Join(folder, "config", "app.toml"))
		require.NoError(t, err)
		require.Contains(t, string(raw), fmt.Sprintf("\niavl-cache-size = %d\n", app.IAVLCacheSize))
	}
}
