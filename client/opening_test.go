package client_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/facet"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/test/sample"
)

// The facets are never on a disk in plain: their owner has them sealed to herself, and the
// organisation that accepted the inspection gets a file that only its key opens.
func TestAttest_FacetsSealedToTheInspection(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	in, err := p.patient.Ingest(ctx, client.IngestOptions{Files: []string{genome(t, sample.Options{Seed: 41})}})
	require.NoError(t, err)
	_, err = p.patient.Inspect(ctx, in.DatasetID, address(t, p.hospital))
	require.NoError(t, err)

	_, err = p.hospital.Attest(ctx, client.AttestOptions{DatasetID: in.DatasetID, Report: in.Report})
	require.Equal(t, fault.NotFound, fault.KindOf(err), "it is accepted, and the facets are awaited")
	require.ErrorContains(t, err, "volens dataset facets")

	out := filepath.Join(t.TempDir(), "for the hospital.age")
	handed, err := p.patient.HandFacets(ctx, in.DatasetID, out)
	require.NoError(t, err)
	require.Equal(t, out, handed[0].Path)
	require.Equal(t, address(t, p.hospital), handed[0].Organisation)
	_, err = p.patient.HandFacets(ctx, in.DatasetID, out)
	require.Equal(t, fault.Usage, fault.KindOf(err), "nothing that exists is overwritten")
	_, err = p.hospital.HandFacets(ctx, in.DatasetID, "")
	require.Equal(t, fault.Refused, fault.KindOf(err), "only the owner hands them over")

	for _, file := range []string{in.Facets, out} {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(data), "age-encryption.org/v1\n"))
		require.NotContains(t, string(data), "data_type")
		info, err := os.Stat(file)
		require.NoError(t, err)
		require.EqualValues(t, 0o600, info.Mode().Perm())
	}

	attested, err := p.hospital.Attest(ctx,
		client.AttestOptions{DatasetID: in.DatasetID, Report: in.Report, Facets: in.Facets})
	require.Equal(t, fault.Refused, fault.KindOf(err), "the owner's own copy is sealed to the owner")
	require.Equal(t, []string{string(client.CheckFacets)}, fault.Reasons(err))
	require.False(t, attested.Clean)

	attested, err = p.hospital.Attest(
		ctx,
		client.AttestOptions{DatasetID: in.DatasetID, Report: in.Report, Facets: out},
	)
	require.NoError(t, err)
	require.True(t, attested.Clean)
}

// What an older version wrote in plain is still read, and checked as ever.
func TestAttest_PlainFacets(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	in, err := p.patient.Ingest(ctx, client.IngestOptions{Files: []string{genome(t, sample.Options{Seed: 42})}})
	require.NoError(t, err)
	_, err = p.patient.Inspect(ctx, in.DatasetID, address(t, p.hospital))
	require.NoError(t, err)
	of, err := id.Parse(in.DatasetID)
	require.NoError(t, err)
	own, err := p.patient.Wallet.PatientIdentity(of)
	require.NoError(t, err)
	sealed, err := os.ReadFile(in.Facets)
	require.NoError(t, err)
	opened, err := age.Decrypt(bytes.NewReader(sealed), own)
	require.NoError(t, err)
	plain, err := io.ReadAll(opened)
	require.NoError(t, err)
	opening, err := facet.ParseOpening(plain)
	require.NoError(t, err)

	path := filepath.Join(t.TempDir(), "facets.json")
	opening.Leaves[0].Salt[0] ^= 1
	changed, err := opening.Encode()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, changed, 0o600))
	_, err = p.hospital.Attest(ctx, client.AttestOptions{DatasetID: in.DatasetID, Report: in.Report, Facets: path})
	require.Equal(t, []string{string(client.CheckFacets)}, fault.Reasons(err))

	require.NoError(t, os.WriteFile(path, plain, 0o600))
	attested, err := p.hospital.Attest(ctx,
		client.AttestOptions{DatasetID: in.DatasetID, Report: in.Report, Facets: path})
	require.NoError(t, err)
	require.True(t, attested.Clean)
}
