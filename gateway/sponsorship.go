package gateway

import (
	"errors"
	"net/http"

	"github.com/volens-network/volens/gateway/drs"
	"github.com/volens-network/volens/gateway/problem"
	"github.com/volens-network/volens/gateway/sponsor"
)

// Sponsorship is who pays an account's fees.
type Sponsorship struct {
	// Granter is the address to name as the fee's granter.
	Granter string `json:"granter"`
}

// grantAllowance lets the gateway's account pay the fees of a patient's messages, and
// brings the account into being (POST /v1/sponsorship).
func (g *Gateway) grantAllowance(w http.ResponseWriter, r *http.Request, account string) error {
	granter, err := g.sponsor.Grant(r.Context(), account)
	switch {
	case errors.Is(err, sponsor.ErrOff):
		return problem.NotFound(err)
	case errors.Is(err, sponsor.ErrToday):
		return problem.New(http.StatusTooManyRequests, problem.RateLimit, "the grants of today are used up").
			Wrap(err).Retry(3600)
	case errors.Is(err, sponsor.ErrBusy):
		return problem.New(http.StatusServiceUnavailable, problem.Unavailable, "too many grants are under way").
			Wrap(err).Retry(1)
	case err != nil:
		return drs.Problem(err)
	}
	return drs.JSON(w, Sponsorship{Granter: granter})
}
