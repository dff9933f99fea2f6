package fhir

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// checkKeys refuses a document that two readers could read differently: more than
// one JSON value, nesting beyond MaxNesting, and objects in which a name stands
// twice, is not plain ASCII, or differs from another only in case.
func checkKeys(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if err := checkValue(decoder, MaxNesting); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: content after the document", ErrConsent)
	}
	return nil
}

// checkValue reads one value.
func checkValue(decoder *json.Decoder, depth int) error {
	token, err := decoder.Token()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrConsent, err)
	}
	if token != json.Delim('{') && token != json.Delim('[') {
		return nil
	}
	if depth == 0 {
		return fmt.Errorf("%w: nested deeper than %d", ErrConsent, MaxNesting)
	}
	seen := map[string]bool{}
	for decoder.More() {
		if token == json.Delim('{') {
			if err := checkName(decoder, seen); err != nil {
				return err
			}
		}
		if err := checkValue(decoder, depth-1); err != nil {
			return err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return fmt.Errorf("%w: %w", ErrConsent, err)
	}
	return nil
}

// checkName reads the name of a member of an object.
func checkName(decoder *json.Decoder, seen map[string]bool) error {
	token, err := decoder.Token()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrConsent, err)
	}
	name, ok := token.(string)
	folded := strings.ToLower(name)
	if !ok || !plain(name) || seen[folded] {
		return fmt.Errorf("%w: name %q is repeated or not plain", ErrConsent, name)
	}
	seen[folded] = true
	return nil
}
