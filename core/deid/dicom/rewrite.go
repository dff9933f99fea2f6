package dicom

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/volens-network/volens/core/deid"
)

const (
	// dummy stands for a text that had to go where a value must stay.
	dummy = "REMOVED"
	// domain of the surrogates of patients.
	domain = "patient"
	// maxTerm is the most characters of a code or number; PS3.5, 6.2, allows 16.
	maxTerm = 32
	// maxOriginals is how many distinct values are searched for.
	maxOriginals = 1 << 16
	// standardRoot is the arc of the UIDs of PS3.6.
	standardRoot = "1.2.840.10008."
)

var (
	numberForm = regexp.MustCompile(`^ *[+-]?[0-9]{0,16}(\.[0-9]{0,16})?([eE][+-]?[0-9]{1,3})? *$`)
	// A term has few words; what is written like a sentence is one (PS3.5, 6.2, gives CS capital letters only).
	codeForm = regexp.MustCompile(
		`^ *(?:[0-9A-Z_/.+-]{1,24}(?: {1,2}[0-9A-Z_/.+-]{1,12}){1,2}|` +
			`[A-Za-z]{1,16} [A-Za-z]{1,16}|[0-9A-Za-z_/.+-]{0,32}) *$`,
	)
	textForm     = regexp.MustCompile(`^[^\x00-\x1f\x7f]*$`)
	charsetForm  = regexp.MustCompile(`^[0-9A-Z_ \\]*$`)
	uidForm      = regexp.MustCompile(`^[0-9.]{1,64}$`)
	standardForm = regexp.MustCompile(`^1\.2\.840\.10008(\.(0|[1-9][0-9]{0,3})){1,9}$`)
	word         = regexp.MustCompile(`[0-9A-Za-z*+./-]+`)
	longNumber   = regexp.MustCompile(`^[0-9]{6,}$`)
)

// isStandard tells whether a UID is one of PS3.6, by its form: arcs of at most
// four digits below the root of DICOM. No instance has such a one.
func isStandard(uid string) bool {
	return strings.HasPrefix(uid, standardRoot) && standardForm.MatchString(uid)
}

// note counts what is done to an element.
func (s *scrubber) note(l *level, act action, drop, gone bool) {
	switch {
	case l.drop || !gone || act.rule == ruleLength || act.rule == ruleOwn:
	case drop:
		s.count.add(act.rule, "X")
	default:
		s.count.add(act.rule, "Z")
	}
}

// trim takes the padding off a value.
func trim(value []byte) []byte {
	return bytes.Trim(value, " \x00")
}

