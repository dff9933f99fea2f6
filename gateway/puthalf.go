package gateway

import (
	"errors"
	"net/http"

	"github.com/gorilla/mux"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/gateway/drs"
	"github.com/volens-network/volens/gateway/halves"
	"github.com/volens-network/volens/gateway/problem"
)

// putHalf takes the gateway's part of a dataset's key from its owner, if it opens the
// commitment on chain (PUT /v1/datasets/{id}/half).
func (g *Gateway) putHalf(w http.ResponseWriter, r *http.Request, account string) error {
	of, err := id.Parse(mux.Vars(r)["dataset"])
	if err != nil {
		return problem.NotFound(err)
	}
	d, err := g.rules.Owner(r.Context(), account, of)
	if err != nil {
		return drs.Problem(err)
	}
	part, err := g.keys.Identity.Unseal(http.MaxBytesReader(w, r.Body, halves.MaxSealed))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return err
		}
		return problem.New(http.StatusBadRequest, problem.BadRequest,
			"the body is not an age file to this gateway with 32 bytes in it").Wrap(err)
	}
	defer clear(part)
	held, err := g.vault.Keep(d, g.keys.Address, part)
	if errors.Is(err, halves.ErrCommitment) {
		return problem.New(http.StatusUnprocessableEntity, problem.Commitment,
			"the part does not open this gateway's commitment in the dataset's current version").Wrap(err)
	}
	if err != nil {
		return err
	}
	if err := g.uploads.Claim(r.Context(), held.SHA256); err != nil {
		return err
	}
	g.worker.Wake()
	w.WriteHeader(http.StatusNoContent)
	return nil
}
