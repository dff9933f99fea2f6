package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/gorilla/mux"

	"github.com/volens-network/volens/client/storage"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/papers"
	"github.com/volens-network/volens/gateway/drs"
	"github.com/volens-network/volens/gateway/problem"
	"github.com/volens-network/volens/gateway/shelf"
)

// ownQuery asks for what stands on this gateway's own shelf, and no other gateway.
const ownQuery = "own"

// putPapers takes the papers of a request from its researcher, if they open the digests on
// chain (PUT /v1/requests/{id}/papers).
func (g *Gateway) putPapers(w http.ResponseWriter, r *http.Request, account string) error {
	of, err := id.Parse(mux.Vars(r)["request"])
	if err != nil {
		return problem.NotFound(err)
	}
	request, err := g.rules.Request(r.Context(), of)
	if err != nil {
		return drs.Problem(err)
	}
	if request.Researcher != account {
		return problem.NotFound(fmt.Errorf("papers of %s: not from its researcher", of))
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, papers.MaxSize))
	if err != nil {
		return err
	}
	p, err := papers.Parse(raw)
	if err != nil {
		return problem.New(http.StatusBadRequest, problem.BadRequest, err.Error()).Wrap(err)
	}
	err = g.shelf.Put(of, p, request.Spec.Papers())
	if errors.Is(err, papers.ErrMismatch) {
		return problem.New(http.StatusUnprocessableEntity, problem.Digest,
			"the papers are not those of which the chain has digests").Wrap(err)
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// getPapers shows the papers of a request to anybody (GET /v1/requests/{id}/papers). Those
// that this gateway was not given it looks for at the others.
func (g *Gateway) getPapers(w http.ResponseWriter, r *http.Request) error {
	of, err := id.Parse(mux.Vars(r)["request"])
	if err != nil {
		return problem.NotFound(err)
	}
	p, err := g.shelf.Get(of)
	if errors.Is(err, shelf.ErrUnknown) && !r.URL.Query().Has(ownQuery) {
		p, err = g.fetchPapers(r.Context(), of)
	}
	if errors.Is(err, shelf.ErrUnknown) {
		return problem.NotFound(err)
	}
	if err != nil {
		return err
	}
	raw, err := p.Encode()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if _, err := w.Write(raw); err != nil {
		return fmt.Errorf("show papers: %w", err)
	}
	return nil
}

func (g *Gateway) fetchPapers(ctx context.Context, of id.ID) (papers.Papers, error) {
	request, err := g.rules.Request(ctx, of)
	if err != nil {
		return papers.Papers{}, drs.Problem(err)
	}
	return g.shelf.Fetch(ctx, of, request.Spec.Papers())
}

// others implements shelf.Others by the chain's list of gateways.
type others struct {
	directory     Directory
	self, chainID string
	http          *http.Client
}

// Origins implements shelf.Others.
func (o *others) Origins(ctx context.Context) ([]string, error) {
	all, err := o.directory.Gateways(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(origin string) bool { return origin == o.self }), nil
}

// Papers implements shelf.Others.
func (o *others) Papers(ctx context.Context, origin string, request id.ID) (papers.Papers, error) {
	c, err := storage.New(storage.Options{URL: origin, ChainID: o.chainID, HTTP: o.http})
	if err != nil {
		return papers.Papers{}, err
	}
	return c.OwnPapers(ctx, request)
}
