package custody_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/custody"
)

func TestParams_Defaults(t *testing.T) {
	require.NoError(t, custody.DefaultParams().Validate())
	require.NoError(t, custody.DevnetParams().Validate())
	require.Equal(t, int64(20*14), custody.DevnetParams().RunBlocks())
	require.Equal(t, int64(60), custody.DevnetParams().JobBlocks())
}

func TestParams_Refused(t *testing.T) {
	for name, spoil := range map[string]func(*custody.Params){
		"release":         func(p *custody.Params) { p.ReleaseWindow = 0 },
		"enrol":           func(p *custody.Params) { p.EnrolWindow = -1 },
		"deal":            func(p *custody.Params) { p.DealWindow = 0 },
		"dispute":         func(p *custody.Params) { p.DisputeWindow = 0 },
		"confirm":         func(p *custody.Params) { p.ConfirmWindow = 0 },
		"inspection":      func(p *custody.Params) { p.InspectionWindow = 0 },
		"miss":            func(p *custody.Params) { p.MissWindow = 0 },
		"overflow":        func(p *custody.Params) { p.ReleaseWindow = 1 << 62 },
		"no validators":   func(p *custody.Params) { p.MaxValidators = 0 },
		"many validators": func(p *custody.Params) { p.MaxValidators = 113 },
		"no bond":         func(p *custody.Params) { p.InspectionBond = sdk.Coin{} },
		"negative bond":   func(p *custody.Params) { p.InspectionBond.Amount = p.InspectionBond.Amount.Neg() },
	} {
		p := custody.DefaultParams()
		spoil(&p)
		require.ErrorIs(t, p.Validate(), custody.ErrParams, name)
	}
	p := custody.DefaultParams()
	p.MaxValidators = 112
	require.NoError(t, p.Validate())
	require.ErrorIs(t, p.ValidateFor(2*112*(custody.ExtensionCap+custody.ExtensionOverhead)-1), custody.ErrParams)
}

func TestExtensionBudget_Bounds(t *testing.T) {
	for validators := 1; validators <= 112; validators++ {
		b := custody.ExtensionBudget(custody.MaxBlockBytes, validators)
		require.Equal(t, 32_768, b, "%d validators", validators)
		require.Less(t, b+custody.ExtensionOverhead, custody.ExtensionCap)
	}
	require.Equal(t, 32_768, custody.ExtensionBudget(0, 100), "no limit in the context")
	require.Equal(t, 1_000_000/200-912, custody.ExtensionBudget(1_000_000, 100))
	require.Zero(t, custody.ExtensionBudget(10_000, 100))
	require.Zero(t, custody.ExtensionBudget(custody.MaxBlockBytes, 0))
}

func TestMaxJobs_FollowsTheLargestHolder(t *testing.T) {
	for _, c := range []struct{ budget, holder, want int }{
		{32_768, 1, 64},
		{32_768, 10, 64},
		{32_768, 11, 63},
		{32_768, 35, 20},
		{32_768, 100, 7},
		{32_768, 700, 1},
		{32_768, 701, 0},
		{1_024, 1, 16},
		{543, 1, 0},
		{512, 1, 0},
		{0, 1, 0},
		{32_768, 0, 0},
	} {
		require.Equal(t, c.want, custody.MaxJobs(c.budget, c.holder), "budget %d, holder %d", c.budget, c.holder)
	}
	require.Equal(t, 32_256, custody.MaxDealBytes(32_768))
	require.Zero(t, custody.MaxDealBytes(10))
}
