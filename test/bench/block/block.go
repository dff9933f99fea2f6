package block

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"slices"

	"cosmossdk.io/core/header"
	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/libs/protoio"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/baseapp"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/store/v2"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/test/bench/committee"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/keeper"
	"github.com/volens-network/volens/x/custody/share"
	"github.com/volens-network/volens/x/dataset"
)

// power is every validator's.
const power = 1

// validator is one of the committee, with its files.
type validator struct {
	consensus ed25519.PrivKey
	address   sdk.ConsAddress
	operator  sdk.ValAddress
	handler   *voteext.Handler
}

// Chain is the state of x/custody at a committed height, and the validators.
type Chain struct {
	// Height is the one that is being decided: extensions answer its batch.
	Height int64

	keeper     *keeper.Keeper
	store      storetypes.CommitMultiStore
	validators []*validator // as in a commit
	staking    staking
}

// New makes a committee of n validators with one share each and a number of jobs that
// wait to be answered, all of them emitted. Files go below dir.
func New(dir string, n, waiting int) (*Chain, error) {
	app.SetPrefixes()
	dealt, err := committee.Deal(n)
	if err != nil {
		return nil, err
	}
	c := &Chain{Height: committee.Height, staking: staking{}}
	key := storetypes.NewKVStoreKey(custody.StoreKey)
	db := dbm.NewMemDB()
	c.store = store.NewCommitMultiStore(db, log.NewNopLogger())
	c.store.MountStoreWithDB(key, storetypes.StoreTypeIAVL, db)
	if err := c.store.LoadLatestVersion(); err != nil {
		return nil, err
	}
	authority := sdk.AccAddress(bytes.Repeat([]byte{1}, 20)).String()
	c.keeper = keeper.NewKeeper(moduletestutil.MakeTestEncodingConfig().Codec, runtime.NewKVStoreService(key),
		addresscodec.NewBech32Codec(dataset.AddressPrefix), authority, custody.Left{Datasets: origin{}})
	for i, operator := range dealt.Operators {
		v := &validator{consensus: ed25519.GenPrivKey(), operator: operator}
		v.address = sdk.ConsAddress(v.consensus.PubKey().Address())
		c.validators, c.staking[string(v.address)] = append(c.validators, v), v
		secrets, err := share.Open(filepath.Join(dir, fmt.Sprint(i)), rand.Reader)
		if err != nil {
			return nil, err
		}
		if err := secrets.Save(dealt.Shares[string(operator)]); err != nil {
			return nil, err
		}
		v.handler = c.handler(&voteext.Self{Consensus: v.address, Secrets: secrets, Rand: rand.Reader})
	}
	slices.SortFunc(c.validators, func(a, b *validator) int { return bytes.Compare(a.address, b.address) })
	g, err := genesis(dealt, waiting)
	if err != nil {
		return nil, err
	}
	return c, c.commit(func(ctx sdk.Context) error {
		if err := c.keeper.InitGenesis(ctx, *g); err != nil {
			return err
		}
		return c.keeper.EndBlock(ctx.WithBlockHeight(c.Height - 1))
	})
}

// handler is a node's: one that has looked at nothing yet.
func (c *Chain) handler(self *voteext.Self) *voteext.Handler {
	decode := moduletestutil.MakeTestEncodingConfig().TxConfig.TxDecoder()
	return voteext.New(c.keeper, c.keeper, c.staking, noLane{}, decode, log.NewNopLogger(), self)
}

// commit changes the state and commits it.
func (c *Chain) commit(change func(sdk.Context) error) error {
	cached := c.store.CacheMultiStore()
	if err := change(c.context(cached, c.Height)); err != nil {
		return err
	}
	cached.Write()
	c.store.Commit()
	return nil
}

