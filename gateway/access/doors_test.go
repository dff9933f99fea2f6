package access_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/login"
	"github.com/volens-network/volens/gateway/access"
	"github.com/volens-network/volens/gateway/chaintest"
)

const origin = "https://gateway.example.org"

var start = time.Date(2026, 1, 1, 0, 0, 0, 500, time.UTC)

// clock is a time that tests move.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(start.UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.at.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.at.Add(int64(d)) }

func account(t *testing.T, name string) chaintest.Account {
	t.Helper()
	a, err := chaintest.NewAccount(name)
	require.NoError(t, err)
	return a
}

func doors(t *testing.T) (*access.Doors, *clock) {
	t.Helper()
	c := newClock()
	d, err := access.NewDoors(origin, chaintest.ChainID, c.now, rand.Reader)
	require.NoError(t, err)
	return d, c
}

func answer(t *testing.T, d *access.Doors, a chaintest.Account) login.Answer {
	t.Helper()
	c, err := d.Challenge(a.Address)
	require.NoError(t, err)
	out, err := a.Answer(c)
	require.NoError(t, err)
	return out
}

func TestLogin_Works(t *testing.T) {
	d, c := doors(t)
	alice := account(t, "alice")
	token, expires, err := d.Login(answer(t, d, alice))
	require.NoError(t, err)
	require.Len(t, token, 43)
	require.Equal(t, c.now().Add(access.TokenAge), expires)
	who, err := d.Account(token)
	require.NoError(t, err)
	require.Equal(t, alice.Address, who)
}

func TestLogin_OnceOnly(t *testing.T) {
	d, c := doors(t)
	a := answer(t, d, account(t, "alice"))
	_, _, err := d.Login(a)
	require.NoError(t, err)
	_, _, err = d.Login(a)
	require.ErrorIs(t, err, access.ErrLogin)
	require.ErrorContains(t, err, "was used")
	c.advance(access.ChallengeAge - time.Second)
	_, _, err = d.Login(a)
	require.ErrorIs(t, err, access.ErrLogin)
}

// Of many answers to one challenge at once, one logs in.
func TestLogin_OnceInARace(t *testing.T) {
	d, _ := doors(t)
	a := answer(t, d, account(t, "alice"))
	var group sync.WaitGroup
	var in atomic.Int32
	for range 8 {
		group.Go(func() {
			if _, _, err := d.Login(a); err == nil {
				in.Add(1)
			}
		})
	}
	group.Wait()
	require.Equal(t, int32(1), in.Load())
}

func TestLogin_Expired(t *testing.T) {
	d, c := doors(t)
	alice := account(t, "alice")
	a := answer(t, d, alice)
	c.advance(access.ChallengeAge)
	_, _, err := d.Login(a)
	require.ErrorContains(t, err, "expired")
}

// An account cannot give itself a challenge that lives longer.
func TestLogin_OwnExpiry(t *testing.T) {
	d, c := doors(t)
	alice := account(t, "alice")
	challenge, err := d.Challenge(alice.Address)
	require.NoError(t, err)
	challenge.Expires = challenge.Expires.Add(-time.Second)
	a, err := alice.Answer(challenge)
	require.NoError(t, err)
	_, _, err = d.Login(a)
	require.ErrorContains(t, err, "not of this gateway")
	challenge.Expires = c.now().Truncate(time.Second).Add(time.Hour)
	a, err = alice.Answer(challenge)
	require.NoError(t, err)
	_, _, err = d.Login(a)
	require.ErrorContains(t, err, "expired")
}

// A page of another origin that passes a challenge on gets a signature that opens nothing here.
func TestLogin_ForeignOrigin(t *testing.T) {
	d, _ := doors(t)
	alice := account(t, "alice")
	challenge, err := d.Challenge(alice.Address)
	require.NoError(t, err)
	challenge.Origin = "https://evil.example.org"
	a, err := alice.Answer(challenge)
	require.NoError(t, err)
	_, _, err = d.Login(a)
	require.ErrorContains(t, err, "origin")
	a.Origin = origin
	_, _, err = d.Login(a)
	require.ErrorContains(t, err, "signature")
}

func TestLogin_OtherChain(t *testing.T) {
	d, _ := doors(t)
	alice := account(t, "alice")
	challenge, err := d.Challenge(alice.Address)
	require.NoError(t, err)
	challenge.ChainID = "volens-other-1"
	a, err := alice.Answer(challenge)
	require.NoError(t, err)
	_, _, err = d.Login(a)
	require.ErrorContains(t, err, "chain")
}

func TestLogin_OtherGateway(t *testing.T) {
	d, _ := doors(t)
	other, _ := doors(t)
	_, _, err := d.Login(answer(t, other, account(t, "alice")))
	require.ErrorContains(t, err, "not of this gateway")
}

func TestLogin_AnothersKey(t *testing.T) {
	d, _ := doors(t)
	alice, mallory := account(t, "alice"), account(t, "mallory")
	challenge, err := d.Challenge(alice.Address)
	require.NoError(t, err)
	a, err := mallory.Answer(challenge)
	require.NoError(t, err)
	_, _, err = d.Login(a)
	require.ErrorContains(t, err, "not the account's")
	a.PublicKey = answer(t, d, alice).PublicKey
	_, _, err = d.Login(a)
	require.ErrorContains(t, err, "signature")
}

