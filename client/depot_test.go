package client_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"os"

	"filippo.io/age"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/merkle"
	"github.com/volens-network/volens/core/papers"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// depot is the story's gateway in memory. It decides as a gateway does: a half goes to a
// seat that is released, sealed to the delivery key that stands on chain.
type depot struct {
	node     *node
	identity *age.HybridIdentity
	objects  map[drs.Digest][]byte
	parts    map[string][]byte
	// cut makes an upload fail after so many bytes, once; wrong changes the next part.
	cut   int64
	wrong bool
	// noShelf refuses papers.
	noShelf bool
	shelf   map[id.ID]papers.Papers
}

func (d *depot) Upload(_ context.Context, src io.ReaderAt, size int64, object drs.Digest, done func(int64)) error {
	if d.cut > 0 {
		d.cut = 0
		return fault.E(fault.Unavailable, "connection lost")
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(src, 0, size), data); err != nil {
		return err
	}
	if sha256.Sum256(data) != object {
		return fault.E(fault.Integrity, "wrong digest")
	}
	d.objects[object] = data
	done(size)
	return nil
}

func (d *depot) PutHalf(_ context.Context, datasetID id.ID, sealed []byte) error {
	plain, err := age.Decrypt(bytes.NewReader(sealed), d.identity)
	if err != nil {
		return err
	}
	if d.parts[datasetID.String()], err = io.ReadAll(plain); err != nil {
		return err
	}
	gateway := d.node.Gateway
	d.node.Offer(d.node.Sign(gateway, 0, &dataset.MsgHoldReceipts{
		Gateway: gateway.String(), DatasetIds: []string{datasetID.String()},
	}))
	return nil
}

// PutPapers keeps what it is given: that clients compare is what is tested.
func (d *depot) PutPapers(_ context.Context, request id.ID, p papers.Papers) error {
	if d.noShelf {
		return fault.E(fault.Unavailable, "no room")
	}
	if d.shelf == nil {
		d.shelf = map[id.ID]papers.Papers{}
	}
	d.shelf[request] = p
	return nil
}

func (d *depot) Papers(_ context.Context, request id.ID) (papers.Papers, error) {
	p, ok := d.shelf[request]
	if !ok {
		return papers.Papers{}, fault.E(fault.NotFound, "no papers")
	}
	return p, nil
}

func (d *depot) Half(ctx context.Context, request id.ID, seat uint64) ([]byte, error) {
	release := d.node.Released(d.node.Context(), request, seat)
	if release == nil {
		return nil, fault.E(fault.NotFound, "no such seat")
	}
	key, err := d.deliveryKey(ctx, request, release.Kind)
	if err != nil {
		return nil, err
	}
	recipient, err := age.ParseHybridRecipient(key)
	if err != nil {
		return nil, err
	}
	part := bytes.Clone(d.parts[release.DatasetId])
	if d.wrong {
		part[0] ^= 1
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, recipient)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(part); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (d *depot) deliveryKey(ctx context.Context, request id.ID, kind custody.JobKind) (string, error) {
	var answer sdk.Msg
	path, question := "/volens.market.v1.Query/Request", sdk.Msg(
		&market.QueryRequestRequest{RequestId: request.String()},
	)
	answer = &market.QueryRequestResponse{}
	if kind == custody.JOB_KIND_INSPECTION {
		path, question = "/volens.custody.v1.Query/Inspection", &custody.QueryInspectionRequest{
			InspectionId: request.String(),
		}
		answer = &custody.QueryInspectionResponse{}
	}
	if err := d.node.ask(ctx, path, question, answer); err != nil {
		return "", err
	}
	switch found := answer.(type) {
	case *market.QueryRequestResponse:
		return found.Request.Spec.DeliveryKey, nil
	case *custody.QueryInspectionResponse:
		return found.Inspection.DeliveryKey, nil
	default:
		return "", fault.E(fault.Internal, "unexpected answer")
	}
}

func (d *depot) Download(
	_ context.Context,
	object drs.Digest,
	_ int64,
	path string,
	done func(done, total int64),
) error {
	data, err := d.object(object)
	if err != nil {
		return err
	}
	done(int64(len(data)), int64(len(data)))
	return os.WriteFile(path, data, 0o600)
}

func (d *depot) Leaves(_ context.Context, object drs.Digest) ([]merkle.Hash, error) {
	data, err := d.object(object)
	if err != nil {
		return nil, err
	}
	return merkle.Leaves(bytes.NewReader(data), envelope.LeafSize, 1<<20)
}

func (d *depot) ReaderAt(_ context.Context, object drs.Digest) (io.ReaderAt, int64, error) {
	data, err := d.object(object)
	return bytes.NewReader(data), int64(len(data)), err
}

func (d *depot) object(object drs.Digest) ([]byte, error) {
	data, ok := d.objects[object]
	if !ok {
		return nil, fault.E(fault.NotFound, "no such object")
	}
	return data, nil
}