// context is a view on a state at a height.
func (c *Chain) context(state storetypes.MultiStore, height int64) sdk.Context {
	return sdk.NewContext(state, cmtproto.Header{Height: height, ChainID: committee.LiveChain}, false, log.NewNopLogger()).
		WithHeaderInfo(header.Info{Height: height, ChainID: committee.LiveChain}).
		WithConsensusParams(cmtproto.ConsensusParams{
			Block: &cmtproto.BlockParams{MaxBytes: custody.MaxBlockBytes, MaxGas: -1},
			Abci:  &cmtproto.ABCIParams{VoteExtensionsEnableHeight: 1},
		})
}

// Next ends the block of this height without an injection, so that other jobs are
// offered at the next one.
func (c *Chain) Next() error {
	err := c.commit(func(ctx sdk.Context) error { return c.keeper.EndBlock(ctx) })
	c.Height++
	return err
}

// Offered is how many jobs the batch of this height has.
func (c *Chain) Offered() (int, error) {
	batch, err := c.keeper.BatchAt(c.context(c.store.CacheMultiStore(), c.Height), c.Height)
	return len(batch.Jobs), err
}

// Extend is ExtendVote of one validator for the batch of this height.
func (c *Chain) Extend(validator int) ([]byte, error) {
	ctx := c.context(c.store.CacheMultiStore(), c.Height)
	resp, err := c.validators[validator].handler.ExtendVote(ctx, &abci.RequestExtendVote{Height: c.Height})
	if err != nil {
		return nil, err
	}
	return resp.VoteExtension, nil
}

// Commit lets the first validators answer, and returns the extended commit of this height.
func (c *Chain) Commit(answering int) (abci.ExtendedCommitInfo, error) { return c.Answer(0, answering) }

// Answer lets the validators from first to before end answer.
func (c *Chain) Answer(first, end int) (abci.ExtendedCommitInfo, error) {
	var out abci.ExtendedCommitInfo
	for i, v := range c.validators {
		vote := abci.ExtendedVoteInfo{
			Validator:   abci.Validator{Address: v.address, Power: power},
			BlockIdFlag: cmtproto.BlockIDFlagCommit,
		}
		if i >= first && i < end {
			var err error
			if vote.VoteExtension, err = c.Extend(i); err != nil {
				return out, err
			}
		}
		raw, err := protoio.MarshalDelimited(&cmtproto.CanonicalVoteExtension{
			Extension: vote.VoteExtension, Height: c.Height, ChainId: committee.LiveChain,
		})
		if err != nil {
			return out, err
		}
		if vote.ExtensionSignature, err = v.consensus.Sign(raw); err != nil {
			return out, err
		}
		out.Votes = append(out.Votes, vote)
	}
	return out, nil
}

// origin is what x/custody asks x/dataset here.
type origin struct{ custody.DatasetKeeper }

// OriginChainID is the chain id at the first genesis.
func (origin) OriginChainID(context.Context) (string, error) { return committee.OriginChain, nil }

// lastCommit is a commit as a block shows it.
func lastCommit(c abci.ExtendedCommitInfo) abci.CommitInfo {
	out := abci.CommitInfo{Round: c.Round}
	for _, v := range c.Votes {
		out.Votes = append(out.Votes, abci.VoteInfo{Validator: v.Validator, BlockIdFlag: v.BlockIdFlag})
	}
	return out
}

// at is the context of the block after this height.
func (c *Chain) at(state storetypes.MultiStore, commit abci.ExtendedCommitInfo) sdk.Context {
	return c.context(state, c.Height+1).
		WithCometInfo(baseapp.NewBlockInfo(nil, nil, c.validators[0].address, lastCommit(commit)))
}

// noLane has no zero-fee transactions: no transaction is measured here.
type noLane struct{}

// Subject implements voteext.Lane.
func (noLane) Subject(sdk.Tx) (id.ID, bool) { return id.ID{}, false }

// Places implements voteext.Lane.
func (noLane) Places(context.Context) (int, error) { return 0, nil }
