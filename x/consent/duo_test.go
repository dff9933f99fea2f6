package consent_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
)

func TestPolicy_RoundTripThroughDUO(t *testing.T) {
	p := provision(t).Policy
	date := now.UTC()
	p.Modifiers = append(p.Modifiers,
		consent.Modifier{Term: string(duo.MOR), Date: &date},
		consent.Modifier{Term: string(duo.TS), Months: 12},
		consent.Modifier{Term: string(duo.RS), ResearchTypes: []consent.ResearchType{consent.RESEARCH_TYPE_POPULATION}})
	p.TopicsAllowed = []consent.SensitiveTopic{consent.SENSITIVE_TOPIC_GENDER}
	p.Own = consent.OwnCodes{
		Ai:            consent.AI_USE_TRAIN,
		Link:          true,
		Recontact:     true,
		ReturnResults: true,
		InsureAllowed: true,
		ComputeOnly:   true,
	}
	out, err := p.DUO()
	require.NoError(t, err)
	require.Equal(t, p, consent.PolicyFromDUO(out))

	_, err = consent.Policy{}.DUO()
	var missing *duo.MissingFieldsError
	require.ErrorAs(t, err, &missing)
	require.Contains(t, missing.Paths, "permission")
}

func TestPolicy_DoesNotShareMemory(t *testing.T) {
	p := provision(t).Policy
	out, err := p.DUO()
	require.NoError(t, err)
	out.Diseases[0], out.Modifiers[0].Values[0] = "MONDO:9999999", "x"
	require.Equal(t, provision(t).Policy, p)
}

func TestPolicy_RoundTripFromDUO(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := duo.Policy{
			Permission:       rapid.SampledFrom(duo.Permissions()).Draw(t, "permission"),
			Diseases:         texts(t),
			DataClasses:      enums[duo.DataClass](t),
			RecipientClasses: enums[duo.RecipientClass](t),
			AcceptedBases:    enums[duo.Basis](t),
			TopicsAllowed:    enums[duo.SensitiveTopic](t),
			Codebook:         rapid.String().Draw(t, "codebook"),
			ReferTo:          rapid.String().Draw(t, "refer"),
			Own: duo.OwnCodes{
				AI: duo.AIUse(rapid.Int32Min(0).Draw(t, "ai")), Link: rapid.Bool().Draw(t, "link"),
				Recontact: rapid.Bool().Draw(t, "recontact"), ReturnResults: rapid.Bool().Draw(t, "return"),
				InsureAllowed: rapid.Bool().Draw(t, "insure"), ComputeOnly: rapid.Bool().Draw(t, "compute"),
			},
		}
		for range rapid.IntRange(0, 3).Draw(t, "modifiers") {
			p.Modifiers = append(p.Modifiers, duo.Modifier{
				Term: rapid.SampledFrom(duo.Modifiers()).Draw(t, "term"), Values: texts(t), Date: moment(t),
				Months: rapid.Uint32().Draw(t, "months"), ResearchTypes: enums[duo.ResearchType](t),
			})
		}
		wire := consent.PolicyFromDUO(p)
		back, err := wire.DUO()
		require.Equal(t, p, back)
		require.Equal(t, p.Validate() == nil, err == nil)
		// The bytes on the wire hold all of it too.
		raw, err := wire.Marshal()
		require.NoError(t, err)
		var decoded consent.Policy
		require.NoError(t, decoded.Unmarshal(raw))
		require.Equal(t, wire, decoded)
	})
}