// A challenge drawn for one account cannot be answered by another.
func TestLogin_AnothersChallenge(t *testing.T) {
	d, _ := doors(t)
	challenge, err := d.Challenge(account(t, "alice").Address)
	require.NoError(t, err)
	mallory := account(t, "mallory")
	challenge.Address = mallory.Address
	a, err := mallory.Answer(challenge)
	require.NoError(t, err)
	_, _, err = d.Login(a)
	require.ErrorContains(t, err, "not of this gateway")
}

func TestLogin_BrokenAnswers(t *testing.T) {
	d, _ := doors(t)
	good := answer(t, d, account(t, "alice"))
	for name, change := range map[string]func(*login.Answer){
		"no key":           func(a *login.Answer) { a.PublicKey = nil },
		"long key":         func(a *login.Answer) { a.PublicKey = append(bytes.Clone(a.PublicKey), 0) },
		"key is no point":  func(a *login.Answer) { a.PublicKey = bytes.Repeat([]byte{2}, 33) },
		"no signature":     func(a *login.Answer) { a.Signature = nil },
		"short signature":  func(a *login.Answer) { a.Signature = a.Signature[:63] },
		"bit of signature": func(a *login.Answer) { a.Signature = bytes.Clone(a.Signature); a.Signature[5] ^= 1 },
		"short nonce":      func(a *login.Answer) { a.Nonce = a.Nonce[:32] },
		"nonce":            func(a *login.Answer) { a.Nonce = strings.Repeat("0", 96) },
		"empty":            func(a *login.Answer) { *a = login.Answer{} },
	} {
		a := good
		change(&a)
		_, _, err := d.Login(a)
		require.ErrorIs(t, err, access.ErrLogin, name)
	}
	_, _, err := d.Login(good)
	require.NoError(t, err, "broken answers use nothing up")
}

func TestChallenge_BadAddress(t *testing.T) {
	d, _ := doors(t)
	for _, address := range []string{"", "volens1", "cosmos1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnrql8a", "../x", strings.Repeat("a", 1000)} {
		_, err := d.Challenge(address)
		require.ErrorIs(t, err, access.ErrLogin, address)
	}
}

func TestAccount_TokenExpires(t *testing.T) {
	d, c := doors(t)
	token, _, err := d.Login(answer(t, d, account(t, "alice")))
	require.NoError(t, err)
	c.advance(access.TokenAge - 1)
	_, err = d.Account(token)
	require.NoError(t, err)
	c.advance(1)
	_, err = d.Account(token)
	require.ErrorIs(t, err, access.ErrToken)
}

func TestAccount_UnknownTokens(t *testing.T) {
	d, _ := doors(t)
	token, _, err := d.Login(answer(t, d, account(t, "alice")))
	require.NoError(t, err)
	for _, wrong := range []string{"", "x", token + "A", token[1:], strings.ToUpper(token)} {
		_, err := d.Account(wrong)
		require.ErrorIs(t, err, access.ErrToken)
	}
}

// An account's oldest token makes room for its newest.
func TestLogin_TokensPerAccount(t *testing.T) {
	d, c := doors(t)
	alice := account(t, "alice")
	var tokens []string
	for range 17 {
		token, _, err := d.Login(answer(t, d, alice))
		require.NoError(t, err)
		tokens = append(tokens, token)
		c.advance(time.Second)
	}
	_, err := d.Account(tokens[0])
	require.ErrorIs(t, err, access.ErrToken)
	_, err = d.Account(tokens[1])
	require.NoError(t, err)
	_, err = d.Account(tokens[16])
	require.NoError(t, err)
}

func TestDoors_NoRandomness(t *testing.T) {
	_, err := access.NewDoors(origin, "c", newClock().now, iotest.ErrReader(io.ErrUnexpectedEOF))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	d, err := access.NewDoors(origin, "c", newClock().now, io.LimitReader(rand.Reader, 32))
	require.NoError(t, err)
	_, err = d.Challenge(account(t, "alice").Address)
	require.ErrorIs(t, err, io.EOF)
}

// Whatever JSON arrives, nobody gets in who was not challenged.
func FuzzLogin(f *testing.F) {
	d, err := access.NewDoors(origin, chaintest.ChainID, newClock().now, rand.Reader)
	require.NoError(f, err)
	alice, err := chaintest.NewAccount("alice")
	require.NoError(f, err)
	challenge, err := d.Challenge(alice.Address)
	require.NoError(f, err)
	seed, err := alice.Answer(challenge)
	require.NoError(f, err)
	seed.Signature[0] ^= 1
	raw, err := json.Marshal(seed)
	require.NoError(f, err)
	f.Add(raw)
	f.Add([]byte(`{"nonce":"00","expires":"2026-01-01T00:00:00Z"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var a login.Answer
		if json.Unmarshal(raw, &a) != nil {
			return
		}
		_, _, err := d.Login(a)
		require.ErrorIs(t, err, access.ErrLogin)
	})
}
