package fhir

import (
	"bytes"
	"hash/maphash"

	"github.com/volens-network/volens/core/deid"
)

// names tells members apart within one object, whatever their number of
// siblings. Two names count as one when their keyed hashes are equal: that can
// refuse a file, never let a second member pass.
type names struct {
	seed maphash.Seed
	seen []uint64
}

func newNames() *names { return &names{seed: maphash.MakeSeed()} }

// add refuses a name that the object which began at start has already.
func (n *names) add(s *scanner, start int, name []byte) error {
	if len(n.seen)-start >= maxMembers {
		return deid.RefuseAt(deid.CodeTooLarge, s.line, "an object has too many members")
	}
	h := maphash.Bytes(n.seed, name)
	for _, old := range n.seen[start:] {
		if old == h {
			return deid.RefuseAt(deid.CodeDuplicateKey, s.line, "an object has two members of one name")
		}
	}
	n.seen = append(n.seen, h)
	return nil
}

// visitor sees the strings of a value that is passed over, by the name of the
// member or of the array they stand in.
type visitor func(name, text []byte)

// skip passes over a value. Its form is checked as strictly as that of a value
// that stays.
func (s *scanner) skip(n *names, depth int, see visitor) error {
	return s.skipNamed(n, depth, nil, see)
}

func (s *scanner) skipNamed(n *names, depth int, name []byte, see visitor) error {
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
			if err := s.skipNamed(n, depth+1, name, see); err != nil {
				return err
			}
		}
	case '"':
		token, err := s.str(maxString)
		if err != nil || token == nil || see == nil {
			return err
		}
		text, err := s.unquote(token)
		if err == nil {
			see(name, text)
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
		if err := n.add(s, start, name); err != nil {
			return err
		}
		if see != nil {
			name = bytes.Clone(name)
		}
		if err := s.skipNamed(n, depth, name, see); err != nil {
			return err
		}
	}
}

// capture takes a whole value and returns it as it is written, valid until the
// next call.
func (s *scanner) capture(n *names, depth int) ([]byte, error) {
	if _, err := s.next(); err != nil {
		return nil, err
	}
	marked := s.mark >= 0
	start := s.r
	if !marked {
		s.mark, start = s.r, 0
	} else {
		start -= s.mark
	}
	err := s.skip(n, depth, nil)
	from := s.mark + start
	if !marked {
		s.mark = -1
	}
	if err != nil {
		return nil, err
	}
	return s.buf[from:s.r], nil
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
