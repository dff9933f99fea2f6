package ante_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"
	"github.com/cosmos/cosmos-sdk/client"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	authante "github.com/cosmos/cosmos-sdk/x/auth/ante"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/authz"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/consent/ante"
	"github.com/volens-network/volens/x/custody"
)

func fee(amount int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin("uvol", amount)) }

func TestRevokeLane_RevocationIsFree(t *testing.T) {
	f := initFixture(t)
	tx := f.tx([]sdk.Msg{f.revoke()})
	require.True(t, ante.InLane(tx))
	f.ctx = f.ctx.WithIsCheckTx(true).
		WithMinGasPrices(sdk.NewDecCoins(sdk.NewDecCoinFromDec("uvol", sdkmath.LegacyNewDec(1))))
	next, reached, err := f.lane(tx)
	require.NoError(t, err)
	require.True(t, reached)
	require.Equal(t, []string{"revoke by " + address(t, 1)}, f.keepers.asked)
	require.Equal(t, []id.ID{subject}, f.keepers.used)

	charged, priority, err := ante.FeeChecker()(next, tx)
	require.NoError(t, err)
	require.True(t, charged.IsZero())
	require.EqualValues(t, math.MaxInt64, priority)

	_, _, err = ante.FeeChecker()(f.ctx, tx)
	require.ErrorIs(t, err, sdkerrors.ErrInsufficientFee, "nothing is free without the decorator")
}

func TestRevokeLane_WithdrawInspection(t *testing.T) {
	f := initFixture(t)
	tx := f.tx([]sdk.Msg{&custody.MsgWithdrawInspection{Owner: address(t, 1), InspectionId: subject.String()}})
	require.True(t, ante.InLane(tx))
	_, reached, err := f.lane(tx)
	require.NoError(t, err)
	require.True(t, reached)
	require.Equal(t, []string{"withdraw by " + address(t, 1)}, f.keepers.asked)
	require.Equal(t, []id.ID{subject}, f.keepers.used)
}

// TestRevokeLane_Others: whatever is not exactly a lane transaction passes, unmarked,
// without a question asked and without a place taken.
func TestRevokeLane_Others(t *testing.T) {
	f := initFixture(t)
	extension, err := codectypes.NewAnyWithValue(&consent.MsgRevokeConsent{})
	require.NoError(t, err)
	exec := authz.NewMsgExec(account(1), []sdk.Msg{f.revoke()})
	revoke := []sdk.Msg{f.revoke()}
	for name, tx := range map[string]sdk.Tx{
		"two messages":  f.tx([]sdk.Msg{f.revoke(), f.revoke()}),
		"no message":    f.tx(nil),
		"other message": f.tx([]sdk.Msg{&consent.MsgSetRevoker{Owner: address(t, 1), DatasetId: subject.String()}}),
		"wrapped":       f.tx([]sdk.Msg{&exec}),
		"bad signer": f.tx([]sdk.Msg{&consent.MsgRevokeConsent{
			Signer: strings.ToUpper(address(t, 1)), DatasetId: subject.String(), Version: 4,
		}}),
		"memo":      f.tx(revoke, func(b client.TxBuilder) { b.SetMemo("because") }),
		"gas":       f.tx(revoke, func(b client.TxBuilder) { b.SetGasLimit(ante.LaneGas + 1) }),
		"fee":       f.tx(revoke, func(b client.TxBuilder) { b.SetFeeAmount(fee(1)) }),
		"payer":     f.tx(revoke, func(b client.TxBuilder) { b.SetFeePayer(account(2)) }),
		"granter":   f.tx(revoke, func(b client.TxBuilder) { b.SetFeeGranter(account(2)) }),
		"unordered": f.tx(revoke, func(b client.TxBuilder) { b.SetUnordered(true) }),
		"extension": f.tx(revoke, func(b client.TxBuilder) {
			require.Implements(t, (*extensible)(nil), b)
			b.(extensible).SetExtensionOptions(extension) //nolint:forcetypeassert // required just above
		}),
		"free extension": f.tx(revoke, func(b client.TxBuilder) {
			b.(extensible).SetNonCriticalExtensionOptions(extension) //nolint:forcetypeassert // as above
		}),
		"bare transaction": bare{f.tx(revoke)},
	} {
		require.False(t, ante.InLane(tx), name)
		next, reached, err := f.lane(tx)
		require.NoError(t, err, name)
		require.True(t, reached, name)
		_, priority, err := ante.FeeChecker()(next, f.tx(revoke))
		require.NoError(t, err)
		require.Zero(t, priority, name)
	}
	require.Empty(t, f.keepers.asked)
	require.Empty(t, f.keepers.used)
}

