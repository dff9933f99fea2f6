package fhir

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/volens-network/volens/core/duo"
)

// The codes of the vocabularies of core/duo, in the order of their numbers from 1.
var (
	researchCodes = []string{
		"paediatric", "sex-specific", "age-specific", "population", "case-control", "drug-development", "aetiology",
		"epidemiology",
	}
	recipientCodes = []string{
		"academic", "non-profit", "company", "public-body", "clinician", "insurer", "employer", "law-enforcement",
	}
	dataCodes = []string{
		"germline-variants", "reads", "images", "labs", "conditions", "medications", "reports", "wearable", "survey",
	}
	topicCodes = []string{
		"controls", "population", "gender", "paediatric", "vulnerable", "illegal-behaviour", "sexual-disease",
		"psychological-traits", "not-health", "stigmatising",
	}
	aiCodes    = []string{"none", "infer", "train"}
	basisCodes = []string{"safe-harbor", "expert-determination", "gdpr-pseudonymised"}
)

// purposes writes what DUO has codes for: health research, then the permission with
// its diseases, then the modifiers with their values.
func purposes(p duo.Policy) ([]coding, error) {
	out := []coding{{System: SystemPurpose, Code: codeHealthResearch}}
	if p.Permission != "" {
		if !p.Permission.IsPermission() {
			return nil, fmt.Errorf("%w: permission %q", ErrConsent, p.Permission)
		}
		var detail []extension
		for _, disease := range p.Diseases {
			if !plain(disease) {
				return nil, fmt.Errorf("%w: disease %q", ErrConsent, disease)
			}
			detail = append(detail, extension{URL: "disease", Coding: &coding{System: SystemMONDO, Code: disease}})
		}
		out = append(out, term(p.Permission, detail))
	} else if len(p.Diseases) > 0 {
		return nil, fmt.Errorf("%w: diseases without a permission", ErrConsent)
	}
	for i, m := range p.Modifiers {
		repeated := slices.ContainsFunc(p.Modifiers[:i], func(o duo.Modifier) bool { return o.Term == m.Term })
		if !m.Term.IsModifier() || repeated {
			return nil, fmt.Errorf("%w: modifier %q", ErrConsent, m.Term)
		}
		detail, err := details(m)
		if err != nil {
			return nil, err
		}
		out = append(out, term(m.Term, detail))
	}
	return out, nil
}

// term is a DUO coding with what it is about.
func term(t duo.Term, detail []extension) coding {
	c := coding{System: SystemDUO, Code: string(t)}
	if len(detail) > 0 {
		c.Extension = []extension{{URL: ExtensionDetail, Extension: detail}}
	}
	return c
}

// details writes the values of a modifier.
func details(m duo.Modifier) ([]extension, error) {
	var out []extension
	for _, v := range m.Values {
		if !plain(v) {
			return nil, fmt.Errorf("%w: value %q of %s", ErrConsent, v, m.Term.Short())
		}
		out = append(out, stringOf("value", v)...)
	}
	if !writable(m.Date) {
		return nil, fmt.Errorf("%w: date %s of %s", ErrConsent, m.Date, m.Term.Short())
	}
	out = append(out, timeOf("date", m.Date)...)
	out = append(out, numberOf("months", uint64(m.Months))...)
	types, err := codes("research-type", m.ResearchTypes, researchCodes)
	return append(out, types...), err
}

// policyExtension writes what DUO has no codes for.
func policyExtension(p duo.Policy, never bool) (extension, error) {
	out := extension{URL: ExtensionPolicy}
	var fault error
	add := func(list []extension, err error) {
		out.Extension = append(out.Extension, list...)
		if fault == nil {
			fault = err
		}
	}
	var ai []duo.AIUse
	if p.Own.AI != 0 {
		ai = []duo.AIUse{p.Own.AI}
	}
	add(codes("ai", ai, aiCodes))
	add(flagOf("link", p.Own.Link), nil)
	add(flagOf("recontact", p.Own.Recontact), nil)
	add(flagOf("return-results", p.Own.ReturnResults), nil)
	add(flagOf("insure-allowed", p.Own.InsureAllowed), nil)
	add(flagOf("compute-only", p.Own.ComputeOnly), nil)
	add(codes("topic-allowed", p.TopicsAllowed, topicCodes))
	add(codes("data-class", p.DataClasses, dataCodes))
	add(codes("recipient-class", p.RecipientClasses, recipientCodes))
	add(codes("accepted-basis", p.AcceptedBases, basisCodes))
	for _, s := range []string{p.Codebook, p.ReferTo} {
		if s != "" && !plain(s) {
			add(nil, fmt.Errorf("%w: %q", ErrConsent, s))
		}
	}
	add(stringOf("codebook", p.Codebook), nil)
	add(stringOf("refer-to", p.ReferTo), nil)
	add(flagOf("never-expires", never), nil)
	return out, fault
}

// codes writes a list of enums.
func codes[T ~int32](url string, values []T, table []string) ([]extension, error) {
	var out []extension
	for _, v := range values {
		if v < 1 || int(v) > len(table) {
			return nil, fmt.Errorf("%w: %s %d", ErrConsent, url, v)
		}
		out = append(out, codeOf(url, table[v-1])...)
	}
	return out, nil
}

