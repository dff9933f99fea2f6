package keeper_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
)

func (f *fixture) run() custody.Run {
	f.t.Helper()
	run, err := f.keeper.Runs.Run.Get(f.ctx)
	require.NoError(f.t, err)
	return run
}

// until steps until the run is in a phase.
func (f *fixture) until(phase custody.Phase) {
	f.t.Helper()
	for range 60 {
		if run, err := f.keeper.Runs.Run.Get(f.ctx); err == nil && run.Phase == phase {
			return
		}
		f.step()
	}
	f.t.Fatalf("run never came to %s", phase)
}

func TestRun_FourValidatorsMakeAKey(t *testing.T) {
	f := initFixture(t)
	key, err := f.keeper.Committees.Keys.Get(f.ctx, 1)
	require.NoError(t, err)
	require.Equal(t, custody.KEY_STATUS_ACTIVE, key.Status)
	require.Equal(t, uint64(1), key.Epoch)
	require.Len(t, key.Canary, 32)
	require.LessOrEqual(t, f.height(), int64(18), "phases end early on a quiet network")

	epoch, err := f.keeper.Committees.Epoch(f.ctx, 1, 1)
	require.NoError(t, err)
	require.Equal(t, uint32(3), epoch.Threshold)
	require.Equal(t, uint32(64), epoch.MaxJobs)
	require.Len(t, epoch.Owners, 4)
	committee, err := f.keeper.Committee(f.ctx, 1, 1)
	require.NoError(t, err)
	require.Equal(t, key.Y, committee.Key().Y())
	require.Equal(t, originChain, committee.Key().OriginChain())
	for _, n := range f.nodes {
		require.NoError(t, committee.CheckShares(n.operator, n.held(1, 1)))
	}

	out, err := f.query.Key(f.ctx, &custody.QueryKeyRequest{})
	require.NoError(t, err)
	require.Equal(t, key, out.Key)
	run, err := f.query.Run(f.ctx, &custody.QueryRunRequest{})
	require.NoError(t, err)
	require.Nil(t, run.Run, "a finished run is not open")
}

func TestRun_NothingWithoutValidators(t *testing.T) {
	f := bareFixture(t, 4)
	f.left.bonded = nil
	require.NoError(t, f.keeper.EndBlock(f.ctx))
	_, err := f.keeper.Runs.Run.Get(f.ctx)
	require.ErrorIs(t, err, collections.ErrNotFound)
}

func TestRun_OneValidatorNeverSnapshots(t *testing.T) {
	f := bareFixture(t, 1)
	f.steps(30)
	require.Equal(t, custody.PHASE_ENROL, f.run().Phase, "one holder would hold the threshold alone")
}

func TestRun_WindowsCountOnlyValidInjections(t *testing.T) {
	f := bareFixture(t, 4)
	f.until(custody.PHASE_DISPUTE)
	before := f.run().Counted
	for range 10 {
		f.dropNext = true
		f.step()
	}
	require.Equal(t, before, f.run().Counted)
	require.Equal(t, custody.PHASE_DISPUTE, f.run().Phase)
	f.steps(int(custody.DevnetParams().DisputeWindow) + 1)
	require.NotEqual(t, custody.PHASE_DISPUTE, f.run().Phase)
}

func TestRun_AbandonedAfterTwentyWindows(t *testing.T) {
	f := bareFixture(t, 4)
	f.nodes[0].silent, f.nodes[1].silent = true, true
	params := custody.DevnetParams()
	f.steps(int(params.RunBlocks()) + 1)
	require.Equal(t, uint64(1), f.run().Run)
	require.Equal(t, custody.PHASE_ENROL, f.run().Phase, "two of four cannot be safe and live")
	f.step()
	require.Equal(t, uint64(2), f.run().Run)
	require.Equal(t, f.height()-1, f.run().Started)
	view, err := f.keeper.RunView(f.ctx)
	require.NoError(t, err)
	require.Empty(t, view.Enrolments)
}

func TestRun_LatenessExcludesAndNeverJails(t *testing.T) {
	f := bareFixture(t, 7)
	f.nodes[6].silent = true
	for range 60 {
		f.step()
	}
	// Of 7 a set with more than 2/3 has 5 validators, of whom one may be the silent one.
	epoch, err := f.keeper.Committees.Epoch(f.ctx, 1, 1)
	require.NoError(t, err)
	require.Len(t, epoch.Owners, 6)
	require.Equal(t, uint32(4), epoch.Threshold)
	require.Empty(t, f.left.jailed)
}

