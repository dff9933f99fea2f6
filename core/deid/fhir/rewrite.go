package fhir

import (
	"bytes"
	"context"

	"github.com/volens-network/volens/core/deid"
)

// scrubber rewrites resources. It is used for one input.
type scrubber struct {
	opts  Options
	rules *rules
	in    *scanner
	out   emitter
	names *names
	ids   *ids
	dates dates
	count *deid.Tally
	look  *deid.CodeLook
	small scanner // over one captured element
	pool  map[string]string
	kind  string // of the resource
	shown facets
}

// resource rewrites the resource that begins here. Its type is looked up first:
// JSON does not demand that it comes first.
func (s *scrubber) resource(ctx context.Context, key string, depth int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if c, err := s.in.next(); err != nil || c != '{' {
		return s.dropped("resource", deid.FHIRDrop, depth, err)
	}
	kind, err := s.in.find(s.names, "resourceType", depth)
	if err != nil {
		return err
	}
	name := string(kind)
	if !spec().resources[name] {
		if depth == 0 {
			return deid.RefuseAt(deid.CodeUnknownResource, s.in.line, "an object is no resource of FHIR R4")
		}
		return s.dropped("resource", deid.FHIRDrop, depth, nil)
	}
	if name == "Patient" {
		id, err := s.in.find(s.names, "id", depth)
		if err != nil {
			return err
		}
		s.ids.patient(string(id))
	}
	outer := s.kind
	s.kind = name
	defer func() { s.kind = outer }()
	s.out.begin(key, '{', "")
	s.out.value(`"resourceType"`, append(append([]byte{'"'}, kind...), '"'))
	if err := s.object(ctx, s.rules.node(name), name, depth); err != nil {
		return err
	}
	s.out.end()
	return s.out.flush(false)
}

// dropped passes over the value that comes next and counts it.
func (s *scrubber) dropped(report string, action deid.FHIRAction, depth int, err error) error {
	if err != nil {
		return err
	}
	s.count.Add(report, "drop", 1)
	if action != deid.FHIRForget {
		return s.in.skip(s.names, depth, nil)
	}
	return s.in.skip(s.names, depth, s.forget)
}

// plainMembers of the data types that identify a person are not part of what
// identifies.
var plainMembers = map[string]bool{
	"use": true, "system": true, "type": true, "rank": true, "start": true, "end": true, "url": true, "code": true,
	"reference": true, "display": true,
}

// forget has the second look search for a removed value.
func (s *scrubber) forget(name, text []byte) {
	if !plainMembers[string(name)] {
		s.look.Value(text)
	}
}

// unknown has it search for the longer texts of members that FHIR does not have.
func (s *scrubber) unknown(name, text []byte) {
	if !plainMembers[string(name)] {
		s.look.Attribute(text)
	}
}

// object rewrites the members of an object by the rules of its container.
func (s *scrubber) object(ctx context.Context, n *node, container string, depth int) error {
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
		if err := s.names.add(s.in, start, name); err != nil {
			return err
		}
		if err := s.member(ctx, n, name, container, depth+1); err != nil {
			return err
		}
	}
}

// member rewrites one member. A name that begins with an underscore is what FHIR
// adds to a primitive value: an id and extensions, none of which stay.
func (s *scrubber) member(ctx context.Context, n *node, name []byte, container string, depth int) error {
	// These were written when the container was entered.
	given := string(name) == "resourceType" && spec().resources[container] ||
		string(name) == "url" && container == "Extension"
	if given {
		return s.in.skip(s.names, depth, nil)
	}
	if r, ok := n.members[string(name)]; ok {
		return s.value(ctx, r, r.key, depth)
	}
	if plain, ok := bytes.CutPrefix(name, []byte("_")); ok && n.members[string(plain)] != nil {
		s.count.Add("primitive-extension", "drop", 1)
		return s.in.skip(s.names, depth, s.unknown)
	}
	if string(name) == "fhir_comments" {
		s.count.Add("comment", "drop", 1)
		return s.in.skip(s.names, depth, nil)
	}
	s.count.Add("unknown-member", "drop", 1)
	return s.in.skip(s.names, depth, s.unknown)
}

// value rewrites the value of a member, or each item of an array of them.
func (s *scrubber) value(ctx context.Context, r *rule, key string, depth int) error {
	if r.action == deid.FHIRDrop || r.action == deid.FHIRForget {
		return s.dropped(r.report, r.action, depth, nil)
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
		if c, err := s.in.next(); err != nil || c == '[' {
			err = s.dropped(r.report, deid.FHIRDrop, depth+1, err)
			if err != nil {
				return err
			}
			continue
		}
		if err := s.value(ctx, r, "", depth+1); err != nil {
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
	return s.dropped(r.report, deid.FHIRDrop, depth, nil)
}

func (s *scrubber) walk(ctx context.Context, r *rule, key string, depth int) error {
	n := s.rules.node(r.into)
	if n == nil {
		return s.dropped(r.report, deid.FHIRDrop, depth, nil)
	}
	s.out.begin(key, '{', "")
	if err := s.object(ctx, n, r.into, depth); err != nil {
		return err
	}
	s.out.end()
	return nil
}

// extension walks one whose url is listed.
func (s *scrubber) extension(ctx context.Context, key string, depth int) error {
	url, err := s.in.find(s.names, "url", depth)
	if err != nil {
		return err
	}
	if !s.rules.extensions[string(url)] {
		s.count.Add("extension", "drop", 1)
		return s.in.skip(s.names, depth, s.unknown)
	}
	s.out.begin(key, '{', `"url":"`+string(url)+`"`)
	if err := s.object(ctx, s.rules.node("Extension"), "Extension", depth); err != nil {
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
