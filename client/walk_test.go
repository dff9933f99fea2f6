package client_test

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/fhir"
	"github.com/volens-network/volens/test/sample"
	"github.com/volens-network/volens/x/custody"
)

// terms are what the test's patient agrees to.
func terms() client.Terms {
	out := client.DefaultTerms()
	out.Understood = true
	return out
}

// ready takes a file all the way to a consented and attested dataset.
func (p *people) ready(t *testing.T) *client.Ingested {
	t.Helper()
	return p.readyOf(t, genome(t, sample.Options{Seed: 21, Packed: true}))
}

// readyOf is ready for files and folders.
func (p *people) readyOf(t *testing.T, files ...string) *client.Ingested {
	t.Helper()
	ctx := context.Background()
	in, err := p.patient.Ingest(ctx, client.IngestOptions{Files: files})
	require.NoError(t, err)
	_, err = p.patient.Inspect(ctx, in.DatasetID, address(t, p.hospital))
	require.NoError(t, err)
	p.handFacets(t, in.DatasetID)
	attested, err := p.hospital.Attest(ctx, client.AttestOptions{DatasetID: in.DatasetID, Report: in.Report})
	require.NoError(t, err)
	require.True(t, attested.Clean)
	_, err = p.patient.Grant(ctx, in.DatasetID, terms())
	require.NoError(t, err)
	return in
}

// handFacets has the hospital accept, and the patient seal the facets to it.
func (p *people) handFacets(t *testing.T, datasetID string) string {
	t.Helper()
	_, err := p.hospital.Accept(context.Background(), datasetID)
	require.NoError(t, err)
	handed, err := p.patient.HandFacets(context.Background(), datasetID, "")
	require.NoError(t, err)
	require.Len(t, handed, 1)
	return handed[0].Path
}

// approve lets the study go ahead.
func (p *people) approve(t *testing.T, file *client.RequestFile) {
	t.Helper()
	ctx := context.Background()
	_, err := p.ethics.ApproveEthics(ctx, client.EthicsOptions{
		ProtocolSHA256: file.ProtocolSHA256(), Purposes: []string{"hmb"},
	})
	require.NoError(t, err)
	_, err = p.university.IssueVisa(ctx, client.VisaOptions{Researcher: address(t, p.researcher), Class: "academic"})
	require.NoError(t, err)
}

func TestWalk(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	in := p.ready(t)
	require.Equal(t, in.DeidSHA256, in.PlaintextSHA256)
	require.NotEqual(t, address(t, p.patient), in.Owner, "every dataset has an account of its own")
	require.Empty(t, entries(t, filepath.Join(p.patient.Dir, "spool")))

	file, err := client.ReadRequest(p.study(t))
	require.NoError(t, err)
	check, err := p.researcher.CheckRequest(ctx, file)
	require.NoError(t, err)
	require.Zero(t, check.Matching)
	require.Positive(t, check.Reasons["ETHICS"])
	p.approve(t, file)
	check, err = p.researcher.CheckRequest(ctx, file)
	require.NoError(t, err)
	require.Equal(t, 1, check.Matching)

	asked, err := p.researcher.SubmitRequest(ctx, file)
	require.NoError(t, err)
	require.Equal(t, "open", asked.State)
	require.Equal(t, check.Escrow, asked.Escrow)

	_, err = p.researcher.Fetch(ctx, client.FetchOptions{RequestID: asked.RequestID, Out: t.TempDir()})
	require.Equal(t, fault.Unavailable, fault.KindOf(err), "nothing is released yet")

	decided, err := p.patient.Decide(ctx, asked.RequestID, in.DatasetID, true)
	require.NoError(t, err)
	require.False(t, decided.Referred)

	out := t.TempDir()
	got, err := p.researcher.Fetch(
		ctx,
		client.FetchOptions{RequestID: asked.RequestID, Out: out, Wait: true, Index: true},
	)
	require.NoError(t, err)
	require.Equal(t, in.DeidSHA256, got.PlaintextSHA256)
	require.Equal(t, in.SHA256, got.SHA256)
	require.EqualValues(t, 2, got.ReleaseHeight-got.ReadyHeight)
	require.ElementsMatch(
		t,
		[]string{in.DatasetID + ".vcf.gz", in.DatasetID + ".vcf.gz.tbi", in.DatasetID + "-v1.age"},
		entries(t, out),
	)
	require.Equal(t, got.Path+".tbi", got.Index)
	require.Empty(t, got.IndexNote)

	p.audits(t, in, asked)
	p.part(t, in, asked, got)
	p.identity(t, asked)
	p.export(t, asked, got)
	p.strangers(t, in, asked)
}