func TestUse_RoundTripFromDUO(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := duo.Use{
			ResearchTypes: enums[duo.ResearchType](t), Commercial: rapid.Bool().Draw(t, "commercial"),
			DataClasses: enums[duo.DataClass](t), AI: duo.AIUse(rapid.Int32Min(0).Draw(t, "ai")),
			Mode: duo.UseMode(rapid.Int32().Draw(t, "mode")), Organisation: rapid.String().Draw(t, "organisation"),
			BeneficialOwner: rapid.String().Draw(t, "owner"), Recipients: texts(t),
			SiteCountry: rapid.String().Draw(t, "site"), ComputeCountry: rapid.String().Draw(t, "country"),
			DurationMonths: rapid.Uint32().Draw(t, "months"), Topics: enums[duo.SensitiveTopic](t),
			Codebook: rapid.String().Draw(t, "codebook"), Collaborator: rapid.String().Draw(t, "collaborator"),
			ProtocolSHA256: rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "protocol"),
			Promises: duo.Promises{
				Publish:            rapid.Bool().Draw(t, "publish"),
				NoReidentification: rapid.Bool().Draw(t, "reid"),
				NoLinkage: rapid.Bool().
					Draw(t, "link"),
				ReturnResults: rapid.Bool().Draw(t, "return"),
				Moratorium:    moment(t),
			},
		}
		for range rapid.IntRange(0, 3).Draw(t, "purposes") {
			u.Purposes = append(u.Purposes, duo.PurposeStatement{
				Purpose: duo.Purpose(
					rapid.Int32().Draw(t, "purpose"),
				),
				HealthAim: rapid.Bool().Draw(t, "aim"),
				Diseases:  texts(t),
			})
			u.Ancestry = append(u.Ancestry, duo.EdgeProof{
				Child: rapid.String().Draw(t, "child"), Parent: rapid.String().Draw(t, "parent"),
				Index: rapid.Uint64().Draw(t, "index"), Path: [][]byte{bytes.Repeat([]byte{1}, 32)},
			})
		}
		back, err := consent.UseFromDUO(u).DUO()
		require.Equal(t, u, back)
		require.Equal(t, u.Validate() == nil, err == nil)
	})
}

func TestUse_LeavesTheKeyToTheTerms(t *testing.T) {
	back, err := consent.UseFromDUO(duo.Use{KeyID: 7}).DUO()
	require.Error(t, err)
	require.Zero(t, back.KeyID)
}

// TestVocabularies_ShareTheirNumbers: a conversion is a cast.
func TestVocabularies_ShareTheirNumbers(t *testing.T) {
	require.Equal(t, int32(duo.PurposeClinicalCare), int32(consent.PURPOSE_CLINICAL_CARE))
	require.Equal(t, int32(duo.ResearchEpidemiology), int32(consent.RESEARCH_TYPE_EPIDEMIOLOGY))
	require.Equal(t, int32(duo.RecipientLawEnforcement), int32(consent.RECIPIENT_CLASS_LAW_ENFORCEMENT))
	require.Equal(t, int32(duo.DataSurvey), int32(consent.DATA_CLASS_SURVEY))
	require.Equal(t, int32(duo.TopicStigmatising), int32(consent.SENSITIVE_TOPIC_STIGMATISING))
	require.Equal(t, int32(duo.ModeCompute), int32(consent.USE_MODE_COMPUTE))
	require.Equal(t, int32(duo.BasisGDPRPseudonymised), int32(attestation.BASIS_GDPR_PSEUDONYMISED))
	require.Equal(t, int32(duo.AINone), int32(consent.AI_USE_NONE))
	require.Equal(t, int32(duo.AIInfer), int32(consent.AI_USE_INFER))
	require.Equal(t, int32(duo.AITrain), int32(consent.AI_USE_TRAIN))
	for n, name := range consent.Purpose_name {
		require.Equal(t, "PURPOSE_"+duo.Purpose(n).String(), name)
	}
	for n, name := range consent.SensitiveTopic_name {
		require.Equal(t, "SENSITIVE_TOPIC_"+duo.SensitiveTopic(n).String(), name)
	}
}

func TestConsent_DUO(t *testing.T) {
	c := consent.Consent{Status: consent.STATUS_ACTIVE, Time: now, Provision: provision(t)}
	require.Equal(t, duo.Consent{Active: true, Start: now, Expiry: now.AddDate(1, 0, 0)}, c.DUO())
	c.Status, c.Provision.Expiry = consent.STATUS_INACTIVE, consent.Expiry{Never: true}
	require.Equal(t, duo.Consent{Start: now, NoExpiry: true}, c.DUO())
}

func TestCodebook_DUO(t *testing.T) {
	c := consent.Codebook{Version: "v", Root: []byte{1}, Size_: 3}
	require.Equal(t, duo.Codebook{Version: "v", Root: []byte{1}, Size: 3}, c.DUO())
}

func texts(t *rapid.T) []string {
	list := rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "texts")
	if len(list) == 0 {
		return nil
	}
	return list
}

func enums[T ~int32](t *rapid.T) []T {
	var out []T
	for _, n := range rapid.SliceOfN(rapid.Int32Min(0), 0, 3).Draw(t, "enums") {
		out = append(out, T(n))
	}
	return out
}

func moment(t *rapid.T) time.Time {
	if rapid.Bool().Draw(t, "none") {
		return time.Time{}
	}
	return time.Unix(rapid.Int64Range(0, 1e11).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).UTC()
}
