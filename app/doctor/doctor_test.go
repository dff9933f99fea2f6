package doctor_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/app/doctor"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody/share"
)

var now = time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC)

type settings map[string]any

func (s settings) Get(name string) any { return s[name] }

// healthy is a home in which nothing is wrong.
func healthy(t *testing.T) doctor.Patient {
	t.Helper()
	home := t.TempDir()
	for name, content := range map[string]string{
		"config/genesis.json":            `{"consensus":{"params":{"abci":{"vote_extensions_enable_height":"1"}}}}`,
		"config/priv_validator_key.json": "{}",
		"config/node_key.json":           "{}",
		"data/priv_validator_state.json": "{}",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(home, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(home, name), []byte(content), 0o600))
	}
	shares(t, filepath.Join(home, app.CustodyFolder))
	return doctor.Patient{
		Home: home, Now: now, MinFree: 1,
		Settings:    settings{"pruning": "default", "query-gas-limit": "50000000"},
		Environment: []string{"HOME=/root", "PATH=/bin"},
		Status:      &doctor.Status{LatestTime: now.Add(-time.Second), KeyID: 1, Epoch: 1},
	}
}

// shares makes a share of key 1 epoch 1, of a run of two.
func shares(t *testing.T, dir string) {
	t.Helper()
	ctx := threshold.RunContext{OriginChain: "volens-1", KeyID: 1, Epoch: 1, Run: 1}
	owners := [][]byte{
		bytes.Repeat([]byte{1}, threshold.AddressSize), bytes.Repeat([]byte{2}, threshold.AddressSize),
	}
	secrets, enrolments := make([]*threshold.EnrolmentSecret, len(owners)), make([]threshold.Enrolment, len(owners))
	for i, operator := range owners {
		var err error
		secrets[i], enrolments[i], err = threshold.NewEnrolment(rand.Reader, ctx, operator)
		require.NoError(t, err)
	}
	run, err := threshold.NewRun(ctx, len(owners), owners, enrolments, nil)
	require.NoError(t, err)
	var deals []*threshold.Deal
	for _, operator := range owners {
		deal, err := run.Deal(rand.Reader, threshold.Dealer{Operator: operator}, nil)
		require.NoError(t, err)
		deals = append(deals, deal)
	}
	committee, err := run.FinishPublic(deals)
	require.NoError(t, err)
	own, err := run.FinishPrivate(owners[0], secrets[0], deals, committee)
	require.NoError(t, err)
	store, err := share.Open(dir, rand.Reader)
	require.NoError(t, err)
	require.NoError(t, store.Save(own))
}

func TestExamine_Healthy(t *testing.T) {
	for _, f := range doctor.Examine(healthy(t)) {
		if f.Check == "clock" && f.Severity == doctor.Warning {
			continue // the machine that runs the test has no NTP daemon
		}
		require.Equal(t, doctor.OK, f.Severity, "%+v", f)
		require.Empty(t, f.Remedy, f.Check)
		require.NotEmpty(t, f.What)
	}
}

func TestExamine_Findings(t *testing.T) {
	for _, c := range []struct {
		check    string
		severity doctor.Severity
		change   func(*doctor.Patient)
	}{
		{"vote extensions", doctor.Fault, func(p *doctor.Patient) { write(t, p, "config/genesis.json", "{}") }},
		{"vote extensions", doctor.Fault, func(p *doctor.Patient) { write(t, p, "config/genesis.json", "no") }},
		{"vote extensions", doctor.Fault, func(p *doctor.Patient) { remove(t, p, "config/genesis.json") }},
		{"remote signer", doctor.Warning, set("priv_validator_laddr", "tcp://127.0.0.1:1")},
		{"crash-test variables", doctor.Fault, environment("FAIL_TEST_INDEX=3")},
		{"crash-test variables", doctor.Fault, environment("VOLENS_FAIL_INDEX=")},
		{"crash-test variables", doctor.Fault, environment("VOLENS_BYZANTINE=1")},
		{"adaptive sync", doctor.Fault, set("blocksync.adaptive_sync", true)},
		{"pruning", doctor.Warning, set("pruning", "everything")},
		{"pruning", doctor.Fault, set("pruning", "sometimes")},
		{"pruning", doctor.Warning, func(p *doctor.Patient) {
			set("pruning", "custom")(p)
			set("pruning-keep-recent", "86399")(p)
		}},
		{"pruning", doctor.Warning, set("min-retain-blocks", 100)},
		{"key files", doctor.Fault, mode("config/priv_validator_key.json", 0o644)},
		{"key files", doctor.Fault, mode("config/node_key.json", 0o640)},
		{"key files", doctor.Fault, mode("custody", 0o755)},
		{"key files", doctor.Fault, func(p *doctor.Patient) { remove(t, p, "data/priv_validator_state.json") }},
		{"query gas limit", doctor.Warning, set("query-gas-limit", "0")},
		{"unsafe RPC", doctor.Fault, set("rpc.unsafe", true)},
		{"share", doctor.Fault, func(p *doctor.Patient) { write(t, p, "custody/share-1-1", "damaged") }},
		{"share", doctor.Fault, func(p *doctor.Patient) { remove(t, p, "custody/guard") }},
		{"share", doctor.Fault, func(p *doctor.Patient) { p.Status.Epoch = 2 }},
		{"share", doctor.Warning, func(p *doctor.Patient) { p.Home = t.TempDir() }},
		{"disk", doctor.Fault, func(p *doctor.Patient) { p.MinFree = 1 << 62 }},
		{"disk", doctor.Unknown, func(p *doctor.Patient) { p.Home += "/nowhere" }},
	} {
		p := healthy(t)
		c.change(&p)
		f := find(t, doctor.Examine(p), c.check)
		require.Equal(t, c.severity, f.Severity, "%s: %s", c.check, f.What)
		require.NotEmpty(t, f.Remedy, c.check)
	}
}

