package attestation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/attestation"
)

// accredit is what an authority sends.
func accredit(tb testing.TB) *attestation.MsgAccreditOrganisation {
	tb.Helper()
	o := organisation(tb)
	return &attestation.MsgAccreditOrganisation{
		Authority: account(
			tb,
			9,
		),
		Address: o.Address,
		Kind:    o.Kind,
		Country: o.Country,
		Roles:   o.Roles,
		Gateway: o.Gateway,
	}
}

func challenge(tb testing.TB) *attestation.MsgChallengeDeidentification {
	tb.Helper()
	return &attestation.MsgChallengeDeidentification{
		Challenger: account(tb, 1), DatasetId: someID, Version: 1, EvidenceSha256: digest(1), Bond: uusd(1),
	}
}

func TestMsgAccreditOrganisation_ValidateBasic(t *testing.T) {
	require.NoError(t, accredit(t).ValidateBasic())
	for name, broken := range map[string]struct {
		spoil func(m *attestation.MsgAccreditOrganisation)
		is    error
	}{
		"authority": {func(m *attestation.MsgAccreditOrganisation) { m.Authority = "" }, attestation.ErrInvalid},
		"address":   {func(m *attestation.MsgAccreditOrganisation) { m.Address = "" }, attestation.ErrInvalid},
		"kind":      {func(m *attestation.MsgAccreditOrganisation) { m.Kind = -1 }, attestation.ErrInvalid},
		"roles":     {func(m *attestation.MsgAccreditOrganisation) { m.Roles = nil }, attestation.ErrInvalid},
		"gateway":   {func(m *attestation.MsgAccreditOrganisation) { m.Gateway = nil }, attestation.ErrInvalid},
		"insurer": {func(m *attestation.MsgAccreditOrganisation) {
			m.Kind = attestation.ORGANISATION_KIND_INSURER
		}, attestation.ErrRole},
	} {
		t.Run(name, func(t *testing.T) {
			m := accredit(t)
			broken.spoil(m)
			require.ErrorIs(t, m.ValidateBasic(), broken.is)
		})
	}
}

