package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// maxLine bounds one line of `go test -json`: a test that prints more at once is cut off by an error.
const maxLine = 16 << 20

// event is one line of `go test -json` (see `go doc test2json`), as far as the count needs it.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

// Summary counts top-level tests over any number of records.
type Summary struct {
	Passed, Failed, Skipped int

	failed []string            // Packages and tests that failed, as they came.
	output map[string][]string // What each unfinished test or package printed, by package and test.
}

// Read counts the events of r and shows on w what a reader wants to see: the result of each package and the
// output of what failed. Lines that are not JSON, such as compiler messages, are shown as they are.
func (s *Summary) Read(r io.Reader, w io.Writer) error {
	if s.output == nil {
		s.output = make(map[string][]string)
	}
	failedIn := make(map[string]int)
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			if _, err := fmt.Fprintln(w, lines.Text()); err != nil {
				return fmt.Errorf("show line: %w", err)
			}
			continue
		}
		if err := s.add(e, failedIn, w); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read record: %w", err)
	}
	return nil
}

// FailedNames returns the packages and tests that failed, sorted, each once.
func (s *Summary) FailedNames() []string {
	names := slices.Clone(s.failed)
	slices.Sort(names)
	return slices.Compact(names)
}

// String returns the last line of a run.
func (s *Summary) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", s.Passed, s.Failed, s.Skipped)
}

func (s *Summary) add(e event, failedIn map[string]int, w io.Writer) error {
	top, _, isSub := strings.Cut(e.Test, "/")
	key := e.Package + " " + top
	switch {
	case e.Action == "output" && top != "":
		s.output[key] = append(s.output[key], e.Output)
	case e.Action == "output" || e.Action == "build-output":
		return showPackage(e.Output, w)
	case isSub:
		// Its test is counted, not the part.
	case e.Action == "pass" || e.Action == "skip":
		delete(s.output, key)
		s.count(e)
	case e.Action == "fail":
		if top == "" && failedIn[e.Package] > 0 {
			return nil // Its failed tests were counted already.
		}
		failedIn[e.Package]++
		s.count(e)
		return s.show(key, w)
	}
	return nil
}

// count adds a finished test, or a package that failed without a failed test: it did not build, or it crashed.
func (s *Summary) count(e event) {
	switch {
	case e.Action == "fail":
		s.Failed++
		s.failed = append(s.failed, strings.TrimSpace(e.Package+" "+e.Test))
	case e.Test == "":
	case e.Action == "pass":
		s.Passed++
	default:
		s.Skipped++
	}
}

// show writes what the test or package under key has printed, and forgets it.
func (s *Summary) show(key string, w io.Writer) error {
	for _, text := range s.output[key] {
		if _, err := io.WriteString(w, text); err != nil {
			return fmt.Errorf("show output: %w", err)
		}
	}
	delete(s.output, key)
	return nil
}

// showPackage writes a line that belongs to no test, but for the two that say nothing new.
func showPackage(text string, w io.Writer) error {
	if text == "PASS\n" || text == "FAIL\n" || strings.Contains(text, "[no test files]") {
		return nil
	}
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("show output: %w", err)
	}
	return nil
}
