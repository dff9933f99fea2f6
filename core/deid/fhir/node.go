package fhir

import (
	_ "embed"
	"hash/maphash"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/volens-network/volens/core/deid"
)

// elementTable is made from the specification by a test.
//
//go:embed elements.txt
var elementTable string

// element is one member of a container as the specification has it.
type element struct {
	name  string // ends in [x] for a choice of types
	types []string
}

// specification is FHIR's elements by container. A container is a resource type,
// a data type, or the path of an element without a type of its own.
type specification struct {
	containers map[string][]element
	resources  map[string]bool
	// bound are the names of members that are codes of a required value set
	// wherever they occur: their values are FHIR's own words.
	bound map[string]bool
}

// spec is read from the table at first use.
var spec = sync.OnceValue(func() *specification {
	s := &specification{map[string][]element{}, map[string]bool{}, map[string]bool{}}
	for line := range strings.Lines(elementTable) {
		fields := strings.Fields(line)
		if fields[0] == "#" {
			continue
		}
		container, dataType := strings.CutPrefix(fields[0], "~")
		s.resources[container] = !dataType && !strings.Contains(container, ".")
		for _, field := range fields[1:] {
			name, types, _ := strings.Cut(field, ":")
			s.containers[container] = append(s.containers[container], element{name, strings.Split(types, "|")})
			only, met := s.bound[name]
			s.bound[name] = types == "code!" && (only || !met)
		}
	}
	return s
})

// extension is the data type of what FHIR adds to its elements.
const extension = "Extension"

// inherited is what every resource has.
var inherited = []element{
	{"id", []string{"id"}},
	{"meta", []string{"Meta"}},
	{"implicitRules", []string{"uri"}},
	{"language", []string{"code"}},
	{"text", []string{"Narrative"}},
	{"contained", []string{"Resource"}},
	{"extension", []string{extension}},
	{"modifierExtension", []string{extension}},
}

// rule is what is done to one member.
type rule struct {
	name   string // as JSON writes it
	key    string // with quotes and colon
	path   string
	typ    string
	action deid.FHIRAction
	report string // the name under which the report counts it
	into   string // the container that is walked
	node   *node  // the same, once it was entered
	hash   uint64 // of the name
	given  bool   // it was written when the container was entered
	// dropped and replaced are how often.
	dropped, replaced int64
}

// node is a container with the rules for its members.
type node struct {
	name     string
	resource bool
	rules    []*rule // by the hash of their names, with gaps
}

// member returns the rule for a member, or nil.
func (n *node) member(hash uint64, name []byte) *rule {
	mask := uint64(len(n.rules) - 1) //nolint:gosec // there is one
	for at := hash & mask; ; at = (at + 1) & mask {
		r := n.rules[at]
		if r == nil || r.hash == hash && r.name == string(name) {
			return r
		}
	}
}

// given tells whether a member was written when the container was entered.
func (n *node) given(name []byte) bool {
	return n.resource && string(name) == "resourceType" || n.name == extension && string(name) == "url"
}

// newNode makes a node of rules: at most half of its places are taken.
func newNode(name string, resource bool, list []*rule) *node {
	size := 8
	for size < 2*len(list) {
		size *= 2
	}
	n := &node{name: name, resource: resource, rules: make([]*rule, size)}
	for _, r := range list {
		r.hash, r.given = maphash.String(nameSeed, r.name), n.given([]byte(r.name))
		at := r.hash & uint64(size-1) //nolint:gosec // size is positive
		for n.rules[at] != nil && n.rules[at].name != r.name {
			at = (at + 1) & uint64(size-1) //nolint:gosec // size is positive
		}
		n.rules[at] = r
	}
	return n
}

// rules are a profile's rules, worked out for the containers that were met.
type rules struct {
	profile    *deid.FHIRRules
	nodes      map[string]*node
	systems    map[string]*regexp.Regexp
	open       []deid.FHIRSystem  // those that end with a slash
	known      map[[2]string]bool // what was asked of late
	units      map[string]bool
	extensions map[string]bool
}

func newRules(p *deid.FHIRRules) (*rules, error) {
	r := &rules{
		profile: p, nodes: map[string]*node{}, systems: map[string]*regexp.Regexp{}, known: map[[2]string]bool{},
		units: setOf(p.Units), extensions: setOf(p.Extensions),
	}
	for _, system := range p.Systems {
		codes, err := codesOf(system)
		if err != nil {
			return nil, err
		}
		r.systems[system.URI] = codes
		if strings.HasSuffix(system.URI, "/") {
			r.open = append(r.open, system)
		}
	}
	return r, nil
}

