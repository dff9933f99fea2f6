package gateway

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/volens-network/volens/gateway/access"
	"github.com/volens-network/volens/gateway/drs"
	"github.com/volens-network/volens/gateway/problem"
)

// maxJSON bounds the bodies of challenge and login in bytes.
const maxJSON = 8 << 10

// challenge draws what an account signs to log in (POST /v1/challenge).
func (g *Gateway) challenge(w http.ResponseWriter, r *http.Request) error {
	var ask struct {
		Address string `json:"address"`
	}
	if err := readJSON(w, r, &ask); err != nil {
		return err
	}
	c, err := g.doors.Challenge(ask.Address)
	if errors.Is(err, access.ErrLogin) {
		return problem.New(http.StatusBadRequest, problem.BadRequest, "address is not an account's").Wrap(err)
	}
	if err != nil {
		return err
	}
	return drs.JSON(w, c)
}

// readJSON reads one JSON object without unknown fields, and nothing after it.
func readJSON(w http.ResponseWriter, r *http.Request, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxJSON))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil {
		if _, more := decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the object")
		}
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	if err != nil {
		return problem.New(http.StatusBadRequest, problem.BadRequest, "the body is not the expected JSON object").
			Wrap(err)
	}
	return nil
}
