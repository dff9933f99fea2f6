package filetype

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

const (
	maxJSONDepth     = 64
	maxResourceType  = 64
	resourceTypeName = "resourceType"
)

// detectFHIR reads the first JSON object: it is a FHIR resource if its member
// resourceType is a name. Another object after it in a line of its own makes it
// NDJSON.
func detectFHIR(text []byte) Detection {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber() // a number may be too large for a float
	found, ended := scanResource(d)
	if !found {
		return Detection{}
	}
	out := Detection{Format: FormatFHIRJSON, Kind: FHIRBundle}
	if ended && ndjsonFollows(text[d.InputOffset():]) {
		out.Format = FormatFHIRNDJSON
	}
	return out
}

// scanResource reports whether the top level holds a resourceType, and whether
// the object ended within the bytes.
func scanResource(d *json.Decoder) (found, ended bool) {
	type level struct{ object, key bool }
	var stack []level
	isType := false
	for {
		token, err := d.Token()
		if err != nil {
			return found && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)), false
		}
		delim, isDelim := token.(json.Delim)
		if isDelim && (delim == '}' || delim == ']') {
			stack = stack[:len(stack)-1]
			if len(stack) == 0 {
				return found, true
			}
			continue
		}
		if len(stack) > 0 && stack[len(stack)-1].object {
			top := &stack[len(stack)-1]
			top.key = !top.key
			if top.key {
				isType = len(stack) == 1 && token == resourceTypeName
				continue
			}
		}
		if isType {
			name, ok := token.(string)
			if !ok || !isTypeName(name) {
				return false, false
			}
			found, isType = true, false
		}
		if isDelim {
			if len(stack) == maxJSONDepth {
				return false, false
			}
			stack = append(stack, level{object: delim == '{'})
		}
	}
}

// isTypeName accepts letters only, starting with a capital.
func isTypeName(s string) bool {
	if s == "" || len(s) > maxResourceType || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	for _, c := range []byte(s) {
		if letter := c | 0x20; letter < 'a' || letter > 'z' {
			return false
		}
	}
	return true
}

// ndjsonFollows reports whether a line ends and another object begins.
func ndjsonFollows(rest []byte) bool {
	gap := bytes.TrimLeft(rest, " \t\r\n")
	blank := rest[:len(rest)-len(gap)]
	return bytes.HasPrefix(gap, []byte("{")) && bytes.IndexByte(blank, '\n') >= 0
}
