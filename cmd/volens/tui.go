package main

// The rules of what a user sees, all of it printed here:
//
//   - results go to standard output: a few aligned lines, or with --output json one
//     object a line;
//   - words go to standard error, begin with "volens: ", are in lower case and end
//     without a full stop; --quiet leaves warnings and errors only;
//   - why a command failed is the last line on standard error, with --output json one
//     object {"error":{"code","exit_code","message","reasons","way_out"}};
//   - progress bars appear on a terminal, for what takes longer than a second, and are
//     erased at their end;
//   - what came from a gateway, a node or a file cannot steer the terminal: control
//     characters are spelt out;
//   - questions go to standard error and are answered at the keyboard, or by --yes.

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
)

// field is one line of a result in text.
type field struct {
	name  string
	value any
}

// result prints what a verb returned: as JSON, or as the lines of fields.
func (e *env) result(v any, fields ...field) error {
	e.endBars()
	if e.output == outputJSON {
		return json.NewEncoder(e.stdout).Encode(v)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for _, f := range fields {
		if text := plain(word(f.value)); text != "" {
			if _, err := fmt.Fprintf(w, "%s\t%s\n", f.name, text); err != nil {
				return err
			}
		}
	}
	return w.Flush()
}

// table prints a list: one JSON object for each row, or aligned columns.
func table[T any](e *env, rows []T, head []string, cells func(T) []any) error {
	e.endBars()
	if e.output == outputJSON {
		encoder := json.NewEncoder(e.stdout)
		for _, row := range rows {
			if err := encoder.Encode(row); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	if _, err := fmt.Fprintln(w, strings.Join(head, "\t")); err != nil {
		return err
	}
	for _, row := range rows {
		var line []string
		for _, cell := range cells(row) {
			line = append(line, plain(word(cell)))
		}
		if _, err := fmt.Fprintln(w, strings.Join(line, "\t")); err != nil {
			return err
		}
	}
	return w.Flush()
}

// plain spells out what a terminal would obey instead of show: control characters but line
// ends, marks that turn the direction of writing, and bytes that are no UTF-8.
func plain(text string) string {
	var out strings.Builder
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)):
			fmt.Fprintf(&out, `\x%02x`, text[i])
		case r == '\n', r != '\t' && !unicode.IsControl(r) && !unicode.Is(unicode.Bidi_Control, r):
			out.WriteRune(r)
		default:
			out.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return out.String()
}

// raw writes bytes that are a result in themselves.
func (e *env) raw(data []byte) error {
	e.endBars()
	_, err := e.stdout.Write(data)
	return err
}

// say tells what goes on.
func (e *env) say(format string, args ...any) {
	if !e.quiet {
		e.words("", format, args...)
	}
}

// warn is for what the user must know.
func (e *env) warn(format string, args ...any) { e.words("warning: ", format, args...) }

// fail tells why a command ended: in words, with the reason codes of a refusal and the way out, or as JSON.
func (e *env) fail(err error, command *cobra.Command) {
	report := fault.ReportOf(err)
	var silent *chain.UnreachableError
	if report.WayOut == "" && errors.As(err, &silent) {
		report.WayOut = "does a node run there? --node names another one, --gateway a gateway"
	}
	if e.output == outputJSON {
		if report.WayOut == "" {
			report.WayOut = wayOut(fault.KindOf(err), command)
		}
		e.endBars()
		if err := report.Write(e.stderr); err != nil {
			return // There is nobody left to tell.
		}
		return
	}
	text := report.Message
	if report.WayOut != "" {
		text += ": " + report.WayOut
	}
	if len(report.Reasons) > 0 {
		text += " [" + strings.Join(report.Reasons, " ") + "]"
	}
	e.words(fault.KindOf(err).String()+": ", "%s", text)
}

// wayOut is what can be said for every error of a kind; nothing for most.
func wayOut(kind fault.Kind, command *cobra.Command) string {
	switch kind {
	case fault.Usage:
		return fmt.Sprintf("%s --help lists arguments and flags", command.CommandPath())
	case fault.Unavailable:
		return "the same command may work later"
	default:
		return ""
	}
}

func (e *env) words(prefix, format string, args ...any) {
	e.endBars()
	if _, err := io.WriteString(e.stderr, plain("volens: "+prefix+fmt.Sprintf(format, args...))+"\n"); err != nil {
		return // There is nobody left to tell.
	}
}

// confirm asks a question that --yes answers. Without a keyboard the answer is no.
func (e *env) confirm(format string, args ...any) error {
	if e.yes {
		return nil
	}
	question := plain(fmt.Sprintf(format, args...))
	if !e.interactive() {
		return fault.E(fault.Usage, "%s: nobody is there to answer: add --yes", question)
	}
	e.endBars()
	if _, err := fmt.Fprintf(e.stderr, "volens: %s? (yes or no) ", question); err != nil {
		return err
	}
	answer, err := bufio.NewReader(e.stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if strings.TrimSpace(strings.ToLower(answer)) != "yes" {
		return fault.E(fault.Usage, "not confirmed: nothing was done")
	}
	return nil
}
