// Package login is how an account proves to a storage gateway that it is itself:
// the gateway draws a Challenge, the account signs its text as arbitrary data
// (ADR-036 of the Cosmos SDK), the gateway checks an Answer.
//
// A gateway fills a Challenge and sends it. A client calls Validate and compares
// origin and chain with where it believes to be, then signs SignBytes. Both see
// the same bytes, and so does the web page, which is held to the same vectors.
//
// What is signed is no transaction: account number, sequence and fee are zero
// and the chain id of the document is empty, so that no chain accepts it, and the
// text says in words that nothing is moved and nothing is consented to. The
// package draws no randomness, keeps no sessions and checks no signatures.
package login

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// MaxAge is the longest time between a challenge and its end.
const MaxAge = 5 * time.Minute

// Version is the first word of the text, so that no other text can be mistaken for it.
const Version = "volens-login/v1"

// ErrChallenge is returned for a challenge that is malformed.
var ErrChallenge = errors.New("malformed login challenge")

var (
	addressPattern = regexp.MustCompile(`^volens1[02-9ac-hj-np-z]{38}$`)
	chainPattern   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$`)
	noncePattern   = regexp.MustCompile(`^[0-9a-f]{32,128}$`)
)

// Challenge is what an account signs to log in, once.
type Challenge struct {
	// Origin is where the gateway is reached: scheme, host and port, as in RFC 6454.
	Origin string `json:"origin"`
	// ChainID is the live chain's id.
	ChainID string `json:"chain_id"`
	// Address is the bech32 address of the account.
	Address string `json:"address"`
	// Nonce is 32 to 128 lower-case hexadecimal digits, drawn by the gateway.
	Nonce string `json:"nonce"`
	// Expires is the moment from which the challenge is dead, in whole seconds UTC.
	Expires time.Time `json:"expires"`
}

// Answer is a challenge with its signature.
type Answer struct {
	Challenge
	// PublicKey is the account's compressed secp256k1 key, 33 bytes.
	PublicKey []byte `json:"public_key"`
	// Signature is r and s of the signature over SignBytes, 64 bytes.
	Signature []byte `json:"signature"`
}

// Validate checks the form of every field, so that no field can hold a line break
// and stand for another one.
func (c Challenge) Validate() error {
	if err := checkOrigin(c.Origin); err != nil {
		return err
	}
	if !chainPattern.MatchString(c.ChainID) {
		return fmt.Errorf("%w: chain id %q", ErrChallenge, c.ChainID)
	}
	if !addressPattern.MatchString(c.Address) {
		return fmt.Errorf("%w: address %q", ErrChallenge, c.Address)
	}
	if !noncePattern.MatchString(c.Nonce) {
		return fmt.Errorf("%w: nonce %q", ErrChallenge, c.Nonce)
	}
	if c.Expires.IsZero() || c.Expires.Nanosecond() != 0 || c.Expires.Year() > 9999 {
		return fmt.Errorf("%w: expiry %s is not in whole seconds", ErrChallenge, c.Expires)
	}
	return nil
}

func checkOrigin(origin string) error {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Scheme+"://"+u.Host != origin {
		return fmt.Errorf("%w: origin %q is not scheme, host and port", ErrChallenge, origin)
	}
	return nil
}

// Text is what the account holder reads and signs, in lines that end with a line
// feed, the last one too.
func (c Challenge) Text() string {
	return strings.Join([]string{
		Version,
		"Log in to a storage gateway. This moves no money and consents to nothing.",
		"origin: " + c.Origin,
		"chain: " + c.ChainID,
		"account: " + c.Address,
		"nonce: " + c.Nonce,
		"expires: " + c.Expires.UTC().Format(time.RFC3339),
		"",
	}, "\n")
}

// SignBytes is the ADR-036 document over the text: the amino JSON of a transaction
// with one sign/MsgSignData and zeros everywhere else, keys sorted, without spaces.
// Its SHA-256 is what ECDSA over secp256k1 signs.
func (c Challenge) SignBytes() []byte {
	data := base64.StdEncoding.EncodeToString([]byte(c.Text()))
	return []byte(`{"account_number":"0","chain_id":"","fee":{"amount":[],"gas":"0"},"memo":"","msgs":[` +
		`{"type":"sign/MsgSignData","value":{"data":"` + data + `","signer":"` + c.Address + `"}}],"sequence":"0"}`)
}
