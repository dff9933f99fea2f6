// Package fhir writes a consent as an HL7 FHIR Consent, release R4 (4.0.1) or R5
// (5.0.0), and reads it back without loss.
//
// Marshal writes; the document says in FHIR's own elements what FHIR has elements
// for, and the rest in the extensions below. Unmarshal reads exactly such documents.
// Import reads any FHIR Consent, as far as it can be read without dropping a limit,
// and makes a draft that the patient still signs; nothing imported is ever active.
//
// A document can carry a ChainProof. The package carries it as opaque bytes and
// verifies nothing: whoever holds a header of the chain does (ICS-23). Nothing here
// is free text, and nothing personal beyond an account.
package fhir

import (
	"errors"
	"fmt"
	"time"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
)

// The extensions, each a StructureDefinition. The sub-extensions of each are named
// in this package beside the code that writes them.
const (
	extensionBase = "https://volens.network/fhir/StructureDefinition/"
	// ExtensionConsent, on Consent: the version and the text that was shown.
	ExtensionConsent = extensionBase + "dataset-consent"
	// ExtensionProof, on Consent: the proof that the chain holds it.
	ExtensionProof = extensionBase + "chain-proof"
	// ExtensionPolicy, on Consent.provision: what DUO has no codes for.
	ExtensionPolicy = extensionBase + "consent-policy"
	// ExtensionDetail, on a DUO coding of a purpose: what the term is about.
	ExtensionDetail = extensionBase + "duo-detail"
)

// The systems of codes and identifiers.
const (
	SystemDUO     = "http://purl.obolibrary.org/obo/duo.owl"
	SystemMONDO   = "http://purl.obolibrary.org/obo/mondo.owl"
	SystemLOINC   = "http://loinc.org"
	SystemPurpose = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
	SystemScope   = "http://terminology.hl7.org/CodeSystem/consentscope"
	SystemDataset = "https://volens.network/fhir/NamingSystem/dataset"
	SystemAccount = "https://volens.network/fhir/NamingSystem/account"
	// PolicyURI is the rule book that the consent is given under.
	PolicyURI = "https://volens.network/fhir/policy/consent"
)

const (
	codeConsentDocument = "59284-0" // LOINC: patient consent
	codeResearch        = "research"
	codeHealthResearch  = "HRESCH"
)

var (
	// ErrConsent is returned for a consent or document that is malformed.
	ErrConsent = errors.New("fhir consent")
	// ErrUnread is returned for a document with content that may limit the consent
	// and that this package cannot carry. Dropping it would widen the consent.
	ErrUnread = errors.New("fhir consent has content that cannot be carried")
)

// Release is a release of FHIR.
type Release int

// The releases.
const (
	R4 Release = iota + 1 // 4.0.1
	R5                    // 5.0.0
)

// String returns R4 or R5.
func (r Release) String() string {
	switch r {
	case R4:
		return "R4"
	case R5:
		return "R5"
	default:
		return fmt.Sprintf("release %d", int(r))
	}
}

// Status is spelled as Consent.status is in both releases.
type Status string

// The values of Status.
const (
	Draft    Status = "draft"    // not signed
	Active   Status = "active"   // in force, unless its time is over
	Inactive Status = "inactive" // revoked
)

// Consent is one version of the consent for one dataset. One that is active or
// inactive is complete; a draft may lack anything.
type Consent struct {
	DatasetID string // 32 lower-case hexadecimal digits
	Version   uint64 // from 1
	Status    Status
	Policy    duo.Policy
	Start     time.Time // when the version took effect
	Expiry    time.Time // the first moment without consent; zero with Never
	Never     bool      // the patient chose "until I stop it"
	Patient   string    // account
	// Grantor is the account that consented, if another one than the patient's.
	Grantor string
	// Organisation is the account of who discloses, if not the patient.
	Organisation string
	Text         *Text
	Proof        *ChainProof
}

// Text is the plain text that the patient was shown.
type Text struct {
	TemplateID string
	Language   string // BCP 47
	SHA256     []byte // 32 bytes
}

// ChainProof shows that the store of x/consent holds Value under Key at Height.
type ChainProof struct {
	ChainID string
	Height  int64  // the header of the next height has the root
	Key     []byte // in store "consent"
	Value   []byte // a volens.consent.v1.Consent
	Proof   []byte // a tendermint.crypto.ProofOps
}

// Validate refuses a consent that Marshal cannot write without loss, and one that
// claims to be more than a draft without being complete.
func (c Consent) Validate() error {
	if c.DatasetID != "" {
		if _, err := id.Parse(c.DatasetID); err != nil {
			return fmt.Errorf("%w: dataset: %w", ErrConsent, err)
		}
	}
	for name, account := range map[string]string{
		"patient": c.Patient, "grantor": c.Grantor, "organisation": c.Organisation,
	} {
		if account != "" && !plain(account) {
			return fmt.Errorf("%w: %s %q", ErrConsent, name, account)
		}
	}
	if !writable(c.Start) || !writable(c.Expiry) || (c.Never && !c.Expiry.IsZero()) {
		return fmt.Errorf("%w: period from %s to %s, never %t", ErrConsent, c.Start, c.Expiry, c.Never)
	}
	if err := c.Text.validate(); err != nil {
		return err
	}
	if err := c.Proof.validate(); err != nil {
		return err
	}
	switch c.Status {
	case Draft:
		return nil
	case Active, Inactive:
		return c.complete()
	default:
		return fmt.Errorf("%w: status %q", ErrConsent, c.Status)
	}
}

// complete refuses a consent that lacks what a signed one has.
func (c Consent) complete() error {
	if err := c.Policy.Validate(); err != nil {
		return fmt.Errorf("%w: policy: %w", ErrConsent, err)
	}
	if c.DatasetID == "" || c.Version == 0 || c.Patient == "" || c.Start.IsZero() || c.Never != c.Expiry.IsZero() {
		return fmt.Errorf("%w: %s, but dataset, version, patient, start or expiry is missing", ErrConsent, c.Status)
	}
	return nil
}

// validate refuses a text that is there but not whole.
func (t *Text) validate() error {
	if t != nil && (!plain(t.TemplateID) || !plain(t.Language) || len(t.SHA256) != 32) {
		return fmt.Errorf("%w: text %q in %q, digest of %d bytes", ErrConsent, t.TemplateID, t.Language, len(t.SHA256))
	}
	return nil
}

// validate refuses a proof that is there but not whole.
func (p *ChainProof) validate() error {
	if p != nil && (!plain(p.ChainID) || p.Height <= 0 || len(p.Key) == 0 || len(p.Value) == 0 || len(p.Proof) == 0) {
		return fmt.Errorf("%w: proof of chain %q at height %d", ErrConsent, p.ChainID, p.Height)
	}
	return nil
}

// plain reports whether s is short, visible ASCII: an address, a code or a version.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != "" && len(s) <= duo.MaxText
}

// writable reports whether the time is none, or can be a FHIR dateTime.
func writable(t time.Time) bool {
	return t.IsZero() || (t.UTC().Year() >= 1 && t.UTC().Year() <= 9999)
}
