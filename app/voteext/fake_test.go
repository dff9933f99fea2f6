package voteext_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/core/header"
	"cosmossdk.io/log/v2"
	cmtprotocrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/keeper"
	"github.com/volens-network/volens/x/custody/share"
)

var (
	errState  = errors.New("state is broken")
	consensus = sdk.ConsAddress(bytes.Repeat([]byte{1}, 20))
	operator  = sdk.ValAddress(bytes.Repeat([]byte{2}, 20))
)

// state plays x/custody and x/staking.
type state struct {
	run     keeper.RunView
	budget  int
	fail    error
	panics  bool
	unknown bool
	batch   custody.Batch
	lane    lane
}

func (s *state) BatchAt(context.Context, int64) (custody.Batch, error) {
	if s.panics {
		panic("as told")
	}
	return s.batch, s.fail
}

func (*state) Committee(context.Context, uint64, uint64) (*threshold.Committee, error) {
	return nil, errState
}
func (*state) KeptShares(context.Context, int64) ([]threshold.KeptShare, error) { return nil, nil }
func (s *state) RunView(context.Context) (keeper.RunView, error)                { return s.run, nil }

func (s *state) RunOpen(context.Context) (bool, error) { return s.run.Exists, nil }

func (s *state) Spent(context.Context, uint64, uint64) (bool, error) { return false, nil }

func (s *state) Budget(context.Context) (int, error) { return s.budget, nil }

func (s *state) GetPubKeyByConsAddr(context.Context, sdk.ConsAddress) (cmtprotocrypto.PublicKey, error) {
	return cmtprotocrypto.PublicKey{}, errState
}

func (s *state) ValidatorByConsAddr(_ context.Context, address sdk.ConsAddress) (stakingtypes.ValidatorI, error) {
	if s.unknown || !address.Equals(consensus) {
		return nil, stakingtypes.ErrNoValidatorFound
	}
	return stakingtypes.Validator{OperatorAddress: operator.String()}, nil
}

// enrolling is a state whose run waits for this operator's enrolment.
func enrolling() *state {
	return &state{budget: 32_768, run: keeper.RunView{
		Origin: "origin-1", Exists: true,
		Run: custody.Run{KeyId: custody.FirstKeyID, Epoch: 1, Run: 1, Phase: custody.PHASE_ENROL},
	}}
}

// gasTx is a transaction that wants gas: as much as its first byte says. Its second byte,
// if there is one, is what it ends in the zero-fee lane.
type gasTx struct {
	sdk.FeeTx
	gas  uint64
	ends []byte
}

// lane plays x/consent/ante.
type lane struct {
	places int
	fail   error
}

func (l lane) Places(context.Context) (int, error) { return l.places, l.fail }

func (lane) Subject(tx sdk.Tx) (id.ID, bool) {
	priced, ok := tx.(gasTx)
	if !ok || len(priced.ends) != 1 {
		return id.ID{}, false
	}
	ends := priced.ends
	return id.ID{ends[0]}, true
}

func (t gasTx) GetGas() uint64 { return t.gas }

func decode(raw []byte) (sdk.Tx, error) {
	if len(raw) == 0 {
		return nil, errState
	}
	switch raw[0] {
	case 0xff:
		return gasTx{gas: 1 << 63}, nil
	case 0xfe:
		return gasTx{gas: math.MaxInt64}, nil
	}
	return gasTx{gas: uint64(raw[0]), ends: raw[1:]}, nil
}

func newHandler(t *testing.T, s *state) *voteext.Handler {
	t.Helper()
	app.SetPrefixes()
	secrets, err := share.Open(t.TempDir(), rand.Reader)
	require.NoError(t, err)
	return voteext.New(s, nil, s, s.lane, decode, log.NewNopLogger(), &voteext.Self{
		Consensus: consensus, Secrets: secrets, Rand: rand.Reader,
	})
}

func at(height, maxGas int64) sdk.Context {
	return sdk.NewContext(nil, cmtproto.Header{Height: height}, false, log.NewNopLogger()).
		WithHeaderInfo(header.Info{Height: height, ChainID: "live-1"}).
		WithConsensusParams(cmtproto.ConsensusParams{Block: &cmtproto.BlockParams{MaxBytes: 1 << 20, MaxGas: maxGas}})
}
