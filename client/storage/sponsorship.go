package storage

import (
	"context"
	"net/http"
)

// Sponsorship asks the gateway to pay the fees of this account's messages as a patient, and
// returns the address that pays. It also brings an account into being that the chain does
// not know. Asking again is harmless.
func (c *Client) Sponsorship(ctx context.Context) (granter string, err error) {
	var out struct {
		Granter string `json:"granter"`
	}
	err = c.json(ctx, call{method: http.MethodPost, path: "/v1/sponsorship"}, &out)
	return out.Granter, err
}
