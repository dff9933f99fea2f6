package model_test

import (
	"crypto/rand"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/test/model"
	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/share"
)

// oneJobABlock is a block size for which m_max is 1 with four validators: the budget of
// an extension is what one share needs beside the reserve.
const oneJobABlock = 2 * 4 * (912 + 512 + 32)

// epochs of the model, the first included.
const epochs = 3

// committee is one epoch: what everybody knows, and everybody's shares.
type committee struct {
	public *threshold.Committee
	shares []*threshold.Shares // by node
}

// world is a chain on which everything but the consent is ready, and committees for the
// epochs to come. Schedules run in branches of its state, which are thrown away.
type world struct {
	*story.Story
	dataset    *story.Dataset
	operators  [][]byte // by node
	committees []committee
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Story: story.New(t)}
	w.dataset = w.Register(w.Patient, "##fileformat=VCFv4.3\n")
	w.Inspect(w.dataset)
	w.Send(w.Hospital, w.Attest(w.dataset))
	w.Blocks(3) // nothing of the inspection is under way
	first := committee{}
	var err error
	first.public, err = w.App().Volens.Custody.Committee(w.Context(), custody.FirstKeyID, 1)
	require.NoError(t, err)
	for _, n := range w.Nodes {
		validator, err := w.App().Cosmos.Staking.ValidatorByConsAddr(w.Context(), n.Address())
		require.NoError(t, err)
		operator, err := sdk.ValAddressFromBech32(validator.GetOperator())
		require.NoError(t, err)
		secrets, err := share.Open(filepath.Join(n.Home, app.CustodyFolder), rand.Reader)
		require.NoError(t, err)
		shares, _, err := secrets.Load(custody.FirstKeyID, 1)
		require.NoError(t, err)
		w.operators = append(w.operators, operator)
		first.shares = append(first.shares, shares)
	}
	w.committees = []committee{first}
	for len(w.committees) < epochs {
		w.committees = append(w.committees, w.reshare(t, w.committees[len(w.committees)-1]))
	}
	return w
}

// reshare deals all shares of a committee anew, to the same owners.
func (w *world) reshare(t *testing.T, from committee) committee {
	t.Helper()
	ctx := threshold.RunContext{
		OriginChain: w.Key().OriginChain(), KeyID: custody.FirstKeyID, Epoch: from.public.Epoch() + 1, Run: 1,
	}
	secrets := make([]*threshold.EnrolmentSecret, len(w.operators))
	enrolments := make([]threshold.Enrolment, len(w.operators))
	for i, operator := range w.operators {
		var err error
		secrets[i], enrolments[i], err = threshold.NewEnrolment(rand.Reader, ctx, operator)
		require.NoError(t, err)
	}
	run, err := threshold.NewRun(ctx, from.public.Threshold(), from.public.Owners(), enrolments, from.public)
	require.NoError(t, err)
	var deals []*threshold.Deal
	for i, operator := range w.operators {
		for _, index := range from.public.Indices(operator) {
			dealer := threshold.Dealer{Operator: operator, OldShare: uint64(index)}
			deal, err := run.Deal(rand.Reader, dealer, from.shares[i])
			require.NoError(t, err)
			deals = append(deals, deal)
		}
	}
	out := committee{}
	out.public, err = run.FinishPublic(deals)
	require.NoError(t, err)
	require.Equal(t, from.public.Key().Y(), out.public.Key().Y())
	for i, operator := range w.operators {
		shares, err := run.FinishPrivate(operator, secrets[i], deals, out.public)
		require.NoError(t, err)
		out.shares = append(out.shares, shares)
	}
	return out
}

// branch is the state of the world in a copy of its own, with windows as in a trace.
func (w *world) branch(t *testing.T, trace model.Trace) sdk.Context {
	t.Helper()
	ctx, _ := w.Context().CacheContext()
	ctx = ctx.WithConsensusParams(cmtproto.ConsensusParams{
		Block: &cmtproto.BlockParams{MaxBytes: oneJobABlock, MaxGas: -1},
	})
	require.Zero(t, trace.JobBlocks%3, "a job is offered for three windows")
	params, err := w.App().Volens.Custody.Params.Get(ctx)
	require.NoError(t, err)
	params.ReleaseWindow, params.MaxValidators = int64(trace.JobBlocks/3), uint32(len(w.Nodes))
	require.NoError(t, w.App().Volens.Custody.Params.Set(ctx, params))
	return ctx
}

// activate lets the next epoch release from now on.
func (w *world) activate(t *testing.T, ctx sdk.Context) {
	t.Helper()
	committees := w.App().Volens.Custody.Committees
	key, err := committees.Keys.Get(ctx, custody.FirstKeyID)
	require.NoError(t, err)
	last, err := committees.Epoch(ctx, key.KeyId, key.Epoch)
	require.NoError(t, err)
	key.Epoch++
	next := w.committees[key.Epoch-1].public
	last.Epoch, last.Height = key.Epoch, ctx.BlockHeight()
	last.Owners, last.PublicShares = next.Owners(), next.ShareKeys()
	require.NoError(t, committees.Epochs.Set(ctx, collections.Join(key.KeyId, key.Epoch), last))
	require.NoError(t, committees.Keys.Set(ctx, key.KeyId, key))
}
