package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/merkle"
)

const (
	// maxHalf bounds an age file around a part.
	maxHalf = 64 << 10
	// maxLeaves bounds the hashes of an object's leaves: 2 TiB of object.
	maxLeaves = 64 << 20
)

// PutHalf hands the gateway its part of a dataset's key, as an age file to the gateway's
// recipient. Handing it over again is harmless.
func (c *Client) PutHalf(ctx context.Context, datasetID id.ID, sealed []byte) error {
	_, err := c.bytes(ctx, call{
		method: http.MethodPut, path: "/v1/datasets/" + datasetID.String() + "/half",
		content: func() io.Reader { return bytes.NewReader(sealed) }, length: int64(len(sealed)),
	}, maxAnswer)
	return err
}

// Half asks for the part that goes with a released seat of a request, or with seat 0 of an
// inspection: an age file to the delivery key that was fixed on chain.
func (c *Client) Half(ctx context.Context, request id.ID, seat uint64) ([]byte, error) {
	path := fmt.Sprintf("/v1/requests/%s/seats/%d/half", request, seat)
	return c.bytes(ctx, call{method: http.MethodPost, path: path}, maxHalf)
}

// Object asks for an object's description by the Data Repository Service, and checks that
// it is of this object.
func (c *Client) Object(ctx context.Context, object drs.Digest) (*drs.Object, error) {
	raw, err := c.bytes(ctx, call{method: http.MethodGet, path: "/ga4gh/drs/v1/objects/" + object.String()}, maxAnswer)
	if err != nil {
		return nil, err
	}
	o, err := drs.Parse(raw)
	if err != nil {
		return nil, fault.E(fault.Internal, "description of object %s: %w", object, err)
	}
	digest, err := o.SHA256()
	if err != nil || digest != object || o.ID != object.String() {
		return nil, fault.E(fault.Integrity, "gateway describes object %s instead of %s", o.ID, object)
	}
	return o, nil
}

// Size asks for an object's size in bytes.
func (c *Client) Size(ctx context.Context, object drs.Digest) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	response, err := c.do(ctx, call{method: http.MethodHead, path: objectPath(object)})
	if err != nil {
		return 0, err
	}
	if err := closeBody(response); err != nil {
		return 0, err
	}
	if response.ContentLength < 0 {
		return 0, fault.E(fault.Internal, "gateway does not tell an object's size")
	}
	return response.ContentLength, nil
}

// Leaves asks for the hashes of an object's 1 MiB leaves. They prove nothing until their
// root is compared with tree_root on chain, as envelope.NewReaderAt does.
func (c *Client) Leaves(ctx context.Context, object drs.Digest) ([]merkle.Hash, error) {
	raw, err := c.bytes(ctx, call{method: http.MethodGet, path: objectPath(object) + "/leaves"}, maxLeaves)
	if err != nil {
		return nil, err
	}
	if len(raw)%merkle.HashSize != 0 {
		return nil, fault.E(fault.Integrity, "leaves of object %s have %d bytes", object, len(raw))
	}
	leaves := make([]merkle.Hash, len(raw)/merkle.HashSize)
	for i := range leaves {
		copy(leaves[i][:], raw[i*merkle.HashSize:])
	}
	return leaves, nil
}

// ReaderAt reads parts of an object from the gateway, each read a call, and tells its
// size. What it reads is not checked: compare it with leaves.
func (c *Client) ReaderAt(ctx context.Context, object drs.Digest) (io.ReaderAt, int64, error) {
	size, err := c.Size(ctx, object)
	if err != nil {
		return nil, 0, err
	}
	return &remote{ctx: ctx, client: c, object: object, size: size}, size, nil
}

// remote is an object at a gateway. A reader has no place for a context, so it keeps that
// of the call that made it.
type remote struct {
	ctx    context.Context
	client *Client
	object drs.Digest
	size   int64
}

// ReadAt implements io.ReaderAt.
func (r *remote) ReadAt(p []byte, offset int64) (int, error) {
	if offset < 0 {
		return 0, fault.E(fault.Usage, "read at offset %d", offset)
	}
	if offset >= r.size {
		return 0, io.EOF
	}
	want := min(int64(len(p)), r.size-offset)
	got := int64(0)
	var failed error
	for tries := 0; tries < maxTries && got < want; tries++ {
		if tries > 0 {
			if err := r.client.wait(r.ctx, retryAfter(failed)); err != nil {
				return int(got), err
			}
		}
		n, err := r.read(p[got:want], offset+got)
		got += int64(n)
		if n > 0 {
			tries = 0
		}
		if failed = err; err != nil && !fault.Is(err, fault.Unavailable) {
			return int(got), err
		}
	}
	if got < want {
		return int(got), failed
	}
	if got < int64(len(p)) {
		return int(got), io.EOF
	}
	return int(got), nil
}

func (r *remote) read(p []byte, offset int64) (int, error) {
	ctx, watch := newWatch(r.ctx)
	defer watch.stop()
	last := offset + int64(len(p)) - 1
	response, err := r.client.do(ctx, call{
		method: http.MethodGet, path: objectPath(r.object),
		header: []string{"Range", "bytes=" + strconv.FormatInt(offset, 10) + "-" + strconv.FormatInt(last, 10)},
	})
	if err != nil {
		return 0, err
	}
	if response.StatusCode != http.StatusPartialContent {
		return 0, errors.Join(fault.E(fault.Internal, "gateway sends no range"), closeBody(response))
	}
	if _, err := totalOf(response, offset); err != nil {
		return 0, errors.Join(err, closeBody(response))
	}
	n, err := io.ReadFull(&reporting{src: response.Body, report: func(int, error) { watch.moved() }}, p)
	if err != nil {
		err = fault.E(fault.Unavailable, "range broke off at byte %d: %w", offset+int64(n), err)
	}
	return n, errors.Join(err, closeBody(response))
}
