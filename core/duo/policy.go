package duo

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Policy is what a patient allows for a dataset. The zero value allows nothing.
type Policy struct {
	Permission Term       `json:"permission"`
	Diseases   []string   `json:"diseases,omitempty"` // MONDO:ddddddd, at least one iff the permission is DS
	Modifiers  []Modifier `json:"modifiers,omitempty"`
	Own        OwnCodes   `json:"own"`
	// TopicsAllowed are the sensitive topics that need no referral.
	TopicsAllowed []SensitiveTopic `json:"topics_allowed,omitempty"`
	// DataClasses and RecipientClasses are closed lists: what is not named is denied.
	DataClasses      []DataClass      `json:"data_classes"`
	RecipientClasses []RecipientClass `json:"recipient_classes"`
	AcceptedBases    []Basis          `json:"accepted_bases"`
	// Codebook is the version of the disease codebook that Diseases are read in.
	Codebook string `json:"codebook,omitempty"`
	// ReferTo is the ethics organisation that decides what is referred. Without one
	// a referral is a denial.
	ReferTo string `json:"refer_to,omitempty"`
}

// Modifier is one DUO modifier with what it is about. Each term uses one of the
// other fields or none; the rest must be empty.
type Modifier struct {
	Term Term `json:"term"`
	// Values are countries (GS, ISO 3166-1 alpha-2), accounts (US), organisations
	// (IS), digests of protocols (PS, 64 digits of lower case hex) or the
	// collaborators to choose from (COL, may be empty: any).
	Values        []string       `json:"values,omitempty"`
	Date          time.Time      `json:"date,omitzero"`            // MOR: no publication before
	Months        uint32         `json:"months,omitempty"`         // TS: the longest use
	ResearchTypes []ResearchType `json:"research_types,omitempty"` // RS
}

// OwnCodes are the codes that DUO does not have. The zero value of each bool is the
// stricter one, but for ReturnResults, which asks for something. X-REID has no
// field: re-identification is always forbidden.
type OwnCodes struct {
	AI            AIUse `json:"ai"`             // X-AI: the most that is allowed; must be chosen
	Link          bool  `json:"link"`           // X-LINK: linkage with other data of the person is allowed
	Recontact     bool  `json:"recontact"`      // X-RECONTACT: wallets may be asked again; not decided here
	ReturnResults bool  `json:"return_results"` // X-RETURN: results must be promised back to the patient
	InsureAllowed bool  `json:"insure_allowed"` // lifts X-INSURE, which is on by default
	ComputeOnly   bool  `json:"compute_only"`   // X-COMPUTE: the data is neither released nor shown
}

// Modifier returns the modifier with this term, and whether the policy has it.
func (p Policy) Modifier(t Term) (Modifier, bool) {
	for _, m := range p.Modifiers {
		if m.Term == t {
			return m, true
		}
	}
	return Modifier{}, false
}

// has reports whether the policy has the modifier.
func (p Policy) has(t Term) bool {
	_, ok := p.Modifier(t)
	return ok
}

// Canonical returns the policy without the alias RUO, with every list sorted and
// each value once, as a consent is stored and signed. It refuses what Validate
// refuses of that, and RUO beside CC, which says yes and no to clinical care.
func (p Policy) Canonical() (Policy, error) {
	c := p
	c.Modifiers = nil
	for i, m := range p.Modifiers {
		if m.Term == RUO {
			if p.has(CC) {
				return Policy{}, &MissingFieldsError{Paths: []string{fmt.Sprintf("modifiers[%d].term", i)}}
			}
			continue
		}
		m.Values = sorted(m.Values)
		m.ResearchTypes = sorted(m.ResearchTypes)
		c.Modifiers = append(c.Modifiers, m)
	}
	slices.SortFunc(c.Modifiers, func(a, b Modifier) int { return strings.Compare(string(a.Term), string(b.Term)) })
	c.Diseases = sorted(p.Diseases)
	c.TopicsAllowed = sorted(p.TopicsAllowed)
	c.DataClasses = sorted(p.DataClasses)
	c.RecipientClasses = sorted(p.RecipientClasses)
	c.AcceptedBases = sorted(p.AcceptedBases)
	return c, c.Validate()
}

// Validate returns a MissingFieldsError with all fields that are missing or wrong.
func (p Policy) Validate() error {
	f := &fields{}
	f.need(p.Permission.IsPermission(), "permission")
	if p.Permission == DS {
		f.texts(p.Diseases, 1, "diseases", validDisease)
		f.text(p.Codebook, "codebook")
	} else {
		f.need(len(p.Diseases) == 0, "diseases")
		f.need(len(p.Codebook) <= MaxText, "codebook")
	}
	f.need(len(p.Modifiers) <= len(Modifiers()), "modifiers")
	for i, m := range p.Modifiers {
		path := fmt.Sprintf("modifiers[%d]", i)
		repeated := slices.ContainsFunc(p.Modifiers[:i], func(o Modifier) bool { return o.Term == m.Term })
		f.need(m.Term.IsModifier() && !repeated, path+".term")
		m.validate(f, path)
	}
	f.need(p.Own.AI.Valid(), "own.ai")
	collect(f, p.TopicsAllowed, 0, "topics_allowed", SensitiveTopic.Valid)
	collect(f, p.DataClasses, 1, "data_classes", DataClass.Valid)
	collect(f, p.RecipientClasses, 1, "recipient_classes", RecipientClass.Valid)
	collect(f, p.AcceptedBases, 1, "accepted_bases", Basis.Valid)
	f.need(len(p.ReferTo) <= MaxText, "refer_to")
	return f.err()
}

// validate records what the modifier's term needs and what it must not carry.
func (m Modifier) validate(f *fields, path string) {
	switch m.Term {
	case GS:
		f.texts(m.Values, 1, path+".values", validCountry)
	case US, IS:
		f.texts(m.Values, 1, path+".values", validText)
	case PS:
		f.texts(m.Values, 1, path+".values", validDigest)
	case COL:
		f.texts(m.Values, 0, path+".values", validText)
	default:
		f.need(len(m.Values) == 0, path+".values")
	}
	f.need(m.Date.IsZero() == (m.Term != MOR), path+".date")
	f.need((m.Months == 0) == (m.Term != TS), path+".months")
	if m.Term == RS {
		collect(f, m.ResearchTypes, 1, path+".research_types", ResearchType.Valid)
	} else {
		f.need(len(m.ResearchTypes) == 0, path+".research_types")
	}
}
