package block

import (
	"context"
	"fmt"

	cryptoenc "github.com/cometbft/cometbft/crypto/encoding"
	cmtprotocrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"
	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/test/bench/committee"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/keeper"
)

type (
	seatKey  = keeper.SeatKey
	epochKey = keeper.EpochKey
)

// far is a height that no benchmark reaches.
const far = 1 << 30

// genesis is a state with an active key and jobs that were emitted and wait.
func genesis(c *committee.Committee, waiting int) (*custody.GenesisState, error) {
	g := custody.DefaultGenesis()
	g.Params.MaxValidators = 100
	g.LiveChainId = committee.LiveChain
	g.LastRun = 1
	g.Keys = []custody.Key{{
		KeyId: committee.KeyID, Y: c.Key().Y(), Status: custody.KEY_STATUS_ACTIVE, Epoch: c.Epoch(),
		Canary: threshold.CanaryPoint(committee.KeyID),
	}}
	g.Epochs = []custody.Epoch{
		{
			KeyId:        committee.KeyID,
			Epoch:        c.Epoch(),
			Threshold:    uint32(c.Threshold()),
			Owners:       c.Owners(),
			PublicShares: c.ShareKeys(),
			MaxJobs:      custody.MaxBatch,
			Height:       1,
			Run:          1,
		},
	}
	request := id.ID{5}
	u, q := threshold.CanaryPoint(100), threshold.CanaryPoint(101)
	for i := range uint64(waiting) {
		b, err := threshold.AddPoints(u, q)
		if err != nil {
			return nil, err
		}
		add(g, request, i, q, b)
		q = b
	}
	return g, nil
}

// add puts a seat into a state whose job was emitted.
func add(g *custody.GenesisState, request id.ID, seat uint64, q, b []byte) {
	of := id.ID{9, byte(seat), byte(seat >> 8), byte(seat >> 16)}
	reader := sdk.AccAddress(make([]byte, custody.OperatorSize)).String()
	name := threshold.JobID(
		threshold.JobRelease, committee.KeyID, committee.LiveChain, request, seat, of, 1, b)
	g.Seen = append(g.Seen, q)
	g.Seats = append(g.Seats, custody.Seat{
		RequestId: request.String(), Index: seat, Reader: reader, Q: q, State: custody.SEAT_STATE_EMITTED,
		DatasetId: of.String(), Version: 1, B: b,
	})
	g.Jobs = append(g.Jobs, custody.Job{
		Id: name[:], Kind: custody.JOB_KIND_RELEASE, KeyId: committee.KeyID, RequestId: request.String(), Seat: seat,
		DatasetId: of.String(), Version: 1, B: b, ReadyHeight: 1, EmittedHeight: 2, Offers: 1, OpenedHeight: 1,
		ConsentVersion: 1, Deadline: far,
	})
	g.Emissions = append(g.Emissions, custody.Emission{
		DatasetId: of.String(), RequestId: request.String(), Seat: seat, Kind: custody.JOB_KIND_RELEASE, Height: 2,
	})
}

// staking knows the validators by their consensus address.
type staking map[string]*validator

func (s staking) find(address sdk.ConsAddress) (*validator, error) {
	if v := s[string(address)]; v != nil {
		return v, nil
	}
	return nil, fmt.Errorf("validator %s: %w", address, stakingtypes.ErrNoValidatorFound)
}

// GetPubKeyByConsAddr returns the consensus key of a validator.
func (s staking) GetPubKeyByConsAddr(
	_ context.Context, address sdk.ConsAddress,
) (cmtprotocrypto.PublicKey, error) {
	v, err := s.find(address)
	if err != nil {
		return cmtprotocrypto.PublicKey{}, err
	}
	return cryptoenc.PubKeyToProto(v.consensus.PubKey())
}

// ValidatorByConsAddr returns the validator with its operator address.
func (s staking) ValidatorByConsAddr(_ context.Context, address sdk.ConsAddress) (stakingtypes.ValidatorI, error) {
	v, err := s.find(address)
	if err != nil {
		return nil, err
	}
	return stakingtypes.Validator{OperatorAddress: v.operator.String()}, nil
}
