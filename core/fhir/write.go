package fhir

import (
	"encoding/json"
	"fmt"
)

// head is what both releases have at the top. ID and Text are never written: a
// server adds them, as it adds to Meta.
type head struct {
	ResourceType string          `json:"resourceType"`
	ID           json.RawMessage `json:"id,omitempty"`
	Meta         json.RawMessage `json:"meta,omitempty"`
	Text         json.RawMessage `json:"text,omitempty"`
	Extension    []extension     `json:"extension,omitempty"`
	Identifier   []identifier    `json:"identifier,omitempty"`
	Status       Status          `json:"status"`
	Category     []concept       `json:"category,omitempty"`
}

// consentR4 is Consent of FHIR 4.0.1.
type consentR4 struct {
	head
	Scope        *concept        `json:"scope,omitempty"`
	Patient      *reference      `json:"patient,omitempty"`
	DateTime     string          `json:"dateTime,omitempty"`
	Performer    []reference     `json:"performer,omitempty"`
	Organization []reference     `json:"organization,omitempty"`
	Policy       []policyR4      `json:"policy,omitempty"`
	Provision    json.RawMessage `json:"provision,omitempty"`
}

type policyR4 struct {
	URI string `json:"uri,omitempty"`
}

// consentR5 is Consent of FHIR 5.0.0.
type consentR5 struct {
	head
	Subject     *reference        `json:"subject,omitempty"`
	Date        string            `json:"date,omitempty"`
	Grantor     []reference       `json:"grantor,omitempty"`
	Controller  []reference       `json:"controller,omitempty"`
	PolicyBasis *basisR5          `json:"policyBasis,omitempty"`
	Decision    string            `json:"decision,omitempty"`
	Provision   []json.RawMessage `json:"provision,omitempty"`
}

type basisR5 struct {
	URL string `json:"url,omitempty"`
}

// provision is Consent.provision of both releases; Type is of R4 only.
type provision struct {
	ID        string      `json:"id,omitempty"`
	Extension []extension `json:"extension,omitempty"`
	Type      string      `json:"type,omitempty"`
	Period    *period     `json:"period,omitempty"`
	Purpose   []coding    `json:"purpose,omitempty"`
}

const (
	resourceType = "Consent"
	permit       = "permit"
	dateLayout   = "2006-01-02"
)

// profile is the profile that a document of this release declares.
func profile(r Release) string {
	if r == R4 {
		return extensionBase + "volens-consent-r4"
	}
	return extensionBase + "volens-consent-r5"
}

// Marshal writes the consent as a FHIR Consent in JSON. The output is deterministic.
// It refuses what Validate refuses, and values that the vocabularies do not have.
func Marshal(c Consent, r Release) ([]byte, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	prov, err := c.provision()
	if err != nil {
		return nil, err
	}
	declared, err := json.Marshal(meta{Profile: []string{profile(r)}})
	if err != nil {
		return nil, err
	}
	top := head{
		ResourceType: resourceType,
		Meta:         declared,
		Extension:    c.extensions(),
		Status:       c.Status,
		Category:     []concept{{Coding: []coding{{System: SystemLOINC, Code: codeConsentDocument}}}},
	}
	if c.DatasetID != "" {
		top.Identifier = []identifier{{System: SystemDataset, Value: c.DatasetID}}
	}
	switch r {
	case R4:
		prov.Type = permit
		return marshalR4(c, top, prov)
	case R5:
		return marshalR5(c, top, prov)
	default:
		return nil, fmt.Errorf("%w: %s", ErrConsent, r)
	}
}

func marshalR4(c Consent, top head, prov provision) ([]byte, error) {
	raw, err := json.Marshal(prov)
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(consentR4{
		head:         top,
		Scope:        &concept{Coding: []coding{{System: SystemScope, Code: codeResearch}}},
		Patient:      account(c.Patient),
		DateTime:     instant(c.Start),
		Performer:    accounts(c.Grantor),
		Organization: accounts(c.Organisation),
		Policy:       []policyR4{{URI: PolicyURI}},
		Provision:    raw,
	}, "", "  ")
}

func marshalR5(c Consent, top head, prov provision) ([]byte, error) {
	raw, err := json.Marshal(prov)
	if err != nil {
		return nil, err
	}
	date := ""
	if !c.Start.IsZero() {
		date = c.Start.UTC().Format(dateLayout)
	}
	return json.MarshalIndent(consentR5{
		head:        top,
		Subject:     account(c.Patient),
		Date:        date,
		Grantor:     accounts(c.Grantor),
		Controller:  accounts(c.Organisation),
		PolicyBasis: &basisR5{URL: PolicyURI},
		Decision:    permit,
		Provision:   []json.RawMessage{raw},
	}, "", "  ")
}

// provision writes the policy and the period. An end that is missing means that
// nothing was chosen, unless the policy says never-expires.
func (c Consent) provision() (provision, error) {
	list, err := purposes(c.Policy)
	if err != nil {
		return provision{}, err
	}
	policy, err := policyExtension(c.Policy, c.Never)
	if err != nil {
		return provision{}, err
	}
	out := provision{Purpose: list}
	if len(policy.Extension) > 0 {
		out.Extension = []extension{policy}
	}
	if !c.Start.IsZero() || !c.Expiry.IsZero() {
		out.Period = &period{Start: instant(c.Start), End: instant(c.Expiry)}
	}
	return out, nil
}

// extensions writes what stands at the top of the document.
func (c Consent) extensions() []extension {
	consent := extension{URL: ExtensionConsent, Extension: numberOf("version", c.Version)}
	if c.Text != nil {
		consent.Extension = append(consent.Extension,
			extension{URL: "template", String: c.Text.TemplateID},
			extension{URL: "language", Code: c.Text.Language},
			extension{URL: "text-sha256", Binary: c.Text.SHA256})
	}
	var out []extension
	if len(consent.Extension) > 0 {
		out = append(out, consent)
	}
	if c.Proof != nil {
		out = append(out, extension{URL: ExtensionProof, Extension: append([]extension{
			{URL: "chain-id", String: c.Proof.ChainID},
			{URL: "key", Binary: c.Proof.Key},
			{URL: "value", Binary: c.Proof.Value},
			{URL: "proof", Binary: c.Proof.Proof},
		}, numberOf("height", uint64(c.Proof.Height))...)}) //nolint:gosec // Validate wants it positive
	}
	return out
}
