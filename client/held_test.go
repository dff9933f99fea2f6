package client_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/client"
	clientchain "github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/test/sample"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// told runs what somebody does over a node that changes its answers to one kind of question.
func told[M proto.Message](
	t *testing.T, p *people, who *client.Session, path string, into M, change func(M), do func() error,
) error {
	t.Helper()
	c, err := clientchain.New("", clientchain.Options{
		Node: &liar{node: p.node, lie: func(asked string, value []byte) []byte {
			if asked != path {
				return value
			}
			into.Reset()
			return changed(t, value, into, change)
		}},
		Poll: 1,
	})
	require.NoError(t, err)
	honest := who.Chain
	who.Chain = c
	defer func() { who.Chain = honest }()
	return do()
}

// asked is a dataset that may be used, and a request for it. Everybody begins at a trusted header.
func (p *people) asked(t *testing.T) (*client.Ingested, *client.Submitted) {
	t.Helper()
	in := p.ready(t)
	file, err := client.ReadRequest(p.study(t))
	require.NoError(t, err)
	p.approve(t, file)
	out, err := p.researcher.SubmitRequest(context.Background(), file)
	require.NoError(t, err)
	p.trusting(t)
	p.researcher.Trust, p.researcher.Now = &client.Trust{Anchor: p.patient.Trust.Anchor}, p.patient.Now
	return in, out
}

// A yes names only a request's id: a node that shows another price has nobody agree to it.
func TestDecide_LyingNode(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	in, asked := p.asked(t)
	const path = "/volens.market.v1.Query/Request"
	yes := func() error {
		_, err := p.patient.Decide(ctx, asked.RequestID, in.DatasetID, true)
		return err
	}
	show := func() error {
		_, err := p.patient.Request(ctx, asked.RequestID)
		return err
	}
	for name, lie := range map[string]func(*market.QueryRequestResponse){
		"price": func(r *market.QueryRequestResponse) {
			r.Request.Spec.Price.Amount = r.Request.Spec.Price.Amount.AddRaw(1)
		},
		"researcher": func(r *market.QueryRequestResponse) { r.Request.Researcher = address(t, p.hospital) },
		"height":     func(r *market.QueryRequestResponse) { r.Request.Height-- },
	} {
		for _, do := range []func() error{yes, show} {
			err := told(t, p, p.patient, path, &market.QueryRequestResponse{}, lie, do)
			require.Equal(t, fault.Integrity, fault.KindOf(err), "%s: %v", name, err)
		}
	}
	file, err := client.ReadRequest(p.study(t))
	require.NoError(t, err)
	other, err := p.researcher.SubmitRequest(ctx, file)
	require.NoError(t, err)
	genuine, err := p.patient.Chain.Market().Request(ctx, &market.QueryRequestRequest{RequestId: other.RequestID})
	require.NoError(t, err)
	for _, do := range []func() error{yes, show} {
		err := told(t, p, p.patient, path, &market.QueryRequestResponse{},
			func(r *market.QueryRequestResponse) { *r = *genuine }, do)
		require.Equal(t, fault.Integrity, fault.KindOf(err), "another request: %v", err)
	}
	require.NoError(t, show())
	require.NoError(t, yes())
}

