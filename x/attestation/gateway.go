package attestation

import (
	"net/netip"
	"net/url"
	"strings"

	errorsmod "cosmossdk.io/errors"
)

const (
	// maxBaseURL is the length of a gateway's base URL in bytes.
	maxBaseURL = 200
	// recipientPrefix starts age's hybrid post-quantum recipients.
	recipientPrefix = "age1pq1"
	// recipientSize is the prefix, 1216 bytes (ML-KEM-768 and X25519) in
	// characters of 5 bits, and a checksum of 6 characters.
	recipientSize = len(recipientPrefix) + (1216*8+4)/5 + 6
	// bech32Letters are the 32 characters of BIP 173's data part.
	bech32Letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
)

// Validate reports the first field that is malformed. The recipient is checked
// for its form only; a sender's age refuses one that is no key.
func (g GatewayInfo) Validate() error {
	if err := validateBaseURL(g.BaseUrl); err != nil {
		return err
	}
	letters, ok := strings.CutPrefix(g.Recipient, recipientPrefix)
	if !ok {
		return errorsmod.Wrapf(ErrInvalid, "gateway.recipient does not begin with %s", recipientPrefix)
	}
	if len(g.Recipient) != recipientSize {
		return errorsmod.Wrapf(
			ErrInvalid,
			"gateway.recipient has %d characters, not %d",
			len(g.Recipient),
			recipientSize,
		)
	}
	if !consists(letters, bech32Letters) {
		return errorsmod.Wrap(ErrInvalid, "gateway.recipient is not bech32")
	}
	return validateDigest("gateway.terms_sha256", g.TermsSha256)
}

// validateBaseURL takes https anywhere and http on loopback, without user,
// query and fragment, which would end up in other people's requests.
func validateBaseURL(text string) error {
	if text == "" || len(text) > maxBaseURL {
		return errorsmod.Wrapf(ErrInvalid, "gateway.base_url has %d bytes: want 1 to %d", len(text), maxBaseURL)
	}
	for i := range len(text) {
		if !between(text[i], '!', '~') {
			return errorsmod.Wrap(ErrInvalid, "gateway.base_url has bytes that are not printable ASCII")
		}
	}
	u, err := url.Parse(text)
	if err != nil {
		return errorsmod.Wrapf(ErrInvalid, "gateway.base_url: %v", err)
	}
	if !strings.HasPrefix(text, u.Scheme+"://") || u.Hostname() == "" || u.User != nil || u.RawQuery != "" ||
		u.ForceQuery ||
		strings.Contains(text, "#") {
		return errorsmod.Wrapf(ErrInvalid, "gateway.base_url %q is not a scheme, a host and a path", text)
	}
	if u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()) {
		return nil
	}
	return errorsmod.Wrapf(ErrInvalid, "gateway.base_url %q is not https", text)
}

// consists reports whether every byte of the text is one of the letters.
func consists(text, letters string) bool {
	for i := range len(text) {
		if strings.IndexByte(letters, text[i]) < 0 {
			return false
		}
	}
	return true
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}
