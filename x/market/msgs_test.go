package market_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/market"
)

func TestMsgSubmitRequest(t *testing.T) {
	require.NoError(t, submission(t).ValidateBasic())
	for name, spoil := range map[string]func(*market.MsgSubmitRequest){
		"researcher": func(m *market.MsgSubmitRequest) { m.Researcher = "x" },
		"random":     func(m *market.MsgSubmitRequest) { m.Random = m.Random[:15] },
		"spec":       func(m *market.MsgSubmitRequest) { m.Spec.Price = coin(0) },
		"no escrow":  func(m *market.MsgSubmitRequest) { m.Escrow = sdk.Coin{} },
		"nil escrow": func(m *market.MsgSubmitRequest) { m.Escrow.Amount = sdkmath.Int{} },
		"zero":       func(m *market.MsgSubmitRequest) { m.Escrow = coin(0) },
		"denom":      func(m *market.MsgSubmitRequest) { m.Escrow.Denom = "uvol" },
	} {
		m := submission(t)
		spoil(m)
		require.Error(t, m.ValidateBasic(), name)
	}
}

func TestMsgPostSeats(t *testing.T) {
	seat := market.SeatPost{Q: digest(1), Proof: bytes.Repeat([]byte{1}, 128)}
	m := &market.MsgPostSeats{Researcher: account(t, 1), RequestId: someID, Seats: []market.SeatPost{seat}}
	require.NoError(t, m.ValidateBasic())
	for _, seats := range [][]market.SeatPost{
		nil, make([]market.SeatPost, market.MaxSeatsAMessage+1),
		{{Q: seat.Q[:31], Proof: seat.Proof}},
		{{Q: seat.Q, Proof: seat.Proof[:127]}},
		{seat, {}},
	} {
		m.Seats = seats
		require.ErrorIs(t, m.ValidateBasic(), market.ErrInvalid)
	}
}

// The messages of which every field is a name: each is refused without one of them.
func TestMsgs_Names(t *testing.T) {
	a, b, none := account(t, 1), account(t, 2), "nobody"
	part := []byte("part")
	for name, m := range map[string]sdk.HasValidateBasic{
		"decide":  &market.MsgDecideRequest{Owner: a, RequestId: someID, DatasetId: otherID},
		"cancel":  &market.MsgCancelRequest{Researcher: a, RequestId: someID},
		"refer":   &market.MsgAnswerReferral{Organisation: a, RequestId: someID, DatasetId: otherID},
		"claim":   &market.MsgNoService{Researcher: a, RequestId: someID, Gateway: b},
		"answer":  &market.MsgAnswerService{Gateway: a, RequestId: someID, Part: part},
		"dispute": &market.MsgDisputeAnswer{Researcher: a, RequestId: someID, Gateway: b, EvidenceSha256: digest(1)},
		"judge":   &market.MsgJudgeAnswer{Arbiter: a, RequestId: someID, Gateway: b},
		"params":  &market.MsgUpdateParams{Authority: a, Params: market.DevnetParams()},
	} {
		require.NoError(t, m.ValidateBasic(), name)
	}
	for name, m := range map[string]sdk.HasValidateBasic{
		"decide owner":     &market.MsgDecideRequest{Owner: none, RequestId: someID, DatasetId: otherID},
		"decide request":   &market.MsgDecideRequest{Owner: a, RequestId: "x", DatasetId: otherID},
		"decide dataset":   &market.MsgDecideRequest{Owner: a, RequestId: someID, DatasetId: "x"},
		"cancel who":       &market.MsgCancelRequest{Researcher: none, RequestId: someID},
		"cancel request":   &market.MsgCancelRequest{Researcher: a},
		"refer who":        &market.MsgAnswerReferral{Organisation: none, RequestId: someID, DatasetId: otherID},
		"refer dataset":    &market.MsgAnswerReferral{Organisation: a, RequestId: someID},
		"claim who":        &market.MsgNoService{Researcher: none, RequestId: someID, Gateway: b},
		"claim gateway":    &market.MsgNoService{Researcher: a, RequestId: someID, Gateway: none},
		"answer who":       &market.MsgAnswerService{Gateway: none, RequestId: someID, Part: part},
		"answer nothing":   &market.MsgAnswerService{Gateway: a, RequestId: someID},
		"answer much":      &market.MsgAnswerService{Gateway: a, RequestId: someID, Part: make([]byte, market.MaxPart+1)},
		"dispute who":      &market.MsgDisputeAnswer{Researcher: none, RequestId: someID, Gateway: b, EvidenceSha256: digest(1)},
		"dispute evidence": &market.MsgDisputeAnswer{Researcher: a, RequestId: someID, Gateway: b},
		"dispute gateway":  &market.MsgDisputeAnswer{Researcher: a, RequestId: someID, Gateway: none, EvidenceSha256: digest(1)},
		"judge who":        &market.MsgJudgeAnswer{Arbiter: none, RequestId: someID, Gateway: b},
		"judge gateway":    &market.MsgJudgeAnswer{Arbiter: a, RequestId: someID, Gateway: none},
		"params who":       &market.MsgUpdateParams{Authority: none, Params: market.DevnetParams()},
		"params":           &market.MsgUpdateParams{Authority: a},
	} {
		require.Error(t, m.ValidateBasic(), name)
	}
}

