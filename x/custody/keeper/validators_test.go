package keeper_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/core/address"
	sdkmath "cosmossdk.io/math"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/keeper"
)

type staking struct {
	validators []stakingtypes.Validator
	fail       error
}

func (s staking) GetBondedValidatorsByPower(context.Context) ([]stakingtypes.Validator, error) {
	return s.validators, s.fail
}

func (s staking) GetValidator(_ context.Context, operator sdk.ValAddress) (stakingtypes.Validator, error) {
	for _, v := range s.validators {
		if raw, err := s.ValidatorAddressCodec().
			StringToBytes(v.OperatorAddress); err == nil &&
			bytes.Equal(raw, operator) {
			return v, s.fail
		}
	}
	return stakingtypes.Validator{}, stakingtypes.ErrNoValidatorFound
}

func (staking) ValidatorAddressCodec() address.Codec {
	return addresscodec.NewBech32Codec("volensvaloper")
}

func (staking) PowerReduction(context.Context) sdkmath.Int { return sdk.DefaultPowerReduction }

type slashing struct {
	jailed []sdk.ConsAddress
	until  []time.Time
}

func (s *slashing) Jail(_ context.Context, consensus sdk.ConsAddress) error {
	s.jailed = append(s.jailed, consensus)
	return nil
}

func (s *slashing) JailUntil(_ context.Context, _ sdk.ConsAddress, until time.Time) error {
	s.until = append(s.until, until)
	return nil
}

func (*slashing) DowntimeJailDuration(context.Context) (time.Duration, error) {
	return 10 * time.Minute, nil
}

func validator(t *testing.T, n byte) (stakingtypes.Validator, sdk.ConsAddress) {
	t.Helper()
	text, err := staking{}.ValidatorAddressCodec().BytesToString(raw(n))
	require.NoError(t, err)
	key := ed25519.GenPrivKeyFromSecret([]byte{n}).PubKey()
	packed, err := codectypes.NewAnyWithValue(key)
	require.NoError(t, err)
	return stakingtypes.Validator{
		OperatorAddress: text, ConsensusPubkey: packed, Status: stakingtypes.Bonded,
		Tokens: sdk.DefaultPowerReduction.MulRaw(int64(n)),
	}, sdk.ConsAddress(key.Address())
}

func TestValidatorSet_OfStakingAndSlashing(t *testing.T) {
	first, consensus := validator(t, 1)
	second, _ := validator(t, 2)
	second.Jailed = true
	jail := &slashing{}
	set := keeper.NewValidatorSet(staking{validators: []stakingtypes.Validator{first, second}}, jail)
	bonded, err := set.Bonded(t.Context())
	require.NoError(t, err)
	require.Equal(t, []custody.Bonded{{Operator: raw(1), Power: 1}, {Operator: raw(2), Power: 2}}, bonded)
	now := sdk.Context{}.WithBlockTime(genesisTime)
	require.NoError(t, set.JailOperator(now, raw(1)))
	require.NoError(t, set.JailOperator(now, raw(2)), "jailed already")
	require.Equal(t, []time.Time{genesisTime.Add(10 * time.Minute)}, jail.until)
	require.ErrorIs(t, set.JailOperator(t.Context(), raw(3)), stakingtypes.ErrNoValidatorFound)
	require.NoError(t, set.Jail(t.Context(), sdk.ConsAddress{9}))
	require.Equal(t, []sdk.ConsAddress{consensus, {9}}, jail.jailed)
}

func TestValidatorSet_Errors(t *testing.T) {
	fail := errors.New("unreadable")
	_, err := keeper.NewValidatorSet(staking{fail: fail}, &slashing{}).Bonded(t.Context())
	require.ErrorIs(t, err, fail)
	odd := staking{validators: []stakingtypes.Validator{{OperatorAddress: "x"}}}
	_, err = keeper.NewValidatorSet(odd, &slashing{}).Bonded(t.Context())
	require.Error(t, err)
}
