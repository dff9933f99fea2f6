package consent

import (
	"bytes"

	errorsmod "cosmossdk.io/errors"
)

// DefaultGenesis is a chain without consents, templates and codebooks.
func DefaultGenesis() *GenesisState {
	return &GenesisState{Params: DefaultParams()}
}

// Validate refuses a genesis that no chain can have come to: malformed content,
// repetitions, gaps in a history, or a consent to a text that is not registered.
func (g GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	texts, err := g.texts()
	if err != nil {
		return err
	}
	books, err := g.books()
	if err != nil {
		return err
	}
	latest := map[string]Consent{}
	for i, c := range g.Consents {
		if err := c.Validate(); err != nil {
			return errorsmod.Wrapf(ErrGenesis, "consents[%d]: %v", i, err)
		}
		if err := c.follows(latest[c.DatasetId]); err != nil {
			return errorsmod.Wrapf(err, "consents[%d]", i)
		}
		latest[c.DatasetId] = c
		d := c.Provision.Disclosure
		if !bytes.Equal(texts[templateKey{d.TemplateId, d.Language}], d.TextSha256) {
			return errorsmod.Wrapf(ErrGenesis, "consents[%d]: text %s/%s", i, d.TemplateId, d.Language)
		}
		if book := c.Provision.Policy.Codebook; book != "" && !books[book] {
			return errorsmod.Wrapf(ErrGenesis, "consents[%d]: codebook %s", i, book)
		}
	}
	return nil
}

// templateKey is id, language.
type templateKey [2]string

// texts are the digests of the templates.
func (g GenesisState) texts() (map[templateKey][]byte, error) {
	out := map[templateKey][]byte{}
	for i, t := range g.Templates {
		f := &faults{}
		t.check(f, "template")
		if err := f.err(); err != nil {
			return nil, errorsmod.Wrapf(ErrGenesis, "templates[%d]: %v", i, err)
		}
		key := templateKey{t.Id, t.Language}
		if out[key] != nil {
			return nil, errorsmod.Wrapf(ErrGenesis, "templates[%d]: %s/%s is a repetition", i, t.Id, t.Language)
		}
		out[key] = t.TextSha256
	}
	return out, nil
}

// books are the versions of the codebooks.
func (g GenesisState) books() (map[string]bool, error) {
	out := map[string]bool{}
	for i, c := range g.Codebooks {
		f := &faults{}
		c.check(f, "codebook")
		if err := f.err(); err != nil {
			return nil, errorsmod.Wrapf(ErrGenesis, "codebooks[%d]: %v", i, err)
		}
		if out[c.Version] {
			return nil, errorsmod.Wrapf(ErrGenesis, "codebooks[%d]: %s is a repetition", i, c.Version)
		}
		out[c.Version] = true
	}
	return out, nil
}
