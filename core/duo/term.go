// Package duo decides whether a patient's consent permits a researcher's use.
//
// A patient states a Policy in the terms of the Data Use Ontology (EBISPOT/DUO,
// release 2021-02-23) and a few codes of Volens; a researcher states a Use; the
// chain adds Facts. Start with Permits: it takes the three and answers ALLOW,
// REFER or DENY with the reasons. The market asks it when a call clears, custody
// when a batch is made, the command line before money moves, and its twin in
// TypeScript passes the same vectors, test/vectors/duo.json.
//
// Policy.Validate and Use.Validate name every field that is missing or wrong, so
// that nothing incomplete is ever stored. Addresses are opaque strings here.
//
// The package never guesses: what is absent, unknown or zero denies. It reads no
// clock and no state, and no reason ever holds what a person wrote.
package duo

import (
	"errors"
	"fmt"
	"strings"
)

// ErrTerm is returned for a string that is not a usable DUO term.
var ErrTerm = errors.New("unknown DUO term")

// Term is a DUO term in its wire form, such as DUO:0000042. The zero value is no
// term.
type Term string

// The permissions of DUO. A policy has exactly one.
const (
	NRES Term = "DUO:0000004" // no restriction
	GRU  Term = "DUO:0000042" // general research use
	HMB  Term = "DUO:0000006" // health, medical or biomedical research, not origins or ancestry
	DS   Term = "DUO:0000007" // research on the stated diseases
	POA  Term = "DUO:0000011" // population origins or ancestry research only
)

// The modifiers of DUO. A policy has any number, each at most once.
const (
	RS     Term = "DUO:0000012" // only the stated types of research
	NMDS   Term = "DUO:0000015" // no general methods development
	GSO    Term = "DUO:0000016" // genetic studies only
	NPUNCU Term = "DUO:0000018" // not-for-profit organisations and non-commercial use only
	PUB    Term = "DUO:0000019" // results must be published
	COL    Term = "DUO:0000020" // collaboration with the primary investigator
	IRB    Term = "DUO:0000021" // ethics approval
	GS     Term = "DUO:0000022" // only in the stated countries
	MOR    Term = "DUO:0000024" // no publication before a date
	TS     Term = "DUO:0000025" // for a number of months
	US     Term = "DUO:0000026" // only the stated users
	PS     Term = "DUO:0000027" // only the stated projects
	IS     Term = "DUO:0000028" // only the stated institutions
	RTN    Term = "DUO:0000029" // results are returned
	CC     Term = "DUO:0000043" // clinical care is allowed too: the only modifier that widens
	NPOA   Term = "DUO:0000044" // no population origins or ancestry research
	NPU    Term = "DUO:0000045" // not-for-profit organisations only
	NCU    Term = "DUO:0000046" // non-commercial use only
)

// RUO is the old "research use only". It is read as an input that says "no CC";
// Policy.Canonical drops it and no stored policy has it.
const RUO Term = "DUO:0000014"

// shortNames are the shorthands of the release, for the terms a policy may use.
var shortNames = map[Term]string{
	NRES: "NRES", GRU: "GRU", HMB: "HMB", DS: "DS", POA: "POA",
	RS: "RS", NMDS: "NMDS", GSO: "GSO", NPUNCU: "NPUNCU", PUB: "PUB", COL: "COL", IRB: "IRB", GS: "GS", MOR: "MOR",
	TS: "TS", US: "US", PS: "PS", IS: "IS", RTN: "RTN", CC: "CC", NPOA: "NPOA", NPU: "NPU", NCU: "NCU",
}

// Permissions returns the five permissions, the widest first.
func Permissions() []Term {
	return []Term{NRES, GRU, HMB, DS, POA}
}

// Modifiers returns the eighteen modifiers in the order of their numbers.
func Modifiers() []Term {
	return []Term{RS, NMDS, GSO, NPUNCU, PUB, COL, IRB, GS, MOR, TS, US, PS, IS, RTN, CC, NPOA, NPU, NCU}
}

// ParseTerm reads a wire form (DUO:0000042) or a short name (GRU), both exact in
// case. It accepts the alias RUO and refuses DUO:0000001 and DUO:0000017, which
// only group other terms, and everything that it does not know.
func ParseTerm(s string) (Term, error) {
	if t := Term(s); t.Known() || t == RUO {
		return t, nil
	}
	if s == "RUO" {
		return RUO, nil
	}
	for t, name := range shortNames {
		if s == name {
			return t, nil
		}
	}
	if s == "DUO:0000001" || s == "DUO:0000017" {
		return "", fmt.Errorf("%w: %s only groups other terms", ErrTerm, s)
	}
	return "", fmt.Errorf("%w: %q", ErrTerm, s)
}

// Known reports whether t is one of the 23 terms that a stored policy may use.
func (t Term) Known() bool {
	_, ok := shortNames[t]
	return ok
}

// IsPermission reports whether t is one of the five permissions.
func (t Term) IsPermission() bool {
	switch t {
	case NRES, GRU, HMB, DS, POA:
		return true
	default:
		return false
	}
}

// IsModifier reports whether t is one of the eighteen modifiers.
func (t Term) IsModifier() bool {
	return t.Known() && !t.IsPermission()
}

// Short returns the short name, such as GRU, or the wire form of an unknown term.
func (t Term) Short() string {
	if name, ok := shortNames[t]; ok {
		return name
	}
	return string(t)
}

// validDisease reports whether s is a MONDO id, MONDO: and seven digits.
func validDisease(s string) bool {
	digits, ok := strings.CutPrefix(s, "MONDO:")
	return ok && len(digits) == 7 && strings.Trim(digits, "0123456789") == ""
}

// validCountry reports whether s has the form of an ISO 3166-1 alpha-2 code.
func validCountry(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}
