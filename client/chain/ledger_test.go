package chain_test

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/cometbft/cometbft/version"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
)

// start is the time of block 0; blocks are a second apart.
var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// ledger is a chain of signed headers over a real multistore, behind a node.
type ledger struct {
	*node
	tb    testing.TB
	store *rootmulti.Store
	keys  map[string]*storetypes.KVStoreKey
	app   []byte // app hash of the newest state
	last  cmttypes.BlockID
	// signers are the validators, each with one vote; absent ones do not sign.
	signers []ed25519.PrivKey
	absent  int
	// next are the validators of the next block; nil if they stay.
	next []ed25519.PrivKey
}

// newLedger makes a chain of n validators with the stores consent and custody.
func newLedger(tb testing.TB, validators int) *ledger {
	tb.Helper()
	l := &ledger{
		node: newNode(), tb: tb, store: rootmulti.NewStore(dbm.NewMemDB(), log.NewNopLogger()),
		keys: storetypes.NewKVStoreKeys("consent", "custody"),
	}
	for i := range validators {
		l.signers = append(l.signers, ed25519.GenPrivKeyFromSecret(fmt.Append(nil, "validator ", i)))
	}
	for _, key := range l.keys {
		l.store.MountStoreWithDB(key, storetypes.StoreTypeIAVL, nil)
	}
	require.NoError(tb, l.store.LoadLatestVersion())
	l.height = 0
	l.lastSeen = standing(l.node)
	for name := range l.keys {
		l.answers["/store/"+name+"/key"] = l.prove(name)
	}
	return l
}

func (l *ledger) prove(name string) func([]byte, int64) abci.ResponseQuery {
	return func(key []byte, height int64) abci.ResponseQuery {
		answer, err := l.store.Query(&storetypes.RequestQuery{
			Path: "/" + name + "/key", Data: key, Height: height, Prove: true,
		})
		if err != nil {
			return abci.ResponseQuery{Code: 1, Codespace: "sdk", Log: err.Error()}
		}
		answer.Height = height
		return abci.ResponseQuery(*answer)
	}
}

// block makes a block after which the stores hold these keys too.
func (l *ledger) block(set map[string]string) {
	l.tb.Helper()
	l.height++
	l.headers[l.height] = l.sign(cmttypes.Header{
		Version: cmtversion.Consensus{Block: version.BlockProtocol},
		ChainID: l.chainID, Height: l.height, Time: start.Add(time.Duration(l.height) * time.Second),
		LastBlockID: l.last, LastCommitHash: digest("commit"), DataHash: digest("data"),
		ConsensusHash: digest("consensus"), AppHash: l.app, LastResultsHash: digest("results"),
		EvidenceHash: digest("evidence"),
	})
	l.last = l.headers[l.height].Commit.BlockID
	for _, path := range slices.Sorted(maps.Keys(set)) { // The order shapes the tree.
		store, key := path[:7], path[8:]
		l.store.GetKVStore(l.keys[store]).Set([]byte(key), []byte(set[path]))
	}
	l.app = l.store.Commit().Hash
}

// sign completes a header and signs it as the present validators do.
func (l *ledger) sign(header cmttypes.Header) *cmttypes.LightBlock {
	l.tb.Helper()
	byAddress := map[string]ed25519.PrivKey{}
	for _, key := range l.signers {
		byAddress[string(key.PubKey().Address())] = key
	}
	set := members(l.signers)
	header.ValidatorsHash, header.NextValidatorsHash = set.Hash(), set.Hash()
	if l.next != nil {
		header.NextValidatorsHash = members(l.next).Hash()
	}
	header.ProposerAddress = set.Proposer.Address
	id := cmttypes.BlockID{
		Hash: header.Hash(), PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: digest("parts")},
	}
	commit := &cmttypes.Commit{Height: header.Height, BlockID: id}
	for i, member := range set.Validators {
		if i < l.absent {
			commit.Signatures = append(commit.Signatures, cmttypes.NewCommitSigAbsent())
			continue
		}
		vote := cmtproto.Vote{
			Type: cmtproto.PrecommitType, Height: header.Height, BlockID: id.ToProto(), Timestamp: header.Time,
			ValidatorAddress: member.Address, ValidatorIndex: int32(i),
		}
		signature, err := byAddress[string(member.Address)].Sign(cmttypes.VoteSignBytes(header.ChainID, &vote))
		require.NoError(l.tb, err)
		commit.Signatures = append(commit.Signatures, cmttypes.CommitSig{
			BlockIDFlag: cmttypes.BlockIDFlagCommit, ValidatorAddress: member.Address,
			Timestamp: header.Time, Signature: signature,
		})
	}
	return &cmttypes.LightBlock{
		SignedHeader: &cmttypes.SignedHeader{Header: &header, Commit: commit}, ValidatorSet: set,
	}
}

// members are these validators, each with one vote.
func members(keys []ed25519.PrivKey) *cmttypes.ValidatorSet {
	var all []*cmttypes.Validator
	for _, key := range keys {
		all = append(all, cmttypes.NewValidator(key.PubKey(), 1))
	}
	return cmttypes.NewValidatorSet(all)
}

func digest(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// at is the time of a block.
func at(height int64) time.Time { return start.Add(time.Duration(height) * time.Second) }
