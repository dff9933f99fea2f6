package deid

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"regexp"
	"strconv"
)

// SurrogatePrefix starts every pseudonym that Volens gives to a sample, so that
// one is never mistaken for a laboratory's own name.
const SurrogatePrefix = "volens-"

// MinKeySize is the least number of bytes of a pseudonym key.
const MinKeySize = 16

// keyedLen is the number of base32 characters of a keyed surrogate: 80 bits.
const keyedLen = 16

var (
	errKeyNeeded = errors.New("pseudonyms: this profile needs a key of at least 16 bytes")
	errKeyUnused = errors.New("pseudonyms: this profile takes no key")

	orderForm = regexp.MustCompile(`^volens-[1-9][0-9]{0,6}$`)
	keyedForm = regexp.MustCompile(`^volens-[a-z2-7]{16}$`)

	lowerBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
)

// Pseudonymizer gives each original name of a dataset its surrogate. Use one for
// all the files of a dataset: the same name then gets the same surrogate. It is
// not safe for use by several goroutines at once.
type Pseudonymizer struct {
	mode  SampleRule
	key   []byte
	names map[string]string
	keep  bool
	scope []byte
	id    []byte // of the name that was asked for last
	uids  int
	shift int
}

// NewPseudonymizer makes surrogates as the profile says: by order of first sight
// (volens-1, volens-2, ...; nothing can be derived from them), or keyed by
// HMAC-SHA256 under key, which the caller derives from the patient's secret and
// the dataset's id and never discloses. A key is demanded in the second case and
// refused in the first.
func NewPseudonymizer(p *Profile, key []byte) (*Pseudonymizer, error) {
	if p.Samples == SamplesKeyed && len(key) < MinKeySize {
		return nil, errKeyNeeded
	}
	if p.Samples != SamplesKeyed && len(key) > 0 {
		return nil, errKeyUnused
	}
	made := &Pseudonymizer{mode: p.Samples, key: append([]byte(nil), key...), names: map[string]string{}}
	if p.Dates.Mode == DateShift {
		var err error
		if made.shift, err = ShiftDays(key, p.Dates.MaxDays); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// KeepingPseudonymizer leaves a name alone that already has the profile's
// surrogate form and gives any other one by order of sight. An attestor checks
// with it that nothing is left to rename.
func KeepingPseudonymizer(p *Profile) *Pseudonymizer {
	return &Pseudonymizer{mode: p.Samples, names: map[string]string{}, keep: true}
}

// Name returns the surrogate of a name. The domain separates kinds of names,
// such as samples and instances.
func (p *Pseudonymizer) Name(domain, name string) string {
	if p.keep && IsSurrogate(p.mode, name) {
		return name
	}
	p.id = append(append(append(p.id[:0], domain...), 0), name...)
	if known, ok := p.names[string(p.id)]; ok {
		return known
	}
	surrogate := []byte(SurrogatePrefix)
	if p.mode == SamplesKeyed && !p.keep {
		mac := hmac.New(sha256.New, p.key)
		mac.Write(p.id)
		surrogate = append(surrogate, lowerBase32.EncodeToString(mac.Sum(nil))[:keyedLen]...)
	} else {
		surrogate = strconv.AppendInt(surrogate, int64(len(p.names)-p.uids+1), 10)
	}
	made := string(surrogate)
	p.names[string(p.id)] = made
	return made
}

// Zero overwrites the key and forgets the names. Ask for nothing afterwards.
func (p *Pseudonymizer) Zero() {
	clear(p.key)
	clear(p.id[:cap(p.id)])
	clear(p.names)
}

// IsSurrogate tells whether a name has the form of the rule's surrogates.
func IsSurrogate(rule SampleRule, name string) bool {
	if rule == SamplesKeyed {
		return keyedForm.MatchString(name)
	}
	return orderForm.MatchString(name)
}

// ShiftDays is the number of days by which every date of a dataset is moved
// under a profile that shifts dates: from -maxDays to -1, the same for all files
// of the dataset. It is derived from the pseudonym key, so it needs no storage
// and must be disclosed as little as the key.
func ShiftDays(key []byte, maxDays int) (int, error) {
	if len(key) < MinKeySize {
		return 0, errKeyNeeded
	}
	if maxDays < 1 {
		return 0, errors.New("date shift: the range must be at least one day")
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("date-shift"))
	// 64 bits over a few hundred days: the bias is below 2^-54.
	n := binary.BigEndian.Uint64(mac.Sum(nil)) % uint64(maxDays)
	return -1 - int(n), nil //nolint:gosec // n < maxDays
}
