package custody_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/custody"
)

// malformed are addresses that no signer has.
func malformed() map[string]string {
	return map[string]string{
		"none":           "",
		"no address":     "x",
		"of a validator": "volensvaloper1qyqszqgpqyqszqgpqyqszqgpqyqszqgp6swrs2",
		"with blanks": " " + address(
			1,
		),
		"in capitals": strings.ToUpper(address(1)),
		"cut":         address(1)[:len(address(1))-1],
	}
}

func someID() string { return strings.Repeat("0a", 16) }

// badIDs are texts that name nothing.
func badIDs() []string {
	return []string{"", "x", someID()[1:], someID() + "0a", strings.ToUpper(someID()), " " + someID()[1:]}
}

// each is a field of a message with values that are refused.
type refusal[M any] struct {
	what  string
	spoil func(M)
}

func refuses[M interface{ ValidateBasic() error }](t *testing.T, fresh func() M, want error, cases []refusal[M]) {
	t.Helper()
	require.NoError(t, fresh().ValidateBasic())
	for _, c := range cases {
		m := fresh()
		c.spoil(m)
		require.ErrorIs(t, m.ValidateBasic(), want, c.what)
	}
}

func TestMsgRequestInspection_ValidateBasic(t *testing.T) {
	type message = *custody.MsgRequestInspection
	fresh := func() message {
		return &custody.MsgRequestInspection{
			Owner: address(1), DatasetId: someID(), Version: 1, Organisation: address(2), Random: make([]byte, 16),
		}
	}
	cases := []refusal[message]{
		{"version 0", func(m message) { m.Version = 0 }},
		{"no random bytes", func(m message) { m.Random = nil }},
		{"15 random bytes", func(m message) { m.Random = m.Random[1:] }},
		{"17 random bytes", func(m message) { m.Random = append(m.Random, 1) }},
	}
	for what, bad := range malformed() {
		cases = append(cases,
			refusal[message]{"owner " + what, func(m message) { m.Owner = bad }},
			refusal[message]{"organisation " + what, func(m message) { m.Organisation = bad }})
	}
	for _, bad := range badIDs() {
		cases = append(cases, refusal[message]{"dataset " + bad, func(m message) { m.DatasetId = bad }})
	}
	refuses(t, fresh, custody.ErrInvalid, cases)
}

func TestMsgAcceptInspection_ValidateBasic(t *testing.T) {
	type message = *custody.MsgAcceptInspection
	fresh := func() message {
		return &custody.MsgAcceptInspection{
			Organisation: address(1), InspectionId: someID(), Q: make([]byte, 32), Proof: make([]byte, 128),
			DeliveryKey: "age1pq1" + strings.Repeat("q", 50), Bond: sdk.NewInt64Coin("uvol", 5),
		}
	}
	cases := []refusal[message]{
		{"no q", func(m message) { m.Q = nil }},
		{"q of 31 bytes", func(m message) { m.Q = m.Q[1:] }},
		{"q of 33 bytes", func(m message) { m.Q = append(m.Q, 0) }},
		{"no proof", func(m message) { m.Proof = nil }},
		{"proof of 127 bytes", func(m message) { m.Proof = m.Proof[1:] }},
		{"proof of 129 bytes", func(m message) { m.Proof = append(m.Proof, 0) }},
		{"no bond", func(m message) { m.Bond = sdk.Coin{} }},
		{"negative bond", func(m message) { m.Bond.Amount = sdkmath.NewInt(-1) }},
		{"bond of no money", func(m message) { m.Bond.Denom = "!" }},
		{"no delivery key", func(m message) { m.DeliveryKey = "" }},
		{"classical delivery key", func(m message) { m.DeliveryKey = "age1" + strings.Repeat("q", 58) }},
		{"secret as delivery key", func(m message) { m.DeliveryKey = "AGE-SECRET-KEY-PQ-1QQQQ" }},
		{"delivery key in capitals", func(m message) { m.DeliveryKey = strings.ToUpper(m.DeliveryKey) }},
		{"delivery key with a line of its own", func(m message) { m.DeliveryKey += "\nage1pq1q" }},
		{"delivery key with a blank", func(m message) { m.DeliveryKey += " " }},
		{"endless delivery key", func(m message) { m.DeliveryKey += strings.Repeat("q", 4096) }},
	}
	for what, bad := range malformed() {
		cases = append(cases, refusal[message]{"organisation " + what, func(m message) { m.Organisation = bad }})
	}
	for _, bad := range badIDs() {
		cases = append(cases, refusal[message]{"inspection " + bad, func(m message) { m.InspectionId = bad }})
	}
	refuses(t, fresh, custody.ErrInvalid, cases)
	longest := fresh()
	longest.DeliveryKey = "age1pq1" + strings.Repeat("q", 4096-len("age1pq1"))
	require.NoError(t, longest.ValidateBasic())
}

