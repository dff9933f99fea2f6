package client_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cometbft/cometbft/libs/bytes"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/client"
	clientchain "github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/test/sample"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/custody"
)

// liar is a node that changes some answers to plain queries. What it proves it cannot
// change.
type liar struct {
	*node
	lie func(path string, value []byte) []byte
}

func (l *liar) ABCIQueryWithOptions(
	ctx context.Context, path string, data bytes.HexBytes, o rpcclient.ABCIQueryOptions,
) (*coretypes.ResultABCIQuery, error) {
	answer, err := l.node.ABCIQueryWithOptions(ctx, path, data, o)
	if err == nil && answer.Response.IsOK() {
		answer.Response.Value = l.lie(path, answer.Response.Value)
	}
	return answer, err
}

// changed decodes a value, changes it and encodes it again.
func changed[M proto.Message](t *testing.T, value []byte, into M, change func(M)) []byte {
	t.Helper()
	require.NoError(t, proto.Unmarshal(value, into))
	change(into)
	out, err := proto.Marshal(into)
	require.NoError(t, err)
	return out
}

// trusting lets the patient begin at a header of now.
func (p *people) trusting(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	at, err := p.patient.Chain.Status(ctx)
	require.NoError(t, err)
	header, err := p.patient.Chain.FetchHeader(ctx, at.Height+1)
	require.NoError(t, err)
	p.patient.Trust = &client.Trust{Anchor: header.Anchor()}
	p.patient.Now = func() time.Time { return p.node.Time.Add(time.Second) }
}

// otherGateways changes what a list of organisations says of gateways.
func otherGateways(t *testing.T, change func(*attestation.Organisation)) func(string, []byte) []byte {
	t.Helper()
	return func(path string, value []byte) []byte {
		if path != "/volens.attestation.v1.Query/Organisations" {
			return value
		}
		return changed(t, value, &attestation.QueryOrganisationsResponse{},
			func(r *attestation.QueryOrganisationsResponse) {
				for i := range r.Organisations {
					if r.Organisations[i].Gateway != nil {
						change(&r.Organisations[i])
					}
				}
			})
	}
}

// lied ingests a file through a node that lies.
func (p *people) lied(t *testing.T, lie func(path string, value []byte) []byte) (*client.Ingested, error) {
	t.Helper()
	c, err := clientchain.New("", clientchain.Options{Node: &liar{node: p.node, lie: lie}, Poll: time.Microsecond})
	require.NoError(t, err)
	honest := p.patient.Chain
	p.patient.Chain = c
	defer func() { p.patient.Chain = honest }()
	return p.patient.Ingest(context.Background(), client.IngestOptions{
		Files: []string{genome(t, sample.Options{Seed: 31, Records: 20})},
	})
}

// A node that names a committee's key or a gateway's recipient of its own would have the
// patient's file sealed to itself.
func TestIngest_LyingNode(t *testing.T) {
	p := together(t)
	p.trusting(t)
	other, err := p.hospital.Wallet.DeliveryIdentity([16]byte{1})
	require.NoError(t, err)
	recipient := other.Recipient().String()

	_, err = p.lied(t, func(path string, value []byte) []byte {
		if path != "/volens.custody.v1.Query/Key" {
			return value
		}
		return changed(t, value, &custody.QueryKeyResponse{}, func(r *custody.QueryKeyResponse) { r.Key.KeyId = 77 })
	})
	require.Equal(t, fault.Integrity, fault.KindOf(err), "%v", err)
	require.Empty(t, p.depot.objects)
	_, err = p.lied(t, otherGateways(t, func(o *attestation.Organisation) {
		o.Address, o.Gateway.Recipient = address(t, p.ethics), recipient
	}))
	require.Error(t, err, "another organisation is no gateway")
	require.Empty(t, p.depot.objects)

	in, err := p.lied(t, otherGateways(t, func(o *attestation.Organisation) { o.Gateway.Recipient = recipient }))
	require.NoError(t, err, "the depot opens its part: it was sealed to the recipient on chain")
	require.NotEmpty(t, in.DatasetID)
}

// A trusted header of another chain proves nothing here.
func TestIngest_WrongAnchor(t *testing.T) {
	p := together(t)
	p.trusting(t)
	p.patient.Trust.Anchor.Hash = make([]byte, 32)
	_, err := p.patient.Ingest(context.Background(), client.IngestOptions{
		Files: []string{genome(t, sample.Options{Seed: 33, Records: 20})},
	})
	require.Equal(t, fault.Integrity, fault.KindOf(err))
	require.Empty(t, p.depot.objects)
}

// A node that shows the state of an hour ago could name a key or a gateway that are no more.
func TestIngest_OldState(t *testing.T) {
	p := together(t)
	p.trusting(t)
	p.patient.Now = func() time.Time { return p.node.Time.Add(time.Hour) }
	_, err := p.patient.Ingest(context.Background(), client.IngestOptions{
		Files: []string{genome(t, sample.Options{Seed: 35, Records: 20})},
	})
	require.Equal(t, fault.Unavailable, fault.KindOf(err), "%v", err)
	require.Empty(t, p.depot.objects)
}