// Every message with each of its fields broken once.
func TestValidateBasic(t *testing.T) {
	a, none := account(t, 1), sdk.Coin{}
	debt := sdk.Coin{Denom: "uusd", Amount: math.NewInt(-1)}
	bad := attestation.DevnetParams()
	bad.HeartbeatWindow = 0
	type message = sdk.HasValidateBasic
	for name, row := range map[string]struct {
		good message
		bad  []message
	}{
		"suspend": {&attestation.MsgSuspendOrganisation{Authority: a, Address: a}, []message{
			&attestation.MsgSuspendOrganisation{Address: a},
			&attestation.MsgSuspendOrganisation{Authority: a},
		}},
		"deposit": {&attestation.MsgDepositBond{Organisation: a, Amount: uusd(1)}, []message{
			&attestation.MsgDepositBond{Amount: uusd(1)},
			&attestation.MsgDepositBond{Organisation: a, Amount: uusd(0)},
			&attestation.MsgDepositBond{Organisation: a, Amount: none},
			&attestation.MsgDepositBond{Organisation: a, Amount: debt},
		}},
		"withdraw": {&attestation.MsgWithdrawBond{Organisation: a, Amount: uusd(1)}, []message{
			&attestation.MsgWithdrawBond{Amount: uusd(1)},
			&attestation.MsgWithdrawBond{Organisation: a, Amount: uusd(0)},
			&attestation.MsgWithdrawBond{Organisation: a, Amount: none},
			&attestation.MsgWithdrawBond{Organisation: a, Amount: debt},
		}},
		"gateway": {&attestation.MsgUpdateGateway{Organisation: a, Gateway: *gatewayInfo()}, []message{
			&attestation.MsgUpdateGateway{Gateway: *gatewayInfo()},
			&attestation.MsgUpdateGateway{Organisation: a},
		}},
		"anchor": {&attestation.MsgAnchorLog{Gateway: a, Root: digest(1)}, []message{
			&attestation.MsgAnchorLog{Root: digest(1)},
			&attestation.MsgAnchorLog{Gateway: a},
			&attestation.MsgAnchorLog{Gateway: a, Root: digest(1)[1:]},
		}},
		"refuse": {
			&attestation.MsgRefuseDeidentification{Attestor: a, DatasetId: someID, Version: 1, ReportSha256: digest(1)},
			[]message{
				&attestation.MsgRefuseDeidentification{DatasetId: someID, Version: 1, ReportSha256: digest(1)},
				&attestation.MsgRefuseDeidentification{Attestor: a, Version: 1, ReportSha256: digest(1)},
				&attestation.MsgRefuseDeidentification{Attestor: a, DatasetId: someID, ReportSha256: digest(1)},
				&attestation.MsgRefuseDeidentification{Attestor: a, DatasetId: someID, Version: 1},
			},
		},
		"revoke": {&attestation.MsgRevokeDeidentification{Attestor: a, DatasetId: someID, Version: 1}, []message{
			&attestation.MsgRevokeDeidentification{DatasetId: someID, Version: 1},
			&attestation.MsgRevokeDeidentification{Attestor: a, Version: 1},
			&attestation.MsgRevokeDeidentification{Attestor: a, DatasetId: someID},
		}},
		"confirm": {&attestation.MsgConfirmChallenge{Organisation: a, DatasetId: someID, Version: 1}, []message{
			&attestation.MsgConfirmChallenge{DatasetId: someID, Version: 1},
			&attestation.MsgConfirmChallenge{Organisation: a, Version: 1},
			&attestation.MsgConfirmChallenge{Organisation: a, DatasetId: someID},
		}},
		"judge": {&attestation.MsgJudgeChallenge{Authority: a, DatasetId: someID, Version: 1}, []message{
			&attestation.MsgJudgeChallenge{DatasetId: someID, Version: 1},
			&attestation.MsgJudgeChallenge{Authority: a, Version: 1},
			&attestation.MsgJudgeChallenge{Authority: a, DatasetId: someID},
		}},
		"revoke approval": {&attestation.MsgRevokeEthics{Organisation: a, ProtocolSha256: digest(1)}, []message{
			&attestation.MsgRevokeEthics{ProtocolSha256: digest(1)},
			&attestation.MsgRevokeEthics{Organisation: a},
		}},
		"revoke visa": {&attestation.MsgRevokeVisa{Organisation: a, Researcher: a}, []message{
			&attestation.MsgRevokeVisa{Researcher: a},
			&attestation.MsgRevokeVisa{Organisation: a},
		}},
		"params": {&attestation.MsgUpdateParams{Authority: a, Params: attestation.DevnetParams()}, []message{
			&attestation.MsgUpdateParams{Params: attestation.DevnetParams()},
			&attestation.MsgUpdateParams{Authority: a, Params: bad},
			&attestation.MsgUpdateParams{Authority: a},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, row.good.ValidateBasic())
			for i, m := range row.bad {
				require.ErrorIs(t, m.ValidateBasic(), attestation.ErrInvalid, "%d", i)
			}
		})
	}
}

func TestMsgChallengeDeidentification_ValidateBasic(t *testing.T) {
	require.NoError(t, challenge(t).ValidateBasic())
	for name, spoil := range map[string]func(m *attestation.MsgChallengeDeidentification){
		"challenger": func(m *attestation.MsgChallengeDeidentification) { m.Challenger = "" },
		"dataset":    func(m *attestation.MsgChallengeDeidentification) { m.DatasetId = "" },
		"version":    func(m *attestation.MsgChallengeDeidentification) { m.Version = 0 },
		"evidence":   func(m *attestation.MsgChallengeDeidentification) { m.EvidenceSha256 = nil },
		"bond":       func(m *attestation.MsgChallengeDeidentification) { m.Bond = uusd(0) },
		"no bond":    func(m *attestation.MsgChallengeDeidentification) { m.Bond = sdk.Coin{} },
	} {
		t.Run(name, func(t *testing.T) {
			m := challenge(t)
			spoil(m)
			require.ErrorIs(t, m.ValidateBasic(), attestation.ErrInvalid)
		})
	}
}

