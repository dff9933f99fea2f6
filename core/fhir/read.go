package fhir

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
)

// MaxSize bounds a document in bytes.
const MaxSize = 1 << 20

// MaxNesting bounds how deep the objects and lists of a document may be nested.
const MaxNesting = 32

// document is what was read of either release.
type document struct {
	head
	release      Release
	patient      *reference
	grantor      []reference
	organisation []reference
	permitted    bool // nothing says deny
	provisions   []json.RawMessage
}

// Unmarshal reads a document that Marshal wrote, and tells its release. It refuses
// elements that Marshal does not write, but for those that a FHIR server adds: id,
// text and more in meta.
func Unmarshal(data []byte) (Consent, Release, error) {
	d, err := parse(data, true)
	if err != nil {
		return Consent{}, 0, err
	}
	c, err := d.consent()
	if err != nil {
		return Consent{}, 0, err
	}
	if err := d.own(&c); err != nil {
		return Consent{}, 0, err
	}
	var declared meta
	if err := json.Unmarshal(d.Meta, &declared); err != nil || !slices.Contains(declared.Profile, profile(d.release)) {
		return Consent{}, 0, fmt.Errorf("%w: profile is not %s", ErrConsent, profile(d.release))
	}
	if err := c.Validate(); err != nil {
		return Consent{}, 0, err
	}
	return c, d.release, nil
}

// Import reads a FHIR Consent, of Volens or not, as a draft: version, start and proof
// are gone, and so is everything that the provision does not say. It refuses a
// document that denies, and one whose provision has limits that it cannot carry
// (ErrUnread), so that the draft never allows more than the document. What says
// nothing about limits (narrative, contained resources, signatures) is passed over.
func Import(data []byte) (Consent, Release, error) {
	d, err := parse(data, false)
	if err != nil {
		return Consent{}, 0, err
	}
	c, err := d.consent()
	if err != nil {
		return Consent{}, 0, err
	}
	switch d.Status {
	case "rejected", "not-done", "entered-in-error":
		return Consent{}, 0, fmt.Errorf("%w: status %s", ErrUnread, d.Status)
	default:
	}
	draft := Consent{
		DatasetID: c.DatasetID, Status: Draft, Policy: c.Policy, Expiry: c.Expiry, Never: c.Never,
		Patient: c.Patient, Grantor: c.Grantor, Organisation: c.Organisation,
	}
	if err := draft.Validate(); err != nil {
		return Consent{}, 0, err
	}
	return draft, d.release, nil
}

// parse reads the release's own structure. A strict one has no other elements.
func parse(data []byte, strict bool) (document, error) {
	if len(data) > MaxSize {
		return document{}, fmt.Errorf("%w: %d bytes, more than %d", ErrConsent, len(data), MaxSize)
	}
	if err := checkKeys(data); err != nil {
		return document{}, err
	}
	var top map[string]json.RawMessage
	if err := json.Unmarshal(data, &top); err != nil {
		return document{}, fmt.Errorf("%w: %w", ErrConsent, err)
	}
	if _, found := top["modifierExtension"]; found {
		return document{}, fmt.Errorf("%w: modifierExtension", ErrUnread)
	}
	if _, found := top["implicitRules"]; found {
		return document{}, fmt.Errorf("%w: implicitRules", ErrUnread)
	}
	d, err := parseR5(data, strict)
	if isR4(top) {
		d, err = parseR4(data, strict)
	}
	if err != nil {
		return document{}, err
	}
	if d.ResourceType != resourceType {
		return document{}, fmt.Errorf("%w: resource %q", ErrConsent, d.ResourceType)
	}
	if !d.permitted {
		return document{}, fmt.Errorf("%w: it denies", ErrUnread)
	}
	return d, nil
}

// isR4 reports whether the document has an element that R5 has not; scope is
// required in R4.
func isR4(top map[string]json.RawMessage) bool {
	for _, name := range []string{"scope", "patient", "dateTime", "performer", "organization", "policyRule"} {
		if _, found := top[name]; found {
			return true
		}
	}
	return false
}

func parseR4(data []byte, strict bool) (document, error) {
	var in consentR4
	if err := read(data, &in, strict); err != nil {
		return document{}, err
	}
	d := document{
		head: in.head, release: R4, patient: in.Patient, grantor: in.Performer, organisation: in.Organization,
		permitted: true,
	}
	if len(in.Provision) > 0 {
		d.provisions = []json.RawMessage{in.Provision}
	}
	return d, nil
}

