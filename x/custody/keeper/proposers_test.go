package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/custody"
)

// judged plays a window in which each proposer has slots, some of them omitted.
func judged(t *testing.T, slots, omitted []int) *fixture {
	t.Helper()
	f := bareFixture(t, 4)
	f.ctx = f.ctx.WithBlockHeight(50) // the end of a window
	for i := range slots {
		for s := range slots[i] {
			f.keeper.CountInjection(f.ctx, s >= omitted[i], sdk.ConsAddress{byte(i)}, true)
		}
	}
	require.NoError(t, f.keeper.EndBlock(f.ctx))
	return f
}

func TestProposers_WhoOmitsIsJailed(t *testing.T) {
	f := judged(t, []int{20, 20, 20, 20}, []int{0, 11, 1, 0})
	require.Equal(t, [][]byte{{1}}, f.left.jailed)
}

func TestProposers_NotJailed(t *testing.T) {
	for name, c := range map[string]struct{ slots, omitted []int }{
		"half is not more than half": {[]int{20, 20, 20, 20}, []int{0, 10, 0, 0}},
		"too few slots":              {[]int{19, 19, 19, 19}, []int{0, 19, 0, 0}},
		"a common bug":               {[]int{20, 20, 20, 20}, []int{20, 20, 20, 20}},
		"not three times the median": {[]int{20, 20, 20, 20}, []int{5, 15, 5, 5}},
		"nobody proposed":            {nil, nil},
	} {
		require.Empty(t, judged(t, c.slots, c.omitted).left.jailed, name)
	}
}

func TestProposers_OnlyExpectedInjectionsCount(t *testing.T) {
	f := bareFixture(t, 4)
	for range 100 {
		f.keeper.CountInjection(f.ctx, false, sdk.ConsAddress{1}, false)
	}
	has, err := f.keeper.Proposers.Has(f.ctx, []byte{1})
	require.NoError(t, err)
	require.False(t, has)
}

func TestProposers_AWindowStartsAnew(t *testing.T) {
	f := judged(t, []int{15, 15}, []int{0, 15})
	f.ctx = f.ctx.WithBlockHeight(100)
	for s := range 15 {
		f.keeper.CountInjection(f.ctx, false, sdk.ConsAddress{1}, true)
		f.keeper.CountInjection(f.ctx, s >= 0, sdk.ConsAddress{0}, true)
	}
	require.NoError(t, f.keeper.EndBlock(f.ctx))
	require.Empty(t, f.left.jailed, "fifteen of fifteen, twice, is never twenty in a window")
}

func TestRecordBad_Announces(t *testing.T) {
	f := bareFixture(t, 4)
	f.keeper.RecordBad(f.ctx, 7, f.nodes[0].operator)
	require.Equal(t, `"7"`, f.attribute("volens.custody.v1.EventBadExtension", "height"))
}

func TestUpdateParams_IsTheAuthoritys(t *testing.T) {
	f := bareFixture(t, 4)
	params := custody.DefaultParams()
	_, err := f.msgs.UpdateParams(f.ctx, &custody.MsgUpdateParams{Authority: account(stranger), Params: params})
	require.ErrorIs(t, err, custody.ErrAuthority)
	bad := params
	bad.MaxValidators = 113
	_, err = f.msgs.UpdateParams(f.ctx, &custody.MsgUpdateParams{Authority: account(authority), Params: bad})
	require.ErrorIs(t, err, custody.ErrParams)
	_, err = f.msgs.UpdateParams(f.ctx, &custody.MsgUpdateParams{Authority: account(authority), Params: params})
	require.NoError(t, err)
	out, err := f.query.Params(f.ctx, &custody.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, params, out.Params)
	require.Equal(t, originChain, out.OriginChainId)
}

// A new consensus key does not wipe out what was omitted under the old one.
func TestStakingHooks_RecordMovesWithTheKey(t *testing.T) {
	f := bareFixture(t, 4)
	from, to := sdk.ConsAddress{1}, sdk.ConsAddress{2}
	f.keeper.CountInjection(f.ctx, false, from, true)
	hooks := f.keeper.StakingHooks()
	require.NoError(t, hooks.AfterValidatorConsKeyUpdated(f.ctx, sdk.ConsAddress{9}, sdk.ConsAddress{8}, nil))
	require.NoError(t, hooks.AfterValidatorConsKeyUpdated(f.ctx, from, to, nil))
	record, err := f.keeper.Proposers.Get(f.ctx, to)
	require.NoError(t, err)
	require.Equal(t, custody.ProposerRecord{ConsensusAddress: to, Slots: 1, Omitted: 1}, record)
	has, err := f.keeper.Proposers.Has(f.ctx, from)
	require.NoError(t, err)
	require.False(t, has)
	require.NoError(t, hooks.AfterValidatorBonded(f.ctx, from, nil))
}
