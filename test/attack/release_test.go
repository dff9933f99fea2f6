package attack_test

import (
	"crypto/sha256"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// attested is a dataset that lacks nothing but the consent.
func attested(s *story.Story) *story.Dataset {
	d := s.Register(s.Patient, content)
	s.Inspect(d)
	s.Send(s.Hospital, s.Attest(d))
	return d
}

// emissions counts how often a dataset was offered to a researcher's seat.
func emissions(t *testing.T, s *story.Story, d *story.Dataset) int {
	t.Helper()
	genesis, err := s.App().Volens.Custody.ExportGenesis(s.Context())
	require.NoError(t, err)
	count := 0
	for _, e := range genesis.Emissions {
		if e.DatasetId == d.ID.String() && e.Kind == custody.JOB_KIND_RELEASE {
			count++
		}
	}
	return count
}

// neverEmitted requires that no share was ever asked for a dataset's release.
func neverEmitted(t *testing.T, s *story.Story, d *story.Dataset) {
	t.Helper()
	s.Blocks(3)
	require.Zero(t, emissions(t, s, d))
}

// denied requires that a yes is refused for a reason, and that nothing was emitted.
func denied(t *testing.T, s *story.Story, d *story.Dataset, reason duo.Reason) {
	t.Helper()
	before := emissions(t, s, d)
	r := s.Ask(s.Researcher)
	result := s.Try(d.Owner, s.Decide(d, r, true))
	refused(t, result, market.ErrDenied)
	require.Contains(t, result.Log, string(reason))
	s.Blocks(3)
	require.Equal(t, before, emissions(t, s, d))
}

func TestRelease_WithoutConsent(t *testing.T) {
	s := shared(t)
	d := attested(s)
	denied(t, s, d, duo.ReasonInactive)

	// Somebody else's word is no consent, nor is somebody else's decision.
	grant := s.Grant(d)
	grant.Owner = s.Stranger.String()
	refused(t, s.Try(s.Stranger, grant), consent.ErrNotOwner)
	s.Send(s.Patient, s.Grant(d))
	r := s.Ask(s.Researcher)
	decision := s.Decide(d, r, true)
	decision.Owner = s.Researcher.String()
	refused(t, s.Try(s.Researcher, decision), market.ErrNotOwner)
	neverEmitted(t, s, d)
	opens(t, s, d)
}

func TestRelease_ExpiredConsent(t *testing.T) {
	s := shared(t)
	d := attested(s)
	end := s.Time.Add(8 * time.Second)
	s.Send(s.Patient, s.Grant(d, func(p *consent.Provision) { p.Expiry = consent.Expiry{Time: &end} }))
	r := s.Ask(s.Researcher)
	s.Until(12, "the end of the consent", func(ctx sdk.Context) bool { return ctx.BlockTime().After(end) })
	refused(t, s.Try(s.Patient, s.Decide(d, r, true)), market.ErrDenied)
	neverEmitted(t, s, d)
}

// A consent that ends between the decision and the batch: permission is asked last when
// the batch is written.
func TestRelease_ConsentExpiresBeforeTheBatch(t *testing.T) {
	s := shared(t)
	d := attested(s)
	end := s.Time.Add(6 * time.Second)
	s.Send(s.Patient, s.Grant(d, func(p *consent.Provision) { p.Expiry = consent.Expiry{Time: &end} }))
	r := s.Ask(s.Researcher, func(spec *market.Spec) { spec.NMin, spec.NMax, spec.Deadline = 1, 2, s.Height+8 })
	s.Send(s.Patient, s.Decide(d, r, true))
	s.Until(12, "the deadline", func(sdk.Context) bool { return s.Height > r.Message.Spec.Deadline })
	neverEmitted(t, s, d)
	solvent(t, s)
}

func TestRelease_RevokedConsent(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	s.Send(s.Patient, s.Revoke(d, 1))
	denied(t, s, d, duo.ReasonInactive)
	s.Send(s.Patient, s.Grant(d))
	opens(t, s, d)
}

func TestRelease_WrongPurpose(t *testing.T) {
	s := shared(t)
	d := attested(s)
	s.Send(s.Patient, s.Grant(d, func(p *consent.Provision) { p.Policy.Permission = "DUO:0000006" }))
	denied(t, s, d, "PERMISSION") // health research only, asked for general research
	for name, change := range map[string]func(*market.Spec){
		"clinical care": func(spec *market.Spec) {
			spec.Use.Purposes = []consent.PurposeStatement{{Purpose: consent.PURPOSE_CLINICAL_CARE}}
		},
		"ancestry": func(spec *market.Spec) {
			spec.Use.Purposes = []consent.PurposeStatement{{Purpose: consent.PURPOSE_POA}}
		},
		"one allowed, one not": func(spec *market.Spec) {
			spec.Use.Purposes = []consent.PurposeStatement{
				{Purpose: consent.PURPOSE_HMB}, {Purpose: consent.PURPOSE_GRU_RESEARCH},
			}
		},
		"training": func(spec *market.Spec) {
			spec.Use.Purposes = []consent.PurposeStatement{{Purpose: consent.PURPOSE_HMB}}
			spec.Use.Ai = consent.AI_USE_TRAIN
		},
		"other data": func(spec *market.Spec) {
			spec.Use.Purposes = []consent.PurposeStatement{{Purpose: consent.PURPOSE_HMB}}
			spec.Use.DataClasses = []consent.DataClass{consent.DATA_CLASS_IMAGES}
		},
	} {
		r := s.Ask(s.Researcher, change)
		require.NotZero(t, s.Try(s.Patient, s.Decide(d, r, true)).Code, name)
	}
	neverEmitted(t, s, d)
	r := s.Ask(s.Researcher, func(spec *market.Spec) {
		spec.Use.Purposes = []consent.PurposeStatement{{Purpose: consent.PURPOSE_HMB}}
	})
	s.Send(s.Patient, s.Decide(d, r, true))
	s.WaitRelease(r, 0)
}

func TestRelease_WithoutEscrow(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	for name, change := range map[string]func(*market.MsgSubmitRequest){
		"none":          func(m *market.MsgSubmitRequest) { m.Escrow.Amount = m.Escrow.Amount.SubRaw(m.Escrow.Amount.Int64()) },
		"one too few":   func(m *market.MsgSubmitRequest) { m.Escrow = m.Escrow.SubAmount(m.Escrow.Amount.QuoRaw(1_000_000)) },
		"another denom": func(m *market.MsgSubmitRequest) { m.Escrow.Denom = "uvol" },
		"more than the account has": func(m *market.MsgSubmitRequest) {
			m.Spec.Price.Amount = m.Spec.Price.Amount.MulRaw(1_000_000)
		},
	} {
		r := s.Submit(s.Researcher)
		change(r.Message)
		require.NotZero(t, s.Try(s.Researcher, r.Message).Code, name)
		require.NotZero(t, s.Try(s.Researcher, s.PostSeats(r)).Code, name+": seats of no request")
		require.NotZero(t, s.Try(s.Patient, s.Decide(d, r, true)).Code, name+": decision on no request")
	}
	solvent(t, s)
	neverEmitted(t, s, d)
	opens(t, s, d)
}

func TestRelease_WithoutAttestation(t *testing.T) {
	s := shared(t)
	d := s.Register(s.Patient, content)
	s.Send(s.Patient, s.Grant(d))
	denied(t, s, d, duo.ReasonAttest)

	// Nobody attests what it has not opened, and nobody without the role at all.
	refused(t, s.Try(s.Hospital, s.Attest(d)), custody.ErrInspection)
	s.Inspect(d)
	for field, change := range map[string]func(*attestation.MsgAttestDeidentification){
		"file":    func(m *attestation.MsgAttestDeidentification) { m.Sha256 = make([]byte, sha256.Size) },
		"capsule": func(m *attestation.MsgAttestDeidentification) { m.U = make([]byte, custody.PointSize) },
		"facets":  func(m *attestation.MsgAttestDeidentification) { m.FacetsRoot = make([]byte, sha256.Size) },
		"version": func(m *attestation.MsgAttestDeidentification) { m.Version = 2 },
	} {
		require.NotZero(t, s.Try(s.Hospital, s.Attest(d, change)).Code, field)
	}
	stranger := s.Attest(d)
	stranger.Attestor = s.Stranger.String()
	require.NotZero(t, s.Try(s.Stranger, stranger).Code)
	denied(t, s, d, duo.ReasonAttest)
	s.Send(s.Hospital, s.Attest(d))
	opens(t, s, d)

	// A statement that was taken back is none.
	s.Send(s.Hospital, &attestation.MsgRevokeDeidentification{
		Attestor: s.Hospital.String(), DatasetId: d.ID.String(), Version: 1,
	})
	denied(t, s, d, duo.ReasonAttest)
}

func TestRelease_WithoutReceipts(t *testing.T) {
	s := shared(t)
	d := s.Seal(s.Patient, content)
	s.Send(s.Patient, d.Message)
	s.Send(s.Patient, s.Grant(d))

	// No inspection opens either while the gateway has not said that it holds the file.
	i := s.RequestInspection(d)
	s.Send(s.Hospital, s.AcceptInspection(i))
	s.Blocks(4)
	require.Nil(t, s.Released(s.Context(), i.ID, 0))

	fake := &dataset.MsgHoldReceipts{Gateway: s.Stranger.String(), DatasetIds: []string{d.ID.String()}}
	refused(t, s.Try(s.Stranger, fake), dataset.ErrNotGateway)
	s.Hold(d)
	s.Until(8, "the inspection", func(ctx sdk.Context) bool { return s.Released(ctx, i.ID, 0) != nil })
	s.Send(s.Hospital, s.Attest(d))
	s.Send(s.Gateway, &dataset.MsgDropHold{Gateway: s.Gateway.String(), DatasetId: d.ID.String()})
	denied(t, s, d, custody.ReasonIncomplete)
	s.Hold(d)
	opens(t, s, d)
}

// An attested dataset that is challenged opens to nobody until the challenge is settled.
func TestRelease_ChallengedAttestation(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	params, err := s.App().Volens.Attestation.Params.Get(s.Context())
	require.NoError(t, err)
	digest := sha256.Sum256([]byte("evidence"))
	s.Send(s.Stranger, &attestation.MsgChallengeDeidentification{
		Challenger: s.Stranger.String(), DatasetId: d.ID.String(), Version: 1, EvidenceSha256: digest[:],
		Bond: params.ChallengeBond,
	})
	r := s.Ask(s.Researcher)
	refused(t, s.Try(s.Patient, s.Decide(d, r, true)), market.ErrDenied)
	neverEmitted(t, s, d)
	honest(t, s)
}
