package e2e_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/devnet/walk"
	"github.com/volens-network/volens/test/sample"
)

const studyText = `title: Variants and medicines
lay_summary: How genes change what a medicine does.
contact: study@university.example
protocol: protocol.txt
organisation: %s
purposes: [{purpose: hmb, health_aim: true}]
data_classes: [germline-variants]
ai: none
site_country: NO
compute_country: NO
duration_months: 12
promises: {no_reidentification: true, no_linkage: true, publish: true}
n_min: 1
n_max: 1
price: 1000000uusd
deadline_blocks: %d
no_cohort_protection: true
`

// script is the story by single commands of the command line.
type script struct {
	*localnet

	folder  string
	dataset client.Ingested
}

// must runs a command that shall succeed and reads its result.
func (s *script) must(into any, role string, args ...string) {
	s.t.Helper()
	out := s.as(role, args...)
	s.requireExit(exitDone, out)
	if into != nil {
		require.NoError(s.t, json.Unmarshal([]byte(out.stdout), into), out.stdout)
	}
}

// address of somebody's main account.
func (s *script) address(role string) string {
	s.t.Helper()
	var balance client.Balance
	s.must(&balance, role, "wallet", "balance")
	return balance.Address
}

// submit writes a study of a name and submits it.
func (s *script) submit(name string, deadline int) string {
	s.t.Helper()
	study := filepath.Join(s.folder, name+".yaml")
	text := fmt.Sprintf(studyText, s.address(walk.University), deadline)
	require.NoError(s.t, os.WriteFile(study, []byte(text), 0o600))
	var check client.RequestCheck
	s.must(&check, walk.Researcher, "request", "check", study)
	require.Equal(s.t, "2260000uusd", check.Escrow.String())
	var submitted client.Submitted
	s.must(&submitted, walk.Researcher, "--yes", "request", "submit", study)
	return submitted.RequestID
}

// fetch fetches into a folder of its own and wants an exit code.
func (s *script) fetch(code int, request string, args ...string) client.Fetched {
	s.t.Helper()
	folder := filepath.Join(s.t.TempDir(), "out")
	out := s.as(walk.Researcher, append([]string{"fetch", request, "--out", folder}, args...)...)
	s.requireExit(code, out)
	var fetched client.Fetched
	if code == exitDone {
		require.NoError(s.t, json.Unmarshal([]byte(out.stdout), &fetched))
		return fetched
	}
	if left, err := os.ReadDir(folder); err == nil {
		require.Empty(s.t, left, "what failed wrote nothing")
	}
	return fetched
}

// The whole story by the command line, and the exit codes that scripts rely on.
func TestCommands(t *testing.T) {
	ctx := bounded(t)
	s := &script{localnet: startLocalnet(ctx, t, portsCommands, t.TempDir()), folder: t.TempDir()}
	t.Cleanup(func() {
		require.NoError(t, s.cmd.Process.Signal(os.Interrupt))
		require.Zero(t, s.end())
		requireNothingLeft(t, portsCommands, "")
	})
	protocol := filepath.Join(s.folder, "protocol.txt")
	require.NoError(t, os.WriteFile(protocol, []byte("protocol\n"), 0o600))
	file := writeSample(t, sample.Options{Seed: 21, Records: 300})

	s.must(&s.dataset, walk.Patient, "--yes", "ingest", file)
	require.Equal(t, s.dataset.DeidSHA256, s.dataset.PlaintextSHA256)
	s.requireExit(exitNotFound, s.as(walk.Hospital, "attest", s.dataset.DatasetID, "--report", s.dataset.Report))
	s.must(
		nil,
		walk.Patient,
		"--yes",
		"dataset",
		"inspect",
		s.dataset.DatasetID,
		"--organisation",
		s.address(walk.Hospital),
	)
	s.requireExit(exitNotFound, s.as(walk.Patient, "dataset", "facets", s.dataset.DatasetID))
	s.must(nil, walk.Hospital, "--yes", "attest", s.dataset.DatasetID, "--accept")
	s.must(nil, walk.Patient, "dataset", "facets", s.dataset.DatasetID)
	s.must(nil, walk.Hospital, "--yes", "attest", s.dataset.DatasetID, "--report", s.dataset.Report)
	s.must(nil, walk.Patient, "--yes", "consent", "grant", s.dataset.DatasetID, "--understood",
		"--refer-to", s.address(walk.Ethics))
	s.must(nil, walk.Ethics, "--yes", "ethics", "approve", "--protocol", protocol, "--purposes", "hmb")
	s.must(nil, walk.University, "--yes", "visa", "issue", s.address(walk.Researcher))

	s.released(s.submit("first", 100))
	s.denied(s.submit("second", 8))
	s.withdrawn(s.submit("third", 100))
	s.audited()
}