func TestRun_TooFewDealersStartAnew(t *testing.T) {
	f := bareFixture(t, 4)
	f.until(custody.PHASE_DEAL)
	f.nodes[0].silent, f.nodes[1].silent = true, true
	for f.run().Run == 1 {
		require.NotEqual(t, custody.PHASE_DISPUTE, f.run().Phase)
		f.step()
	}
	require.Equal(t, custody.PHASE_ENROL, f.run().Phase)
	require.Empty(t, f.left.jailed)
}

func TestRun_DealersNeedTwoThirdsOfTheStake(t *testing.T) {
	f := bareFixture(t, 7)
	f.nodes[6].silent = true
	f.until(custody.PHASE_DEAL)
	require.Equal(t, uint32(4), f.run().Threshold)
	f.nodes[5].silent, f.nodes[4].silent = true, true // four of seven deal: T shares, but not the stake
	for f.run().Run == 1 {
		require.NotEqual(t, custody.PHASE_DISPUTE, f.run().Phase)
		f.step()
	}
}

// spoilShare makes the deal hold a wrong share for the owner of share k of four.
func spoilShare(k int) func(*custody.RunMessage) { return spoilShareOf(4, k) }

func spoilShareOf(all, k int) func(*custody.RunMessage) {
	return func(m *custody.RunMessage) {
		deal := m.GetDeal()
		if deal == nil {
			return
		}
		at := len(deal.Data) - 32*(all-k+1)
		deal.Data = bytes.Clone(deal.Data)
		deal.Data[at] ^= 1
	}
}

func TestRun_BadDealerIsConvictedAndTheKeyComesAbout(t *testing.T) {
	f := bareFixture(t, 4)
	f.nodes[2].spoil = spoilShare(1)
	f.until(custody.PHASE_CONFIRM)
	require.Equal(t, [][]byte{f.nodes[2].operator}, f.run().Convicted)
	require.Equal(t, [][]byte{f.nodes[2].operator}, f.left.jailed)
	for !f.run().Finished {
		f.step()
	}
	f.steps(5)
	key, err := f.keeper.Committees.Keys.Get(f.ctx, 1)
	require.NoError(t, err)
	require.Equal(t, custody.KEY_STATUS_ACTIVE, key.Status)
}

func TestRun_TwoBadDealersStartAnew(t *testing.T) {
	f := bareFixture(t, 4)
	f.nodes[2].spoil, f.nodes[3].spoil = spoilShare(1), spoilShare(2)
	f.until(custody.PHASE_DISPUTE)
	for f.run().Run == 1 {
		require.NotEqual(t, custody.PHASE_CONFIRM, f.run().Phase)
		f.step()
	}
	require.Len(t, f.left.jailed, 2)
}

func TestRun_FalseComplainerIsConvicted(t *testing.T) {
	f := bareFixture(t, 4)
	f.until(custody.PHASE_DISPUTE)
	x := threshold.Dispute{
		Dealer: threshold.Dealer{Operator: f.nodes[0].operator}, K: 2, DH: digest("no point"), Proof: make([]byte, 96),
	}
	data, err := x.MarshalBinary()
	require.NoError(t, err)
	accuse := func(by int) {
		f.keeper.ApplyRunMessages(
			f.ctx,
			f.nodes[by].operator,
			[]custody.RunMessage{dispute(f.nodes[by].operator, &x, data)},
		)
	}
	accuse(2) // share 2 is not its own
	require.Empty(t, f.run().Convicted)
	stolen := dispute(f.nodes[1].operator, &x, data)
	f.keeper.ApplyRunMessages(f.ctx, f.nodes[2].operator, []custody.RunMessage{stolen})
	require.Empty(t, f.run().Convicted, "nobody is convicted for what others send")
	accuse(1)
	accuse(1)
	require.Equal(t, [][]byte{f.nodes[1].operator}, f.run().Convicted)
	require.Equal(t, uint32(1), f.run().DisputesJudged)
}

// accusation is a dispute of its own author about share k of a dealer. It is false: no node
// finds anything wrong, and its proof proves nothing.
func (f *fixture) accusation(by, dealer *node, k, share uint64) custody.RunMessage {
	f.t.Helper()
	x := threshold.Dispute{
		Dealer: threshold.Dealer{Operator: dealer.operator, OldShare: share}, K: k,
		DH: threshold.CanaryPoint(1), Proof: make([]byte, 96),
	}
	data, err := x.MarshalBinary()
	require.NoError(f.t, err)
	return dispute(by.operator, &x, data)
}

