package login_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/login"
	"github.com/volens-network/volens/test/vectors"
)

// loginVectors is test/vectors/login.json.
type loginVectors struct {
	Challenge login.Challenge `json:"challenge"`
	Text      string          `json:"text"`
	SignBytes string          `json:"sign_bytes"`
	// Refused are challenges of which one field is malformed.
	Refused []login.Challenge `json:"refused"`
}

func TestVectors(t *testing.T) {
	c := challenge()
	out := loginVectors{Challenge: c, Text: c.Text(), SignBytes: string(c.SignBytes())}
	for _, change := range []func(*login.Challenge){
		func(c *login.Challenge) { c.Origin = "gateway.example.org" },
		func(c *login.Challenge) { c.Origin += "/" },
		func(c *login.Challenge) { c.Origin = "ftp://gateway.example.org" },
		func(c *login.Challenge) { c.Origin = "https://user@gateway.example.org" },
		func(c *login.Challenge) { c.Origin = "https://gateway.example.org\naccount: x" },
		func(c *login.Challenge) { c.ChainID = "" },
		func(c *login.Challenge) { c.ChainID = "volens-1\nnonce: 00" },
		func(c *login.Challenge) { c.Address = "cosmos1" + c.Address[7:] },
		func(c *login.Challenge) { c.Address = c.Address[:44] },
		func(c *login.Challenge) { c.Nonce = "0A" + c.Nonce[2:] },
		func(c *login.Challenge) { c.Nonce = c.Nonce[:31] },
	} {
		refused := challenge()
		change(&refused)
		require.ErrorIs(t, refused.Validate(), login.ErrChallenge)
		out.Refused = append(out.Refused, refused)
	}
	vectors.Check(t, "login.json", out)
}
