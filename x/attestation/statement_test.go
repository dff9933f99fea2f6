package attestation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/dataset"
)

// A statement speaks of one file, one capsule and one tree of facets, and of no other.
func TestDeidentification_Vouches(t *testing.T) {
	d := attestation.Deidentification{Sha256: digest(1), U: digest(2), FacetsRoot: digest(3)}
	same := dataset.Payload{Sha256: digest(1), U: digest(2), FacetsRoot: digest(3), KeyId: 7}
	require.True(t, d.Vouches(same))
	for name, other := range map[string]func(p *dataset.Payload){
		"file":    func(p *dataset.Payload) { p.Sha256 = digest(4) },
		"capsule": func(p *dataset.Payload) { p.U = digest(4) },
		"facets":  func(p *dataset.Payload) { p.FacetsRoot = digest(4) },
		"nothing": func(p *dataset.Payload) { *p = dataset.Payload{} },
	} {
		p := same
		other(&p)
		require.False(t, d.Vouches(p), name)
	}
}

// Dead from the first block whose time is the expiry or later.
func TestLive(t *testing.T) {
	before, after := expiry.Add(-time.Nanosecond), expiry.Add(time.Nanosecond)
	for name, live := range map[string]func(revoked bool, now time.Time) bool{
		"deidentification": func(revoked bool, now time.Time) bool {
			return attestation.Deidentification{Expiry: expiry, Revoked: revoked}.Live(now)
		},
		"approval": func(revoked bool, now time.Time) bool {
			return attestation.EthicsApproval{Expiry: expiry, Revoked: revoked}.Live(now)
		},
		"visa": func(revoked bool, now time.Time) bool {
			return attestation.Visa{Expiry: expiry, Revoked: revoked}.Live(now)
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.True(t, live(false, before))
			require.False(t, live(false, expiry))
			require.False(t, live(false, after))
			require.False(t, live(true, before))
		})
	}
}

func TestChallenge_Open(t *testing.T) {
	for state := range attestation.ChallengeState_name {
		c := attestation.Challenge{State: attestation.ChallengeState(state)}
		require.Equal(t, state == 1 || state == 2, c.Open(), c.State)
	}
}

func TestMsgAttestDeidentification_ValidateBasic(t *testing.T) {
	require.NoError(t, attest(t).ValidateBasic())
	for name, spoil := range map[string]func(m *attestation.MsgAttestDeidentification){
		"attestor":       func(m *attestation.MsgAttestDeidentification) { m.Attestor = "" },
		"dataset":        func(m *attestation.MsgAttestDeidentification) { m.DatasetId = "0" },
		"version":        func(m *attestation.MsgAttestDeidentification) { m.Version = 0 },
		"sha256":         func(m *attestation.MsgAttestDeidentification) { m.Sha256 = nil },
		"u":              func(m *attestation.MsgAttestDeidentification) { m.U = m.U[1:] },
		"facets":         func(m *attestation.MsgAttestDeidentification) { m.FacetsRoot = nil },
		"no basis":       func(m *attestation.MsgAttestDeidentification) { m.Basis = 0 },
		"unknown basis":  func(m *attestation.MsgAttestDeidentification) { m.Basis = 4 },
		"unknown option": func(m *attestation.MsgAttestDeidentification) { m.OptionCodes[1] = "113113" },
		"low option":     func(m *attestation.MsgAttestDeidentification) { m.OptionCodes[0] = "113099" },
		"long option":    func(m *attestation.MsgAttestDeidentification) { m.OptionCodes[0] = "1131000" },
		"worded option":  func(m *attestation.MsgAttestDeidentification) { m.OptionCodes[0] = "11310/" },
		"option twice":   func(m *attestation.MsgAttestDeidentification) { m.OptionCodes[1] = "113100" },
		"option order":   func(m *attestation.MsgAttestDeidentification) { m.OptionCodes = []string{"113107", "113100"} },
		"profile":        func(m *attestation.MsgAttestDeidentification) { m.ProfileSha256 = nil },
		"report":         func(m *attestation.MsgAttestDeidentification) { m.ReportSha256 = digest(1)[1:] },
		"no tool":        func(m *attestation.MsgAttestDeidentification) { m.ToolVersion = "" },
		"long tool":      func(m *attestation.MsgAttestDeidentification) { m.ToolVersion = strings.Repeat("1", 33) },
		"free text":      func(m *attestation.MsgAttestDeidentification) { m.ToolVersion = "John Doe" },
		"no expiry":      func(m *attestation.MsgAttestDeidentification) { m.Expiry = time.Time{} },
		"far expiry": func(m *attestation.MsgAttestDeidentification) {
			m.Expiry = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := attest(t)
			spoil(m)
			require.ErrorIs(t, m.ValidateBasic(), attestation.ErrInvalid)
		})
	}
	m := attest(t)
	m.OptionCodes = nil
	require.NoError(t, m.ValidateBasic(), "options are DICOM's only")
}

func TestMsgApproveEthics_ValidateBasic(t *testing.T) {
	require.NoError(t, approve(t).ValidateBasic())
	for name, spoil := range map[string]func(m *attestation.MsgApproveEthics){
		"organisation":  func(m *attestation.MsgApproveEthics) { m.Organisation = "" },
		"protocol":      func(m *attestation.MsgApproveEthics) { m.ProtocolSha256 = nil },
		"document":      func(m *attestation.MsgApproveEthics) { m.DocumentSha256 = nil },
		"no purposes":   func(m *attestation.MsgApproveEthics) { m.Purposes = nil },
		"many purposes": func(m *attestation.MsgApproveEthics) { m.Purposes = make([]uint32, 17) },
		"purpose 0":     func(m *attestation.MsgApproveEthics) { m.Purposes[0] = 0 },
		"purpose 64":    func(m *attestation.MsgApproveEthics) { m.Purposes[1] = 64 },
		"twice":         func(m *attestation.MsgApproveEthics) { m.Purposes[1] = 2 },
		"order":         func(m *attestation.MsgApproveEthics) { m.Purposes[1] = 1 },
		"expiry":        func(m *attestation.MsgApproveEthics) { m.Expiry = time.Time{} },
	} {
		t.Run(name, func(t *testing.T) {
			m := approve(t)
			spoil(m)
			require.ErrorIs(t, m.ValidateBasic(), attestation.ErrInvalid)
		})
	}
}

func TestMsgIssueVisa_ValidateBasic(t *testing.T) {
	require.NoError(t, visa(t).ValidateBasic())
	for name, spoil := range map[string]func(m *attestation.MsgIssueVisa){
		"organisation": func(m *attestation.MsgIssueVisa) { m.Organisation = "" },
		"researcher":   func(m *attestation.MsgIssueVisa) { m.Researcher = "" },
		"no class":     func(m *attestation.MsgIssueVisa) { m.RecipientClass = 0 },
		"class 64":     func(m *attestation.MsgIssueVisa) { m.RecipientClass = 64 },
		"expiry":       func(m *attestation.MsgIssueVisa) { m.Expiry = time.Time{} },
	} {
		t.Run(name, func(t *testing.T) {
			m := visa(t)
			spoil(m)
			require.ErrorIs(t, m.ValidateBasic(), attestation.ErrInvalid)
		})
	}
}