// As many disputes as an extension holds cost no more of the state than one, whatever they are.
func TestRun_DisputesCountBeforeTheyCost(t *testing.T) {
	f := bareFixture(t, 4)
	f.until(custody.PHASE_DISPUTE)
	own, other := f.nodes[1], f.nodes[2]
	cost := func(said []custody.RunMessage) uint64 {
		ctx, _ := f.ctx.CacheContext()
		ctx = ctx.WithGasMeter(storetypes.NewInfiniteGasMeter())
		f.keeper.ApplyRunMessages(ctx, own.operator, said)
		return ctx.GasMeter().GasConsumed()
	}
	stolen := f.accusation(other, f.nodes[0], 2, 0)
	short := f.accusation(own, f.nodes[0], 2, 0)
	short.GetDispute().Data = short.GetDispute().Data[1:]
	misnamed := f.accusation(own, f.nodes[0], 2, 0)
	misnamed.GetDispute().Dealer = other.operator
	for name, said := range map[string]custody.RunMessage{
		"another's share":      f.accusation(own, f.nodes[0], 3, 0),
		"no share":             f.accusation(own, f.nodes[0], 99, 0),
		"share 0":              f.accusation(own, f.nodes[0], 0, 0),
		"a deal that is none":  f.accusation(own, f.nodes[0], 2, 7),
		"another's accusation": stolen,
		"cut":                  short,
		"of another dealer":    misnamed,
		"false":                f.accusation(own, f.nodes[0], 2, 0),
	} {
		one := cost([]custody.RunMessage{said})
		require.LessOrEqual(t, cost(slices.Repeat([]custody.RunMessage{said}, 240)), one, name)
	}
	require.Empty(t, f.run().Convicted, "the costs were tried in caches")
}

// Who fills its extension with disputes keeps nobody else's from being judged in that block.
func TestRun_DisputesOfOneLeaveRoomForOthers(t *testing.T) {
	f := bareFixture(t, 7)
	f.nodes[6].spoil = spoilShareOf(7, 2)
	f.until(custody.PHASE_DISPUTE)
	griefer := f.nodes[0]
	var said []custody.RunMessage
	for share := range uint64(60) {
		for _, dealer := range f.nodes {
			said = append(said, f.accusation(griefer, dealer, 1, share+1))
		}
	}
	f.keeper.ApplyRunMessages(f.ctx, griefer.operator, said)
	require.Empty(t, f.run().Convicted)
	require.Zero(t, f.run().DisputesJudged, "what cannot be judged uses up nobody's turn")
	view, err := f.keeper.RunView(f.ctx)
	require.NoError(t, err)
	f.keeper.ApplyRunMessages(f.ctx, f.nodes[1].operator, f.say(f.nodes[1], view))
	require.Equal(t, [][]byte{f.nodes[6].operator}, f.run().Convicted)
	require.Equal(t, uint32(1), f.run().DisputesJudged)

	f.keeper.ApplyRunMessages(f.ctx, griefer.operator, []custody.RunMessage{
		f.accusation(griefer, f.nodes[2], 1, 0), f.accusation(griefer, f.nodes[3], 1, 0),
	})
	require.Equal(t, [][]byte{f.nodes[6].operator, griefer.operator}, f.run().Convicted)
	require.Equal(t, uint32(2), f.run().DisputesJudged, "the first false word is the last")
}

// Beyond 64 a block nothing is judged; the next block goes on.
func TestRun_DisputesOfABlockAreBounded(t *testing.T) {
	f := bareFixture(t, 4)
	f.until(custody.PHASE_DISPUTE)
	run := f.run()
	run.CheckedHeight, run.DisputesJudged = f.height(), custody.MaxDisputesABlock
	require.NoError(t, f.keeper.Runs.Run.Set(f.ctx, run))
	said := []custody.RunMessage{f.accusation(f.nodes[1], f.nodes[0], 2, 0)}
	f.keeper.ApplyRunMessages(f.ctx, f.nodes[1].operator, said)
	require.Empty(t, f.run().Convicted)
	f.ctx = f.ctx.WithBlockHeight(f.height() + 1)
	f.keeper.ApplyRunMessages(f.ctx, f.nodes[1].operator, said)
	require.Equal(t, [][]byte{f.nodes[1].operator}, f.run().Convicted)
}

