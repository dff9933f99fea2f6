package dicom

import (
	"slices"
	"strings"

	"github.com/volens-network/volens/core/deid"
)

// op is what becomes of an element.
type op uint8

const (
	opRemove op = iota
	opEmpty
	opDummy
	opKeep    // numbers and bytes
	opNumber  // DS and IS
	opCode    // CS
	opText    // names of things, such as makes and codes
	opWords   // descriptions: listed words
	opMeaning // of a code: as text if the coding scheme is known
	opUID
	opDate
	opAge
	opPerson
	opDescend
	opCharset
	opColours // a colour profile
)

// action is the decision on one element.
type action struct {
	op op
	// base is what is done when nothing may stay of the value.
	base op
	rule string
	// identifies says that the original value is searched for in the output.
	identifies identity
}

// identity says how an original value is searched for.
type identity uint8

const (
	plainValue  identity = iota // not at all
	wordsOf                     // its long words
	wholeValue                  // as it is
	personName                  // as a name
	uniqueID                    // as a UID
	wholeNumber                 // as a date of birth
)

// tags that have rules of their own.
const (
	tagCharset      tag = 0x00080005
	tagSOPClass     tag = 0x00080016
	tagInstance     tag = 0x00080018
	tagCodeValue    tag = 0x00080100
	tagScheme       tag = 0x00080102
	tagMeaning      tag = 0x00080104
	tagPatientName  tag = 0x00100010
	tagPatientID    tag = 0x00100020
	tagBirthDate    tag = 0x00100030
	tagRemoved      tag = 0x00120062
	tagMethod       tag = 0x00120063
	tagMethodCodes  tag = 0x00120064
	tagRegions      tag = 0x00186011
	tagBurnedIn     tag = 0x00280301
	tagModified     tag = 0x00280303
	tagVerifier     tag = 0x0040a073
	tagColours      tag = 0x00282000
	tagFlows        tag = 0x00340001
	tagFloatPixels  tag = 0x7fe00008
	tagDoublePixels tag = 0x7fe00009
	tagPixels       tag = 0x7fe00010
	tagDocument     tag = 0x00420011
)

// names of rules that stand for no single attribute.
const (
	rulePrivate  = "private"
	ruleUnknown  = "unknown"
	ruleCurve    = "curve"
	ruleOverlay  = "overlay"
	ruleForeign  = "group_below_8"
	ruleLength   = "group_length"
	ruleConflict = "vr_conflict"
	ruleUID      = "uid"
	ruleDate     = "date"
	ruleText     = "text"
	ruleOwn      = "" // of what is written anew, and is not counted
)

// policy is a profile's rules in the form in which they are asked.
type policy struct {
	attributes []attribute
	overrides  map[tag]string
	options    map[deid.DICOMOption]bool
	schemes    map[string]bool
	words      map[string]bool
}

func newPolicy(rules *deid.DICOMRules) (*policy, error) {
	list, err := checkTable(rules)
	if err != nil {
		return nil, err
	}
	p := &policy{
		attributes: list, overrides: map[tag]string{}, options: map[deid.DICOMOption]bool{},
		schemes: setOf(rules.Schemes), words: setOf(rules.Words),
	}
	for _, o := range rules.Overrides {
		var n uint32
		for _, c := range o.Tag {
			n = n<<4 | uint32(strings.IndexRune("0123456789ABCDEF", c)) //nolint:gosec // checked by the profile
		}
		p.overrides[tag(n)] = o.Action
	}
	for _, option := range rules.Options {
		p.options[option] = true
	}
	return p, nil
}

func setOf(words []string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, word := range words {
		set[word] = true
	}
	return set
}

// dictionary is the VR that PS3.6 gives a tag.
func (p *policy) dictionary(t tag) vr {
	switch {
	case t.element() == 0:
		return vrUL
	case t.private() && t.element() >= 0x10 && t.element() <= 0xff:
		return vrLO
	}
	if a, ok := find(p.attributes, t); ok {
		return a.vr
	}
	return vrUN
}

// decide says what becomes of an element that the file gives the VR v.
func (p *policy) decide(t tag, v vr) action {
	switch {
	case t.private():
		return action{op: opRemove, rule: rulePrivate}
	case t.element() == 0:
		return action{op: opRemove, rule: ruleLength}
	case t.group()>>8 == 0x50:
		return action{op: opRemove, rule: ruleCurve}
	case t.group()>>8 == 0x60:
		return action{op: opRemove, rule: ruleOverlay}
	case t.group() < 8:
		return action{op: opRemove, rule: ruleForeign}
	}
	a, known := find(p.attributes, t)
	if !known {
		return action{op: opRemove, rule: ruleUnknown, identifies: nameIf(v == vrPN)}
	}
	if override, ok := p.overrides[t]; ok {
		a.action, a.options = override, ""
	}
	out := p.listed(a)
	out.rule = choose(isOwn(t), ruleOwn, t.rule())
	out.identifies = p.identifies(a, v)
	if v != vrUN && v.traits().sort != a.vr.traits().sort || v == vrPN && a.vr != vrPN {
		out.op, out.rule = opRemove, ruleConflict
	}
	return out
}

