package fault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Report is an error as another program reads it.
type Report struct {
	// Code is the kind: internal, usage, refused, not_found, unavailable or integrity.
	Code string `json:"code"`
	// ExitCode is what the program ends with.
	ExitCode int `json:"exit_code"`
	// Message is the sentence that a person would read.
	Message string `json:"message"`
	// Reasons are the reason codes of a refusal, such as INACTIVE, or the names of fields that are missing.
	Reasons []string `json:"reasons,omitempty"`
	// WayOut is what can be done about it, where something is known.
	WayOut string `json:"way_out,omitempty"`
}

// Code is the kind's name in one word, as a Report has it.
func (k Kind) Code() string { return strings.ReplaceAll(k.String(), " ", "_") }

// ReportOf describes an error.
func ReportOf(err error) Report {
	kind := KindOf(err)
	return Report{
		Code: kind.Code(), ExitCode: kind.ExitCode(), Message: err.Error(), Reasons: Reasons(err), WayOut: WayOut(err),
	}
}

// Write writes one line with one JSON object, {"error":{...}}. What would steer a terminal is escaped.
func (r Report) Write(w io.Writer) error {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(map[string]Report{"error": r}); err != nil {
		return err
	}
	var out strings.Builder
	for _, c := range strings.TrimSuffix(line.String(), "\n") {
		if unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) {
			fmt.Fprintf(&out, `\u%04x`, c) // Inside a string: JSON has such characters nowhere else.
			continue
		}
		out.WriteRune(c)
	}
	_, err := io.WriteString(w, out.String()+"\n")
	return err
}

// advised is an error with a way out of it.
type advised struct {
	error
	wayOut string
}

// Unwrap is the error itself.
func (a *advised) Unwrap() error { return a.error }

// WayOut is what can be done about the error.
func (a *advised) WayOut() string { return a.wayOut }

// Advise puts a way out beside an error, for the person who meets it: the message stays as it is. A nil error stays nil.
func Advise(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &advised{err, fmt.Sprintf(format, args...)}
}

// WayOut is what Advise put beside an error, the outermost; empty if nothing.
func WayOut(err error) string {
	var way interface{ WayOut() string }
	if errors.As(err, &way) {
		return way.WayOut()
	}
	return ""
}

// WantsJSON reports whether a command line asks for --output json. It is for lines that could not be understood: of
// those that were, the flag itself knows.
func WantsJSON(args []string) (wanted bool) {
	for i, arg := range args {
		value, together := strings.CutPrefix(arg, "--output=")
		switch {
		case arg == "--":
			return wanted
		case together:
			wanted = value == "json"
		case arg == "--output" && i+1 < len(args):
			wanted = args[i+1] == "json"
		}
	}
	return wanted
}