func TestRun_MessagesOutOfPlaceAreIgnored(t *testing.T) {
	f := bareFixture(t, 4)
	f.step()
	view, err := f.keeper.RunView(f.ctx)
	require.NoError(t, err)
	own := f.nodes[0].operator
	_, e, err := threshold.NewEnrolment(f.rand, view.Context(), own)
	require.NoError(t, err)
	other := view.Context()
	other.Run = 2
	_, stale, err := threshold.NewEnrolment(f.rand, other, own)
	require.NoError(t, err)

	f.keeper.ApplyRunMessages(f.ctx, f.nodes[1].operator, []custody.RunMessage{enrolment(e)})
	f.keeper.ApplyRunMessages(f.ctx, own[:19], []custody.RunMessage{enrolment(e)})
	f.keeper.ApplyRunMessages(f.ctx, own, []custody.RunMessage{enrolment(stale), enrolment(e)})
	f.keeper.ApplyRunMessages(f.ctx, own, []custody.RunMessage{
		{},
		{Message: &custody.RunMessage_Deal{}},
		{Message: &custody.RunMessage_Dispute{}},
		{Message: &custody.RunMessage_Enrolment{}},
		{Message: &custody.RunMessage_Confirmation{}},
		{Message: &custody.RunMessage_Confirmation{Confirmation: &custody.Confirmation{Operator: own}}},
		{Message: &custody.RunMessage_Deal{Deal: &custody.Deal{Operator: own}}},
	})
	view, err = f.keeper.RunView(f.ctx)
	require.NoError(t, err)
	require.Empty(t, view.Enrolments)

	f.keeper.ApplyRunMessages(f.ctx, own, []custody.RunMessage{enrolment(e)})
	view, err = f.keeper.RunView(f.ctx)
	require.NoError(t, err)
	require.Len(t, view.Enrolments, 1)
	_, second, err := threshold.NewEnrolment(f.rand, view.Context(), own)
	require.NoError(t, err)
	f.keeper.ApplyRunMessages(f.ctx, own, []custody.RunMessage{enrolment(second)})
	kept, err := f.keeper.Runs.Enrolments.Get(f.ctx, own)
	require.NoError(t, err)
	require.Equal(t, e.EK, kept.Ek, "the first one counts")
}

func TestRun_DealMustNameItsAuthorAndFitTheRun(t *testing.T) {
	f := bareFixture(t, 4)
	f.until(custody.PHASE_DEAL)
	view, err := f.keeper.RunView(f.ctx)
	require.NoError(t, err)
	run, err := view.Threshold()
	require.NoError(t, err)
	own := f.nodes[0].operator
	d, err := run.Deal(f.rand, threshold.Dealer{Operator: own}, nil)
	require.NoError(t, err)
	good := f.deal(d)
	copied := f.deal(d)
	copied.GetDeal().Operator = f.nodes[1].operator
	reshare := f.deal(d)
	reshare.GetDeal().Share = 1
	cut := f.deal(d)
	cut.GetDeal().Data = cut.GetDeal().Data[1:]

	f.keeper.ApplyRunMessages(f.ctx, f.nodes[1].operator, []custody.RunMessage{copied})
	f.keeper.ApplyRunMessages(f.ctx, own, []custody.RunMessage{reshare})
	f.keeper.ApplyRunMessages(f.ctx, own, []custody.RunMessage{cut})
	f.keeper.ApplyRunMessages(f.ctx, bytes.Repeat([]byte{9}, 20), []custody.RunMessage{good})
	view, err = f.keeper.RunView(f.ctx)
	require.NoError(t, err)
	require.Empty(t, view.Deals)
	f.keeper.ApplyRunMessages(f.ctx, own, []custody.RunMessage{good})
	view, err = f.keeper.RunView(f.ctx)
	require.NoError(t, err)
	require.True(t, view.Dealt(threshold.Dealer{Operator: own}))
}

