package client_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/x/consent"
)

// A carer whom the patient names takes the consent back, and nobody else does. A guardian
// speaks for the patient by two digests. A gateway that does not serve is claimed against.
func TestCarerGuardianAndClaim(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	in := p.ready(t)
	file, err := client.ReadRequest(p.study(t))
	require.NoError(t, err)
	p.approve(t, file)

	dir := t.TempDir()
	who, shown := filepath.Join(dir, "who"), filepath.Join(dir, "order")
	require.NoError(t, os.WriteFile(who, []byte("the mother"), 0o600))
	require.NoError(t, os.WriteFile(shown, []byte("the court's order"), 0o600))
	guarded, err := terms().SpokenFor(who, shown)
	require.NoError(t, err)
	_, err = p.patient.Amend(ctx, in.DatasetID, guarded)
	require.NoError(t, err)
	now, err := p.patient.Chain.Consents().Consent(ctx, &consent.QueryConsentRequest{DatasetId: in.DatasetID})
	require.NoError(t, err)
	disclosure := now.Consent.Provision.Disclosure
	require.Equal(t, consent.SUBJECT_WITH_GUARDIAN, disclosure.Subject)
	digest := sha256.Sum256([]byte("the mother"))
	require.Equal(t, digest[:], disclosure.RepresentativeSha256)
	require.Len(t, disclosure.AuthoritySha256, sha256.Size)

	asked, err := p.researcher.SubmitRequest(ctx, file)
	require.NoError(t, err)
	_, err = p.patient.Decide(ctx, asked.RequestID, in.DatasetID, true)
	require.NoError(t, err)
	_, err = p.researcher.Fetch(ctx, client.FetchOptions{RequestID: asked.RequestID, Out: t.TempDir(), Wait: true})
	require.NoError(t, err)
	gateways, err := p.researcher.Organisations(ctx, "gateway")
	require.NoError(t, err)
	gateway := gateways[0].Address
	_, err = p.researcher.Service(ctx, asked.RequestID, 0, gateway)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = p.hospital.ClaimService(ctx, asked.RequestID, 0, gateway)
	require.Equal(t, fault.Refused, fault.KindOf(err), "another's request: %v", err)
	_, err = p.researcher.ClaimService(ctx, asked.RequestID, 0, gateway)
	require.NoError(t, err)
	claim, err := p.researcher.Service(ctx, asked.RequestID, 0, gateway)
	require.NoError(t, err)
	require.Equal(t, asked.RequestID, claim.RequestID)
	require.Contains(t, []string{"open", "answered"}, claim.State)
	require.Positive(t, claim.Deadline)
	_, err = p.researcher.DisputeAnswer(ctx, asked.RequestID, 0, gateway, filepath.Join(dir, "none"))
	require.Equal(t, fault.NotFound, fault.KindOf(err))

	_, err = p.hospital.RevokeFor(ctx, in.DatasetID)
	require.Equal(t, fault.Refused, fault.KindOf(err), "nobody has named it: %v", err)
	_, err = p.patient.SetRevoker(ctx, in.DatasetID, "x")
	require.Error(t, err)
	_, err = p.patient.SetRevoker(ctx, in.DatasetID, address(t, p.hospital))
	require.NoError(t, err)
	_, err = p.university.RevokeFor(ctx, in.DatasetID)
	require.Equal(t, fault.Refused, fault.KindOf(err), "another is named: %v", err)
	out, err := p.hospital.RevokeFor(ctx, in.DatasetID)
	require.NoError(t, err)
	require.Equal(t, now.Consent.Version+1, out.Version)
	now, err = p.patient.Chain.Consents().Consent(ctx, &consent.QueryConsentRequest{DatasetId: in.DatasetID})
	require.NoError(t, err)
	require.Equal(t, out.Version, now.Consent.Version)
	require.NotEqual(t, consent.STATUS_ACTIVE, now.Consent.Status)
}

// A guardian is said whole or not at all.
func TestTerms_SpokenFor(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(path, []byte("x"), 0o600))
	digest := sha256.Sum256([]byte("x"))
	for name, c := range map[string]struct {
		representative, authority string
		want                      string
	}{
		"nobody": {"", "", ""}, "both": {path, path, hex.EncodeToString(digest[:])},
	} {
		out, err := client.DefaultTerms().SpokenFor(c.representative, c.authority)
		require.NoError(t, err, name)
		require.Equal(t, c.want, out.RepresentativeSHA256, name)
		require.Equal(t, c.want, out.AuthoritySHA256, name)
	}
	for name, c := range map[string][2]string{
		"no authority": {path, ""}, "no representative": {"", path}, "not there": {path, filepath.Join(dir, "none")},
	} {
		_, err := client.DefaultTerms().SpokenFor(c[0], c[1])
		require.Error(t, err, name)
	}
}
