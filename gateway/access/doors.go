package access

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"

	"github.com/volens-network/volens/core/login"
	"github.com/volens-network/volens/core/transcript"
	"github.com/volens-network/volens/x/dataset"
)

const (
	// TokenAge is how long a token opens doors.
	TokenAge = 15 * time.Minute
	// ChallengeAge is how long a challenge can be answered.
	ChallengeAge = login.MaxAge
	// maxSessions bounds memory: each needs a signature, so filling it takes work.
	maxSessions = 100_000
	// maxPerAccount is how many tokens of one account live at once.
	maxPerAccount = 16

	nonceRandom = 16
	tokenSize   = 32
)

// ErrLogin is returned for an answer that does not log in: malformed, of another
// gateway or chain, expired, used already, or not signed by the account.
var ErrLogin = errors.New("login refused")

// ErrToken is returned for a token that opens nothing, or no longer.
var ErrToken = errors.New("unknown or expired token")

// Doors knows who is there. It is safe for concurrent use.
//
// Challenges are not stored: their nonce carries a MAC under a key that lives as
// long as the process, so that asking for many costs the gateway nothing. Used
// ones are remembered until they expire. Of a token only its SHA-256 is kept.
type Doors struct {
	origin, chainID string
	now             func() time.Time
	rand            io.Reader
	key             []byte

	mu       sync.Mutex
	used     map[string]time.Time
	sessions map[[sha256.Size]byte]session
}

type session struct {
	address string
	expires time.Time
}

// NewDoors makes the doors of a gateway that is reached at origin (scheme, host and
// port) and serves one chain.
func NewDoors(origin, chainID string, now func() time.Time, rand io.Reader) (*Doors, error) {
	key := make([]byte, sha256.Size)
	if _, err := io.ReadFull(rand, key); err != nil {
		return nil, fmt.Errorf("draw key of challenges: %w", err)
	}
	return &Doors{
		origin: origin, chainID: chainID, now: now, rand: rand, key: key,
		used:     map[string]time.Time{},
		sessions: map[[sha256.Size]byte]session{},
	}, nil
}

// Challenge draws a challenge for an account. It is no error if the account does
// not exist on chain: patients need no coins.
func (d *Doors) Challenge(address string) (login.Challenge, error) {
	if _, err := dataset.ParseAddress(address); err != nil {
		return login.Challenge{}, fmt.Errorf("%w: address", ErrLogin)
	}
	random := make([]byte, nonceRandom)
	if err := d.draw(random); err != nil {
		return login.Challenge{}, err
	}
	c := login.Challenge{
		Origin: d.origin, ChainID: d.chainID, Address: address,
		Expires: d.now().Add(ChallengeAge).UTC().Truncate(time.Second),
	}
	c.Nonce = hex.EncodeToString(append(random, d.mac(c, random)...))
	return c, c.Validate()
}

// Login checks an answer and returns a token with its expiry. One challenge logs in
// once.
func (d *Doors) Login(answer login.Answer) (token string, expires time.Time, err error) {
	if err := d.check(answer); err != nil {
		return "", time.Time{}, err
	}
	raw := make([]byte, tokenSize)
	if err := d.draw(raw); err != nil {
		return "", time.Time{}, err
	}
	token = base64.RawURLEncoding.EncodeToString(raw)
	now := d.now()
	expires = now.Add(TokenAge).UTC()

	d.mu.Lock()
	defer d.mu.Unlock()
	d.sweep(now)
	if _, twice := d.used[answer.Nonce]; twice {
		return "", time.Time{}, fmt.Errorf("%w: challenge was used", ErrLogin)
	}
	if len(d.sessions) >= maxSessions {
		return "", time.Time{}, fmt.Errorf("%w: too many sessions", ErrLogin)
	}
	d.used[answer.Nonce] = answer.Expires
	d.makeRoom(answer.Address)
	d.sessions[sha256.Sum256([]byte(token))] = session{address: answer.Address, expires: expires}
	return token, expires, nil
}

// Account returns the address that a token was given to, or ErrToken.
func (d *Doors) Account(token string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, ok := d.sessions[sha256.Sum256([]byte(token))]
	if !ok || !d.now().Before(s.expires) {
		return "", ErrToken
	}
	return s.address, nil
}

// check judges everything about an answer except whether it was used.
func (d *Doors) check(answer login.Answer) error {
	c := answer.Challenge
	if err := c.Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrLogin, err)
	}
	if c.Origin != d.origin {
		return fmt.Errorf("%w: challenge of origin %q", ErrLogin, c.Origin)
	}
	if c.ChainID != d.chainID {
		return fmt.Errorf("%w: challenge of chain %q", ErrLogin, c.ChainID)
	}
	now := d.now()
	if !now.Before(c.Expires) || c.Expires.After(now.Add(ChallengeAge)) {
		return fmt.Errorf("%w: challenge has expired", ErrLogin)
	}
	nonce, err := hex.DecodeString(c.Nonce)
	if err != nil || len(nonce) != nonceRandom+sha256.Size ||
		subtle.ConstantTimeCompare(nonce[nonceRandom:], d.mac(c, nonce[:nonceRandom])) != 1 {
		return fmt.Errorf("%w: challenge is not of this gateway", ErrLogin)
	}
	return checkSignature(answer)
}

func checkSignature(answer login.Answer) error {
	if len(answer.PublicKey) != secp256k1.PubKeySize {
		return fmt.Errorf("%w: public key has %d bytes", ErrLogin, len(answer.PublicKey))
	}
	key := secp256k1.PubKey{Key: answer.PublicKey}
	want, err := dataset.ParseAddress(answer.Address)
	if err != nil {
		return fmt.Errorf("%w: address", ErrLogin)
	}
	if subtle.ConstantTimeCompare(key.Address(), want) != 1 {
		return fmt.Errorf("%w: public key is not the account's", ErrLogin)
	}
	if !key.VerifySignature(answer.SignBytes(), answer.Signature) {
		return fmt.Errorf("%w: signature", ErrLogin)
	}
	return nil
}

// mac binds a nonce to all fields of its challenge.
func (d *Doors) mac(c login.Challenge, random []byte) []byte {
	h := hmac.New(sha256.New, d.key)
	h.Write(transcript.New("login-nonce").
		String(c.Origin).String(c.ChainID).String(c.Address).String(c.Expires.UTC().Format(time.RFC3339)).
		Bytes(random).Encode())
	return h.Sum(nil)
}

// draw reads randomness; a reader may not be safe for concurrent use.
func (d *Doors) draw(out []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, err := io.ReadFull(d.rand, out); err != nil {
		return fmt.Errorf("draw: %w", err)
	}
	return nil
}

// sweep forgets what has expired.
func (d *Doors) sweep(now time.Time) {
	for nonce, expires := range d.used {
		if !now.Before(expires) {
			delete(d.used, nonce)
		}
	}
	for hash, s := range d.sessions {
		if !now.Before(s.expires) {
			delete(d.sessions, hash)
		}
	}
}

// makeRoom ends the oldest token of an account that has as many as it may.
func (d *Doors) makeRoom(address string) {
	var oldest [sha256.Size]byte
	var first time.Time
	count := 0
	for hash, s := range d.sessions {
		if s.address != address {
			continue
		}
		count++
		if first.IsZero() || s.expires.Before(first) {
			oldest, first = hash, s.expires
		}
	}
	if count >= maxPerAccount {
		delete(d.sessions, oldest)
	}
}