func TestRun_WorkOfABlockIsBounded(t *testing.T) {
	f := bareFixture(t, 4)
	f.until(custody.PHASE_DEAL)
	run := f.run()
	run.CheckedHeight, run.DealsChecked = f.height(), custody.MaxDealsABlock
	require.NoError(t, f.keeper.Runs.Run.Set(f.ctx, run))
	view, err := f.keeper.RunView(f.ctx)
	require.NoError(t, err)
	say := f.say(f.nodes[0], view)
	f.keeper.ApplyRunMessages(f.ctx, f.nodes[0].operator, say)
	known, err := f.keeper.Runs.Deals.Has(f.ctx, collections.Join(f.nodes[0].operator, uint64(0)))
	require.NoError(t, err)
	require.False(t, known)
	f.ctx = f.ctx.WithBlockHeight(f.height() + 1)
	f.keeper.ApplyRunMessages(f.ctx, f.nodes[0].operator, say)
	known, err = f.keeper.Runs.Deals.Has(f.ctx, collections.Join(f.nodes[0].operator, uint64(0)))
	require.NoError(t, err)
	require.True(t, known, "a new block checks again")
}

func TestRun_TooFewConfirmationsStartAnew(t *testing.T) {
	f := bareFixture(t, 4)
	f.until(custody.PHASE_CONFIRM)
	f.nodes[0].silent, f.nodes[1].silent = true, true
	f.answers.run = map[int][]custody.RunMessage{}
	f.steps(int(custody.DevnetParams().ConfirmWindow) + 1)
	require.Equal(t, uint64(2), f.run().Run)
	_, err := f.keeper.Committees.Keys.Get(f.ctx, 1)
	require.ErrorIs(t, err, collections.ErrNotFound)
}

func TestRun_CopiedConfirmationIsIgnored(t *testing.T) {
	f := bareFixture(t, 4)
	f.until(custody.PHASE_CONFIRM)
	view, err := f.keeper.RunView(f.ctx)
	require.NoError(t, err)
	said := f.say(f.nodes[0], view)
	said[0].GetConfirmation().Operator = f.nodes[1].operator
	f.keeper.ApplyRunMessages(f.ctx, f.nodes[1].operator, said)
	view, err = f.keeper.RunView(f.ctx)
	require.NoError(t, err)
	require.Empty(t, view.Confirmed)
}

func TestRun_PendingKeyWithoutCanaryIsGivenUp(t *testing.T) {
	f := bareFixture(t, 4)
	for {
		f.step()
		if key, err := f.keeper.Committees.Keys.Get(f.ctx, 1); err == nil {
			require.Equal(t, custody.KEY_STATUS_PENDING, key.Status)
			break
		}
	}
	for _, n := range f.nodes {
		n.silent = true
	}
	f.answers = answers{height: f.answers.height, run: map[int][]custody.RunMessage{}}
	f.steps(int(custody.DevnetParams().ReleaseWindow) + 1)
	require.Equal(t, uint64(2), f.run().Run)
	_, err := f.keeper.Committees.Keys.Get(f.ctx, 1)
	require.ErrorIs(t, err, collections.ErrNotFound)
}

func TestRun_CanaryEverySecondHeight(t *testing.T) {
	f := bareFixture(t, 4)
	for {
		f.step()
		if _, err := f.keeper.Committees.Keys.Get(f.ctx, 1); err == nil {
			break
		}
	}
	canaries := 0
	for _, n := range f.nodes {
		n.silent = true
	}
	for range 10 {
		batch, err := f.keeper.BatchAt(f.ctx, f.height())
		require.NoError(t, err)
		canaries += len(batch.Jobs)
		f.step()
	}
	require.Equal(t, 5, canaries)
}

// FuzzApplyRunMessages feeds bytes from outside to every phase.
func FuzzApplyRunMessages(fz *testing.F) {
	f := bareFixture(fz, 4)
	for _, phase := range []custody.Phase{
		custody.PHASE_ENROL, custody.PHASE_DEAL, custody.PHASE_DISPUTE, custody.PHASE_CONFIRM,
	} {
		f.until(phase)
		f.step()
		x := custody.VoteExtension{Run: f.answers.run[0]}
		seed, err := x.Marshal()
		require.NoError(fz, err)
		fz.Add(int32(phase), seed)
	}
	base := f.ctx
	fz.Fuzz(func(t *testing.T, phase int32, data []byte) {
		var x custody.VoteExtension
		if x.Unmarshal(data) != nil {
			return
		}
		ctx, _ := base.CacheContext()
		run, err := f.keeper.Runs.Run.Get(ctx)
		require.NoError(t, err)
		run.Phase, run.Finished = custody.Phase(phase), false
		require.NoError(t, f.keeper.Runs.Run.Set(ctx, run))
		f.keeper.ApplyRunMessages(ctx, f.nodes[0].operator, x.Run)
		require.NoError(t, f.keeper.EndBlock(ctx))
	})
}
