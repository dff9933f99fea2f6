package threshold_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/gtank/ristretto255"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/volens-network/volens/core/threshold"
)

// A campaign is a fresh key and two reshares under attack, with operators that join and
// leave, as a chain referees them. Every run ends with one key that all honest operators
// share, or with nothing, and the shares of the epoch before go on opening.

// fault is what an operator does wrong in a run.
type fault int

const (
	honest      fault = iota
	offline           // does not even enrol
	silent            // enrols and says nothing more
	badShare          // gives one owner a wrong share
	wrongDegree       // deals for another threshold
	wrongSecret       // deals another secret than its old share
	equivocates       // sends two deals
	accuses           // complains about a good deal
	unconfirmed       // does not prove that it has its shares
	faults
)

// campaign is what everybody can see, and what each operator knows.
type campaign struct {
	t      *rapid.T
	rand   io.Reader
	epoch  *world // the epoch that opens, nil before the first
	run    uint64
	stakes []threshold.Stake
	doing  map[string]fault
}

func TestCampaign(t *testing.T) {
	batches := 5
	if os.Getenv("VOLENS_DEEP") == "1" {
		batches = 100
	}
	for i := range batches { // of 100 campaigns each, by default
		t.Run(fmt.Sprint(i), func(t *testing.T) { rapid.Check(t, play) })
	}
}

func play(t *rapid.T) {
	c := &campaign{t: t, rand: newStream(rapid.StringN(1, 8, 8).Draw(t, "seed")), doing: map[string]fault{}}
	c.stakes = stakes(slices.Repeat([]uint64{10}, rapid.IntRange(4, 13).Draw(t, "operators"))...)
	var first *world
	var sealed []byte
	b := threshold.CanaryPoint(keyID)
	for range 3 {
		c.change()
		before := c.epoch
		made := c.attempt()
		if made == nil {
			require.Same(t, before, c.epoch, "a clean end")
			continue
		}
		opened := interpolate(t, made.held(made.t), b)
		if first == nil {
			first, sealed = made, opened
		}
		require.Equal(t, first.committee.Key().Y(), made.committee.Key().Y())
		require.Equal(t, sealed, opened, "what was sealed in the first epoch opens in this one")
		if before != nil {
			c.requireMixOpensNothing(before, made, b, sealed)
		}
		c.epoch = made
	}
}

// change lets stakes move and gives less than a third of the stake to the attackers.
func (c *campaign) change() {
	if c.epoch != nil {
		c.stakes = slices.Clone(c.stakes)
		if join := rapid.IntRange(0, 2).Draw(c.t, "join"); len(c.stakes)+join <= 13 {
			for range join {
				op := operator(20 + len(c.doing))
				c.stakes = append(c.stakes, threshold.Stake{Operator: op, Amount: 10, Enrolled: true})
				c.doing[string(op)] = honest
			}
		}
	}
	var total, wrong uint64
	for i := range c.stakes {
		c.stakes[i].Amount = rapid.Uint64Range(8, 14).Draw(c.t, "stake")
		total += c.stakes[i].Amount
	}
	for i := range c.stakes {
		s := &c.stakes[i]
		does := fault(rapid.IntRange(0, 2*int(faults)-1).Draw(c.t, "fault"))
		if does >= faults || 3*(wrong+s.Amount) >= total {
			does = honest
		}
		if does != honest {
			wrong += s.Amount
		}
		c.doing[string(s.Operator)] = does
		s.Enrolled = does != offline
	}
}

// attempt is one run. It returns nil if the run comes to nothing.
func (c *campaign) attempt() *world {
	w := c.snapshot()
	if w == nil {
		return nil
	}
	landed := c.deal(w)
	convicted := c.dispute(w, landed)
	for _, d := range landed {
		if !convicted[string(d.Dealer.Operator)] {
			w.deals = append(w.deals, d)
		}
	}
	if !c.enough(w) {
		return nil
	}
	committee, err := w.run.FinishPublic(w.deals)
	require.NoError(c.t, err)
	w.committee = committee
	return c.confirm(w)
}

// snapshot gives shares by stake, or nil if there are no weights.
func (c *campaign) snapshot() *world {
	weights, err := threshold.Weigh(c.stakes)
	if err != nil {
		return nil
	}
	c.run++
	ctx := threshold.RunContext{OriginChain: originChain, KeyID: keyID, Epoch: 1, Run: c.run}
	var old *threshold.Committee
	if c.epoch != nil {
		old = c.epoch.committee
		ctx.Epoch = old.Epoch() + 1
	}
	return startRun(c.t, fmt.Sprint("campaign", c.run), ctx, weights.Owners(c.stakes), weights.Threshold, old)
}