// decode reads one code of a vocabulary into the list.
func decode[T ~int32](list []T, e extension, table []string) ([]T, error) {
	i := slices.Index(table, e.Code)
	if i < 0 || i >= math.MaxInt32 {
		return nil, fmt.Errorf("%w: %s %q", ErrUnread, e.URL, e.Code)
	}
	return append(list, T(i+1)), nil
}

// readPurposes reads the DUO codings into the policy. Other codings widen nothing
// here and are passed over; a DUO term that is unknown is not. The alias RUO ends
// here: it says that CC is not given.
func readPurposes(p *duo.Policy, list []coding) error {
	research := false
	for _, c := range list {
		if c.System != SystemDUO {
			continue
		}
		t, err := duo.ParseTerm(strings.Replace(c.Code, "DUO_", "DUO:", 1))
		if err != nil {
			return fmt.Errorf("%w: %w", ErrUnread, err)
		}
		switch {
		case t == duo.RUO:
			research = true
		case t.IsPermission() && p.Permission != "":
			return fmt.Errorf("%w: permissions %s and %s", ErrConsent, p.Permission.Short(), t.Short())
		case t.IsPermission():
			p.Permission = t
			err = readDetail(c, func(e extension) error { return readDisease(p, e) })
		default:
			m := duo.Modifier{Term: t}
			err = readDetail(c, func(e extension) error { return readModifier(&m, e) })
			if _, repeated := p.Modifier(t); repeated {
				err = fmt.Errorf("%w: %s is repeated", ErrConsent, t.Short())
			}
			p.Modifiers = append(p.Modifiers, m)
		}
		if err != nil {
			return err
		}
	}
	if _, care := p.Modifier(duo.CC); research && care {
		return fmt.Errorf("%w: RUO beside CC", ErrConsent)
	}
	return nil
}

// readDetail hands over what the term of a coding is about.
func readDetail(c coding, read func(extension) error) error {
	if err := once(c.Extension); err != nil {
		return err
	}
	for _, e := range c.Extension {
		if e.URL != ExtensionDetail {
			return fmt.Errorf("%w: extension %q of %s", ErrUnread, e.URL, c.Code)
		}
		if err := once(e.Extension, "disease", "value", "research-type"); err != nil {
			return err
		}
		for _, sub := range e.Extension {
			if err := read(sub); err != nil {
				return err
			}
		}
	}
	return nil
}

func readDisease(p *duo.Policy, e extension) error {
	if e.URL != "disease" || e.Coding == nil || e.Coding.System != SystemMONDO || !plain(e.Coding.Code) {
		return fmt.Errorf("%w: detail %q of a permission", ErrUnread, e.URL)
	}
	p.Diseases = append(p.Diseases, e.Coding.Code)
	return nil
}

func readModifier(m *duo.Modifier, e extension) (err error) {
	switch e.URL {
	case "value":
		m.Values = append(m.Values, e.String)
		if !plain(e.String) {
			err = fmt.Errorf("%w: value of %s", ErrConsent, m.Term.Short())
		}
	case "date":
		m.Date, err = moment(e.DateTime)
	case "months":
		var n uint64
		n, err = number(e.String)
		if n > math.MaxUint32 {
			err = fmt.Errorf("%w: %d months", ErrConsent, n)
		}
		m.Months = uint32(n) //nolint:gosec // refused just above
	case "research-type":
		m.ResearchTypes, err = decode(m.ResearchTypes, e, researchCodes)
	default:
		err = fmt.Errorf("%w: detail %q of %s", ErrUnread, e.URL, m.Term.Short())
	}
	return err
}

// readPolicy reads what policyExtension wrote.
func readPolicy(p *duo.Policy, never *bool, list []extension) error {
	if err := once(list, "topic-allowed", "data-class", "recipient-class", "accepted-basis"); err != nil {
		return err
	}
	flags := map[string]*bool{
		"link": &p.Own.Link, "recontact": &p.Own.Recontact, "return-results": &p.Own.ReturnResults,
		"insure-allowed": &p.Own.InsureAllowed, "compute-only": &p.Own.ComputeOnly, "never-expires": never,
	}
	for _, e := range list {
		if flag, ok := flags[e.URL]; ok {
			*flag = e.Boolean != nil && *e.Boolean
			continue
		}
		if err := readCode(p, e); err != nil {
			return err
		}
	}
	return nil
}

// readCode reads one element of the policy that is no flag.
func readCode(p *duo.Policy, e extension) (err error) {
	switch e.URL {
	case "ai":
		var ai []duo.AIUse
		if ai, err = decode(ai, e, aiCodes); err == nil {
			p.Own.AI = ai[0]
		}
	case "topic-allowed":
		p.TopicsAllowed, err = decode(p.TopicsAllowed, e, topicCodes)
	case "data-class":
		p.DataClasses, err = decode(p.DataClasses, e, dataCodes)
	case "recipient-class":
		p.RecipientClasses, err = decode(p.RecipientClasses, e, recipientCodes)
	case "accepted-basis":
		p.AcceptedBases, err = decode(p.AcceptedBases, e, basisCodes)
	case "codebook":
		p.Codebook = e.String
	case "refer-to":
		p.ReferTo = e.String
	default:
		err = fmt.Errorf("%w: policy element %q", ErrUnread, e.URL)
	}
	return err
}