type extensible interface {
	SetExtensionOptions(options ...*codectypes.Any)
	SetNonCriticalExtensionOptions(options ...*codectypes.Any)
}

// bare is a transaction that does not tell memo, options and fee.
type bare struct{ sdk.Tx }

func TestRevokeLane_Refuses(t *testing.T) {
	f := initFixture(t)
	f.keepers.refuse = errRefuse
	_, reached, err := f.lane(f.tx([]sdk.Msg{f.revoke()}))
	require.ErrorIs(t, err, errRefuse)
	require.False(t, reached, "what would fail takes no room in a block")
	require.Empty(t, f.keepers.used)

	f.keepers.refuse, f.keepers.full = nil, consent.ErrLaneFull
	_, reached, err = f.lane(f.tx([]sdk.Msg{f.revoke()}))
	require.ErrorIs(t, err, consent.ErrLaneFull)
	require.False(t, reached)

	f.keepers.full = nil
	for _, msg := range []sdk.Msg{
		&consent.MsgRevokeConsent{Signer: address(t, 1), DatasetId: "x", Version: 1},
		&custody.MsgWithdrawInspection{Owner: address(t, 1), InspectionId: "x"},
	} {
		_, reached, err = f.lane(f.tx([]sdk.Msg{msg}))
		require.ErrorIs(t, err, id.ErrMalformed)
		require.False(t, reached)
	}
}

// TestRevokeLane_PaidRevocation: a fee buys the ordinary way when the lane is full.
func TestRevokeLane_PaidRevocation(t *testing.T) {
	f := initFixture(t)
	f.keepers.full = consent.ErrLaneFull
	_, reached, err := f.lane(f.tx([]sdk.Msg{f.revoke()}, func(b client.TxBuilder) { b.SetFeeAmount(fee(9)) }))
	require.NoError(t, err)
	require.True(t, reached)
}

func TestFeeChecker(t *testing.T) {
	f := initFixture(t)
	prices := sdk.NewDecCoins(
		sdk.NewDecCoinFromDec("uusd", sdkmath.LegacyNewDecWithPrec(1, 1)),
		sdk.NewDecCoinFromDec("uvol", sdkmath.LegacyNewDecWithPrec(25, 3)),
	)
	pay := func(amount sdk.Coins) sdk.Tx {
		return f.tx([]sdk.Msg{f.revoke()}, func(b client.TxBuilder) { b.SetFeeAmount(amount); b.SetGasLimit(1001) })
	}
	check := ante.FeeChecker()
	checking := f.ctx.WithIsCheckTx(true).WithMinGasPrices(prices)

	_, _, err := check(checking, pay(fee(25)))
	require.ErrorIs(t, err, sdkerrors.ErrInsufficientFee, "25.025 is rounded up")
	charged, priority, err := check(checking, pay(fee(26)))
	require.NoError(t, err)
	require.Equal(t, fee(26), charged)
	require.Zero(t, priority)
	_, priority, err = check(checking, pay(fee(5005)))
	require.NoError(t, err)
	require.EqualValues(t, 5, priority)
	_, _, err = check(checking, pay(sdk.NewCoins(sdk.NewInt64Coin("uusd", 101))))
	require.NoError(t, err, "one of the denoms is enough")
	_, _, err = check(checking, pay(nil))
	require.ErrorIs(t, err, sdkerrors.ErrInsufficientFee)
	_, _, err = check(f.ctx.WithMinGasPrices(prices), pay(nil))
	require.NoError(t, err, "the minimum is each node's own, in CheckTx only")
	_, _, err = check(f.ctx.WithIsCheckTx(true), pay(nil))
	require.NoError(t, err, "no minimum, no fee")
	_, _, err = check(f.ctx, bare{pay(nil)})
	require.ErrorIs(t, err, sdkerrors.ErrTxDecode)
	huge, ok := sdkmath.NewIntFromString("100000000000000000000000000000")
	require.True(t, ok)
	_, priority, err = check(f.ctx, pay(sdk.NewCoins(sdk.NewCoin("uvol", huge))))
	require.NoError(t, err)
	require.EqualValues(t, math.MaxInt64-1, priority, "no fee comes before a revocation")
}

