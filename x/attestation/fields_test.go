package attestation_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/attestation"
)

// messages are one good message of each kind, made anew with each call.
func messages(tb testing.TB) []sdk.HasValidateBasic {
	tb.Helper()
	a, b := account(tb, 1), account(tb, 2)
	return []sdk.HasValidateBasic{
		accredit(tb),
		&attestation.MsgSuspendOrganisation{Authority: a, Address: b},
		&attestation.MsgDepositBond{Organisation: a, Amount: uusd(1)},
		&attestation.MsgWithdrawBond{Organisation: a, Amount: uusd(1)},
		&attestation.MsgUpdateGateway{Organisation: a, Gateway: *gatewayInfo()},
		&attestation.MsgAnchorLog{Gateway: a, Root: digest(1)},
		attest(tb),
		&attestation.MsgRefuseDeidentification{Attestor: a, DatasetId: someID, Version: 1, ReportSha256: digest(1)},
		&attestation.MsgRevokeDeidentification{Attestor: a, DatasetId: someID, Version: 1},
		challenge(tb),
		&attestation.MsgConfirmChallenge{Organisation: a, DatasetId: someID, Version: 1},
		&attestation.MsgJudgeChallenge{Authority: a, DatasetId: someID, Version: 1},
		approve(tb),
		&attestation.MsgRevokeEthics{Organisation: a, ProtocolSha256: digest(1)},
		visa(tb),
		&attestation.MsgRevokeVisa{Organisation: a, Researcher: b},
		&attestation.MsgUpdateParams{Authority: a, Params: attestation.DevnetParams()},
	}
}

// spoiled tries a value in a field of a message, and returns what the message says.
func spoiled(tb testing.TB, message int, field string, value any) error {
	tb.Helper()
	m := messages(tb)[message]
	reflect.ValueOf(m).Elem().FieldByName(field).Set(reflect.ValueOf(value))
	return m.ValidateBasic()
}

// fields are the names of a message's fields of one type.
func fields(message sdk.HasValidateBasic, like any) []string {
	t := reflect.TypeOf(message).Elem()
	var out []string
	for i := range t.NumField() {
		if t.Field(i).Type == reflect.TypeOf(like) {
			out = append(out, t.Field(i).Name)
		}
	}
	return out
}

// signers are the names of fields that hold an address.
var signers = map[string]bool{
	"Authority": true, "Address": true, "Organisation": true, "Gateway": true, "Attestor": true, "Challenger": true,
	"Researcher": true,
}

// Every address of every message is one, whatever stands in its place.
func TestMessages_EveryAddress(t *testing.T) {
	a := account(t, 1)
	tried := 0
	for i, m := range messages(t) {
		require.NoError(t, m.ValidateBasic(), "%T", m)
		for _, field := range fields(m, "") {
			if !signers[field] {
				continue
			}
			tried++
			require.NoError(t, spoiled(t, i, field, account(t, 9)), "%T: %s", m, field)
			for _, bad := range []string{
				"", "x", a[1:], a[:len(a)-1], a + "q", strings.ToUpper(a), " " + a, a + "\n",
				"cosmos1qyqszqgpqyqszqgpqyqszqgpqyqszqgpjnp7du", "volensvaloper1qyqszqgpqyqszqgpqyqszqgpqyqszqgp6swrs2",
				strings.Repeat(a, 100),
			} {
				require.ErrorIs(t, spoiled(t, i, field, bad), attestation.ErrInvalid, "%T: %s %.60q", m, field, bad)
			}
		}
	}
	require.Equal(t, 21, tried)
}

// Every dataset is named by 32 lower-case hexadecimal digits, and has a version from 1.
func TestMessages_EveryDataset(t *testing.T) {
	tried := 0
	for i, m := range messages(t) {
		if reflect.ValueOf(m).Elem().FieldByName("DatasetId").IsValid() {
			tried++
			for _, bad := range []string{
				"", "x", someID[1:], someID + "0", someID + "00", strings.ToUpper(someID), " " + someID[1:], "0x" + someID[2:],
			} {
				require.ErrorIs(t, spoiled(t, i, "DatasetId", bad), attestation.ErrInvalid, "%T: %q", m, bad)
			}
			require.ErrorIs(t, spoiled(t, i, "Version", uint64(0)), attestation.ErrInvalid, "%T", m)
			require.NoError(t, spoiled(t, i, "Version", uint64(math.MaxUint64)), "%T", m)
			require.NoError(t, spoiled(t, i, "DatasetId", strings.Repeat("f", len(someID))), "%T", m)
		}
	}
	require.Equal(t, 6, tried)
}

// Every digest and every point has its 32 bytes.
func TestMessages_EveryDigest(t *testing.T) {
	tried := 0
	for i, m := range messages(t) {
		for _, field := range fields(m, []byte{}) {
			tried++
			require.NoError(t, spoiled(t, i, field, digest(9)), "%T: %s", m, field)
			for _, size := range []int{0, 1, 31, 33, 64, 1 << 16} {
				require.ErrorIs(t, spoiled(t, i, field, make([]byte, size)), attestation.ErrInvalid,
					"%T: %s of %d bytes", m, field, size)
			}
		}
	}
	require.Equal(t, 11, tried)
}

// Every amount is a positive one of a currency that is one.
func TestMessages_EveryAmount(t *testing.T) {
	tried := 0
	for i, m := range messages(t) {
		for _, field := range fields(m, sdk.Coin{}) {
			tried++
			require.NoError(t, spoiled(t, i, field, uusd(math.MaxInt64)), "%T: %s", m, field)
			require.NoError(t, spoiled(t, i, field, uusd(1)), "%T: %s", m, field)
			negative, strange := uusd(1), uusd(1)
			negative.Amount, strange.Denom = negative.Amount.Neg(), "!"
			for _, bad := range []sdk.Coin{{}, uusd(0), negative, strange} {
				require.ErrorIs(t, spoiled(t, i, field, bad), attestation.ErrInvalid, "%T: %s", m, field)
			}
		}
	}
	require.Equal(t, 3, tried)
}

// A field that is new stands in one of the tests above, or here by its name.
func TestMessages_NoFieldIsForgotten(t *testing.T) {
	elsewhere := map[string]bool{
		"DatasetId": true, "Version": true, // TestMessages_EveryDataset
		"Kind": true, "Country": true, "Roles": true, "Gateway": true, // TestMsgAccreditOrganisation_ValidateBasic
		"Lift": true, "Uphold": true, "Size_": true, // any value is right
		"Basis": true, "OptionCodes": true, "ToolVersion": true, "Expiry": true, "K": true,
		"Purposes": true, "RecipientClass": true, // TestMsgAttestDeidentification_ValidateBasic and its like
		"Params": true, // TestParams
	}
	for _, m := range messages(t) {
		known := map[string]bool{}
		for _, like := range []any{[]byte{}, sdk.Coin{}} {
			for _, field := range fields(m, like) {
				known[field] = true
			}
		}
		all := reflect.TypeOf(m).Elem()
		for i := range all.NumField() {
			name := all.Field(i).Name
			require.True(t, known[name] || signers[name] || elsewhere[name], "%T: nobody tests %s", m, name)
		}
	}
}
