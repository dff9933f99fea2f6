package storage

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/papers"
)

// PutPapers hands over the papers of an own request, for whoever is asked to read. Doing so
// again is harmless.
func (c *Client) PutPapers(ctx context.Context, request id.ID, p papers.Papers) error {
	raw, err := p.Encode()
	if err != nil {
		return fault.Wrap(fault.Usage, err)
	}
	_, err = c.bytes(ctx, call{
		method: http.MethodPut, path: papersPath(request), header: []string{"Content-Type", "application/json"},
		content: func() io.Reader { return bytes.NewReader(raw) }, length: int64(len(raw)),
	}, maxAnswer)
	return err
}

// Papers returns the papers of a request, which the gateway may have fetched from another.
// No account is needed. Nothing of them is true before papers.Verify with the chain's digests.
func (c *Client) Papers(ctx context.Context, request id.ID) (papers.Papers, error) {
	return c.papers(ctx, papersPath(request))
}

// OwnPapers is Papers from the gateway's own shelf: it asks no other.
func (c *Client) OwnPapers(ctx context.Context, request id.ID) (papers.Papers, error) {
	return c.papers(ctx, papersPath(request)+"?own")
}

func (c *Client) papers(ctx context.Context, path string) (papers.Papers, error) {
	raw, err := c.bytes(ctx, call{method: http.MethodGet, path: path, open: true}, papers.MaxSize)
	if err != nil {
		return papers.Papers{}, err
	}
	p, err := papers.Parse(raw)
	if err != nil {
		return papers.Papers{}, fault.Wrap(fault.Integrity, err)
	}
	return p, nil
}

func papersPath(request id.ID) string { return "/v1/requests/" + request.String() + "/papers" }
