package dicom

import (
	"github.com/volens-network/volens/core/deid"
)

// The bounds of a walk.
const (
	// MaxDepth is how deep sequences may be nested.
	MaxDepth = 64
	// maxHead is how much of a data set is held before its pixels, without the
	// largest element.
	maxHead = 32 << 20
	// maxElement is the largest element that is held.
	maxElement = 512 << 20
	// maxOriginal is the largest value that is searched for in the output; what
	// is longer is bytes, not text.
	maxOriginal = 64 << 10
	nodeCost    = 96
)

// part is what a node stands for.
type part uint8

const (
	partValue part = iota
	partSequence
	partItem
	partItemEnd
	partSequenceEnd
)

// node is one element, or one end of a sequence or item, as it will be written.
type node struct {
	tag   tag
	vr    vr
	part  part
	depth int
	value []byte
	set   *charset
	act   action
	own   bool // made by declare
}

// level is where the walk is.
type level struct {
	coding coding
	end    int64 // where the data set ends, -1 if a delimiter or the file ends it
	depth  int
	set    *charset
	drop   bool
	last   tag
	scheme string // the coding scheme of this item
}

// elements walks one data set: the outermost one up to its pixels or its end, or
// one item.
func (s *scrubber) elements(l *level) error {
	for {
		done, err := s.finished(l)
		if err != nil || done {
			return err
		}
		h, err := s.src.next(l.coding)
		if err != nil {
			return err
		}
		switch {
		case h.tag == tagItemEnd && l.depth > 0 && l.end < 0:
			return nil
		case h.tag.group() == groupItem && l.depth == 0 && h.length == 0:
			s.count.warn("stray_delimiter")
			continue
		case h.tag.group() == groupItem:
			return malformed("an item or delimiter stands where an element should")
		case h.length != undefined && l.end >= 0 && s.src.pos+int64(h.length) > l.end:
			return malformed("an element is longer than the item around it")
		}
		if h.odd {
			s.count.warn("implicit_element_repaired")
		}
		if l.depth == 0 && isPixels(h.tag) {
			s.pixels = &h
			return nil
		}
		if err := s.element(l, h); err != nil {
			return err
		}
	}
}

func (s *scrubber) finished(l *level) (bool, error) {
	switch {
	case l.end >= 0:
		return s.src.pos >= l.end, nil
	case l.depth == 0:
		return s.src.atEnd()
	}
	return false, nil
}

func isPixels(t tag) bool {
	return t == tagPixels || t == tagFloatPixels || t == tagDoublePixels
}

// repeated tells whether an element has come before in its data set: only the
// first counts.
func (s *scrubber) repeated(l *level, t tag) bool {
	twice := t == l.last
	if l.depth == 0 {
		twice = s.seen[t]
		s.seen[t] = true
	}
	l.last = t
	return twice
}

// element handles one element after its header.
func (s *scrubber) element(l *level, h header) error {
	v := h.vr
	listed := s.policy.dictionary(h.tag)
	if v == 0 {
		v = listed
	}
	if l.depth == 0 && h.tag == tagBurnedIn {
		return s.burnedIn(h)
	}
	act := s.policy.decide(h.tag, v)
	drop := l.drop || act.op == opRemove
	if s.repeated(l, h.tag) && !drop {
		s.count.add("repeated", "X")
		drop = true
	}
	nested, err := s.isSequence(h, v, listed)
	if err != nil {
		return err
	}
	if nested {
		return s.sequence(l, h, v, act, drop)
	}
	if h.length == undefined {
		return s.skipFragments(l, act, drop)
	}
	if v == vrSQ || v == vrUN && listed == vrSQ {
		act.op, act.rule, drop = opRemove, ruleConflict, true
	}
	if drop {
		return s.discard(l, h, v, act)
	}
	return s.value(l, h, v, listed, act)
}

// burnedIn reads what the file says of text in its pixels.
func (s *scrubber) burnedIn(h header) error {
	if h.length > maxShort {
		return malformed("a code is too long")
	}
	value, err := s.src.read(int64(h.length))
	text := string(trim(value))
	s.picture.saysBurnedIn = s.picture.saysBurnedIn || text != "" && text != "NO"
	return err
}

// isSequence tells whether items follow. A sequence of known length whose bytes
// are no item is none, whatever its VR says: retired attributes gave their tags
// to others.
func (s *scrubber) isSequence(h header, v, listed vr) (bool, error) {
	switch {
	case h.length == undefined:
		return v == vrSQ || v == vrUN || listed == vrSQ || h.vr == 0, nil
	case v != vrSQ && (v != vrUN || listed != vrSQ):
		return false, nil
	case h.length == 0:
		return true, nil
	}
	head, err := s.src.peek(4)
	if err != nil || len(head) < 4 {
		return false, err
	}
	little := head[0] == 0xfe && head[1] == 0xff && head[2] == 0x00 && head[3] == 0xe0
	big := head[0] == 0xff && head[1] == 0xfe && head[2] == 0xe0 && head[3] == 0x00
	return little || big, nil
}

