package attestation

import (
	"bytes"
	"time"

	errorsmod "cosmossdk.io/errors"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
)

const (
	// DigestSize is the length of digests, roots and of U in bytes.
	DigestSize = 32
	// MaxStatements is the largest number of approvals of one protocol and of
	// visas of one researcher.
	MaxStatements = 100

	maxToolVersion = 32
	// maxPurposes and maxCode bound numbers of vocabularies that belong to
	// x/consent; a number that is no code there matches nothing.
	maxPurposes = 16
	maxCode     = 63
)

// optionCodes are the codes of DICOM PS3.16 CID 7050, "De-identification Method".
const (
	firstOptionCode = "113100"
	lastOptionCode  = "113112"
)

// Live reports whether the statement holds at the time of a block: it ends with
// the first block whose time is the expiry or later.
func (d Deidentification) Live(now time.Time) bool { return !d.Revoked && now.Before(d.Expiry) }

// Vouches reports whether the statement is about a payload: the same file, capsule and facets.
func (d Deidentification) Vouches(p dataset.Payload) bool {
	return bytes.Equal(d.Sha256, p.Sha256) && bytes.Equal(d.U, p.U) && bytes.Equal(d.FacetsRoot, p.FacetsRoot)
}

// Live reports whether the approval holds at the time of a block.
func (a EthicsApproval) Live(now time.Time) bool { return !a.Revoked && now.Before(a.Expiry) }

// Live reports whether the visa holds at the time of a block.
func (v Visa) Live(now time.Time) bool { return !v.Revoked && now.Before(v.Expiry) }

// Open reports whether the challenge is undecided.
func (c Challenge) Open() bool {
	return c.State == CHALLENGE_STATE_OPEN || c.State == CHALLENGE_STATE_CONFIRMED
}

// Validate reports the first field that no stored attestation can have.
func (d Deidentification) Validate() error {
	if err := validateVersion(d.DatasetId, d.Version); err != nil {
		return err
	}
	if err := validateAddress("attestor", d.Attestor); err != nil {
		return err
	}
	for _, f := range []struct {
		name  string
		value []byte
	}{
		{"sha256", d.Sha256},
		{"u", d.U},
		{"facets_root", d.FacetsRoot},
		{"profile_sha256", d.ProfileSha256},
		{"report_sha256", d.ReportSha256},
	} {
		if err := validateDigest(f.name, f.value); err != nil {
			return err
		}
	}
	if d.Basis < BASIS_SAFE_HARBOR || d.Basis > BASIS_GDPR_PSEUDONYMISED {
		return errorsmod.Wrapf(ErrInvalid, "basis %d is unknown", d.Basis)
	}
	if err := validateOptionCodes(d.OptionCodes); err != nil {
		return err
	}
	if err := validateToolVersion(d.ToolVersion); err != nil {
		return err
	}
	return validateExpiry(d.Expiry)
}

// Validate reports the first field that no stored challenge can have.
func (c Challenge) Validate() error {
	if err := validateVersion(c.DatasetId, c.Version); err != nil {
		return err
	}
	if err := validateAddress("challenger", c.Challenger); err != nil {
		return err
	}
	if err := validateDigest("evidence_sha256", c.EvidenceSha256); err != nil {
		return err
	}
	if err := validateCoin("bond", c.Bond); err != nil {
		return err
	}
	if err := validateCoin("stake", c.Stake); err != nil {
		return err
	}
	if c.Stake.Denom != c.Bond.Denom {
		return errorsmod.Wrapf(ErrInvalid, "stake %s is not in %s", c.Stake, c.Bond.Denom)
	}
	if c.State < CHALLENGE_STATE_OPEN || c.State > CHALLENGE_STATE_DISMISSED {
		return errorsmod.Wrapf(ErrInvalid, "state %d is unknown", c.State)
	}
	if c.FreezeUntil < 1 {
		return errorsmod.Wrapf(ErrInvalid, "freeze_until %d", c.FreezeUntil)
	}
	return nil
}