// A clock that nobody steers is named first, on whatever machine the test runs.
func TestExamine_Clock(t *testing.T) {
	for name, c := range map[string]struct {
		severity doctor.Severity
		change   func(*doctor.Patient)
	}{
		"no node":     {doctor.Unknown, func(p *doctor.Patient) { p.Status = nil }},
		"catching up": {doctor.Unknown, func(p *doctor.Patient) { p.Status.CatchingUp = true }},
		"halted":      {doctor.Fault, func(p *doctor.Patient) { p.Now = p.Now.Add(time.Minute) }},
		"behind":      {doctor.Fault, func(p *doctor.Patient) { p.Now = p.Now.Add(-time.Minute) }},
	} {
		p := healthy(t)
		c.change(&p)
		f := find(t, doctor.Examine(p), "clock")
		require.Contains(t, []doctor.Severity{c.severity, doctor.Warning}, f.Severity, name)
		require.NotEmpty(t, f.Remedy)
	}
}

// The doctor changes nothing: no folder, no file, also where there is no share.
func TestExamine_WritesNothing(t *testing.T) {
	p := healthy(t)
	require.NoError(t, os.RemoveAll(filepath.Join(p.Home, app.CustodyFolder)))
	before := list(t, p.Home)
	doctor.Examine(p)
	require.Equal(t, before, list(t, p.Home))
}

func TestWorst(t *testing.T) {
	require.Equal(t, doctor.OK, doctor.Worst(nil))
	require.Equal(t, doctor.Warning, doctor.Worst([]doctor.Finding{
		{Severity: doctor.Unknown}, {Severity: doctor.Warning}, {Severity: doctor.OK},
	}))
	require.Equal(t, doctor.Fault, doctor.Worst([]doctor.Finding{{Severity: doctor.Fault}, {Severity: doctor.Warning}}))
}

func find(t *testing.T, list []doctor.Finding, check string) doctor.Finding {
	t.Helper()
	for _, f := range list {
		if f.Check == check {
			return f
		}
	}
	require.FailNow(t, "no such check", check)
	return doctor.Finding{}
}

func set(name string, value any) func(*doctor.Patient) {
	return func(p *doctor.Patient) {
		if s, ok := p.Settings.(settings); ok {
			s[name] = value
		}
	}
}

func environment(line string) func(*doctor.Patient) {
	return func(p *doctor.Patient) { p.Environment = append(p.Environment, line) }
}

func mode(name string, to os.FileMode) func(*doctor.Patient) {
	return func(p *doctor.Patient) {
		if err := os.Chmod(filepath.Join(p.Home, name), to); err != nil {
			panic(err)
		}
	}
}

func write(t *testing.T, p *doctor.Patient, name, content string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(p.Home, name), []byte(content), 0o600))
}

func remove(t *testing.T, p *doctor.Patient, name string) {
	t.Helper()
	require.NoError(t, os.Remove(filepath.Join(p.Home, name)))
}

func list(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		out = append(out, fmt.Sprint(path, entry.IsDir()))
		return err
	}))
	return out
}