func (s *script) released(request string) {
	s.t.Helper()
	s.fetch(exitUnavailable, request)
	s.requireExit(
		exitUnavailable,
		s.as(walk.Researcher, "--node", "http://127.0.0.1:9", "fetch", request, "--out", "x"),
	)
	s.must(nil, walk.Patient, "consent", "decide", request, s.dataset.DatasetID, "--yes")
	fetched := s.fetch(exitDone, request, "--wait")
	require.Equal(s.t, fetched.ReadyHeight+2, fetched.ReleaseHeight)
	content, err := os.ReadFile(fetched.Path)
	require.NoError(s.t, err)
	sum := sha256.Sum256(content)
	require.Equal(s.t, s.dataset.PlaintextSHA256, hex.EncodeToString(sum[:]))
	part := s.fetch(exitDone, request, "--range", "10-29")
	some, err := os.ReadFile(part.Path)
	require.NoError(s.t, err)
	require.Equal(s.t, content[10:30], some)
	s.requireExit(exitRefused, s.as(walk.Patient, "fetch", request, "--out", filepath.Join(s.folder, "stranger")))
}

func (s *script) denied(request string) {
	s.t.Helper()
	s.must(nil, walk.Patient, "consent", "decide", request, s.dataset.DatasetID, "--no")
	s.fetch(exitRefused, request, "--wait")
	var view client.RequestView
	s.must(&view, walk.Researcher, "request", "show", request)
	require.Equal(s.t, "failed-short", view.State)
	var words client.RequestPapers
	s.must(&words, walk.Patient, "request", "papers", request)
	require.Equal(s.t, request, words.RequestID)
	require.NotEmpty(s.t, words.LaySummary, "the patient reads what the study is about")
}

func (s *script) withdrawn(request string) {
	s.t.Helper()
	s.must(nil, walk.Patient, "--yes", "consent", "revoke", s.dataset.DatasetID)
	out := s.as(walk.Patient, "consent", "decide", request, s.dataset.DatasetID, "--yes")
	s.requireExit(exitRefused, out)
	require.Contains(s.t, out.stderr, "INACTIVE")
	s.must(nil, walk.Researcher, "--yes", "request", "cancel", request)
	s.fetch(exitRefused, request)
}

// audited keeps an audit as a file, verifies it, and wants a changed one to be found out.
func (s *script) audited() {
	s.t.Helper()
	out := s.as(walk.Researcher, "audit", "dataset", s.dataset.DatasetID)
	s.requireExit(exitDone, out)
	var audit client.DatasetAudit
	require.NoError(s.t, json.Unmarshal([]byte(out.stdout), &audit))
	require.EqualValues(s.t, 1, audit.Released)
	file := filepath.Join(s.folder, "audit.json")
	require.NoError(s.t, os.WriteFile(file, []byte(out.stdout), 0o600))
	trust := audit.Header.Anchor().String()
	s.must(nil, walk.Researcher, "audit", "verify", file, "--trust", trust)

	audit.Released = 0
	changed, err := json.Marshal(audit)
	require.NoError(s.t, err)
	require.NoError(s.t, os.WriteFile(file, changed, 0o600))
	s.requireExit(exitIntegrity, s.as(walk.Researcher, "audit", "verify", file, "--trust", trust))
	s.must(nil, walk.Researcher, "audit", "chain")
}