func TestMsgWithdrawInspection_ValidateBasic(t *testing.T) {
	type message = *custody.MsgWithdrawInspection
	fresh := func() message { return &custody.MsgWithdrawInspection{Owner: address(1), InspectionId: someID()} }
	var cases []refusal[message]
	for what, bad := range malformed() {
		cases = append(cases, refusal[message]{"owner " + what, func(m message) { m.Owner = bad }})
	}
	for _, bad := range badIDs() {
		cases = append(cases, refusal[message]{"inspection " + bad, func(m message) { m.InspectionId = bad }})
	}
	refuses(t, fresh, custody.ErrInvalid, cases)
}

func TestMsgRotateKey_ValidateBasic(t *testing.T) {
	type message = *custody.MsgRotateKey
	cases := []refusal[message]{{"key 0", func(m message) { m.KeyId = 0 }}}
	for what, bad := range malformed() {
		cases = append(cases, refusal[message]{"authority " + what, func(m message) { m.Authority = bad }})
	}
	refuses(
		t,
		func() message { return &custody.MsgRotateKey{Authority: address(1), KeyId: 1} },
		custody.ErrInvalid,
		cases,
	)
}

func TestMsgUpdateParams_ValidateBasic(t *testing.T) {
	type message = *custody.MsgUpdateParams
	fresh := func() message {
		return &custody.MsgUpdateParams{Authority: address(1), Params: custody.DefaultParams()}
	}
	var cases []refusal[message]
	for what, bad := range malformed() {
		cases = append(cases, refusal[message]{"authority " + what, func(m message) { m.Authority = bad }})
	}
	refuses(t, fresh, custody.ErrInvalid, cases)
	refuses(t, fresh, custody.ErrParams, []refusal[message]{
		{"no parameters", func(m message) { m.Params = custody.Params{} }},
		{"too many validators", func(m message) { m.Params.MaxValidators = 113 }},
	})
}

// Each window is bounded on both sides: one block, and about a year.
func TestParams_WindowsAtTheirBounds(t *testing.T) {
	const most = 1 << 25
	for name, window := range map[string]func(*custody.Params) *int64{
		"release":    func(p *custody.Params) *int64 { return &p.ReleaseWindow },
		"enrol":      func(p *custody.Params) *int64 { return &p.EnrolWindow },
		"deal":       func(p *custody.Params) *int64 { return &p.DealWindow },
		"dispute":    func(p *custody.Params) *int64 { return &p.DisputeWindow },
		"confirm":    func(p *custody.Params) *int64 { return &p.ConfirmWindow },
		"inspection": func(p *custody.Params) *int64 { return &p.InspectionWindow },
		"miss":       func(p *custody.Params) *int64 { return &p.MissWindow },
		"epoch":      func(p *custody.Params) *int64 { return &p.EpochLength },
	} {
		for value, fine := range map[int64]bool{
			-1 << 63: false, -1: false, 0: false, 1: true, most: true, most + 1: false, 1<<63 - 1: false,
		} {
			p := custody.DefaultParams()
			*window(&p) = value
			if fine {
				require.NoError(t, p.Validate(), "%s %d", name, value)
				require.Positive(t, p.RunBlocks(), "%s %d overflows", name, value)
				require.Positive(t, p.JobBlocks(), "%s %d overflows", name, value)
			} else {
				require.ErrorIs(t, p.Validate(), custody.ErrParams, "%s %d", name, value)
			}
		}
	}
}
