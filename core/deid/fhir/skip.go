package fhir

import (
	"bytes"
	"hash/maphash"
	"slices"

	"github.com/volens-network/volens/core/deid"
)

// names tells members apart within one object, whatever their number of
// siblings. Two names count as one when their keyed hashes are equal: that can
// refuse a file, never let a second member pass.
type names struct{ seen []uint64 }

// nameSeed is of this process.
var nameSeed = maphash.MakeSeed()

func hashOf(name []byte) uint64 { return maphash.Bytes(nameSeed, name) }

// add refuses a name that the object which began at start has already. It returns
// the name's hash.
func (n *names) add(s *scanner, start int, name []byte) (uint64, error) {
	if len(n.seen)-start >= maxMembers {
		return 0, deid.RefuseAt(deid.CodeTooLarge, s.line, "an object has too many members")
	}
	h := hashOf(name)
	if slices.Contains(n.seen[start:], h) {
		return 0, deid.RefuseAt(deid.CodeDuplicateKey, s.line, "an object has two members of one name")
	}
	n.seen = append(n.seen, h)
	return h, nil
}

// visitor sees the strings of a value that is passed over, except those of members
// that say nothing of a person.
type visitor func(text []byte)

// plainMembers of the data types that identify a person are not part of what
// identifies.
var plainMembers = map[string]bool{
	"use": true, "system": true, "type": true, "rank": true, "start": true, "end": true, "url": true, "code": true,
	"reference": true, "display": true,
}

// skip passes over a value. Its form is checked as strictly as that of a value
// that stays. see is nil where nothing is looked at.
func (s *scanner) skip(n *names, depth int, see visitor) error {
	return s.skipNamed(n, depth, false, see)
}

// skipNamed is skip for the value of a plain member, or of another one.
func (s *scanner) skipNamed(n *names, depth int, plain bool, see visitor) error {
	c, err := s.next()
	if err != nil {
		return err
	}
	if (c == '{' || c == '[') && depth >= maxDepth {
		return deid.RefuseAt(deid.CodeTooDeep, s.line, "values are nested deeper than 64")
	}
	switch c {
	case '{':
		return s.skipObject(n, depth+1, see)
	case '[':
		s.r++
		for first := true; ; first = false {
			if more, err := s.more(']', first); err != nil || !more {
				return err
			}
			if err := s.skipNamed(n, depth+1, plain, see); err != nil {
				return err
			}
		}
	case '"':
		token, err := s.str(maxString)
		if err != nil || token == nil || see == nil {
			return err
		}
		text, err := s.unquote(token)
		if err == nil && !plain {
			see(text)
		}
		return err
	}
	_, err = s.literal()
	return err
}

func (s *scanner) skipObject(n *names, depth int, see visitor) error {
	s.r++
	start := len(n.seen)
	for first := true; ; first = false {
		more, err := s.more('}', first)
		if err != nil || !more {
			n.seen = n.seen[:start]
			return err
		}
		name, err := s.key()
		if err != nil {
			return err
		}
		if _, err := n.add(s, start, name); err != nil {
			return err
		}
		if err := s.skipNamed(n, depth, see != nil && plainMembers[string(name)], see); err != nil {
			return err
		}
	}
}

// find looks ahead for the string value of a member of the object that begins
// here, and comes back to the object's beginning. It returns nil if there is no
// such member, or if its value is no string.
func (s *scanner) find(n *names, member string, depth int) ([]byte, error) {
	if _, err := s.next(); err != nil {
		return nil, err
	}
	line, start := s.line, len(n.seen)
	s.mark = s.r
	defer func() {
		s.r, s.line, s.mark = s.mark, line, -1
		n.seen = n.seen[:start]
	}()
	s.r++
	for first := true; ; first = false {
		more, err := s.more('}', first)
		if err != nil || !more {
			return nil, err
		}
		name, err := s.key()
		if err != nil {
			return nil, err
		}
		if string(name) != member {
			if err := s.skip(n, depth, nil); err != nil {
				return nil, err
			}
			continue
		}
		c, err := s.next()
		if err != nil || c != '"' {
			return nil, err
		}
		token, err := s.str(maxKey)
		if err != nil || token == nil {
			return nil, err
		}
		text, err := s.unquote(token)
		return bytes.Clone(text), err
	}
}