// No bytes make a message panic, and what is accepted can be counted: it has a cost.
func FuzzMsgSubmitRequest(f *testing.F) {
	good, err := submission(f).Marshal()
	require.NoError(f, err)
	f.Add(good)
	f.Add([]byte{})
	f.Add(good[:len(good)/2])
	params := market.DevnetParams()
	f.Fuzz(func(t *testing.T, raw []byte) {
		var m market.MsgSubmitRequest
		if m.Unmarshal(raw) != nil || m.ValidateBasic() != nil {
			return
		}
		require.True(t, m.Spec.NoCohortProtection && m.Spec.NMin >= 1 && m.Spec.NMin <= m.Spec.NMax)
		require.Less(t, m.Spec.NMax, uint32(market.NetworkK))
		require.Equal(t, m.Researcher, m.Spec.Use.Recipients[0])
		params.Denoms = []string{m.Spec.Price.Denom}
		if cost, err := params.Cost(m.Spec.Price, m.Spec.NMax); err == nil {
			require.True(t, cost.Seats.Amount.GTE(m.Spec.Price.Amount.MulRaw(int64(m.Spec.NMax))))
		}
	})
}

// No bytes make any other message panic.
func FuzzMsgs(f *testing.F) {
	for _, m := range []interface{ Marshal() ([]byte, error) }{
		&market.MsgPostSeats{Researcher: account(f, 1), RequestId: someID, Seats: []market.SeatPost{{Q: digest(1)}}},
		&market.MsgDecideRequest{Owner: account(f, 1), RequestId: someID, DatasetId: otherID},
		&market.MsgDisputeAnswer{Researcher: account(f, 1), RequestId: someID, EvidenceSha256: digest(1)},
		&market.MsgUpdateParams{Authority: account(f, 1), Params: market.DevnetParams()},
	} {
		raw, err := m.Marshal()
		require.NoError(f, err)
		f.Add(raw)
	}
	f.Fuzz(func(_ *testing.T, raw []byte) {
		for _, m := range []interface {
			Unmarshal(data []byte) error
			ValidateBasic() error
		}{
			&market.MsgPostSeats{}, &market.MsgDecideRequest{}, &market.MsgCancelRequest{}, &market.MsgAnswerReferral{},
			&market.MsgNoService{}, &market.MsgAnswerService{}, &market.MsgDisputeAnswer{}, &market.MsgJudgeAnswer{},
			&market.MsgUpdateParams{},
		} {
			if m.Unmarshal(raw) == nil && m.ValidateBasic() == nil {
				continue
			}
		}
	})
}