// dealers are all who have something to deal.
func (c *campaign) dealers(w *world) []threshold.Dealer {
	var out []threshold.Dealer
	if c.epoch == nil {
		for _, op := range w.operators {
			out = append(out, threshold.Dealer{Operator: op})
		}
		return out
	}
	for i, op := range c.epoch.owners {
		out = append(out, threshold.Dealer{Operator: op, OldShare: uint64(i + 1)})
	}
	return out
}

// deal lets everybody deal. The first verified deal of each dealer lands.
func (c *campaign) deal(w *world) []*threshold.Deal {
	var landed []*threshold.Deal
	for _, dealer := range c.dealers(w) {
		for _, d := range c.dealsOf(w, dealer) {
			raw, err := d.MarshalBinary()
			require.NoError(c.t, err)
			d, err = threshold.UnmarshalDeal(raw)
			require.NoError(c.t, err)
			if w.run.VerifyDeal(d) == nil {
				landed = append(landed, d)
				break
			}
		}
	}
	return landed
}

func (c *campaign) dealsOf(w *world, dealer threshold.Dealer) []*threshold.Deal {
	does := c.doing[string(dealer.Operator)]
	if does == offline || does == silent || c.epoch != nil && c.epoch.shares[string(dealer.Operator)] == nil {
		return nil
	}
	make1 := func(run *threshold.Run, old *threshold.Shares) *threshold.Deal {
		d, err := run.Deal(c.rand, dealer, old)
		require.NoError(c.t, err)
		return d
	}
	var old *threshold.Shares
	if c.epoch != nil {
		old = c.epoch.shares[string(dealer.Operator)]
	}
	switch does {
	case badShare:
		return []*threshold.Deal{
			spoil(c.t, make1(w.run, old), w.t, rapid.IntRange(1, len(w.owners)).Draw(c.t, "victim")),
		}
	case wrongDegree:
		return []*threshold.Deal{make1(c.otherDegree(w), old)}
	case wrongSecret:
		if old == nil {
			return []*threshold.Deal{make1(w.run, nil)}
		}
		x := make([]*threshold.Scalar, len(old.Indices()))
		for i := range x {
			var err error
			x[i], err = threshold.RandomScalar(c.rand)
			require.NoError(c.t, err)
		}
		return []*threshold.Deal{make1(w.run, threshold.ForceShares(keyID, old.Epoch(), old.Indices(), x))}
	case equivocates:
		return []*threshold.Deal{make1(w.run, old), make1(w.run, old)}
	default:
		return []*threshold.Deal{make1(w.run, old)}
	}
}

// otherDegree is the run as a dealer sees it that deals for a threshold of one more or less.
func (c *campaign) otherDegree(w *world) *threshold.Run {
	t := w.t - 1
	if w.t < len(w.owners) && rapid.Bool().Draw(c.t, "raise") {
		t = w.t + 1
	}
	var enrolments []threshold.Enrolment
	for _, op := range w.operators {
		e, err := w.eks[string(op)].Enrol(c.rand, w.ctx, op)
		require.NoError(c.t, err)
		enrolments = append(enrolments, e)
	}
	var old *threshold.Committee
	if c.epoch != nil {
		old = c.epoch.committee
	}
	run, err := threshold.NewRun(w.ctx, t, w.owners, enrolments, old)
	if err != nil { // a lower threshold than the largest holder has
		return w.run
	}
	return run
}

// dispute lets every honest owner complain about what is wrong, and liars about what is not.
func (c *campaign) dispute(w *world, landed []*threshold.Deal) map[string]bool {
	convicted := map[string]bool{}
	for _, op := range w.operators {
		does := c.doing[string(op)]
		for _, d := range landed {
			if convicted[string(d.Dealer.Operator)] || convicted[string(op)] {
				continue
			}
			x, err := w.run.OpenDeal(c.rand, d, op, w.eks[string(op)])
			if does == accuses && x == nil {
				x, err = w.run.ForceDispute(c.rand, d, w.committeeIndex(op), w.eks[string(op)])
				require.NoError(c.t, err)
			} else if err != nil {
				require.ErrorIs(c.t, err, threshold.ErrBadShare)
			}
			if x == nil || does == silent {
				continue
			}
			switch w.run.Judge(d, x, op) {
			case threshold.VerdictDealer:
				require.Equal(c.t, badShare, c.doing[string(d.Dealer.Operator)], "an honest dealer is convicted")
				convicted[string(d.Dealer.Operator)] = true
			case threshold.VerdictComplainer:
				require.Equal(c.t, accuses, does, "an honest operator is convicted")
				convicted[string(op)] = true
			default:
				require.Fail(c.t, "a dispute of the owner is ignored")
			}
		}
	}
	return convicted
}

