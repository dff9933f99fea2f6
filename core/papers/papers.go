// Package papers is what a researcher tells the people whom a request asks: title, lay
// summary, whom to contact, the protocol's digest and what is looked for.
//
// The chain holds a salted digest of each (volens.market.v1.Digests), never the words:
// words name people, and what is on a chain stays there. The words travel beside it, as
// one JSON document with the salt, and whoever reads it compares it with the chain by
// Verify. Without the salt nobody can confirm a guess of the words.
//
// The researcher's client makes Papers and calls Digests for the message; gateways and
// patients' programs call Parse and Verify, and believe nothing that was not verified.
// The format is docs/spec/papers.md.
package papers

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/volens-network/volens/core/jcs"
	"github.com/volens-network/volens/core/transcript"
)

const (
	// DigestSize is the length of a digest and of the salt, in bytes.
	DigestSize = 32
	// MaxSize is the most bytes of a document.
	MaxSize = 256 << 10
	// MaxText is the most bytes of one text, in UTF-8.
	MaxText = 64 << 10
	// MaxCriteria is the most criteria.
	MaxCriteria = 64
	// MaxCriterion is the most bytes of a criterion's code, and of its value.
	MaxCriterion = 256
)

var (
	// ErrPapers is returned for papers that no request can have.
	ErrPapers = errors.New("papers of a request")
	// ErrMismatch is returned for papers that are not those of which the chain has digests.
	ErrMismatch = errors.New("not the papers of this request")
)

// Papers are the words of a request, as they are hashed: without blanks around them.
type Papers struct {
	Title      string `json:"title"`
	LaySummary string `json:"lay_summary"`
	Contact    string `json:"contact"`
	// ProtocolSHA256 is the digest of the study's protocol by which ethics approves it: 64
	// hexadecimal digits. The protocol itself is not part of the papers.
	ProtocolSHA256 string `json:"protocol_sha256"`
	// Criteria are what is looked for, values by their codes.
	Criteria map[string]string `json:"criteria"`
	// Salt blinds the digests: 64 hexadecimal digits.
	Salt string `json:"salt"`
}

// Digests are what the chain holds of papers, DigestSize bytes each.
type Digests struct {
	Title, LaySummary, Protocol, Contact, Criteria []byte
}

// Parse reads a document of at most MaxSize bytes, and validates it. Unknown fields and
// anything after the document are refused.
func Parse(raw []byte) (Papers, error) {
	if len(raw) > MaxSize {
		return Papers{}, fmt.Errorf("%w: more than %d bytes", ErrPapers, MaxSize)
	}
	if !utf8.Valid(raw) {
		return Papers{}, fmt.Errorf("%w: not UTF-8", ErrPapers)
	}
	var p Papers
	if err := jcs.Unmarshal(raw, &p); err != nil {
		return Papers{}, fmt.Errorf("%w: %w", ErrPapers, err)
	}
	return p, p.Validate()
}

// Validate says what is missing or impossible.
func (p Papers) Validate() error {
	for _, text := range []struct{ name, value string }{
		{"title", p.Title}, {"lay_summary", p.LaySummary}, {"contact", p.Contact},
	} {
		if strings.TrimSpace(text.value) == "" {
			return fmt.Errorf("%w: %s is empty", ErrPapers, text.name)
		}
		if err := legible(text.value, MaxText); err != nil {
			return fmt.Errorf("%w: %s %w", ErrPapers, text.name, err)
		}
	}
	for _, digest := range []struct{ name, value string }{
		{"protocol_sha256", p.ProtocolSHA256}, {"salt", p.Salt},
	} {
		if raw, err := hex.DecodeString(digest.value); err != nil || len(raw) != DigestSize ||
			digest.value != strings.ToLower(digest.value) {
			return fmt.Errorf("%w: %s is not 64 lower-case hexadecimal digits", ErrPapers, digest.name)
		}
	}
	if len(p.Criteria) > MaxCriteria {
		return fmt.Errorf("%w: more than %d criteria", ErrPapers, MaxCriteria)
	}
	for code, value := range p.Criteria {
		if err := errors.Join(legible(code, MaxCriterion), legible(value, MaxCriterion)); err != nil || code == "" {
			return fmt.Errorf("%w: a criterion is too long, not UTF-8, or has no code", ErrPapers)
		}
	}
	if raw, err := p.encode(); err != nil || len(raw) > MaxSize {
		return fmt.Errorf("%w: more than %d bytes", ErrPapers, MaxSize)
	}
	return nil
}