func nameIf(is bool) identity {
	if is {
		return personName
	}
	return plainValue
}

// base is the first of alternative actions that is right for every type of
// attribute: X only where nothing else is offered (PS3.15, table E.1-1a).
func base(text string) op {
	switch text {
	case "X", "-":
		return opRemove
	case "Z", "X/Z":
		return opEmpty
	default:
		return opDummy
	}
}

// listed applies table and options to a standard attribute.
func (p *policy) listed(a attribute) action {
	out := action{base: base(a.action)}
	unlisted := a.action == "-"
	option := func(letter string, o deid.DICOMOption) bool {
		return strings.Contains(a.options, letter) && p.options[o]
	}
	retained := option("p", deid.DICOMPatientCharacteristics)
	cleaned := option("t", deid.DICOMCleanDescriptors) || retained
	switch a.vr {
	case vrSQ:
		out.op = p.sequence(a, cleaned)
	case vrDA, vrDT, vrTM:
		out.op = choose(unlisted || option("d", deid.DICOMModifiedDates), opDate, out.base)
	case vrUI:
		out.op = choose(a.action == "X", opRemove, opUID)
	case vrAS:
		out.op = choose(unlisted || retained, opAge, out.base)
	case vrPN:
		out.op = choose(unlisted, opEmpty, out.base)
	case vrCS:
		out.op = choose(unlisted || cleaned, opCode, out.base)
	case vrDS, vrIS:
		out.op = choose(unlisted || retained, opNumber, out.base)
	case vrLO, vrSH, vrUC:
		out.op = choose(unlisted, opText, choose(cleaned, opWords, out.base))
		out.base = choose(unlisted, opDummy, out.base) // the attribute may be of type 1
	case vrLT, vrST, vrUT:
		out.op = choose(unlisted || cleaned, opWords, out.base)
	case vrAE, vrUR, vrUN:
		out.op = out.base
	default:
		out.op = choose(unlisted || retained, opKeep, out.base)
	}
	switch a.tag {
	case tagPatientName, tagPatientID:
		out.op = opPerson
	case tagMeaning:
		out.op = opMeaning
	case tagCharset:
		out.op = opCharset
	case tagColours:
		out.op = opColours
	case tagDocument:
		out.op = opKeep // if the pixel gate lets it
	default:
	}
	if isOwn(a.tag) {
		out.op = opRemove
	}
	return out
}

// isOwn tells whether declare writes an attribute anew.
func isOwn(t tag) bool {
	switch t {
	case tagBurnedIn, tagModified, tagRemoved, tagMethod, tagMethodCodes:
		return true
	default:
		return false
	}
}

func choose[T any](when bool, yes, no T) T {
	if when {
		return yes
	}
	return no
}

// sequence says whether a sequence is entered. Each element inside is judged by
// itself.
func (p *policy) sequence(a attribute, cleaned bool) op {
	switch {
	case a.action == "-", strings.Contains(a.action, "U"), cleaned,
		strings.Contains(a.options, "s") && p.options[deid.DICOMCleanStructured],
		strings.Contains(a.options, "g") && p.options[deid.DICOMCleanGraphics],
		a.tag == tagVerifier, a.tag == tagFlows:
		return opDescend
	case base(a.action) == opRemove:
		return opRemove
	default:
		return opEmpty
	}
}

// identifies says how the original value of an attribute is searched for.
func (p *policy) identifies(a attribute, v vr) identity {
	switch {
	case a.vr == vrPN || v == vrPN:
		return personName
	case a.vr == vrUI:
		return uniqueID
	case a.tag == tagBirthDate:
		return wholeNumber
	case a.action == "-" || a.vr.traits().sort != sortText || strings.ContainsAny(a.options, "dp"):
		return plainValue
	case strings.Contains(a.options, "t"), slices.Contains([]vr{vrDS, vrIS, vrCS, vrAS}, a.vr):
		return wordsOf
	case slices.Contains([]vr{vrLT, vrST, vrUT}, a.vr) && p.overrides[a.tag] != "":
		return wordsOf
	default:
		return wholeValue
	}
}
