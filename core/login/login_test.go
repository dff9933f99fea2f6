package login_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/login"
)

func challenge() login.Challenge {
	return login.Challenge{
		Origin:  "https://gateway.example.org:8443",
		ChainID: "volens-1",
		Address: "volens1" + strings.Repeat("q", 38),
		Nonce:   strings.Repeat("0a", 32),
		Expires: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
}

func TestChallenge_Text(t *testing.T) {
	c := challenge()
	require.NoError(t, c.Validate())
	require.Equal(t, "volens-login/v1\n"+
		"Log in to a storage gateway. This moves no money and consents to nothing.\n"+
		"origin: https://gateway.example.org:8443\n"+
		"chain: volens-1\n"+
		"account: volens1"+strings.Repeat("q", 38)+"\n"+
		"nonce: "+strings.Repeat("0a", 32)+"\n"+
		"expires: 2026-01-02T03:04:05Z\n", c.Text())
}

func TestChallenge_TextIsInUTC(t *testing.T) {
	c := challenge()
	c.Expires = c.Expires.In(time.FixedZone("", 3600))
	require.Equal(t, challenge().Text(), c.Text())
}

// The document must be the canonical JSON that wallets build: sorted keys, no spaces, no transaction.
func TestChallenge_SignBytes(t *testing.T) {
	raw := challenge().SignBytes()
	var doc map[string]any
	require.NoError(t, json.Unmarshal(raw, &doc))
	again, err := json.Marshal(doc)
	require.NoError(t, err)
	require.Equal(t, string(again), string(raw))
	require.Empty(t, doc["chain_id"])
	require.Equal(t, "0", doc["account_number"])
	require.Equal(t, "0", doc["sequence"])

	text := base64.StdEncoding.EncodeToString([]byte(challenge().Text()))
	require.Contains(t, string(raw), `"type":"sign/MsgSignData"`)
	require.Contains(t, string(raw), `"data":"`+text+`"`)
	require.Contains(t, string(raw), `"signer":"volens1`)
}

func TestChallenge_EveryFieldIsSigned(t *testing.T) {
	base := string(challenge().SignBytes())
	for name, change := range map[string]func(*login.Challenge){
		"origin":  func(c *login.Challenge) { c.Origin = "https://evil.example.org" },
		"chain":   func(c *login.Challenge) { c.ChainID = "volens-2" },
		"address": func(c *login.Challenge) { c.Address = "volens1" + strings.Repeat("p", 38) },
		"nonce":   func(c *login.Challenge) { c.Nonce = strings.Repeat("0b", 32) },
		"expires": func(c *login.Challenge) { c.Expires = c.Expires.Add(time.Second) },
	} {
		c := challenge()
		change(&c)
		require.NoError(t, c.Validate(), name)
		require.NotEqual(t, base, string(c.SignBytes()), name)
	}
}

func TestValidate_Refuses(t *testing.T) {
	for name, change := range map[string]func(*login.Challenge){
		"no origin":            func(c *login.Challenge) { c.Origin = "" },
		"origin with path":     func(c *login.Challenge) { c.Origin += "/x" },
		"origin with slash":    func(c *login.Challenge) { c.Origin += "/" },
		"origin with user":     func(c *login.Challenge) { c.Origin = "https://a@b" },
		"origin with query":    func(c *login.Challenge) { c.Origin += "?a" },
		"origin with newline":  func(c *login.Challenge) { c.Origin += "\nchain: x" },
		"origin of another":    func(c *login.Challenge) { c.Origin = "ftp://b" },
		"chain with newline":   func(c *login.Challenge) { c.ChainID = "a\nb" },
		"no chain":             func(c *login.Challenge) { c.ChainID = "" },
		"long chain":           func(c *login.Challenge) { c.ChainID = strings.Repeat("a", 51) },
		"foreign address":      func(c *login.Challenge) { c.Address = "cosmos1" + strings.Repeat("q", 38) },
		"address in capitals":  func(c *login.Challenge) { c.Address = strings.ToUpper(c.Address) },
		"address with quote":   func(c *login.Challenge) { c.Address = "volens1" + strings.Repeat("q", 37) + `"` },
		"short nonce":          func(c *login.Challenge) { c.Nonce = "00" },
		"nonce with newline":   func(c *login.Challenge) { c.Nonce += "\n" },
		"no expiry":            func(c *login.Challenge) { c.Expires = time.Time{} },
		"expiry in nanosecond": func(c *login.Challenge) { c.Expires = c.Expires.Add(1) },
	} {
		c := challenge()
		change(&c)
		require.ErrorIs(t, c.Validate(), login.ErrChallenge, name)
	}
}

func TestAnswer_JSON(t *testing.T) {
	answer := login.Answer{Challenge: challenge(), PublicKey: []byte{1, 2}, Signature: []byte{3}}
	raw, err := json.Marshal(answer)
	require.NoError(t, err)
	require.Contains(t, string(raw), `"chain_id":"volens-1"`)
	require.Contains(t, string(raw), `"public_key":"AQI="`)
	var back login.Answer
	require.NoError(t, json.Unmarshal(raw, &back))
	require.Equal(t, answer, back)
}

// What passes Validate has exactly seven lines: no field can pretend to be another.
func FuzzChallenge_Lines(f *testing.F) {
	c := challenge()
	f.Add(c.Origin, c.ChainID, c.Address, c.Nonce, c.Expires.Unix())
	f.Add("https://a\nchain: b", "c", c.Address, c.Nonce, int64(0))
	f.Fuzz(func(t *testing.T, origin, chain, address, nonce string, seconds int64) {
		c := login.Challenge{
			Origin: origin, ChainID: chain, Address: address, Nonce: nonce, Expires: time.Unix(seconds, 0),
		}
		if c.Validate() != nil {
			return
		}
		require.Equal(t, 7, strings.Count(c.Text(), "\n"))
		require.True(t, json.Valid(c.SignBytes()))
	})
}