// A node cannot hand a researcher a release, or a file, that is not the chain's.
func TestFetch_LyingNode(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	in, asked := p.asked(t)
	_, err := p.patient.Decide(ctx, asked.RequestID, in.DatasetID, true)
	require.NoError(t, err)
	out := t.TempDir()
	fetch := func() error {
		_, err := p.researcher.Fetch(ctx, client.FetchOptions{RequestID: asked.RequestID, Out: out, Wait: true})
		return err
	}
	err = told(t, p, p.researcher, "/volens.custody.v1.Query/Seat", &custody.QuerySeatResponse{},
		func(r *custody.QuerySeatResponse) {
			if r.Release != nil {
				r.Release.S[0] ^= 1
			}
		}, fetch)
	require.Equal(t, fault.Integrity, fault.KindOf(err), "%v", err)
	err = told(t, p, p.researcher, "/volens.dataset.v1.Query/Dataset", &dataset.QueryDatasetResponse{},
		func(r *dataset.QueryDatasetResponse) { r.Dataset.Payload.Sha256[0] ^= 1 }, fetch)
	require.Equal(t, fault.Integrity, fault.KindOf(err), "%v", err)
	err = told(t, p, p.researcher, "/volens.custody.v1.Query/Key", &custody.QueryKeyResponse{},
		func(r *custody.QueryKeyResponse) { r.Key.KeyId = 77 }, fetch)
	require.Equal(t, fault.Integrity, fault.KindOf(err), "%v", err)
	require.Empty(t, entries(t, out))
	require.NoError(t, fetch())
	require.NotEmpty(t, entries(t, out))
}

// What an own dataset is sealed anew from is the chain's version of it, not the node's.
func TestReplace_LyingNode(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	in := p.ready(t)
	other, err := p.patient.Ingest(ctx, client.IngestOptions{Files: []string{genome(t, sample.Options{Seed: 25})}})
	require.NoError(t, err)
	p.trusting(t)
	replace := func() error {
		_, err := p.patient.Replace(ctx, in.DatasetID, client.IngestOptions{})
		return err
	}
	const path = "/volens.dataset.v1.Query/Dataset"
	err = told(t, p, p.patient, path, &dataset.QueryDatasetResponse{},
		func(r *dataset.QueryDatasetResponse) { r.Dataset.Payload.Kind = dataset.KIND_BAM }, replace)
	require.Equal(t, fault.Integrity, fault.KindOf(err), "%v", err)
	err = told(t, p, p.patient, path, &dataset.QueryDatasetResponse{},
		func(r *dataset.QueryDatasetResponse) { r.Dataset.Version++ }, replace)
	require.Equal(t, fault.Unavailable, fault.KindOf(err), "%v", err)
	err = told(t, p, p.patient, path, &dataset.QueryDatasetResponse{},
		func(r *dataset.QueryDatasetResponse) { r.Dataset.Id = other.DatasetID }, replace)
	require.Equal(t, fault.Integrity, fault.KindOf(err), "%v", err)
	require.NoError(t, replace())
}

// A stop is done when the chain holds it, not when a node says so.
func TestRevoke_LyingNode(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	in := p.ready(t)
	first, err := p.patient.Revoke(ctx, in.DatasetID)
	require.NoError(t, err)
	_, err = p.patient.Grant(ctx, in.DatasetID, terms())
	require.NoError(t, err)
	p.trusting(t)

	honest := p.patient.Chain
	p.patient.Chain, err = clientchain.New("", clientchain.Options{Node: &deaf{node: p.node}, Poll: 1})
	require.NoError(t, err)
	_, err = p.patient.Revoke(ctx, in.DatasetID)
	require.Equal(t, fault.Integrity, fault.KindOf(err), "%v", err)
	require.ErrorContains(t, err, "stop of dataset")
	p.patient.Chain = honest

	out, err := p.patient.Revoke(ctx, in.DatasetID)
	require.NoError(t, err)
	require.Equal(t, first.Version+2, out.Version)
	now, err := p.patient.Consent(ctx, in.DatasetID)
	require.NoError(t, err)
	require.Equal(t, consent.STATUS_INACTIVE, now.Status)
}

// deaf is a node that says of every transaction that it stands in a block, and passes none on.
type deaf struct {
	*node
	kept cmttypes.Tx
}

func (d *deaf) BroadcastTxSync(_ context.Context, tx cmttypes.Tx) (*coretypes.ResultBroadcastTx, error) {
	d.kept = tx
	return &coretypes.ResultBroadcastTx{Hash: tx.Hash()}, nil
}

func (d *deaf) Tx(context.Context, []byte, bool) (*coretypes.ResultTx, error) {
	return &coretypes.ResultTx{Hash: d.kept.Hash(), Height: d.Height, Tx: d.kept}, nil
}
