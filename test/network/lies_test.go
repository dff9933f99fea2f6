package network_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/test/byzantine"
	"github.com/volens-network/volens/test/network"
)

const (
	// liesVariable is a pattern of the lies to tell, all if empty.
	liesVariable = "VOLENS_LIES"
	// puppet is the validator that lies.
	puppet = 3
	// late is longer than the others need to commit and shorter than they wait after it.
	late = blockTime / 2
	// releaseBlocks is the most that a release may take among lies.
	releaseBlocks = 5
)

// row is what came of one behaviour.
type row struct {
	Lie  string `json:"lie"`
	Told int    `json:"told"`
	// Blocks of the window, and how many rounds more than one each they took; Strays are
	// those of a proposer's window at heights for which it told no lie.
	Blocks      int `json:"blocks"`
	ExtraRounds int `json:"extra_rounds"`
	Strays      int `json:"stray_rounds,omitempty"`
	// Rate is blocks a second, of the honest windows = 1. It gates nothing: machines differ.
	Rate float64 `json:"rate"`
	// Blamed is how often the chain named the liar, Wronged how often somebody else.
	Blamed  int `json:"blamed"`
	Wronged int `json:"wronged"`
	// Refused of the proposals told were not decided.
	Refused  int   `json:"refused,omitempty"`
	Releases int   `json:"releases"`
	Slowest  int64 `json:"slowest_release_blocks"`
	// Ended is how often the liar's own node did not survive its lie.
	Ended int `json:"liar_ended,omitempty"`
}

// span is a window of heights with one behaviour.
type span struct {
	lie         string
	first, last int64
	ended       int
}

// stage is a site with a puppet.
type stage struct {
	*campaign

	puppet *network.Puppet
	spans  []span
	// heard is how much of the liar's log was looked through.
	heard int64
}

// The whole matrix on a network of real processes, with honest windows in between: an
// extension costs no rounds, a refused proposal one, no release takes longer than five
// blocks, and the chain blames the liar where it can be proven, and nobody else ever.
func TestLies(t *testing.T) {
	campaigns(t)
	ctx := bounded(t)
	c := &campaign{t: t, environment: map[int][]string{}}
	of := seed(t)
	programs := programs(t)
	s := &stage{
		campaign: c,
		puppet:   network.NewPuppet(tagged(t, "volensd", "byzantine,crashpoints"), t.TempDir(), late),
	}
	c.record = record(t, "lies", of)
	c.Site = network.Build(ctx, t, network.Plan{
		Programs: programs, Validators: quorum, Patients: 4, PortOffset: portsLies, BlockTime: blockTime,
		Seed: of, Record: c.record,
		Dress: func(node int, cmd *exec.Cmd) {
			if node == puppet {
				s.puppet.Dress(cmd)
			}
		},
	})
	c.load = c.Load(ctx, "lies")
	c.Until(soon(ctx, t), "a release", func() bool { return c.load.Released() > 0 })
	s.play(ctx)
	require.NoError(t, c.load.Stop())
	verdict := c.Inspect(ctx)
	rows := s.judge(verdict)
	require.NoError(t, c.record.Close(verdict, rows))
	c.Require(verdict)
	for _, r := range rows {
		s.check(r)
	}
}

// play goes through the matrix, with honest windows in turn.
func (s *stage) play(ctx context.Context) {
	window, proposals, turn := int64(size(20, 300)), size(5, 100), 0
	only, err := regexp.Compile(os.Getenv(liesVariable))
	require.NoError(s.t, err)
	honest := func() {
		if turn%4 == 0 {
			s.window(ctx, "", window)
		}
		turn++
	}
	for _, lie := range byzantine.Extensions() {
		if !lie.Run && only.MatchString(lie.Name) {
			honest()
			s.window(ctx, lie.Name, window)
		}
	}
	for _, lie := range byzantine.Proposals() {
		if only.MatchString(lie.Name) {
			honest()
			s.until(ctx, lie.Name, proposals)
		}
	}
	s.window(ctx, "", window)
}

// window lets a behaviour last for so many blocks.
func (s *stage) window(ctx context.Context, lie string, blocks int64) {
	s.t.Helper()
	now := s.begin(ctx, lie)
	until := s.Height(ctx) + blocks
	s.Until(soon(ctx, s.t), "blocks under "+lie, func() bool {
		s.revive(&now)
		return s.Height(ctx) >= until
	})
	s.finish(ctx, now)
}

// until lets a behaviour last until it was told so often.
func (s *stage) until(ctx context.Context, lie string, times int) {
	s.t.Helper()
	now := s.begin(ctx, lie)
	s.Until(soon(ctx, s.t), "occasions for "+lie, func() bool {
		s.revive(&now)
		told, err := s.puppet.Told()
		require.NoError(s.t, err)
		return len(told[lie]) >= times
	})
	s.Grow(soon(ctx, s.t), 1)
	s.finish(ctx, now)
}

func (s *stage) begin(ctx context.Context, lie string) span {
	s.t.Helper()
	height := s.Height(ctx)
	require.NoError(s.t, s.puppet.Tell(lie))
	if lie != "" {
		require.NoError(s.t, s.record.Fault(network.Fault{Fault: lie, Node: puppet, Height: height}))
	}
	return span{lie: lie, first: height + 1} // Its very next proposal may be one already.
}

