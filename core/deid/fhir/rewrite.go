package fhir

import (
	"bytes"
	"context"

	"github.com/volens-network/volens/core/deid"
)

// scrubber rewrites resources. It is used for one input.
type scrubber struct {
	opts   Options
	rules  *rules
	in     *scanner
	out    emitter
	names  names
	ids    *ids
	dates  dates
	count  *deid.Tally
	look   *deid.CodeLook
	pool   map[string]string
	number []byte // of the parts that were read last
	kind   string // of the resource
	shown  facets
}

// resource rewrites the resource that begins here. Its type is looked up first:
// JSON does not demand that it comes first.
func (s *scrubber) resource(ctx context.Context, key string, depth int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if c, err := s.in.next(); err != nil || c != '{' {
		return s.droppedResource(depth, err)
	}
	kind, err := s.in.find(&s.names, "resourceType", depth)
	if err != nil {
		return err
	}
	name := s.intern(kind)
	if !spec().resources[name] {
		if depth == 0 {
			return deid.RefuseAt(deid.CodeUnknownResource, s.in.line, "an object is no resource of FHIR R4")
		}
		return s.droppedResource(depth, nil)
	}
	if name == "Patient" {
		id, err := s.in.find(&s.names, "id", depth)
		if err != nil {
			return err
		}
		s.ids.patient(string(id))
	}
	outer := s.kind
	s.kind = name
	s.out.begin(key, '{', "")
	s.out.text(`"resourceType":`, name)
	if err := s.object(ctx, s.rules.node(name), depth); err != nil {
		return err
	}
	s.kind = outer
	s.out.end()
	return s.out.flush(false)
}

// droppedResource passes over what should be a resource and is none.
func (s *scrubber) droppedResource(depth int, err error) error {
	if err != nil {
		return err
	}
	s.count.Add("resource", "drop", 1)
	return s.in.skip(&s.names, depth, nil)
}

// dropped passes over the value that comes next and counts it.
func (s *scrubber) dropped(r *rule, action deid.FHIRAction, depth int) error {
	r.dropped++
	if action != deid.FHIRForget {
		return s.in.skip(&s.names, depth, nil)
	}
	return s.in.skip(&s.names, depth, s.look.Value)
}

// object rewrites the members of an object by the rules of its container.
func (s *scrubber) object(ctx context.Context, n *node, depth int) error {
	if err := s.in.expect('{'); err != nil {
		return err
	}
	if depth >= maxDepth {
		return deid.RefuseAt(deid.CodeTooDeep, s.in.line, "values are nested deeper than 64")
	}
	start := len(s.names.seen)
	for first := true; ; first = false {
		more, err := s.in.more('}', first)
		if err != nil || !more {
			s.names.seen = s.names.seen[:start]
			return err
		}
		name, err := s.in.key()
		if err != nil {
			return err
		}
		hash, err := s.names.add(s.in, start, name)
		if err != nil {
			return err
		}
		if r := n.member(hash, name); r != nil && !r.given {
			err = s.value(ctx, r, r.key, depth+1)
		} else {
			err = s.other(n, name, depth+1)
		}
		if err != nil {
			return err
		}
	}
}

// other passes over a member for which there is nothing to do. A name that begins with an underscore
// is what FHIR adds to a primitive value: an id and extensions, none of which stay.
func (s *scrubber) other(n *node, name []byte, depth int) error {
	if n.given(name) {
		return s.in.skip(&s.names, depth, nil)
	}
	if plain, ok := bytes.CutPrefix(name, []byte("_")); ok && n.member(hashOf(plain), plain) != nil {
		s.count.Add("primitive-extension", "drop", 1)
		return s.in.skip(&s.names, depth, s.look.Attribute)
	}
	if string(name) == "fhir_comments" {
		s.count.Add("comment", "drop", 1)
		return s.in.skip(&s.names, depth, nil)
	}
	s.count.Add("unknown-member", "drop", 1)
	return s.in.skip(&s.names, depth, s.look.Attribute)
}

// value rewrites the value of a member, or each item of an array of them.
func (s *scrubber) value(ctx context.Context, r *rule, key string, depth int) error {
	if r.action == deid.FHIRDrop || r.action == deid.FHIRForget {
		return s.dropped(r, r.action, depth)
	}
	c, err := s.in.next()
	switch {
	case err != nil:
		return err
	case c == '[':
		return s.array(ctx, r, key, depth)
	case c == '{':
		return s.complex(ctx, r, key, depth)
	}
	return s.primitive(r, key, c)
}

// array rewrites items. An array within an array is nothing that FHIR has.
func (s *scrubber) array(ctx context.Context, r *rule, key string, depth int) error {
	if depth >= maxDepth {
		return deid.RefuseAt(deid.CodeTooDeep, s.in.line, "values are nested deeper than 64")
	}
	s.in.r++
	s.out.begin(key, '[', "")
	for first := true; ; first = false {
		more, err := s.in.more(']', first)
		if err != nil {
			return err
		}
		if !more {
			s.out.end()
			return nil
		}
		c, err := s.in.next()
		switch {
		case err != nil:
		case c == '[':
			err = s.dropped(r, deid.FHIRDrop, depth+1)
		default:
			err = s.value(ctx, r, "", depth+1)
		}
		if err != nil {
			return err
		}
	}
}

// complex rewrites an object by the action of its member.
func (s *scrubber) complex(ctx context.Context, r *rule, key string, depth int) error {
	switch r.action {
	case deid.FHIRWalk:
		if r.typ == "Resource" {
			return s.resource(ctx, key, depth)
		}
		return s.walk(ctx, r, key, depth)
	case deid.FHIRExtension:
		return s.extension(ctx, key, depth)
	case deid.FHIRReference, deid.FHIRIdentifier, deid.FHIRCoding, deid.FHIRQuantity, deid.FHIRAge:
		return s.element(r, key, depth)
	default:
	}
	return s.dropped(r, deid.FHIRDrop, depth)
}

func (s *scrubber) walk(ctx context.Context, r *rule, key string, depth int) error {
	if r.node == nil {
		if r.node = s.rules.node(r.into); r.node == nil {
			return s.dropped(r, deid.FHIRDrop, depth)
		}
	}
	s.out.begin(key, '{', "")
	if err := s.object(ctx, r.node, depth); err != nil {
		return err
	}
	s.out.end()
	return nil
}

// extension walks one whose url is listed.
func (s *scrubber) extension(ctx context.Context, key string, depth int) error {
	url, err := s.in.find(&s.names, "url", depth)
	if err != nil {
		return err
	}
	if !s.rules.extensions[string(url)] {
		s.count.Add("extension", "drop", 1)
		return s.in.skip(&s.names, depth, s.look.Attribute)
	}
	s.out.begin(key, '{', `"url":"`+string(url)+`"`)
	if err := s.object(ctx, s.rules.node(extension), depth); err != nil {
		return err
	}
	s.out.end()
	return nil
}

// intern returns a string that is made once for all that are alike.
func (s *scrubber) intern(text []byte) string {
	if known, ok := s.pool[string(text)]; ok {
		return known
	}
	if len(s.pool) >= maxKnown {
		clear(s.pool)
	}
	made := string(text)
	s.pool[made] = made
	return made
}