// compiled are the forms of codes by their text, as many as the profiles of this
// process name.
var compiled sync.Map

// codesOf is the form of a system's codes.
func codesOf(system deid.FHIRSystem) (*regexp.Regexp, error) {
	text := `^(?:` + system.Codes + `)$`
	if known, ok := compiled.Load(text); ok {
		if codes, ok := known.(*regexp.Regexp); ok {
			return codes, nil
		}
	}
	codes, err := regexp.Compile(text)
	if err == nil {
		compiled.Store(text, codes)
	}
	return codes, err
}

// node returns the rules for a container, or nil if FHIR has no such.
func (r *rules) node(container string) *node {
	if n, ok := r.nodes[container]; ok {
		return n
	}
	list, known := spec().containers[container]
	if !known {
		return nil
	}
	resource := spec().resources[container]
	made := make([]*rule, 0, len(list)+len(inherited))
	switch {
	case resource:
		for _, e := range inherited {
			made = r.appendRules(made, container, e)
		}
	case container == extension:
		made = r.appendRules(made, container, element{"extension", []string{extension}})
	}
	for _, e := range list {
		made = r.appendRules(made, container, e)
	}
	n := newNode(container, resource, made)
	r.nodes[container] = n
	return n
}

func (r *rules) appendRules(list []*rule, container string, e element) []*rule {
	stem, choice := strings.CutSuffix(e.name, "[x]")
	for _, typ := range e.types {
		name := stem
		if choice {
			name += strings.ToUpper(typ[:1]) + strings.TrimSuffix(typ[1:], "!")
		}
		path := container + "." + e.name
		list = append(list, &rule{
			name: name, key: `"` + name + `":`, path: path, typ: typ, action: r.action(container, path, typ),
			report: reportName(path, typ, r.profile), into: target(path, typ),
		})
	}
	return list
}

// tally adds what was done by all rules.
func (r *rules) tally(count *deid.Tally) {
	for _, n := range r.nodes {
		for _, rule := range n.rules {
			if rule != nil {
				count.Add(rule.report, "drop", rule.dropped)
				count.Add(rule.report, "replace", rule.replaced)
			}
		}
	}
}

// action looks a member up by path, then by type. What is in neither is removed.
func (r *rules) action(container, path, typ string) deid.FHIRAction {
	if action, ok := r.profile.Paths[path]; ok {
		return action
	}
	if typ == "id" && path == container+".id" {
		return deid.FHIRPseudonym
	}
	if strings.HasPrefix(typ, "@") {
		typ = "BackboneElement"
	}
	if action, ok := r.profile.Types[strings.TrimSuffix(typ, "!")]; ok {
		return action
	}
	return deid.FHIRDrop
}

// target is the container that is entered below a member.
func target(path, typ string) string {
	switch {
	case strings.HasPrefix(typ, "@"):
		return typ[1:]
	case typ == "BackboneElement" || typ == "Element":
		return path
	}
	return typ
}

// reportName names a removed member in the report: by its path where a rule says
// so, else by its type.
func reportName(path, typ string, p *deid.FHIRRules) string {
	if _, ok := p.Paths[path]; ok {
		return strings.TrimSuffix(path, "[x]")
	}
	return strings.TrimSuffix(strings.TrimPrefix(typ, "@"), "!")
}

// knows tells whether a code system may stay, and whether a code of it has the
// form that its codes have.
func (r *rules) knows(system, code string) bool {
	id := [2]string{system, code}
	if known, ok := r.known[id]; ok {
		return known
	}
	codes := r.system(system)
	known := codes != nil && codes.MatchString(code)
	if len(r.known) >= maxKnown {
		clear(r.known)
	}
	r.known[id] = known
	return known
}

// system returns the form of a listed system's codes, or nil.
func (r *rules) system(uri string) *regexp.Regexp {
	if codes, ok := r.systems[uri]; ok && !strings.HasSuffix(uri, "/") {
		return codes
	}
	for _, s := range r.open {
		if name, ok := strings.CutPrefix(uri, s.URI); ok && isPlainName(name) {
			return r.systems[s.URI]
		}
	}
	return nil
}

// isPlainName takes the name of a code system behind the address of its owner.
func isPlainName(name string) bool {
	return len(name) > 0 && len(name) <= 64 && !strings.ContainsFunc(name, func(c rune) bool {
		return c > unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '-' && c != '.'
	})
}

func setOf(list []string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, item := range list {
		set[item] = true
	}
	return set
}