func parseR5(data []byte, strict bool) (document, error) {
	var in consentR5
	if err := read(data, &in, strict); err != nil {
		return document{}, err
	}
	return document{
		head: in.head, release: R5, patient: in.Subject, grantor: in.Grantor, organisation: in.Controller,
		permitted: in.Decision == permit, provisions: in.Provision,
	}, nil
}

// consent reads what a foreign document can say too.
func (d document) consent() (Consent, error) {
	c := Consent{
		Status:       d.Status,
		Patient:      d.patient.address(),
		Grantor:      single(d.grantor),
		Organisation: single(d.organisation),
	}
	for _, i := range d.Identifier {
		if i.System == SystemDataset {
			c.DatasetID = i.Value
		}
	}
	if len(d.provisions) > 1 {
		return Consent{}, fmt.Errorf("%w: %d provisions", ErrUnread, len(d.provisions))
	}
	for _, raw := range d.provisions {
		if err := readProvision(&c, raw, d.release); err != nil {
			return Consent{}, err
		}
	}
	return c, nil
}

// readProvision reads the policy and the period, and refuses every other element:
// whatever it is, it limits what is permitted.
func readProvision(c *Consent, raw json.RawMessage, r Release) error {
	var p provision
	if err := read(raw, &p, true); err != nil {
		return err
	}
	if p.Type != permit && (p.Type != "" || r == R4) {
		return fmt.Errorf("%w: provision type %q", ErrUnread, p.Type)
	}
	if p.Period != nil {
		var err error
		if c.Start, err = moment(p.Period.Start); err != nil {
			return err
		}
		if c.Expiry, err = moment(p.Period.End); err != nil {
			return err
		}
	}
	if err := once(p.Extension); err != nil {
		return err
	}
	for _, e := range p.Extension {
		if e.URL != ExtensionPolicy {
			return fmt.Errorf("%w: extension %q of the provision", ErrUnread, e.URL)
		}
		if err := readPolicy(&c.Policy, &c.Never, e.Extension); err != nil {
			return err
		}
	}
	return readPurposes(&c.Policy, p.Purpose)
}

// own reads the extensions that only Marshal writes.
func (d document) own(c *Consent) error {
	if err := once(d.Extension); err != nil {
		return err
	}
	for _, e := range d.Extension {
		if err := once(e.Extension); err != nil {
			return err
		}
		var err error
		switch e.URL {
		case ExtensionConsent:
			err = readConsent(c, e.Extension)
		case ExtensionProof:
			err = readProof(c, e.Extension)
		default:
			err = fmt.Errorf("%w: extension %q", ErrUnread, e.URL)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func readConsent(c *Consent, list []extension) (err error) {
	var text Text
	for _, e := range list {
		switch e.URL {
		case "version":
			c.Version, err = number(e.String)
		case "template":
			text.TemplateID, c.Text = e.String, &text
		case "language":
			text.Language, c.Text = e.Code, &text
		case "text-sha256":
			text.SHA256, c.Text = e.Binary, &text
		default:
			err = fmt.Errorf("%w: consent element %q", ErrUnread, e.URL)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func readProof(c *Consent, list []extension) (err error) {
	c.Proof = &ChainProof{}
	for _, e := range list {
		switch e.URL {
		case "chain-id":
			c.Proof.ChainID = e.String
		case "height":
			var height uint64
			height, err = number(e.String)
			if height > math.MaxInt64 {
				err = fmt.Errorf("%w: height %d", ErrConsent, height)
			}
			c.Proof.Height = int64(height) //nolint:gosec // refused just above
		case "key":
			c.Proof.Key = e.Binary
		case "value":
			c.Proof.Value = e.Binary
		case "proof":
			c.Proof.Proof = e.Binary
		default:
			err = fmt.Errorf("%w: proof element %q", ErrUnread, e.URL)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// read decodes one JSON value; a strict one has no elements but those of out.
func read(data []byte, out any, strict bool) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if strict {
		decoder.DisallowUnknownFields()
	}
	if err := decoder.Decode(out); err != nil {
		if strings.Contains(err.Error(), "unknown field") {
			return fmt.Errorf("%w: %w", ErrUnread, err)
		}
		return fmt.Errorf("%w: %w", ErrConsent, err)
	}
	return nil
}
