package client_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/test/sample"
)

func TestReplace(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	in := p.ready(t)
	o := client.IngestOptions{Files: []string{genome(t, sample.Options{Seed: 21, Packed: true})}}
	p.depot.cut = 1
	_, err := p.patient.Replace(ctx, in.DatasetID, o)
	require.Equal(t, fault.Unavailable, fault.KindOf(err))

	again, err := p.patient.Replace(ctx, in.DatasetID, o)
	require.NoError(t, err)
	require.EqualValues(t, 2, again.Version)
	require.Equal(t, in.DeidSHA256, again.DeidSHA256, "the same file under the same rules")
	require.NotEqual(t, in.SHA256, again.SHA256, "under another key")
	entry, err := p.patient.Dataset(ctx, in.DatasetID)
	require.NoError(t, err)
	require.Empty(t, entry.Attestor, "nobody has vouched for the new version")
	_, err = p.hospital.Replace(ctx, in.DatasetID, o)
	require.Equal(t, []string{"NOT_OWNER"}, fault.Reasons(err))
}

// A replacement that was interrupted, and overtaken by one of another device, begins anew.
func TestReplace_Overtaken(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	in := p.ready(t)
	p.depot.cut = 1
	_, err := p.patient.Replace(ctx, in.DatasetID, client.IngestOptions{})
	require.Equal(t, fault.Unavailable, fault.KindOf(err))

	journal := filepath.Join(p.patient.Dir, "journal", "replace-"+in.DatasetID+".jsonl")
	stale, err := os.ReadFile(journal)
	require.NoError(t, err)
	require.NoError(t, os.Remove(journal)) // The other device knows nothing of it.
	overtaking, err := p.patient.Replace(ctx, in.DatasetID, client.IngestOptions{})
	require.NoError(t, err)
	require.EqualValues(t, 2, overtaking.Version)

	require.NoError(t, os.WriteFile(journal, stale, 0o600))
	again, err := p.patient.Replace(ctx, in.DatasetID, client.IngestOptions{})
	require.NoError(t, err)
	require.EqualValues(t, 3, again.Version)
}

// A dataset moves from its owner's own copy: the same plaintext under another key, while no
// file of hers is at hand.
func TestReplace_FromTheOwnCopy(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	in := p.ready(t)
	moved, err := p.patient.Replace(ctx, in.DatasetID, client.IngestOptions{})
	require.NoError(t, err)
	require.EqualValues(t, 2, moved.Version)
	require.Equal(t, in.PlaintextSHA256, moved.PlaintextSHA256)
	require.Equal(t, in.DeidSHA256, moved.DeidSHA256)
	require.NotEqual(t, in.SHA256, moved.SHA256)
	before, err := os.ReadFile(in.Report)
	require.NoError(t, err)
	after, err := os.ReadFile(moved.Report)
	require.NoError(t, err)
	require.Equal(t, before, after, "the report is about the same plaintext")

	again, err := p.patient.Replace(ctx, in.DatasetID, client.IngestOptions{})
	require.NoError(t, err)
	require.EqualValues(t, 3, again.Version)

	require.NoError(t, os.Remove(again.Report))
	_, err = p.patient.Replace(ctx, in.DatasetID, client.IngestOptions{})
	require.Equal(t, fault.Usage, fault.KindOf(err))
}

// An interrupted replacement by other files does not become one from the own copy.
func TestReplace_OtherFilesBefore(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	in := p.ready(t)
	p.depot.cut = 1
	_, err := p.patient.Replace(ctx, in.DatasetID, client.IngestOptions{
		Files: []string{genome(t, sample.Options{Seed: 26})},
	})
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	out, err := p.patient.Replace(ctx, in.DatasetID, client.IngestOptions{})
	require.NoError(t, err)
	require.Equal(t, in.PlaintextSHA256, out.PlaintextSHA256)
}

// The own copy is not published under a report about something else.
func TestReplace_ReportOfOther(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	in := p.ready(t)
	other, err := p.patient.Ingest(ctx, client.IngestOptions{Files: []string{genome(t, sample.Options{Seed: 27})}})
	require.NoError(t, err)
	report, err := os.ReadFile(other.Report)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(in.Report, report, 0o600))
	_, err = p.patient.Replace(ctx, in.DatasetID, client.IngestOptions{})
	require.Equal(t, fault.Usage, fault.KindOf(err), "%v", err)
	require.ErrorContains(t, err, "about other data")
	entry, err := p.patient.Dataset(ctx, in.DatasetID)
	require.NoError(t, err)
	require.EqualValues(t, 1, entry.Version)
}

// unfinished takes the last line of a replacement's journal away, and brings the spooled file back, as a kill before the end
// leaves them; change is done to the rest.
func (p *people) unfinished(t *testing.T, done *client.Ingested, change func(string) string) {
	t.Helper()
	datasetID := done.DatasetID
	spooled := filepath.Join(p.patient.Dir, "spool", fmt.Sprintf("%s-v%d.age", datasetID, done.Version))
	require.NoError(t, os.WriteFile(spooled, make([]byte, done.Size), 0o600))
	journal := filepath.Join(p.patient.Dir, "journal", "replace-"+datasetID+".jsonl")
	raw, err := os.ReadFile(journal)
	require.NoError(t, err)
	lines := strings.SplitAfter(string(raw), "\n")
	last := lines[len(lines)-2]
	require.Contains(t, last, `"done"`)
	changed := change(strings.TrimSuffix(string(raw), last))
	require.NoError(t, os.WriteFile(journal, []byte(changed), 0o600))
}

// What the chain has of an interrupted replacement is finished, and then the turn of other files comes.
func TestReplace_OtherFilesNext(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	in := p.ready(t)
	files := func(seed uint64) client.IngestOptions {
		return client.IngestOptions{Files: []string{genome(t, sample.Options{Seed: seed})}}
	}
	first, err := p.patient.Replace(ctx, in.DatasetID, files(28))
	require.NoError(t, err)
	p.unfinished(t, first, func(journal string) string { return journal })
	next, err := p.patient.Replace(ctx, in.DatasetID, files(29))
	require.NoError(t, err)
	require.EqualValues(t, 3, next.Version)
	require.NotEqual(t, first.PlaintextSHA256, next.PlaintextSHA256)
}

// A journal of before knew the version only.
func TestReplace_OldJournal(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	in := p.ready(t)
	done, err := p.patient.Replace(ctx, in.DatasetID, client.IngestOptions{})
	require.NoError(t, err)
	p.unfinished(t, done, func(journal string) string {
		old := strings.Replace(journal, `{"version":2}`, `2`, 1)
		require.NotEqual(t, journal, old)
		return old
	})
	out, err := p.patient.Replace(ctx, in.DatasetID, client.IngestOptions{})
	require.NoError(t, err)
	require.EqualValues(t, 2, out.Version, "it was finished")
}