// legible refuses control characters but those of lines and tabs: a terminal might obey them. Who shows a
// text still has to isolate it, since letters may be written from right to left.
func legible(text string, most int) error {
	if len(text) > most {
		return fmt.Errorf("has more than %d bytes", most)
	}
	if !utf8.ValidString(text) {
		return errors.New("is not UTF-8")
	}
	if strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r'
	}) {
		return errors.New("has control characters")
	}
	return nil
}

// Encode is the document, canonical JSON by RFC 8785: equal papers are equal bytes.
func (p Papers) Encode() ([]byte, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return p.encode()
}

func (p Papers) encode() ([]byte, error) {
	criteria := make(map[string]any, len(p.Criteria))
	for code, value := range p.Criteria {
		criteria[code] = value
	}
	return jcs.Marshal(map[string]any{
		"title": p.Title, "lay_summary": p.LaySummary, "contact": p.Contact,
		"protocol_sha256": p.ProtocolSHA256, "criteria": criteria, "salt": p.Salt,
	})
}

// Digests are SHA-256 of the transcripts "request-paper" (salt, name, content) and
// "request-criteria" (salt, then code and value of each criterion, sorted by code). The
// content of the protocol is its digest.
func (p Papers) Digests() (Digests, error) {
	if err := p.Validate(); err != nil {
		return Digests{}, err
	}
	salt, err := hex.DecodeString(p.Salt)
	if err != nil {
		return Digests{}, fmt.Errorf("%w: salt: %w", ErrPapers, err)
	}
	protocol, err := hex.DecodeString(p.ProtocolSHA256)
	if err != nil {
		return Digests{}, fmt.Errorf("%w: protocol_sha256: %w", ErrPapers, err)
	}
	return Digests{
		Title:      paper(salt, "title", []byte(p.Title)),
		LaySummary: paper(salt, "lay-summary", []byte(p.LaySummary)),
		Protocol:   paper(salt, "protocol", protocol),
		Contact:    paper(salt, "contact", []byte(p.Contact)),
		Criteria:   criteria(salt, p.Criteria),
	}, nil
}

// Verify returns ErrMismatch, naming what differs, unless the digests are of these papers.
func (p Papers) Verify(want Digests) error {
	got, err := p.Digests()
	if err != nil {
		return err
	}
	for _, part := range []struct {
		name      string
		got, want []byte
	}{
		{"title", got.Title, want.Title},
		{"lay_summary", got.LaySummary, want.LaySummary},
		{"protocol_sha256", got.Protocol, want.Protocol},
		{"contact", got.Contact, want.Contact},
		{"criteria", got.Criteria, want.Criteria},
	} {
		if !bytes.Equal(part.got, part.want) {
			return fmt.Errorf("%w: %s is another", ErrMismatch, part.name)
		}
	}
	return nil
}

func paper(salt []byte, name string, content []byte) []byte {
	sum := transcript.New("request-paper").Bytes(salt).String(name).Bytes(content).Sum256()
	return sum[:]
}

func criteria(salt []byte, all map[string]string) []byte {
	t := transcript.New("request-criteria").Bytes(salt)
	for _, code := range slices.Sorted(maps.Keys(all)) {
		t.String(code).String(all[code])
	}
	sum := t.Sum256()
	return sum[:]
}