// committeeIndex is the first share of an operator.
func (w *world) committeeIndex(op []byte) int {
	return slices.IndexFunc(w.owners, func(o []byte) bool { return bytes.Equal(o, op) }) + 1
}

// enough is the chain's rule on the qualified deals.
func (c *campaign) enough(w *world) bool {
	if c.epoch != nil {
		return len(w.deals) >= c.epoch.t
	}
	var stake, total uint64
	shares := 0
	for _, s := range c.stakes {
		total += s.Amount
		dealt := slices.ContainsFunc(w.deals, func(d *threshold.Deal) bool {
			return bytes.Equal(d.Dealer.Operator, s.Operator)
		})
		if !dealt {
			continue
		}
		stake += s.Amount
		for _, owner := range w.owners {
			if bytes.Equal(owner, s.Operator) {
				shares++
			}
		}
	}
	return shares >= w.t && 3*stake > 2*total
}

// confirm gives everybody its shares. Every honest owner must get them.
func (c *campaign) confirm(w *world) *world {
	confirmed := 0
	for _, op := range w.operators {
		does := c.doing[string(op)]
		if does == silent {
			continue
		}
		shares, err := w.run.FinishPrivate(op, w.eks[string(op)], w.deals, w.committee)
		if does != honest && err != nil { // a liar that another liar cheated, and that nobody hears
			continue
		}
		require.NoError(c.t, err)
		w.shares[string(op)] = shares
		if does == unconfirmed {
			continue
		}
		x, err := w.run.Confirm(c.rand, op, shares, w.committee)
		require.NoError(c.t, err)
		require.NoError(c.t, w.run.VerifyConfirmation(x, w.committee))
		confirmed += len(shares.Indices())
	}
	if confirmed < w.t+(len(w.owners)-w.t)/2 {
		return nil
	}
	return w
}

// requireMixOpensNothing combines T-1 shares of the old epoch with T-1 of the new one, in
// every way of taking T of them at the places where they belong.
func (c *campaign) requireMixOpensNothing(old, made *world, b, sealed []byte) {
	before, after := old.held(old.t-1), made.held(made.t-1)
	for range 4 {
		mixed := map[int][]byte{}
		for k := 1; k <= max(len(old.owners), len(made.owners)) && len(mixed) < made.t; k++ {
			first, second := before[k], after[k]
			if rapid.Bool().Draw(c.t, "order") {
				first, second = second, first
			}
			if first == nil {
				first = second
			}
			if first != nil {
				mixed[k] = first
			}
		}
		if len(mixed) == made.t {
			require.NotEqual(c.t, sealed, interpolate(c.t, mixed, b))
		}
	}
}

// held are the first shares that somebody holds, at most so many, by index.
func (w *world) held(most int) map[int][]byte {
	out := map[int][]byte{}
	for _, op := range w.operators {
		s := w.shares[string(op)]
		if s == nil {
			continue
		}
		for i, k := range s.Indices() {
			if len(out) < most {
				out[k] = s.Secrets()[i].Bytes()
			}
		}
	}
	return out
}

// interpolate is what scalars at these places make of a point, by the peer's arithmetic.
func interpolate(tb tester, at map[int][]byte, b []byte) []byte {
	tb.Helper()
	indices := make([]int, 0, len(at))
	for k := range at {
		indices = append(indices, k)
	}
	slices.Sort(indices)
	x := ristretto255.NewScalar()
	for i, l := range threshold.Lagrange(indices) {
		term := peerDecodeScalar(tb, at[indices[i]])
		x.Add(x, term.Multiply(term, peerDecodeScalar(tb, l.Bytes())))
	}
	return ristretto255.NewIdentityElement().ScalarMult(x, peerDecode(tb, b)).Bytes()
}
