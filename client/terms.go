package client

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"regexp"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
)

// statementVersion names the statements of the registered template; each has the
// version of the text that it stands in.
const statementVersion = "1"

// Terms are what a patient allows, in the words of a form. Empty fields get the
// careful default that DefaultTerms names. They are read from YAML by ReadTerms.
type Terms struct {
	// Permission is NRES, GRU, HMB, DS or POA.
	Permission string `json:"permission" yaml:"permission"`
	// Diseases are MONDO:ddddddd, for DS, in the words of Codebook.
	Diseases  []string       `json:"diseases,omitempty"  yaml:"diseases"`
	Codebook  string         `json:"codebook,omitempty"  yaml:"codebook"`
	Modifiers []TermModifier `json:"modifiers,omitempty" yaml:"modifiers"`
	// AI is none, infer or train.
	AI            string `json:"ai"             yaml:"ai"`
	Link          bool   `json:"link"           yaml:"link"`
	Recontact     bool   `json:"recontact"      yaml:"recontact"`
	ReturnResults bool   `json:"return_results" yaml:"return_results"`
	InsureAllowed bool   `json:"insure_allowed" yaml:"insure_allowed"`
	ComputeOnly   bool   `json:"compute_only"   yaml:"compute_only"`
	// Topics are sensitive topics that need no referral.
	Topics           []string `json:"topics,omitempty"  yaml:"topics"`
	DataClasses      []string `json:"data_classes"      yaml:"data_classes"`
	RecipientClasses []string `json:"recipient_classes" yaml:"recipient_classes"`
	Bases            []string `json:"bases"             yaml:"bases"`
	// ReferTo is the address of the ethics organisation that decides doubtful cases.
	ReferTo string `json:"refer_to,omitempty" yaml:"refer_to"`
	// Expiry is never, a date, or a span such as "12 months".
	Expiry string `json:"expiry" yaml:"expiry"`
	KMin   uint32 `json:"k_min"  yaml:"k_min"`
	// Payout is an address; empty means the dataset's own account.
	Payout string `json:"payout,omitempty" yaml:"payout"`
	Donate bool   `json:"donate"           yaml:"donate"`
	// Discloser is an address; empty means the dataset's own account.
	Discloser string `json:"discloser,omitempty" yaml:"discloser"`
	// Template and Language choose the registered text; empty means the first in English.
	Template string `json:"template,omitempty" yaml:"template"`
	Language string `json:"language,omitempty" yaml:"language"`
	// RepresentativeSHA256 and AuthoritySHA256 are the digests, 64 hexadecimal digits each, of what
	// names the guardian who speaks for the patient and of what shows the guardian's authority.
	// Both or none.
	RepresentativeSHA256 string `json:"representative_sha256,omitempty" yaml:"representative_sha256"`
	AuthoritySHA256      string `json:"authority_sha256,omitempty"      yaml:"authority_sha256"`
	// Understood says that the patient read the text and passed its questions.
	Understood bool `json:"understood" yaml:"understood"`
}

// TermModifier is one DUO modifier with its values: "IRB", or "GS" with countries.
type TermModifier struct {
	Term   string   `json:"term"             yaml:"term"`
	Values []string `json:"values,omitempty" yaml:"values"`
	// Date is YYYY-MM-DD (MOR); Months the longest use (TS).
	Date          string   `json:"date,omitempty"           yaml:"date"`
	Months        uint32   `json:"months,omitempty"         yaml:"months"`
	ResearchTypes []string `json:"research_types,omitempty" yaml:"research_types"`
}

// DefaultTerms are health research with ethics approval, by academic, non-profit and
// public bodies, without machine learning, for a year. Understood stays false.
func DefaultTerms() Terms {
	return Terms{
		Permission:       "HMB",
		Modifiers:        []TermModifier{{Term: "IRB"}},
		AI:               "none",
		DataClasses:      []string{"germline-variants"},
		RecipientClasses: []string{"academic", "non-profit", "public-body"},
		Bases:            []string{"safe-harbor", "expert-determination", "gdpr-pseudonymised"},
		Expiry:           "12 months",
	}
}

