package attack_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/test/chain"
	"github.com/volens-network/volens/test/story"
)

// One of four is down: nothing is lost, nothing takes longer.
func TestCrash_OneOfFour(t *testing.T) {
	s := story.New(t)
	d := s.Ready(s.Patient, content)
	for node := range s.Nodes {
		s.Tamper.Absent = func(i int, _ int64) bool { return i == node }
		r := offered(s, d)
		s.Block()
		require.True(t, released(s, r), "two blocks after ready")
	}
	solvent(t, s)
}

// Two of four are down. A real chain would stop; here blocks go on and no S completes. When
// they are back, what was pending finishes, once.
func TestCrash_TwoOfFour(t *testing.T) {
	s := story.New(t)
	first, second := s.Ready(s.Patient, content), s.Ready(s.Other, content)
	before := paid(s, first)
	s.Tamper.Absent = func(node int, _ int64) bool { return node < 2 }
	one := s.Ask(s.Researcher)
	s.Send(s.Patient, s.Decide(first, one, true))
	two := s.Ask(s.Researcher)
	s.Send(s.Other, s.Decide(second, two, true))
	s.Blocks(12)
	require.False(t, released(s, one))
	require.False(t, released(s, two))
	s.Tamper.Absent = nil
	s.Until(4, "both releases", func(sdkContext) bool { return released(s, one) && released(s, two) })
	s.Blocks(4)
	require.Equal(t, int64(price), paid(s, first)-before)
	solvent(t, s)
}

// All four die at once, at every step of a release, and start again from their disks.
func TestCrash_AllFour(t *testing.T) {
	s := story.New(t)
	d := s.Ready(s.Patient, content)
	for blocks := range 3 {
		before := paid(s, d)
		r := s.Ask(s.Researcher)
		s.Send(s.Patient, s.Decide(d, r, true))
		s.Blocks(blocks)
		s = s.On(s.Fork(s.Snapshot(), s.ChainID))
		s.WaitRelease(r, 0)
		s.Blocks(3)
		require.Equal(t, int64(price), paid(s, d)-before)
	}
	solvent(t, s)
	onePointEach(t, s)
}

// They die after every block of the run that makes the key, and go on with it: keys and
// shares are on disk, a lost deal is dealt anew.
func TestCrash_AllFourInARun(t *testing.T) {
	s := shared(t)
	c := chain.New(t, chain.Options{Validators: 4, Spec: s.People})
	for c.Height < 4 || !view(t, c).Run.Finished {
		c.Block()
		c = c.Fork(c.Snapshot(), c.ChainID)
	}
	again := s.On(c)
	again.For(t)
	again.WaitKey()
	require.Equal(t, uint64(1), view(t, c).Run.Run, "the same run")
	shared(t)
}