// finish ends a window: what was said up to here may be judged two blocks later.
func (s *stage) finish(ctx context.Context, now span) {
	s.t.Helper()
	require.NoError(s.t, s.puppet.Tell(""))
	now.last = s.Height(ctx)
	s.spans = append(s.spans, now)
	s.Grow(soon(ctx, s.t), 2)
}

// heardAgain is how much of a log is looked through twice, for words cut in two.
const heardAgain = 100

// revive starts the liar, honest for the rest of the window, when its own node did not
// survive: CometBFT goes on as a process when its consensus has failed.
func (s *stage) revive(now *span) {
	s.t.Helper()
	dead := !s.Town.Network().Running(puppet) ||
		strings.Contains(s.LogSince(puppet, s.heard), "CONSENSUS FAILURE")
	s.heard = max(s.heard, s.LogSize(puppet)-heardAgain)
	if dead {
		now.ended++
		require.NoError(s.t, s.Town.Network().KillNode(puppet))
		require.NoError(s.t, s.puppet.Tell(""))
		s.heard = s.LogSize(puppet)
		s.Start(puppet)
	}
}

// judge makes the rows.
func (s *stage) judge(v *network.Verdict) []row {
	s.t.Helper()
	told, err := s.puppet.Told()
	require.NoError(s.t, err)
	consensus, name, err := network.ConsensusAddress(s.Home(puppet))
	require.NoError(s.t, err)
	liar := v.Operators[string(consensus)]
	require.NotNil(s.t, liar, "the liar never told the truth")
	honest := s.honestRate(v)
	var rows []row
	for _, now := range s.spans {
		if now.lie == "" {
			continue
		}
		r := row{Lie: now.lie, Told: len(told[now.lie]), Ended: now.ended}
		for _, b := range v.Blocks {
			if b.Height < now.first || b.Height > now.last+2 {
				continue
			}
			r.Blocks++
			if isProposal(now.lie) && !slices.Contains(told[now.lie], b.Height) {
				r.Strays += int(b.Round)
			} else {
				r.ExtraRounds += int(b.Round)
			}
			for _, operator := range b.Blamed {
				if bytes.Equal(operator, liar) {
					r.Blamed++
				} else {
					r.Wronged++
				}
			}
			for _, e := range b.Released {
				r.Releases++
				r.Slowest = max(r.Slowest, b.Height-e.ReadyHeight)
			}
			if b.Proposer != name && isProposal(now.lie) && slices.Contains(told[now.lie], b.Height) {
				r.Refused++
			}
		}
		r.Rate = rate(v, now) / honest
		rows = append(rows, r)
		s.t.Logf("%+v", r)
	}
	return rows
}

// isProposal reports whether a lie is one of a proposer.
func isProposal(name string) bool {
	return slices.ContainsFunc(byzantine.Proposals(), func(p byzantine.Proposal) bool { return p.Name == name })
}

// check holds a row against what the matrix promises.
func (s *stage) check(r row) {
	s.t.Helper()
	require.NotZero(s.t, r.Told, "%s was never told", r.Lie)
	require.Zero(s.t, r.Wronged, "%s: an honest validator is blamed", r.Lie)
	require.LessOrEqual(s.t, r.Slowest, int64(releaseBlocks), r.Lie)
	for _, lie := range byzantine.Extensions() {
		if lie.Name != r.Lie {
			continue
		}
		require.Equal(s.t, lie.Blamed, r.Blamed > 0, "%s: blamed %d times", r.Lie, r.Blamed)
		if !lie.Suicide { // a validator that is down misses its turns
			require.GreaterOrEqual(s.t, 10*r.Blocks, 9*(r.Blocks+r.ExtraRounds), "%s: rounds are lost", r.Lie)
		}
		require.Equal(s.t, lie.Suicide, r.Ended > 0, r.Lie)
	}
	for _, lie := range byzantine.Proposals() {
		if lie.Name != r.Lie {
			continue
		}
		require.Zero(s.t, r.Blamed, r.Lie)
		// A busy machine loses a round now and then, whoever proposes.
		require.GreaterOrEqual(s.t, 10*r.Blocks, 9*(r.Blocks+r.Strays), "%s: rounds are lost", r.Lie)
		if lie.Refused {
			require.Equal(s.t, r.Told, r.Refused, "%s: a lie was decided", r.Lie)
			require.LessOrEqual(s.t, r.ExtraRounds, r.Told, r.Lie)
		} else {
			require.Zero(s.t, r.ExtraRounds, r.Lie)
		}
	}
}

// honestRate is blocks a second over all honest windows.
func (s *stage) honestRate(v *network.Verdict) float64 {
	var sum float64
	var n int
	for _, now := range s.spans {
		if now.lie == "" {
			sum += rate(v, now)
			n++
		}
	}
	return sum / float64(n)
}

// rate is blocks a second within a window.
func rate(v *network.Verdict, now span) float64 {
	var begun, ended time.Time
	for _, b := range v.Blocks {
		if b.Height == now.first {
			begun = b.Time
		}
		if b.Height == now.last {
			ended = b.Time
		}
	}
	return float64(now.last-now.first) / max(ended.Sub(begun), time.Millisecond).Seconds()
}