// remember hands an original value to the second look.
func (s *scrubber) remember(value []byte, set *charset, how identity, v vr) {
	if how == plainValue || len(value) == 0 || len(value) > maxOriginal {
		return
	}
	parts := [][]byte{value}
	if v.several() {
		parts = bytes.Split(value, []byte(`\`))
	}
	for _, part := range parts {
		part = trim(part)
		if len(part) == 0 {
			continue
		}
		s.originals++
		text := string(part)
		if v.hasCharset() {
			text = set.decode(part)
		}
		s.search(text, how)
		if text != string(part) {
			s.search(string(part), how)
		}
	}
}

func (s *scrubber) search(text string, how identity) {
	if text == dummy || s.isSurrogate(text) {
		return
	}
	switch how {
	case personName:
		s.look.Name(text)
	case wholeValue:
		s.look.Value(text)
	case wordsOf:
		s.look.Words(text)
	case uniqueID:
		if !isStandard(text) && !deid.IsSurrogateUID(text) {
			s.look.Plain(text)
		}
	case wholeNumber:
		s.look.Plain(text)
	default:
	}
}

func (s *scrubber) isSurrogate(text string) bool {
	return deid.IsSurrogate(s.opts.Profile.Samples, text)
}

// rewrite changes a node's value as far as that can be said before the whole
// data set is known, and tells whether the element stays.
func (s *scrubber) rewrite(l *level, n *node) bool {
	before := n.value
	switch n.act.op {
	case opEmpty:
		n.value = nil
	case opDummy:
		n.value = placeholder(n.vr)
	case opNumber:
		n.value = each(n.value, numberForm)
	case opCode:
		n.value = each(n.value, codeForm)
	case opWords:
		n.value = s.words(n)
	case opMeaning:
		if !s.policy.schemes[l.scheme] {
			n.value = s.words(n)
		}
	case opUID:
		n.value = s.uids(n.value)
	case opDate:
		n.value = s.datesOf(n)
	case opAge:
		text, over := age(string(n.value))
		n.value = []byte(text)
		if over {
			s.count.add("age", "over_89")
		}
	case opColours:
		n.value = colourProfile(n.value)
	case opCharset:
		if !charsetForm.Match(bytes.TrimRight(n.value, "\x00")) {
			n.value = nil
		}
	default:
	}
	if n.tag == tagScheme {
		l.scheme = string(trim(n.value))
	}
	if len(n.value) > 0 || n.act.op == opDescend {
		return s.changed(n, before)
	}
	return s.emptied(n, before)
}

// changed counts a value that stays in another form.
func (s *scrubber) changed(n *node, before []byte) bool {
	if !bytes.Equal(trim(before), trim(n.value)) {
		switch n.act.op {
		case opUID:
			s.count.add(ruleUID, "U")
		case opDate:
			s.count.add(ruleDate, "C")
		case opDummy:
			s.count.add(n.act.rule, "D")
		default:
			s.count.add(n.act.rule, "C")
		}
	}
	return true
}

// emptied does the base action with an element of which nothing stays. One that
// was empty stays so, unless its action is to remove it.
func (s *scrubber) emptied(n *node, before []byte) bool {
	was := len(trim(before)) > 0
	switch {
	case !was:
		n.value = nil
		return true
	case n.act.base == opDummy:
		n.value = placeholder(n.vr)
		if !bytes.Equal(trim(before), n.value) {
			s.count.add(n.act.rule, "D")
		}
	case n.act.base == opRemove && n.act.op != opEmpty && n.act.op != opCode && n.act.op != opNumber:
		s.count.add(n.act.rule, "X")
		return false
	default:
		n.value = nil
		s.count.add(n.act.rule, "Z")
	}
	return true
}

// placeholder is the dummy of a VR.
func placeholder(v vr) []byte {
	switch v {
	case vrDA:
		return []byte("19000101")
	case vrDT:
		return []byte("1900")
	case vrTM:
		return []byte("000000")
	case vrDS, vrIS:
		return []byte("0")
	case vrAE, vrCS, vrLO, vrLT, vrPN, vrSH, vrST, vrUC, vrUT:
		return []byte(dummy)
	default:
		return nil
	}
}

// each keeps values of the form, if all of them have it.
func each(value []byte, form *regexp.Regexp) []byte {
	for _, part := range bytes.Split(bytes.TrimRight(value, "\x00"), []byte(`\`)) {
		if !form.Match(part) || len(trim(part)) > maxTerm {
			return nil
		}
	}
	return value
}

// words keeps the words of a description that the profile lists.
func (s *scrubber) words(n *node) []byte {
	if string(trim(n.value)) == dummy {
		return []byte(dummy)
	}
	var kept [][]byte
	for _, w := range word.FindAll(n.value, -1) {
		if s.policy.words[strings.ToLower(string(w))] {
			kept = append(kept, w)
		}
	}
	return bytes.Join(kept, []byte(" "))
}

func (s *scrubber) uids(value []byte) []byte {
	parts := strings.Split(string(trim(value)), `\`)
	for i, uid := range parts {
		uid = strings.Trim(uid, " \x00")
		if !uidForm.MatchString(uid) && uid != "" {
			s.count.warn("malformed_uid_replaced")
		}
		if uid != "" && !isStandard(uid) {
			uid = s.opts.Pseudonyms.UID(uid)
		}
		parts[i] = uid
	}
	return []byte(strings.Join(parts, `\`))
}

func (s *scrubber) datesOf(n *node) []byte {
	one := s.dates.date
	switch n.vr {
	case vrDT:
		one = s.dates.dateTime
	case vrTM:
		one = s.dates.clock
	default:
	}
	parts := strings.Split(string(trim(n.value)), `\`)
	for i, part := range parts {
		if parts[i] = one(part); parts[i] == "" && part != "" {
			return nil
		}
	}
	return []byte(strings.Join(parts, `\`))
}

// settle finishes all values when every original is known.
func (s *scrubber) settle() {
	patient := s.patient()
	kept := s.nodes[:0]
	for _, n := range s.nodes {
		if n.part == partValue && !s.settled(&n, patient) {
			continue
		}
		kept = append(kept, n)
	}
	s.nodes = kept
}

// patient is the surrogate of the person: that of the id, else of the name.
func (s *scrubber) patient() string {
	id := ""
	for _, n := range s.nodes {
		if n.depth == 0 && n.act.op == opPerson && n.part == partValue && len(trim(n.value)) > 0 {
			id = n.set.decode(trim(n.value))
		}
	}
	if id == "" {
		return ""
	}
	return s.opts.Pseudonyms.Name(domain, id)
}

func (s *scrubber) settled(n *node, patient string) bool {
	before := n.value
	hit := false
	switch n.act.op {
	case opPerson:
		if len(trim(n.value)) > 0 {
			n.value = []byte(patient)
		}
		if n.depth > 0 {
			n.value = nil // another person, or the same by another name
		}
		s.changed(n, before)
	case opText, opMeaning, opWords:
		text := n.set.decode(trim(n.value))
		hit = !textForm.MatchString(strings.ReplaceAll(text, "\n", " ")) || text != dummy && s.look.Hits(text)
	case opCode:
		hit = s.look.Hits(string(n.value))
	case opNumber:
		for _, part := range bytes.Split(n.value, []byte(`\`)) {
			hit = hit || longNumber.Match(trim(part)) && s.look.Holds(string(trim(part)))
		}
	default:
	}
	if !hit {
		return true
	}
	n.value, n.act.rule = nil, ruleText
	return s.emptied(n, before)
}