// audits proves what was released, offline.
func (p *people) audits(t *testing.T, in *client.Ingested, asked *client.Submitted) {
	t.Helper()
	ctx := context.Background()
	audit, err := p.patient.AuditDataset(ctx, in.DatasetID)
	require.NoError(t, err)
	require.EqualValues(t, 1, audit.Released)
	require.EqualValues(t, 1, audit.Inspected)
	document, err := json.Marshal(audit)
	require.NoError(t, err)
	anchor := audit.Header.Anchor()
	verified, err := client.VerifyAudit(document, &anchor)
	require.NoError(t, err)
	require.EqualValues(t, 1, verified.Released)

	audit.Released = 0
	document, err = json.Marshal(audit)
	require.NoError(t, err)
	_, err = client.VerifyAudit(document, &anchor)
	require.Equal(t, fault.Integrity, fault.KindOf(err), "the proof says another count")
	anchor.Height++
	_, err = client.VerifyAudit(document, &anchor)
	require.Equal(t, fault.Integrity, fault.KindOf(err), "another header is trusted")

	view, err := p.researcher.Request(ctx, asked.RequestID)
	require.NoError(t, err)
	require.EqualValues(t, 1, view.Released)
	require.Equal(t, custody.SEAT_STATE_RELEASED, view.SeatStates[0].State)
	money, err := p.researcher.AuditChain(ctx)
	require.NoError(t, err)
	require.True(t, money.Money.Solvent)
	own, err := p.patient.Datasets(ctx)
	require.NoError(t, err)
	require.Len(t, own, 1)
	require.Equal(t, "1000000uusd", own[0].Earned.String())
	require.Len(t, own[0].Readers, 2)
}

// part opens a part without the rest.
func (p *people) part(t *testing.T, in *client.Ingested, asked *client.Submitted, got *client.Fetched) {
	t.Helper()
	whole, err := os.ReadFile(got.Path)
	require.NoError(t, err)
	part, err := p.researcher.Fetch(context.Background(),
		client.FetchOptions{RequestID: asked.RequestID, Out: t.TempDir(), Range: "10-29"})
	require.NoError(t, err)
	data, err := os.ReadFile(part.Path)
	require.NoError(t, err)
	require.Equal(t, whole[10:30], data)
	for _, text := range []string{"5", "5-4", "a-b", "-1-2", "99999999-"} {
		_, err = p.researcher.Fetch(context.Background(),
			client.FetchOptions{RequestID: asked.RequestID, Out: t.TempDir(), Range: text})
		require.Equal(t, fault.Usage, fault.KindOf(err), text)
	}
	require.NotEmpty(t, in.DatasetID)
}

// identity is for a stock age: mode 0600, and never over another file.
func (p *people) identity(t *testing.T, asked *client.Submitted) {
	t.Helper()
	key := filepath.Join(t.TempDir(), "key.txt")
	o := client.FetchOptions{RequestID: asked.RequestID, Out: t.TempDir(), Identity: key}
	got, err := p.researcher.Fetch(context.Background(), o)
	require.NoError(t, err)
	require.Empty(t, got.Path)
	text, err := os.ReadFile(key)
	require.NoError(t, err)
	require.Contains(t, string(text), "AGE-PLUGIN-VOLENS-1")
	info, err := os.Stat(key)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	_, err = p.researcher.Fetch(context.Background(), o)
	require.Equal(t, fault.Usage, fault.KindOf(err))
}