// accounts plays x/auth for the SDK's fee decorator.
type accounts struct{ authante.AccountKeeper }

func (accounts) GetModuleAddress(string) sdk.AccAddress { return account(9) }

func (accounts) GetAccount(_ context.Context, a sdk.AccAddress) sdk.AccountI {
	return authtypes.NewBaseAccountWithAddress(a)
}

// TestRevokeLane_BeforeTheFeeDecorator: an account without a coin revokes, and the
// bank is not even asked.
func TestRevokeLane_BeforeTheFeeDecorator(t *testing.T) {
	f := initFixture(t)
	f.ctx = f.ctx.WithIsCheckTx(true).WithBlockHeight(3).
		WithMinGasPrices(sdk.NewDecCoins(sdk.NewDecCoinFromDec("uvol", sdkmath.LegacyNewDec(1))))
	chain := sdk.ChainAnteDecorators(
		ante.NewRefuseWrapped(f.registry),
		ante.NewRevokeLane(f.keepers, f.keepers),
		authante.NewDeductFeeDecorator(accounts{}, nil, nil, ante.FeeChecker()),
	)
	ctx, err := chain(f.ctx, f.tx([]sdk.Msg{f.revoke()}), false)
	require.NoError(t, err)
	require.EqualValues(t, math.MaxInt64, ctx.Priority())
	_, err = chain(f.ctx, f.tx([]sdk.Msg{f.revoke()}, func(b client.TxBuilder) { b.SetMemo("x") }), false)
	require.ErrorIs(t, err, sdkerrors.ErrInsufficientFee)
}

// A proposer counts with Subject what AnteHandle would count.
func TestRevokeLane_Subject(t *testing.T) {
	f := initFixture(t)
	lane := ante.NewRevokeLane(f.keepers, f.keepers)
	for name, tx := range map[string]sdk.Tx{
		"revocation": f.tx([]sdk.Msg{f.revoke()}),
		"withdrawal": f.tx([]sdk.Msg{&custody.MsgWithdrawInspection{
			Owner: address(t, 1), InspectionId: subject.String(),
		}}),
	} {
		ends, ok := lane.Subject(tx)
		require.True(t, ok, name)
		require.Equal(t, subject, ends, name)
	}
	noID := f.revoke()
	noID.DatasetId = "x"
	for name, tx := range map[string]sdk.Tx{
		"with a fee": f.tx([]sdk.Msg{f.revoke()}, func(b client.TxBuilder) { b.SetFeeAmount(fee(1)) }),
		"two":        f.tx([]sdk.Msg{f.revoke(), f.revoke()}),
		"no id":      f.tx([]sdk.Msg{noID}),
	} {
		_, ok := lane.Subject(tx)
		require.False(t, ok, name)
	}
	require.Empty(t, f.keepers.used, "nothing is taken by looking")
	f.keepers.places = 7
	places, err := lane.Places(f.ctx)
	require.NoError(t, err)
	require.Equal(t, 7, places)
}