// ReadTerms reads terms in YAML over the defaults. Unknown keys are refused: a limit
// that is not understood must not be passed over.
func ReadTerms(r io.Reader) (Terms, error) {
	terms := DefaultTerms()
	if err := decodeYAML(r, &terms); err != nil {
		return Terms{}, err
	}
	return terms, nil
}

func decodeYAML(r io.Reader, into any) error {
	data, err := io.ReadAll(io.LimitReader(r, maxYAML+1))
	if err != nil {
		return err
	}
	if len(data) > maxYAML {
		return usage("file has more than %d bytes", maxYAML)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	err = decoder.Decode(into)
	if err == nil || errors.Is(err, io.EOF) {
		return nil
	}
	return usage("%s", yamlFault(err))
}

const maxYAML = 1 << 20

// What the decoder of YAML says where: of a field, whose name or value follows, and of the form, in words of its own
// alone.
var (
	yamlField = regexp.MustCompile(`^line \d+: (cannot unmarshal|mapping key|field) `)
	yamlForm  = regexp.MustCompile(`^yaml: (line \d+: .+)$`)
)

// yamlFault says in which lines of a file what is wrong. It repeats nothing that stands there, not even the name of a
// field: somebody may have named another file than was meant, such as one with the words of a key.
func yamlFault(err error) string {
	var malformed *yaml.TypeError
	if !errors.As(err, &malformed) {
		if form := yamlForm.FindStringSubmatch(err.Error()); form != nil {
			return form[1]
		}
		return "this is no YAML that can be read here"
	}
	var out []string
	for _, text := range malformed.Errors {
		says := "this is not understood"
		if found := yamlField.FindStringSubmatch(text); found != nil {
			says = map[string]string{
				"cannot unmarshal": "this is no value for the place where it stands",
				"mapping key":      "this field is there twice",
				"field":            "there is no field of this name",
			}[found[1]]
		}
		line, _, _ := strings.Cut(text, ": ")
		out = append(out, line+": "+says)
	}
	return strings.Join(out, "; ")
}

// provision fills every field that the chain demands. owner is the dataset's account.
func (t Terms) provision(owner string, template consent.Template, now time.Time) (consent.Provision, error) {
	policy, err := t.policy(now)
	if err != nil {
		return consent.Provision{}, err
	}
	expiry, err := parseExpiry(t.Expiry, now)
	if err != nil {
		return consent.Provision{}, err
	}
	payout := t.Payout
	if payout == "" && !t.Donate {
		payout = owner
	}
	discloser := t.Discloser
	if discloser == "" {
		discloser = owner
	}
	out := consent.Provision{
		Policy: policy,
		Mode:   consent.MODE_ASK_ME,
		Expiry: consent.Expiry{Time: expiry, Never: expiry == nil},
		KMin:   t.KMin,
		Payout: payout,
		Donate: t.Donate,
		Disclosure: consent.Disclosure{
			Discloser: discloser,
			Statements: consent.Statements{
				Revocation: statementVersion, NoConditioning: statementVersion, Redisclosure: statementVersion,
				Remuneration: statementVersion, Rights: statementVersion, FamilyNotice: statementVersion,
			},
			TemplateId: template.Id, Language: template.Language, TextSha256: template.TextSha256,
			ComprehensionVersion: statementVersion, ComprehensionPassed: t.Understood,
			Subject: consent.SUBJECT_ADULT,
		},
	}
	if err := t.guardian(&out.Disclosure); err != nil {
		return out, err
	}
	if len(template.TextSha256) != sha256.Size {
		return out, usage("no registered text of a consent was found")
	}
	return out.Canonical()
}

// SpokenFor are the terms with the digests of two files about a guardian; with two empty
// names they are the same.
func (t Terms) SpokenFor(representative, authority string) (Terms, error) {
	if representative == "" && authority == "" {
		return t, nil
	}
	for _, f := range []struct {
		name, path string
		into       *string
	}{
		{"representative", representative, &t.RepresentativeSHA256}, {"authority", authority, &t.AuthoritySHA256},
	} {
		digest, err := digestOf(f.name, f.path, "")
		if err != nil {
			return t, classify(err)
		}
		*f.into = hex.EncodeToString(digest)
	}
	return t, nil
}

// guardian says in the disclosure who speaks for the patient, if anybody does.
func (t Terms) guardian(d *consent.Disclosure) error {
	if t.RepresentativeSHA256 == "" && t.AuthoritySHA256 == "" {
		return nil
	}
	var err error
	if d.RepresentativeSha256, err = digestOf("representative", "", t.RepresentativeSHA256); err != nil {
		return err
	}
	if d.AuthoritySha256, err = digestOf("authority", "", t.AuthoritySHA256); err != nil {
		return err
	}
	d.Subject = consent.SUBJECT_WITH_GUARDIAN
	return nil
}

func (t Terms) policy(now time.Time) (consent.Policy, error) {
	term, err := duo.ParseTerm(t.Permission)
	if err != nil || !term.IsPermission() {
		return consent.Policy{}, usage("permission %q: want NRES, GRU, HMB, DS or POA", t.Permission)
	}
	out := consent.Policy{
		Permission: string(term), Diseases: t.Diseases, Codebook: t.Codebook, ReferTo: t.ReferTo,
		Own: consent.OwnCodes{
			Link: t.Link, Recontact: t.Recontact, ReturnResults: t.ReturnResults,
			InsureAllowed: t.InsureAllowed, ComputeOnly: t.ComputeOnly,
		},
	}
	if out.Own.Ai, err = enum[consent.AIUse]("ai", "AI_USE_", t.AI, consent.AIUse_value); err != nil {
		return out, err
	}
	if out.TopicsAllowed, err = topics(t.Topics); err != nil {
		return out, err
	}
	if out.DataClasses, err = dataClasses(t.DataClasses); err != nil {
		return out, err
	}
	out.RecipientClasses, err = enums[consent.RecipientClass](
		"recipient class", "RECIPIENT_CLASS_", t.RecipientClasses, consent.RecipientClass_value)
	if err != nil {
		return out, err
	}
	out.AcceptedBases, err = enums[attestation.Basis]("basis", "BASIS_", t.Bases, attestation.Basis_value)
	if err != nil {
		return out, err
	}
	for _, m := range t.Modifiers {
		modifier, err := m.wire(now)
		if err != nil {
			return out, err
		}
		out.Modifiers = append(out.Modifiers, modifier)
	}
	return out, nil
}

func (m TermModifier) wire(now time.Time) (consent.Modifier, error) {
	term, err := duo.ParseTerm(m.Term)
	if err != nil || term.IsPermission() {
		return consent.Modifier{}, usage("modifier %q is not a modifier of DUO", m.Term)
	}
	out := consent.Modifier{Term: string(term), Values: m.Values, Months: m.Months}
	if m.Date != "" {
		if out.Date, err = parseExpiry(m.Date, now); err != nil {
			return out, err
		}
	}
	out.ResearchTypes, err = researchTypes(m.ResearchTypes)
	return out, err
}

func topics(names []string) ([]consent.SensitiveTopic, error) {
	return enums[consent.SensitiveTopic]("topic", "SENSITIVE_TOPIC_", names, consent.SensitiveTopic_value)
}

func dataClasses(names []string) ([]consent.DataClass, error) {
	return enums[consent.DataClass]("data class", "DATA_CLASS_", names, consent.DataClass_value)
}

func researchTypes(names []string) ([]consent.ResearchType, error) {
	return enums[consent.ResearchType]("research type", "RESEARCH_TYPE_", names, consent.ResearchType_value)
}
