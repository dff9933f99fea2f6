package main

import (
	"errors"
	"os"
)

// Run is what main runs.
var Run = run

// Names lists the names of all cases.
func Names() []string { return names(cases(&env{})) }

// ScrubBoth returns what ours and the peer make of the packed sample, as text; nil where the peer is missing.
func ScrubBoth(dir string) (ours, peer []byte, err error) {
	e := &env{dir: dir}
	g, err := newGenome(e)
	if err != nil {
		return nil, nil, err
	}
	b, err := newBcftools(e, g)
	if b == nil || err != nil {
		return nil, nil, err
	}
	err = errors.Join(
		create(e.path("ours"), func(dst *os.File) error { return scrub(dst, g.plain) }),
		b.scrub(g.packed, e.path("peer"), "v"),
	)
	if err != nil {
		return nil, nil, err
	}
	if ours, err = os.ReadFile(e.path("ours")); err != nil {
		return nil, nil, err
	}
	peer, err = os.ReadFile(e.path("peer"))
	return ours, peer, err
}