// sequence walks the items of a sequence, or passes over it.
func (s *scrubber) sequence(l *level, h header, v vr, act action, drop bool) error {
	if l.depth >= MaxDepth {
		return deid.Refuse(deid.CodeTooDeep, "sequences are nested deeper than 64")
	}
	if drop && h.tag.private() && h.length != undefined {
		return s.discard(l, h, vrUN, act)
	}
	coded := l.coding
	if v == vrUN {
		coded = implicitLittle // PS3.5, 6.2.2 and CP 246
	}
	enter := !drop && act.op == opDescend
	shown := !drop && (enter || act.op == opEmpty)
	if shown {
		s.append(node{tag: h.tag, vr: vrSQ, part: partSequence, depth: l.depth})
	}
	end := int64(-1)
	if h.length != undefined {
		if err := s.src.claim(int64(h.length)); err != nil {
			return err
		}
		end = s.src.pos + int64(h.length)
	}
	n, err := s.items(l, coded, end, !enter)
	if err != nil {
		return err
	}
	s.note(l, act, drop, !enter && (drop || n > 0))
	if shown {
		s.append(node{tag: h.tag, vr: vrSQ, part: partSequenceEnd, depth: l.depth})
	}
	return nil
}

// items walks the items of a sequence and counts them.
func (s *scrubber) items(l *level, coded coding, end int64, drop bool) (n int, err error) {
	for ; end < 0 || s.src.pos < end; n++ {
		h, err := s.src.next(coded)
		if err != nil {
			return n, err
		}
		switch {
		case h.tag == tagSequence && (end < 0 || s.src.pos == end):
			return n, nil
		case h.tag != tagItem:
			return n, malformed("something else stands where an item should")
		}
		inner := &level{coding: coded, end: -1, depth: l.depth + 1, set: l.set, drop: drop}
		if h.length != undefined {
			inner.end = s.src.pos + int64(h.length)
			if end >= 0 && inner.end > end {
				return n, malformed("an item is longer than its sequence")
			}
			if err := s.src.claim(int64(h.length)); err != nil {
				return n, err
			}
		}
		if err := s.item(inner); err != nil {
			return n, err
		}
	}
	if end >= 0 && s.src.pos > end {
		return n, malformed("an item is longer than its sequence")
	}
	return n, nil
}

// item walks one item.
func (s *scrubber) item(l *level) error {
	if !l.drop {
		s.append(node{tag: tagItem, part: partItem, depth: l.depth})
	}
	if err := s.elements(l); err != nil {
		return err
	}
	if !l.drop {
		s.append(node{tag: tagItem, part: partItemEnd, depth: l.depth})
	}
	return s.bounded()
}

// skipFragments passes over bytes in fragments that are not the file's pixels.
func (s *scrubber) skipFragments(l *level, act action, drop bool) error {
	act.op = opRemove
	s.note(l, act, drop, true)
	return s.fragments(l.coding, func(n int64) error { return s.src.skip(n) })
}

// fragments walks the items of encapsulated bytes and hands over the length of
// each (PS3.5, A.4).
func (s *scrubber) fragments(c coding, each func(n int64) error) error {
	for {
		h, err := s.src.next(c)
		if err != nil {
			return err
		}
		if h.tag == tagSequence {
			return nil
		}
		if h.tag != tagItem || h.length == undefined {
			return malformed("something else stands where a fragment should")
		}
		if err := each(int64(h.length)); err != nil {
			return err
		}
	}
}

// discard passes over a value that does not stay. What identifies is remembered.
func (s *scrubber) discard(l *level, h header, v vr, act action) error {
	s.note(l, act, true, true)
	if act.identifies == plainValue && v != vrPN || h.length > maxOriginal {
		return s.src.skip(int64(h.length))
	}
	value, err := s.src.read(int64(h.length))
	if err != nil {
		return err
	}
	if v == vrPN {
		act.identifies = personName
	}
	s.remember(value, l.set, act.identifies, v)
	return s.bounded()
}

// value reads a value that stays in some form.
func (s *scrubber) value(l *level, h header, v, listed vr, act action) error {
	if h.length > maxElement {
		return deid.Refuse(deid.CodeTooLarge, "an element before the pixels has more than 512 MiB")
	}
	value, err := s.src.read(int64(h.length))
	if err != nil {
		return err
	}
	if v == vrUN && (listed.traits().sort == sortText || l.coding.order == s.out.order) {
		v = listed
	}
	s.remember(value, l.set, act.identifies, v)
	if h.tag == tagCharset {
		l.set = newCharset(string(value))
	}
	if l.coding.order != s.out.order {
		value = swap(value, v.traits().width)
	}
	n := node{tag: h.tag, vr: v, depth: l.depth, value: value, set: l.set, act: act}
	if s.rewrite(l, &n) {
		s.append(n)
	}
	return s.bounded()
}

func (s *scrubber) append(n node) {
	s.nodes = append(s.nodes, n)
	s.held += int64(len(n.value)) + nodeCost
	s.largest = max(s.largest, int64(len(n.value)))
}

// bounded refuses what cannot be held.
func (s *scrubber) bounded() error {
	if s.held-s.largest > maxHead || s.originals > maxOriginals {
		return deid.Refuse(deid.CodeTooLarge, "there is too much before the pixels to look at as a whole")
	}
	return nil
}
