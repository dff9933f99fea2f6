package deid

import (
	"hash/maphash"
	"iter"
)

// Vocabulary is the words of an output's format, which stand in every file. It is
// not changed once it is made and may be shared.
type Vocabulary struct {
	words  textSet
	joined haystack // to search for parts of words
}

// NewVocabulary makes a vocabulary of words.
func NewVocabulary(words []string) *Vocabulary {
	v := &Vocabulary{}
	for _, word := range words {
		n := normalize(word)
		v.words.add(n)
		v.joined.add(n)
	}
	v.joined.index()
	return v
}

// textSet holds different texts, one behind the other in one piece of memory. The
// zero value is empty.
type textSet struct {
	text  []byte
	ends  []int
	slots []uint32 // the number of a text plus one, by its hash
}

// textSeed is of this process: nobody can choose texts that fall on one slot.
var textSeed = maphash.MakeSeed()

const firstSlots = 64

// add puts in a text unless it is there, and tells whether it was not.
func (s *textSet) add(text []byte) bool {
	if 2*len(s.ends) >= len(s.slots) {
		s.grow()
	}
	at, there := s.slot(text)
	if there {
		return false
	}
	s.text = append(s.text, text...)
	s.ends = append(s.ends, len(s.text))
	s.slots[at] = uint32(len(s.ends)) //nolint:gosec // memory ends before
	return true
}

// has tells whether a text is there.
func (s *textSet) has(text []byte) bool {
	if len(s.ends) == 0 {
		return false
	}
	_, there := s.slot(text)
	return there
}

// slot is where a text is, or where it belongs.
func (s *textSet) slot(text []byte) (at uint64, there bool) {
	mask := uint64(len(s.slots) - 1) //nolint:gosec // there is one
	for at = maphash.Bytes(textSeed, text) & mask; s.slots[at] != 0; at = (at + 1) & mask {
		if string(s.at(int(s.slots[at])-1)) == string(text) {
			return at, true
		}
	}
	return at, false
}

func (s *textSet) at(i int) []byte {
	from := 0
	if i > 0 {
		from = s.ends[i-1]
	}
	return s.text[from:s.ends[i]]
}

func (s *textSet) grow() {
	s.slots = make([]uint32, max(2*len(s.slots), firstSlots))
	for i := range s.ends {
		at, _ := s.slot(s.at(i))
		s.slots[at] = uint32(i + 1)
	}
}

// all gives the texts in the order in which they came.
func (s *textSet) all() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for i := range s.ends {
			if !yield(s.at(i)) {
				return
			}
		}
	}
}

// haystack is a body of normalized texts in which many values are searched for. Call
// index once all texts are in.
type haystack struct {
	text  []byte
	shift uint
	heads []int32 // the last place plus one of each four characters, by their hash
	next  []int32 // the one before, by place
}

// add puts in a text. No value is found across two: none holds a zero byte.
func (h *haystack) add(text []byte) { h.text = append(append(h.text, text...), 0) }

// reset leaves nothing but the memory.
func (h *haystack) reset() { h.text = h.text[:0] }

func (h *haystack) index() {
	size := uint(8)
	for 1<<size < len(h.text) {
		size++
	}
	h.shift = 32 - size
	h.heads = append(h.heads[:0], make([]int32, 1<<size)...)
	h.next = append(h.next[:0], make([]int32, len(h.text))...)
	for at := 0; at+anchorLen <= len(h.text); at++ {
		slot := hash(gramAt(h.text[at:])) >> h.shift
		h.next[at] = h.heads[slot]
		h.heads[slot] = int32(at + 1)
	}
}

// has tells whether a value of at least four characters stands in one of the texts.
// Nearly every value that does not is known by its first four.
func (h *haystack) has(value []byte) bool {
	last := len(value) - anchorLen
	for at := range last {
		if h.heads[hash(gramAt(value[at:]))>>h.shift] == 0 {
			return false
		}
	}
	for place := h.heads[hash(gramAt(value[last:]))>>h.shift]; place != 0; place = h.next[place-1] {
		if from := int(place) - 1 - last; from >= 0 && from+len(value) <= len(h.text) &&
			string(h.text[from:from+len(value)]) == string(value) {
			return true
		}
	}
	return false
}
