package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gorilla/mux"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/gateway/accesslog"
	"github.com/volens-network/volens/gateway/drs"
	"github.com/volens-network/volens/gateway/halves"
	"github.com/volens-network/volens/gateway/problem"
)

// getHalf hands a part to the reader of a released seat, under the delivery key that was
// fixed on chain (POST /v1/requests/{id}/seats/{i}/half; an inspection is a request here).
func (g *Gateway) getHalf(w http.ResponseWriter, r *http.Request, account string) error {
	vars := mux.Vars(r)
	request, err := id.Parse(vars["request"])
	if err != nil {
		return problem.NotFound(err)
	}
	seat, err := strconv.ParseUint(vars["seat"], 10, 64)
	if err != nil {
		return problem.NotFound(err)
	}
	grant, err := g.rules.Seat(r.Context(), account, request, seat)
	if err != nil {
		return drs.Problem(err)
	}
	sealed, err := g.vault.HandOver(grant.Dataset, grant.Version, grant.DeliveryKey)
	switch {
	case errors.Is(err, halves.ErrUnknown):
		return problem.NotFound(err)
	case errors.Is(err, halves.ErrRecipient):
		return problem.New(http.StatusUnprocessableEntity, problem.BadRequest,
			"the delivery key on chain is no age1pq recipient").Wrap(err)
	case err != nil:
		return err
	}
	err = g.log.Append(accesslog.Entry{
		Time: g.deps.Now(), What: accesslog.Half, Account: account, Dataset: grant.Dataset.String(),
		Version: grant.Version, Request: request.String(), Seat: seat,
	})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Length", strconv.Itoa(len(sealed)))
	h.Set("Cache-Control", "no-store")
	if _, err := w.Write(sealed); err != nil {
		return fmt.Errorf("hand over part: %w", err)
	}
	return nil
}