// export writes the opened file for a Crypt4GH reader, and leaves nothing in the clear.
func (p *people) export(t *testing.T, asked *client.Submitted, got *client.Fetched) {
	t.Helper()
	reader, err := ecdh.X25519().GenerateKey(rand.Reader)
	require.NoError(t, err)
	key := filepath.Join(t.TempDir(), "reader.pub")
	text := base64.StdEncoding.EncodeToString(reader.PublicKey().Bytes())
	require.NoError(t, os.WriteFile(key, []byte(text), 0o600))
	o := client.FetchOptions{RequestID: asked.RequestID, Out: t.TempDir(), Crypt4GH: key, Index: true}
	exported, err := p.researcher.Fetch(context.Background(), o)
	require.NoError(t, err)
	require.Equal(t, got.PlaintextSHA256, exported.PlaintextSHA256, "the digest is of what was opened")
	require.Equal(t, filepath.Base(got.Path)+".c4gh", filepath.Base(exported.Path))
	require.Len(t, entries(t, o.Out), 2, "the sealed file and the export")
	file, err := os.ReadFile(exported.Path)
	require.NoError(t, err)
	require.Equal(t, "crypt4gh", string(file[:8]))

	require.NoError(t, os.WriteFile(key, []byte("no key"), 0o600))
	_, err = p.researcher.Fetch(context.Background(), o)
	require.Equal(t, fault.Usage, fault.KindOf(err))
}

// strangers cannot open, and wrong halves write nothing.
func (p *people) strangers(t *testing.T, in *client.Ingested, asked *client.Submitted) {
	t.Helper()
	ctx := context.Background()
	_, err := p.hospital.Fetch(ctx, client.FetchOptions{RequestID: asked.RequestID, Out: t.TempDir()})
	require.Equal(t, fault.Refused, fault.KindOf(err), "the seat is another's")

	out := t.TempDir()
	p.depot.wrong = true
	_, err = p.researcher.Fetch(ctx, client.FetchOptions{RequestID: asked.RequestID, Out: out})
	require.Equal(t, fault.Integrity, fault.KindOf(err))
	p.depot.wrong = false
	for _, name := range entries(t, out) {
		require.Equal(t, in.DatasetID+"-v1.age", name, "nothing was opened")
	}
}

func TestRevoked(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	in := p.ready(t)
	file, err := client.ReadRequest(p.study(t))
	require.NoError(t, err)
	p.approve(t, file)
	asked, err := p.researcher.SubmitRequest(ctx, file)
	require.NoError(t, err)

	revoked, err := p.patient.Revoke(ctx, in.DatasetID)
	require.NoError(t, err)
	require.EqualValues(t, 2, revoked.Version)
	_, err = p.patient.Decide(ctx, asked.RequestID, in.DatasetID, true)
	require.Equal(t, fault.Refused, fault.KindOf(err))
	require.Contains(t, fault.Reasons(err), "INACTIVE")

	history, err := p.patient.ConsentHistory(ctx, in.DatasetID)
	require.NoError(t, err)
	require.Len(t, history, 2)
	audit, err := p.patient.AuditDataset(ctx, in.DatasetID)
	require.NoError(t, err)
	require.Zero(t, audit.Released, "never released to a researcher, proven by absence")
	require.True(t, audit.Proofs[0].Absent())
}

func TestFailedShort(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	in := p.ready(t)
	file, err := client.ReadRequest(p.study(t))
	require.NoError(t, err)
	p.approve(t, file)
	file.DeadlineBlocks = 40
	asked, err := p.researcher.SubmitRequest(ctx, file)
	require.NoError(t, err)
	_, err = p.patient.Decide(ctx, asked.RequestID, in.DatasetID, false)
	require.NoError(t, err)

	_, err = p.researcher.Fetch(ctx, client.FetchOptions{RequestID: asked.RequestID, Out: t.TempDir(), Wait: true})
	require.Equal(t, fault.Refused, fault.KindOf(err))
	require.Contains(t, fault.Reasons(err), "FAILED_SHORT")
	view, err := p.researcher.Request(ctx, asked.RequestID)
	require.NoError(t, err)
	require.Equal(t, "failed-short", view.State)
}

