package attack_test

import (
	"bytes"
	"os"
	"runtime/debug"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"
	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/devnet"
	"github.com/volens-network/volens/test/chain"
	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/custody"
)

// content is what the patients seal.
const content = "##fileformat=VCFv4.3\n"

// calm is the one chain of all tests whose attack leaves nothing behind but refusals.
var calm struct {
	sync.Mutex
	dir   string
	story *story.Story
}

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // many applications that live as long as a test
	dir, err := os.MkdirTemp("", "attack")
	if err != nil {
		os.Exit(1)
	}
	calm.dir = dir
	code := m.Run()
	if os.RemoveAll(dir) != nil && code == 0 {
		code = 1
	}
	os.Exit(code)
}

// shared gives the chain that many tests share. Its height and its requests are those
// that the tests before left.
func shared(t *testing.T) *story.Story {
	t.Helper()
	calm.Lock()
	defer calm.Unlock()
	if calm.story == nil {
		// Its first epoch outlasts all tests that share it, however many blocks they take together.
		calm.story = story.With(t, chain.Options{
			Validators: 4, Observers: 1, Dir: calm.dir,
			Spec: func(spec *devnet.Spec) { spec.EpochLength = 1_000_000 },
		})
	}
	s := calm.story
	s.For(t)
	s.Tamper = chain.Tamper{}
	s.Anchor()
	return s
}

// refused requires that a transaction failed with an error, and for no other reason.
func refused(t *testing.T, result *abci.ExecTxResult, want *errorsmod.Error) {
	t.Helper()
	require.Equal(t, want.Codespace(), result.Codespace, result.Log)
	require.Equal(t, want.ABCICode(), result.Code, result.Log)
}

// honest plays a whole release with a new file, to show that the chain still works.
func honest(t *testing.T, s *story.Story) {
	t.Helper()
	s.Tamper = chain.Tamper{}
	opens(t, s, s.Ready(s.Patient, content))
}

// opens asks for a ready dataset and opens it.
func opens(t *testing.T, s *story.Story, d *story.Dataset) {
	t.Helper()
	r := s.Ask(s.Researcher)
	s.Send(d.Owner, s.Decide(d, r, true))
	opened, err := s.Open(d, s.WaitRelease(r, 0), r.Seats[0])
	require.NoError(t, err)
	require.Equal(t, string(d.Content), string(opened))
}

// offered asks for a ready dataset and stops where the committee has answered: the next
// proposal would hold S.
func offered(s *story.Story, d *story.Dataset) *story.Request {
	r := s.Ask(s.Researcher)
	s.Send(d.Owner, s.Decide(d, r, true))
	s.Block()
	return r
}

// released reports whether a seat's key is on chain.
func released(s *story.Story, r *story.Request) bool { return s.Released(s.Context(), r.ID, 0) != nil }

// paid is what the owner of a dataset has got of the money of the story.
func paid(s *story.Story, d *story.Dataset) int64 { return s.Balance(d.Owner.Address(), story.Denom) }

// operator is the operator address of a node.
func operator(t *testing.T, s *chain.Chain, node int) []byte {
	t.Helper()
	validator, err := s.App().Cosmos.Staking.ValidatorByConsAddr(s.Context(), s.Nodes[node].Address())
	require.NoError(t, err)
	return operatorBytes(t, validator.GetOperator())
}

// operatorBytes are the 20 bytes of an operator address.
func operatorBytes(t *testing.T, text string) []byte {
	t.Helper()
	out, err := sdk.ValAddressFromBech32(text)
	require.NoError(t, err)
	return out
}

// epoch is the first epoch of the first key.
func epoch(t *testing.T, s *story.Story) custody.Epoch {
	t.Helper()
	out, err := s.App().Volens.Custody.Committees.Epoch(s.Context(), custody.FirstKeyID, 1)
	require.NoError(t, err)
	return out
}

// nodeOfShare is the node that holds a share, from 1.
func nodeOfShare(t *testing.T, s *story.Story, share int) int {
	t.Helper()
	owner := epoch(t, s).Owners[share-1]
	for i := range s.Nodes {
		if bytes.Equal(operator(t, s.Chain, i), owner) {
			return i
		}
	}
	require.FailNow(t, "nobody holds the share")
	return 0
}

// events lists what was announced of one type in a block.
func events(t *testing.T, resp *abci.ResponseFinalizeBlock, like sdkEvent) []sdkEvent {
	t.Helper()
	var out []sdkEvent
	for _, e := range resp.Events {
		parsed, err := sdk.ParseTypedEvent(e)
		if err != nil || sdk.MsgTypeURL(parsed) != sdk.MsgTypeURL(like) {
			continue
		}
		out = append(out, parsed)
	}
	return out
}

// sdkEvent is a typed event.
type sdkEvent = sdk.Msg

// solvent requires that the market's account holds exactly what its ledgers lock, and
// that no ledger is broken.
func solvent(t *testing.T, s *story.Story) {
	t.Helper()
	locked, broken, err := s.App().Volens.Market.Solvency(s.Context())
	require.NoError(t, err)
	require.Empty(t, broken)
	require.Equal(t, locked.AmountOf(story.Denom).Int64(), s.Balance(moduleAccount("market"), story.Denom))
}

// onePointEach requires the law above all: no Q stands in more than one B.
func onePointEach(t *testing.T, s *story.Story) {
	t.Helper()
	used := map[string]string{}
	genesis, err := s.App().Volens.Custody.ExportGenesis(s.Context())
	require.NoError(t, err)
	for _, seat := range genesis.Seats {
		if before, ok := used[string(seat.Q)]; ok {
			require.Equal(t, before, string(seat.B))
		}
		used[string(seat.Q)] = string(seat.B)
	}
}

// seat reads a seat.
func seat(t *testing.T, s *story.Story, request id.ID, index uint64) custody.Seat {
	t.Helper()
	out, err := s.App().Volens.Custody.Seat(s.Context(), request, index)
	require.NoError(t, err)
	return out
}

// moduleAccount is the account of a module.
func moduleAccount(name string) sdk.AccAddress { return authtypes.NewModuleAddress(name) }
