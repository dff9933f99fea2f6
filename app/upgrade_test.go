package app_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/app/upgrades"
	v2 "github.com/volens-network/volens/app/upgrades/v2"
	"github.com/volens-network/volens/test/chain"
	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

const (
	content = "##fileformat=VCFv4.3\n"
	// rehearsal is a plan of a name that no program knows yet.
	rehearsal = "rehearsal"
)

// vote has governance agree on a message.
func vote(t *testing.T, s *story.Story, msg sdk.Msg) {
	t.Helper()
	proposer := s.Operator(0)
	proposal, err := govv1.NewMsgSubmitProposal(
		[]sdk.Msg{msg},
		sdk.NewCoins(
			sdk.NewInt64Coin(app.BondDenom, 100_000_000),
		),
		proposer.String(),
		"",
		"rehearsal",
		"rehearsal",
		false,
	)
	require.NoError(t, err)
	s.Send(proposer, proposal)
	for i := range s.Nodes {
		operator := s.Operator(i)
		s.Send(operator, govv1.NewMsgVote(operator.Address(), 1, govv1.OptionYes, ""))
	}
	s.Until(40, "the proposal's end", func(ctx sdk.Context) bool {
		p, err := s.App().Cosmos.Gov.Proposals.Get(ctx, 1)
		require.NoError(t, err)
		require.NotEqual(t, govv1.StatusFailed, p.Status, p.FailedReason)
		return p.Status == govv1.StatusPassed
	})
}

// plan has governance plan the rehearsal, and returns its height.
func plan(t *testing.T, s *story.Story) int64 {
	t.Helper()
	at := s.Height + 45
	vote(t, s, &upgradetypes.MsgSoftwareUpgrade{
		Authority: authtypes.NewModuleAddress(govtypes.ModuleName).String(),
		Plan:      upgradetypes.Plan{Name: rehearsal, Height: at},
	})
	return at
}

// dying is the rehearsed upgrade of a program that dies in the middle of its handler.
func dying(s *story.Story, node int) upgrades.Upgrade {
	return upgrades.Upgrade{Name: rehearsal, Handler: func(
		*module.Manager, module.Configurator,
	) upgradetypes.UpgradeHandler {
		return func(ctx context.Context, _ upgradetypes.Plan, _ module.VersionMap) (module.VersionMap, error) {
			k := s.Nodes[node].App.Volens.Custody
			params, err := k.Params.Get(ctx)
			if err != nil {
				return nil, err
			}
			params.ReleaseWindow++
			if err := k.Params.Set(ctx, params); err != nil {
				return nil, err
			}
			panic("the node is killed here")
		}
	}}
}

func rehearsed() upgrades.Upgrade {
	u := v2.Upgrade()
	u.Name = rehearsal
	return u
}

// Requests in every state live through an upgrade, on nodes of which one was killed
// inside the handler and one ran the old program for too long.
func TestUpgrade_Rehearsal(t *testing.T) {
	s := story.New(t)
	d := s.Ready(s.Patient, content)
	done := s.Ask(s.Researcher) // released and paid, parts of it held
	s.Send(d.Owner, s.Decide(d, done, true))
	s.WaitRelease(done, 0)
	at := plan(t, s)
	require.Less(t, s.Height, at-8)
	for s.Height < at-8 {
		s.Block()
	}
	open := s.Ask(s.Researcher, func(spec *market.Spec) { spec.Deadline = at + 20 }) // nobody decided
	underWay := s.Ask(s.Researcher)
	s.Tamper = chain.Tamper{Extension: func(node int, _ int64, honest []byte) []byte {
		if node < 2 {
			return nil // too few shares
		}
		return honest
	}}
	s.Send(d.Owner, s.Decide(d, underWay, true))
	for s.Height < at-1 {
		s.Block()
	}
	require.Equal(t, custody.SEAT_STATE_EMITTED, s.SeatState(underWay.ID, 0))
	before, err := s.App().Volens.Custody.Params.Get(s.Context())
	require.NoError(t, err)

	require.ErrorContains(t, s.Execute(0), "UPGRADE", "the old program stops at the height")
	for i := range s.Nodes {
		s.Restart(i)
		s.Nodes[i].App.SetUpgrade(rehearsed())
	}
	s.Restart(1)
	s.Nodes[1].App.SetUpgrade(dying(s, 1))
	require.ErrorContains(t, s.Execute(1), "killed")
	s.Restart(1)
	s.Nodes[1].App.SetUpgrade(rehearsed())
	s.Block() // compares the app hashes of all nodes
	require.Equal(t, at, s.Height)
	after, err := s.App().Volens.Custody.Params.Get(s.Context())
	require.NoError(t, err)
	require.Equal(t, before, after, "nothing of the killed handler is left")
	_, err = s.App().Cosmos.Upgrade.GetUpgradePlan(s.Context())
	require.ErrorIs(t, err, upgradetypes.ErrNoUpgradePlanFound)

	s.Tamper = chain.Tamper{}
	s.WaitRelease(underWay, 0)
	s.Send(d.Owner, s.Decide(d, open, true))
	opened, err := s.Open(d, s.WaitRelease(open, 0), open.Seats[0])
	require.NoError(t, err)
	require.Equal(t, content, string(opened))
	for _, r := range []*story.Request{done, underWay, open} {
		s.Until(250, "closed", func(ctx sdk.Context) bool {
			request, err := s.App().Volens.Market.Requests.Get(ctx, r.ID)
			return err == nil && request.State == market.STATE_CLOSED
		})
	}
	_, broken, err := s.App().Volens.Market.Solvency(s.Context())
	require.NoError(t, err)
	require.Empty(t, broken)
}

// A program that finds the plan of a later one refuses to go on.
func TestUpgrade_TooEarly(t *testing.T) {
	s := story.New(t)
	plan(t, s)
	s.Restart(0)
	s.Nodes[0].App.SetUpgrade(rehearsed())
	require.Error(t, s.Execute(0), "the new program waits for its height")
}

// The list of upgrades is what the operator is told: every one has a handler and a name
// of its own, and a node that stopped for one of them starts again.
func TestUpgrades_StoreLoader(t *testing.T) {
	names := map[string]bool{}
	for _, u := range app.Upgrades() {
		require.NotEmpty(t, u.Name)
		require.False(t, names[u.Name], u.Name)
		require.Equal(t, storetypes.StoreUpgrades{}, u.Stores, "a new store needs a rehearsal of its own here")
		names[u.Name] = true
	}
	s := story.New(t)
	info := filepath.Join(s.Nodes[0].Home, "data", "upgrade-info.json")
	require.NoError(t, os.MkdirAll(filepath.Dir(info), 0o700))
	require.NoError(t, os.WriteFile(info, []byte(`{"name":"v2","height":1000000}`), 0o600))
	s.Restart(0)
	s.Block()
	require.NoError(t, os.WriteFile(info, []byte("{damaged"), 0o600))
	require.Panics(t, func() { s.Restart(0) }, "a node that cannot know which upgrade is due does not start")
	require.NoError(t, os.Remove(info))
}