func TestIngest_GoesOnAfterACut(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	o := client.IngestOptions{Files: []string{genome(t, sample.Options{Seed: 22})}}
	p.depot.cut = 1
	_, err := p.patient.Ingest(ctx, o)
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	spooled := entries(t, filepath.Join(p.patient.Dir, "spool"))
	require.Len(t, spooled, 1)

	in, err := p.patient.Ingest(ctx, o)
	require.NoError(t, err)
	require.Equal(t, in.DatasetID+"-v1.age", spooled[0], "the same sealed file went on")
	require.Len(t, p.patient.Wallet.Accounts(), 2)

	again, err := p.patient.Ingest(ctx, o)
	require.NoError(t, err)
	require.NotEqual(t, in.DatasetID, again.DatasetID, "a finished ingest begins another dataset")
	require.NotEqual(t, in.Owner, again.Owner)
}

// A file that was sealed before the committee left its key is sealed again, for the same id.
func TestIngest_OutlivesTheKey(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	o := client.IngestOptions{Files: []string{genome(t, sample.Options{Seed: 24})}}
	p.depot.cut = 1
	_, err := p.patient.Ingest(ctx, o)
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	spooled := entries(t, filepath.Join(p.patient.Dir, "spool"))
	require.Len(t, spooled, 1)

	journals, err := filepath.Glob(filepath.Join(p.patient.Dir, "journal", "ingest-*.jsonl"))
	require.NoError(t, err)
	require.Len(t, journals, 1)
	lines, err := os.ReadFile(journals[0])
	require.NoError(t, err)
	old := strings.Replace(string(lines), `"key_id":1`, `"key_id":77`, 1)
	require.NotEqual(t, string(lines), old)
	require.NoError(t, os.WriteFile(journals[0], []byte(old), 0o600))

	in, err := p.patient.Ingest(ctx, o)
	require.NoError(t, err)
	require.Equal(t, in.DatasetID+"-v1.age", spooled[0], "the id stays")
	require.Empty(t, entries(t, filepath.Join(p.patient.Dir, "spool")))
}

// sponsoring is a gateway that pays for patients, or refuses to.
type sponsoring struct {
	*depot
	pay func(ctx context.Context) error
}

func (s sponsoring) Sponsorship(ctx context.Context) (string, error) {
	return "volens1payer", s.pay(ctx)
}

// Nobody needs coins: without a key that sponsors, the gateway is asked.
func TestIngest_GatewaySponsors(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	key := p.patient.Sponsor
	p.patient.Sponsor = nil
	var refusal error
	p.patient.Reach(func(signer chain.Signer) client.Depot {
		return sponsoring{p.depot, func(ctx context.Context) error {
			if refusal != nil {
				return refusal
			}
			return key.Sponsor(ctx, signer)
		}}
	})
	o := client.IngestOptions{Files: []string{genome(t, sample.Options{Seed: 29})}}
	refusal = fault.Refuse([]string{"RATE_LIMIT"}, "the grants of today are used up")
	_, err := p.patient.Ingest(ctx, o)
	require.Equal(t, fault.Refused, fault.KindOf(err), "%v", err)
	refusal = nil
	in, err := p.patient.Ingest(ctx, o)
	require.NoError(t, err)
	require.NotEmpty(t, in.DatasetID)
}

// What an ingest that was killed while it sealed left behind goes with the next attempt, and
// only that.
func TestIngest_LeftoversOfAKill(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	o := client.IngestOptions{Files: []string{genome(t, sample.Options{Seed: 28})}}
	p.depot.cut = 1
	_, err := p.patient.Ingest(ctx, o)
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	spool := filepath.Join(p.patient.Dir, "spool")
	sealed := entries(t, spool)
	require.Len(t, sealed, 1)
	require.NoError(
		t,
		os.Rename(filepath.Join(spool, sealed[0]), filepath.Join(spool, ".volens-"+sealed[0]+"-123.part")),
	)
	other := ".volens-" + strings.Repeat("0", 32) + "-v1.age-1.part"
	require.NoError(t, os.WriteFile(filepath.Join(spool, other), []byte("x"), 0o600))

	in, err := p.patient.Ingest(ctx, o)
	require.NoError(t, err)
	require.Equal(t, in.DatasetID+"-v1.age", sealed[0])
	require.Equal(t, []string{other}, entries(t, spool))
}

