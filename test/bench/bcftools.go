package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
)

// bcftools is the peer of de-identification: it removes INFO keys and replaces the header.
type bcftools struct {
	children
	path   string
	header string // file with the header that ours writes for the same sample
	middle string // temporary file between its two steps
}

// newBcftools prepares the peer for a sample; nil when it is not installed.
func newBcftools(e *env, g *genome) (*bcftools, error) {
	path := e.program("bcftools")
	if path == "" {
		return nil, nil //nolint:nilnil // not installed is no error
	}
	b := &bcftools{path: path, header: e.path("header"), middle: e.path("middle")}
	var clean bytes.Buffer
	if err := scrub(&clean, g.plain); err != nil {
		return nil, err
	}
	return b, create(b.header, func(dst *os.File) error { return copyHeader(dst, &clean) })
}

// scrub removes what no profile keeps; kind is bcftools' letter for the form of the output.
func (b *bcftools) scrub(from, to, kind string) error {
	if err := b.run(b.path, "annotate", "--no-version", "-x", removed, "-O", kind, "-o", b.middle, from); err != nil {
		return err
	}
	return b.run(b.path, "reheader", "-h", b.header, "-o", to, b.middle)
}

// copyHeader copies the lines before the first record.
func copyHeader(dst io.Writer, src io.Reader) error {
	lines := bufio.NewReader(src)
	for {
		first, err := lines.Peek(1)
		if errors.Is(err, io.EOF) || err == nil && first[0] != '#' {
			return nil
		}
		if err != nil {
			return err
		}
		line, err := lines.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if _, err := dst.Write(line); err != nil {
			return err
		}
	}
}
