package gateway

import (
	"errors"
	"net/http"
	"time"

	"github.com/volens-network/volens/core/login"
	"github.com/volens-network/volens/gateway/access"
	"github.com/volens-network/volens/gateway/drs"
	"github.com/volens-network/volens/gateway/problem"
)

// Session is what a login returns.
type Session struct {
	// Token goes into "Authorization: Bearer".
	Token   string    `json:"token"`
	Expires time.Time `json:"expires"`
}

// login turns a signed challenge into a token (POST /v1/login).
func (g *Gateway) login(w http.ResponseWriter, r *http.Request) error {
	var answer login.Answer
	if err := readJSON(w, r, &answer); err != nil {
		return err
	}
	token, expires, err := g.doors.Login(answer)
	if errors.Is(err, access.ErrLogin) {
		return problem.New(http.StatusUnauthorized, problem.Unauthorized,
			"the challenge is not this gateway's, was used, has expired, or is not signed by the account").Wrap(err)
	}
	if err != nil {
		return err
	}
	return drs.JSON(w, Session{Token: token, Expires: expires})
}