func TestIngest_Refused(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	_, err := p.patient.Ingest(
		ctx,
		client.IngestOptions{Files: []string{genome(t, sample.Options{Seed: 23, Samples: 2})}},
	)
	require.Equal(t, []string{"several_persons"}, fault.Reasons(err))
	require.Empty(t, entries(t, filepath.Join(p.patient.Dir, "spool")))
	require.Empty(t, entries(t, filepath.Join(p.patient.Dir, "reports")))
	_, err = p.patient.Ingest(ctx, client.IngestOptions{Files: []string{"absent"}})
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = p.patient.Ingest(ctx, client.IngestOptions{
		Files: []string{genome(t, sample.Options{Seed: 24})}, Gateways: []string{address(t, p.hospital)},
	})
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = p.patient.Ingest(
		ctx,
		client.IngestOptions{Files: []string{genome(t, sample.Options{Seed: 25})}, Threshold: 2},
	)
	require.Equal(t, fault.Usage, fault.KindOf(err))
}

func TestAttest_WrongReport(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	in, err := p.patient.Ingest(ctx, client.IngestOptions{Files: []string{genome(t, sample.Options{Seed: 26})}})
	require.NoError(t, err)
	o := options(t, genome(t, sample.Options{Seed: 27}))
	other, err := client.Deid(ctx, o)
	require.NoError(t, err)

	_, err = p.hospital.Attest(ctx, client.AttestOptions{DatasetID: in.DatasetID, Report: other.Report})
	require.Equal(t, fault.NotFound, fault.KindOf(err), "the owner has not asked")
	_, err = p.patient.Inspect(ctx, in.DatasetID, address(t, p.hospital))
	require.NoError(t, err)
	queue, err := p.hospital.AttestQueue(ctx)
	require.NoError(t, err)
	require.Len(t, queue, 1)

	_, err = p.patient.HandFacets(ctx, in.DatasetID, "")
	require.Equal(t, fault.NotFound, fault.KindOf(err), "nobody has accepted")
	facets := p.handFacets(t, in.DatasetID)
	attested, err := p.hospital.Attest(ctx,
		client.AttestOptions{DatasetID: in.DatasetID, Report: other.Report, Facets: facets, Refuse: true})
	require.Equal(t, fault.Refused, fault.KindOf(err))
	require.Contains(t, fault.Reasons(err), "digest")
	require.False(t, attested.Clean)
	require.Positive(t, attested.Height, "the refusal stands on chain")
	require.Empty(t, entries(t, filepath.Join(p.hospital.Dir, "inspections")))
}

func TestConsent_FHIRWithProof(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	in := p.ready(t)
	for _, release := range []fhir.Release{fhir.R4, fhir.R5} {
		document, header, err := p.patient.ConsentFHIR(ctx, in.DatasetID, release, true)
		require.NoError(t, err)
		c, err := client.VerifyConsent(document, header)
		require.NoError(t, err)
		require.Equal(t, in.DatasetID, c.DatasetID)

		forged, _, err := fhir.Unmarshal(document)
		require.NoError(t, err)
		forged.Patient = address(t, p.hospital)
		raw, err := fhir.Marshal(forged, release)
		require.NoError(t, err)
		_, err = client.VerifyConsent(raw, header)
		require.Equal(t, fault.Integrity, fault.KindOf(err), "the document says more than the chain")
	}
	plain, _, err := p.patient.ConsentFHIR(ctx, in.DatasetID, fhir.R4, false)
	require.NoError(t, err)
	_, err = client.VerifyConsent(plain, nil)
	require.Equal(t, fault.Usage, fault.KindOf(err))

	_, err = p.hospital.Grant(ctx, in.DatasetID, terms())
	require.Equal(t, []string{"NOT_OWNER"}, fault.Reasons(err))
	unread := client.DefaultTerms()
	_, err = p.patient.Amend(ctx, in.DatasetID, unread)
	require.Equal(t, fault.Usage, fault.KindOf(err), "nobody read the text")
	narrow := terms()
	narrow.Permission, narrow.Expiry = "POA", "never"
	amended, err := p.patient.Amend(ctx, in.DatasetID, narrow)
	require.NoError(t, err)
	require.EqualValues(t, 2, amended.Version)
}