// Validate reports the first field that no stored approval can have.
func (a EthicsApproval) Validate() error {
	if err := validateAddress("organisation", a.Organisation); err != nil {
		return err
	}
	if err := validateDigest("protocol_sha256", a.ProtocolSha256); err != nil {
		return err
	}
	if err := validateDigest("document_sha256", a.DocumentSha256); err != nil {
		return err
	}
	if n := len(a.Purposes); n == 0 || n > maxPurposes {
		return errorsmod.Wrapf(ErrInvalid, "purposes has %d entries: want 1 to %d", n, maxPurposes)
	}
	for i, p := range a.Purposes {
		if p == 0 || p > maxCode || i > 0 && p <= a.Purposes[i-1] {
			return errorsmod.Wrapf(ErrInvalid, "purposes[%d]: %d is out of range or order", i, p)
		}
	}
	return validateExpiry(a.Expiry)
}

// Validate reports the first field that no stored visa can have.
func (v Visa) Validate() error {
	if err := validateAddress("researcher", v.Researcher); err != nil {
		return err
	}
	if err := validateAddress("organisation", v.Organisation); err != nil {
		return err
	}
	if v.RecipientClass == 0 || v.RecipientClass > maxCode {
		return errorsmod.Wrapf(ErrInvalid, "recipient_class %d is out of range", v.RecipientClass)
	}
	return validateExpiry(v.Expiry)
}

// Validate reports the first field that no stored heartbeat can have.
func (h Heartbeat) Validate() error {
	if err := validateAddress("gateway", h.Gateway); err != nil {
		return err
	}
	if h.Height < 0 {
		return errorsmod.Wrapf(ErrInvalid, "heartbeat of %s: height %d", h.Gateway, h.Height)
	}
	return validateDigest("root", h.Root)
}

func validateVersion(dataset string, version uint64) error {
	if _, err := id.Parse(dataset); err != nil {
		return errorsmod.Wrapf(ErrInvalid, "dataset_id: %v", err)
	}
	if version == 0 {
		return errorsmod.Wrapf(ErrInvalid, "version of %s is 0", dataset)
	}
	return nil
}

func validateDigest(field string, value []byte) error {
	if len(value) != DigestSize {
		return errorsmod.Wrapf(ErrInvalid, "%s has %d bytes, not %d", field, len(value), DigestSize)
	}
	return nil
}

// validateOptionCodes takes codes of CID 7050 in ascending order, or none.
func validateOptionCodes(codes []string) error {
	for i, code := range codes {
		if len(code) != len(firstOptionCode) || code < firstOptionCode || code > lastOptionCode ||
			!consists(code, "0123456789") {
			return errorsmod.Wrapf(ErrInvalid, "option_codes[%d]: %q is not of CID 7050", i, code)
		}
		if i > 0 && code <= codes[i-1] {
			return errorsmod.Wrapf(ErrInvalid, "option_codes[%d]: %s is out of order", i, code)
		}
	}
	return nil
}

func validateToolVersion(text string) error {
	if text == "" || len(text) > maxToolVersion {
		return errorsmod.Wrapf(ErrInvalid, "tool_version has %d bytes: want 1 to %d", len(text), maxToolVersion)
	}
	for i := range len(text) {
		b := text[i]
		if !between(b, '0', '9') && !between(b, 'A', 'Z') && !between(b, 'a', 'z') && b != '.' && b != '+' && b != '-' {
			return errorsmod.Wrapf(ErrInvalid, "tool_version %q has bytes outside of [0-9A-Za-z.+-]", text)
		}
	}
	return nil
}

// validateExpiry refuses times that a timestamp cannot hold, and none at all.
func validateExpiry(expiry time.Time) error {
	if expiry.Unix() <= 0 || expiry.Year() > 9999 {
		return errorsmod.Wrapf(ErrInvalid, "expiry %s", expiry.Format(time.RFC3339))
	}
	return nil
}
