package fhir

import (
	"encoding/base32"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/volens-network/volens/core/deid"
)

const (
	// domain separates the ids of resources from other names.
	domain = "fhir"
	// identifierDomain separates business identifiers.
	identifierDomain = "fhir-identifier"
	// uuidMark begins every UUID that stands for a surrogate: "vole" in hex. The
	// UUID is of version 8 (RFC 9562, section 5.8), which leaves the rest to us.
	uuidMark = "766f6c65-"
	urnUUID  = "urn:uuid:"
	urnOID   = "urn:oid:"
	uuidLen  = 36
	// maxKnown bounds what is remembered only to be fast.
	maxKnown = 1 << 13
	// minTold is the length from which a replaced id is searched for.
	minTold = 6
)

// ids replaces ids so that what pointed to a resource still does.
type ids struct {
	names    *deid.Pseudonymizer
	rule     deid.SampleRule
	keep     bool
	look     *deid.CodeLook
	patients map[string]bool
	// What was replaced of late.
	known    map[string]string
	resolved map[string]string // references
}

// id replaces a resource's id.
func (i *ids) id(text string) string {
	if known, ok := i.known[text]; ok {
		return known
	}
	if len(text) >= minTold && strings.ContainsAny(text, digit) && !i.isSurrogate(text) {
		i.look.Value([]byte(text))
	}
	name := text
	if len(text) == uuidLen {
		name = strings.ToLower(text) // the one form of id that is written in either case
	}
	surrogate := i.names.Name(domain, name)
	if len(i.known) >= maxKnown {
		clear(i.known)
	}
	i.known[text] = surrogate
	return surrogate
}

func (i *ids) isSurrogate(text string) bool { return strings.HasPrefix(text, deid.SurrogatePrefix) }

// fullURL replaces the name of an entry of a Bundle. An address on the web goes:
// references to it become references to type and id.
func (i *ids) fullURL(text string) (string, bool) {
	if !isURN(text) {
		return "", false
	}
	return i.urn(text), true
}

func isURN(text string) bool {
	return strings.HasPrefix(text, urnUUID) || strings.HasPrefix(text, urnOID)
}

func (i *ids) urn(text string) string {
	name := strings.TrimPrefix(strings.TrimPrefix(text, urnUUID), urnOID)
	if surrogate, ok := i.surrogateOf(name); ok {
		name = surrogate
	}
	return urnUUID + surrogateUUID(i.id(name))
}

var plainBase32 = base32.StdEncoding.WithPadding(base32.NoPadding)

// surrogateUUID writes a surrogate as a UUID: 88 bits beside mark, version and
// variant, which hold its number or the 80 bits of its base32.
func surrogateUUID(surrogate string) string {
	text := strings.TrimPrefix(surrogate, deid.SurrogatePrefix)
	var tail string
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		tail = strconv.FormatUint(n, 16)
	} else if raw, err := plainBase32.DecodeString(strings.ToUpper(text)); err == nil {
		tail = hex.EncodeToString(raw)
	}
	tail = strings.Repeat("0", 22-len(tail)) + tail
	return uuidMark + tail[:4] + "-8" + tail[4:7] + "-8" + tail[7:10] + "-" + tail[10:]
}

// surrogateOf reads back what surrogateUUID wrote, so that a payload may be
// scrubbed again.
func (i *ids) surrogateOf(uuid string) (string, bool) {
	if len(uuid) != uuidLen || !strings.HasPrefix(uuid, uuidMark) || uuid[14:15]+uuid[19:20] != "88" {
		return "", false
	}
	tail := uuid[9:13] + uuid[15:18] + uuid[20:23] + uuid[24:]
	surrogate := deid.SurrogatePrefix
	if i.rule == deid.SamplesKeyed {
		raw, err := hex.DecodeString(tail[2:])
		if err != nil {
			return "", false
		}
		surrogate += strings.ToLower(plainBase32.EncodeToString(raw))
	} else {
		n, err := strconv.ParseUint(tail, 16, 64)
		if err != nil {
			return "", false
		}
		surrogate += strconv.FormatUint(n, 10)
	}
	return surrogate, deid.IsSurrogate(i.rule, surrogate) && surrogateUUID(surrogate) == uuid
}

// reference replaces the ids in a literal reference: to a contained resource, to
// an entry of the Bundle, or to a resource by type and id, wherever it lies.
func (i *ids) reference(text string) (string, bool) {
	if known, ok := i.resolved[text]; ok {
		return known, true
	}
	made, ok := i.resolve(text)
	if ok {
		if len(i.resolved) >= maxKnown {
			clear(i.resolved)
		}
		i.resolved[text] = made
	}
	return made, ok
}

func (i *ids) resolve(text string) (string, bool) {
	switch {
	case isURN(text):
		return i.urn(text), true
	case text == "#":
		return text, true
	case strings.HasPrefix(text, "#"):
		return "#" + i.id(text[1:]), isID(text[1:])
	}
	text, _, _ = strings.Cut(text, "/_history/")
	at := strings.LastIndexByte(text, '/')
	if at < 0 {
		return "", false
	}
	kind, name := text[strings.LastIndexByte(text[:at], '/')+1:at], text[at+1:]
	if !spec().resources[kind] || !isID(name) {
		return "", false
	}
	if kind == "Patient" {
		i.patient(name)
	}
	return kind + "/" + i.id(name), true
}

// maxPatients bounds the list of persons that are told apart.
const maxPatients = 1 << 16

// patient counts a person; one without an id is another each time.
func (i *ids) patient(name string) {
	if name == "" {
		name = "#" + strconv.Itoa(len(i.patients))
	}
	if len(i.patients) < maxPatients {
		i.patients[strings.ToLower(name)] = true
	}
}
