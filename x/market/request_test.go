package market_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	"github.com/volens-network/volens/x/market"
)

func TestRequest_Charge(t *testing.T) {
	r := request(t)
	parts, err := r.Parts()
	require.NoError(t, err)
	require.Equal(t, uint64(1_000_023), parts.Patient)
	require.Equal(t, uint64(62_501), parts.Attestor)
	charge, err := r.Charge(3)
	require.NoError(t, err)
	require.Equal(t, coin(3*(1_000_023+4*62_501)), charge)
	r.Split.Patient = 6_999
	_, err = r.Charge(1)
	require.ErrorIs(t, err, market.ErrInvalid, "the floor is held where money is counted")
	r = request(t)
	r.Spec.Price.Amount = sdkmath.Int{}
	_, err = r.Charge(1)
	require.ErrorIs(t, err, market.ErrInvalid)
}

func TestRequest_Party(t *testing.T) {
	r := request(t)
	r.Spec.Use.Collaborator = account(t, 7)
	for n := byte(1); n <= 4; n++ {
		require.True(t, r.Party(account(t, n)))
	}
	require.True(t, r.Party(account(t, 7)))
	require.False(t, r.Party(account(t, 8)))
}

func TestRequest_Validate(t *testing.T) {
	require.NoError(t, request(t).Validate())
	for name, spoil := range map[string]func(*market.Request){
		"id":             func(r *market.Request) { r.Id = "x" },
		"researcher":     func(r *market.Request) { r.Researcher = "x" },
		"spec":           func(r *market.Request) { r.Spec.KeyId = 0 },
		"state":          func(r *market.Request) { r.State = 99 },
		"no state":       func(r *market.Request) { r.State = 0 },
		"height":         func(r *market.Request) { r.Height = -1 },
		"split":          func(r *market.Request) { r.Split.Pool++ },
		"seats":          func(r *market.Request) { r.Seats = 4 },
		"open too early": func(r *market.Request) { r.Seats = 2 },
		"all seats":      func(r *market.Request) { r.State = market.STATE_SUBMITTED },
		"won":            func(r *market.Request) { r.State, r.Won = market.STATE_RELEASING, 4 },
		"won nothing":    func(r *market.Request) { r.State = market.STATE_RELEASING },
		"won too early":  func(r *market.Request) { r.Won = 1 },
		"released":       func(r *market.Request) { r.State, r.Won, r.Released = market.STATE_SETTLED, 1, 2 },
		"void":           func(r *market.Request) { r.State, r.Won, r.Released, r.Void = market.STATE_SETTLED, 1, 1, 1 },
		"not settled":    func(r *market.Request) { r.State, r.Won = market.STATE_SETTLED, 1 },
		"settled":        func(r *market.Request) { r.State, r.Won, r.Void = market.STATE_RELEASING, 1, 1 },
	} {
		r := request(t)
		spoil(&r)
		require.Error(t, r.Validate(), name)
	}
}

func TestDecision(t *testing.T) {
	d := market.Decision{RequestId: someID, DatasetId: otherID, Owner: account(t, 1), State: market.DECISION_STATE_YES}
	require.NoError(t, d.Validate())
	require.True(t, d.Standing())
	require.False(t, d.Seated())
	requestID, of, err := d.Keys()
	require.NoError(t, err)
	require.Equal(t, someID, requestID.String())
	require.Equal(t, otherID, of.String())

	d.Explain(market.DECISION_STATE_DENIED, market.ReasonBond, market.ReasonJob)
	require.Equal(t, []string{"BOND", "JOB"}, d.Reasons)
	require.False(t, d.Refused(), "the rules denied it, not ethics")
	d.ReferTo = account(t, 3)
	require.True(t, d.Refused())
	d.ReferralApproved = true
	require.False(t, d.Refused(), "ethics had approved")

	for name, spoil := range map[string]func(*market.Decision){
		"request":  func(d *market.Decision) { d.RequestId = "x" },
		"dataset":  func(d *market.Decision) { d.DatasetId = "x" },
		"owner":    func(d *market.Decision) { d.Owner = "x" },
		"state":    func(d *market.Decision) { d.State = 0 },
		"height":   func(d *market.Decision) { d.Matures = -1 },
		"referral": func(d *market.Decision) { d.State = market.DECISION_STATE_REFERRED },
	} {
		bad := d
		spoil(&bad)
		require.Error(t, bad.Validate(), name)
	}
}