// What an authority may accredit is an organisation that can be stored.
func FuzzMsgAccreditOrganisation(f *testing.F) {
	good, err := accredit(f).Marshal()
	require.NoError(f, err)
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var m attestation.MsgAccreditOrganisation
		if m.Unmarshal(raw) != nil || m.ValidateBasic() != nil {
			return
		}
		o := attestation.Organisation{
			Address: m.Address, Kind: m.Kind, Country: m.Country, Roles: m.Roles, Gateway: m.Gateway,
			Status: attestation.ORGANISATION_STATUS_ACTIVE, Bond: uusd(0), Locked: uusd(0),
		}
		require.NoError(t, o.Validate())
	})
}

func FuzzMsgAttestDeidentification(f *testing.F) {
	good, err := attest(f).Marshal()
	require.NoError(f, err)
	f.Add(good)
	f.Add(good[:len(good)-4])
	f.Fuzz(func(t *testing.T, raw []byte) {
		var m attestation.MsgAttestDeidentification
		if m.Unmarshal(raw) != nil || m.ValidateBasic() != nil {
			return
		}
		d := m.Statement()
		_, err := d.Marshal()
		require.NoError(t, err, "an accepted statement can be stored")
		require.LessOrEqual(t, len(d.OptionCodes), 13)
	})
}

func FuzzMsgChallengeDeidentification(f *testing.F) {
	good, err := challenge(f).Marshal()
	require.NoError(f, err)
	f.Add(good)
	f.Add(good[2:])
	f.Fuzz(func(t *testing.T, raw []byte) {
		var m attestation.MsgChallengeDeidentification
		if m.Unmarshal(raw) != nil || m.ValidateBasic() != nil {
			return
		}
		require.True(t, m.Bond.IsPositive())
	})
}

func FuzzStatements(f *testing.F) {
	a, err := approve(f).Marshal()
	require.NoError(f, err)
	v, err := visa(f).Marshal()
	require.NoError(f, err)
	f.Add(a, v)
	f.Add(v, a)
	f.Fuzz(func(t *testing.T, a, v []byte) {
		var approval attestation.MsgApproveEthics
		if approval.Unmarshal(a) == nil && approval.ValidateBasic() == nil {
			s := approval.Statement()
			_, err := s.Marshal()
			require.NoError(t, err)
		}
		var visa attestation.MsgIssueVisa
		if visa.Unmarshal(v) == nil && visa.ValidateBasic() == nil {
			s := visa.Statement()
			_, err := s.Marshal()
			require.NoError(t, err)
		}
	})
}

func FuzzMsgUpdateGateway(f *testing.F) {
	good, err := (&attestation.MsgUpdateGateway{Organisation: account(f, 1), Gateway: *gatewayInfo()}).Marshal()
	require.NoError(f, err)
	f.Add(good)
	f.Add(good[:200])
	f.Fuzz(func(t *testing.T, raw []byte) {
		var m attestation.MsgUpdateGateway
		if m.Unmarshal(raw) != nil || m.ValidateBasic() != nil {
			return
		}
		require.LessOrEqual(t, len(m.Gateway.BaseUrl), 200)
		require.Regexp(t, `^https?://`, m.Gateway.BaseUrl)
	})
}

// The short messages, by their number.
func FuzzShortMessages(f *testing.F) {
	good, err := (&attestation.MsgConfirmChallenge{Organisation: account(f, 1), DatasetId: someID, Version: 1}).Marshal()
	require.NoError(f, err)
	for n := range byte(11) {
		f.Add(n, good)
	}
	f.Fuzz(func(t *testing.T, n byte, raw []byte) {
		all := []interface {
			sdk.HasValidateBasic
			Unmarshal(raw []byte) error
			Size() int
		}{
			&attestation.MsgSuspendOrganisation{},
			&attestation.MsgDepositBond{},
			&attestation.MsgWithdrawBond{},
			&attestation.MsgAnchorLog{},
			&attestation.MsgRefuseDeidentification{},
			&attestation.MsgRevokeDeidentification{},
			&attestation.MsgConfirmChallenge{},
			&attestation.MsgJudgeChallenge{},
			&attestation.MsgRevokeEthics{},
			&attestation.MsgRevokeVisa{},
			&attestation.MsgUpdateParams{},
		}
		m := all[int(n)%len(all)]
		if m.Unmarshal(raw) != nil || m.ValidateBasic() != nil {
			return
		}
		require.Positive(t, m.Size())
	})
}
