package consent

import (
	"bytes"
	"slices"
	"time"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/x/attestation"
)

// DUO converts the policy to the one that duo.Permits takes. It returns a
// duo.MissingFieldsError if the policy is not complete; the converted policy comes
// with it and permits nothing.
func (p Policy) DUO() (duo.Policy, error) {
	out := duo.Policy{
		Permission: duo.Term(p.Permission),
		Diseases:   slices.Clone(p.Diseases),
		Modifiers:  convert(p.Modifiers, Modifier.duo),
		Own: duo.OwnCodes{
			AI:            duo.AIUse(p.Own.Ai),
			Link:          p.Own.Link,
			Recontact:     p.Own.Recontact,
			ReturnResults: p.Own.ReturnResults,
			InsureAllowed: p.Own.InsureAllowed,
			ComputeOnly:   p.Own.ComputeOnly,
		},
		TopicsAllowed:    numbers[duo.SensitiveTopic](p.TopicsAllowed),
		DataClasses:      numbers[duo.DataClass](p.DataClasses),
		RecipientClasses: numbers[duo.RecipientClass](p.RecipientClasses),
		AcceptedBases:    numbers[duo.Basis](p.AcceptedBases),
		Codebook:         p.Codebook,
		ReferTo:          p.ReferTo,
	}
	return out, out.Validate()
}

// PolicyFromDUO is the wire form of a policy.
func PolicyFromDUO(p duo.Policy) Policy {
	return Policy{
		Permission: string(p.Permission),
		Diseases:   slices.Clone(p.Diseases),
		Modifiers:  convert(p.Modifiers, modifierFromDUO),
		Own: OwnCodes{
			Ai:            AIUse(p.Own.AI),
			Link:          p.Own.Link,
			Recontact:     p.Own.Recontact,
			ReturnResults: p.Own.ReturnResults,
			InsureAllowed: p.Own.InsureAllowed,
			ComputeOnly:   p.Own.ComputeOnly,
		},
		TopicsAllowed:    numbers[SensitiveTopic](p.TopicsAllowed),
		DataClasses:      numbers[DataClass](p.DataClasses),
		RecipientClasses: numbers[RecipientClass](p.RecipientClasses),
		AcceptedBases:    numbers[attestation.Basis](p.AcceptedBases),
		Codebook:         p.Codebook,
		ReferTo:          p.ReferTo,
	}
}

// DUO converts the use to the one that duo.Permits takes. It returns a
// duo.MissingFieldsError if the use is not complete. KeyID stays zero, which
// permits nothing: it stands in the request's terms, and whoever holds them sets it.
func (u Use) DUO() (duo.Use, error) {
	out := duo.Use{
		Purposes:        convert(u.Purposes, PurposeStatement.duo),
		ResearchTypes:   numbers[duo.ResearchType](u.ResearchTypes),
		Commercial:      u.Commercial,
		DataClasses:     numbers[duo.DataClass](u.DataClasses),
		AI:              duo.AIUse(u.Ai),
		Mode:            duo.UseMode(u.Mode),
		Organisation:    u.Organisation,
		BeneficialOwner: u.BeneficialOwner,
		Recipients:      slices.Clone(u.Recipients),
		SiteCountry:     u.SiteCountry,
		ComputeCountry:  u.ComputeCountry,
		DurationMonths:  u.DurationMonths,
		Promises: duo.Promises{
			Publish:            u.Promises.Publish,
			NoReidentification: u.Promises.NoReidentification,
			NoLinkage:          u.Promises.NoLinkage,
			ReturnResults:      u.Promises.ReturnResults,
			Moratorium:         value(u.Promises.Moratorium),
		},
		Topics:         numbers[duo.SensitiveTopic](u.Topics),
		ProtocolSHA256: slices.Clone(u.ProtocolSha256),
		Codebook:       u.Codebook,
		Ancestry:       convert(u.Ancestry, EdgeProof.duo),
		Collaborator:   u.Collaborator,
	}
	return out, out.Validate()
}

// UseFromDUO is the wire form of a use, without its KeyID.
func UseFromDUO(u duo.Use) Use {
	return Use{
		Purposes:        convert(u.Purposes, purposeFromDUO),
		ResearchTypes:   numbers[ResearchType](u.ResearchTypes),
		Commercial:      u.Commercial,
		DataClasses:     numbers[DataClass](u.DataClasses),
		Ai:              AIUse(u.AI),
		Mode:            UseMode(u.Mode),
		Organisation:    u.Organisation,
		BeneficialOwner: u.BeneficialOwner,
		Recipients:      slices.Clone(u.Recipients),
		SiteCountry:     u.SiteCountry,
		ComputeCountry:  u.ComputeCountry,
		DurationMonths:  u.DurationMonths,
		Promises: Promises{
			Publish:            u.Promises.Publish,
			NoReidentification: u.Promises.NoReidentification,
			NoLinkage:          u.Promises.NoLinkage,
			ReturnResults:      u.Promises.ReturnResults,
			Moratorium:         pointer(u.Promises.Moratorium),
		},
		Topics:         numbers[SensitiveTopic](u.Topics),
		ProtocolSha256: slices.Clone(u.ProtocolSHA256),
		Codebook:       u.Codebook,
		Ancestry:       convert(u.Ancestry, edgeFromDUO),
		Collaborator:   u.Collaborator,
	}
}

// DUO converts the codebook to the one that duo.Permits takes.
func (c Codebook) DUO() duo.Codebook {
	return duo.Codebook{Version: c.Version, Root: slices.Clone(c.Root), Size: c.Size_}
}

func (m Modifier) duo() duo.Modifier {
	return duo.Modifier{
		Term:          duo.Term(m.Term),
		Values:        slices.Clone(m.Values),
		Date:          value(m.Date),
		Months:        m.Months,
		ResearchTypes: numbers[duo.ResearchType](m.ResearchTypes),
	}
}

func modifierFromDUO(m duo.Modifier) Modifier {
	return Modifier{
		Term:          string(m.Term),
		Values:        slices.Clone(m.Values),
		Date:          pointer(m.Date),
		Months:        m.Months,
		ResearchTypes: numbers[ResearchType](m.ResearchTypes),
	}
}

func (s PurposeStatement) duo() duo.PurposeStatement {
	return duo.PurposeStatement{
		Purpose: duo.Purpose(s.Purpose), HealthAim: s.HealthAim, Diseases: slices.Clone(s.Diseases),
	}
}

func purposeFromDUO(s duo.PurposeStatement) PurposeStatement {
	return PurposeStatement{Purpose: Purpose(s.Purpose), HealthAim: s.HealthAim, Diseases: slices.Clone(s.Diseases)}
}

func (e EdgeProof) duo() duo.EdgeProof {
	return duo.EdgeProof{Child: e.Child, Parent: e.Parent, Index: e.Index, Path: convert(e.Path, bytes.Clone)}
}

func edgeFromDUO(e duo.EdgeProof) EdgeProof {
	return EdgeProof{Child: e.Child, Parent: e.Parent, Index: e.Index, Path: convert(e.Path, bytes.Clone)}
}

// convert maps a list; an empty one becomes nil, as the wire has it.
func convert[A, B any](items []A, f func(A) B) []B {
	if len(items) == 0 {
		return nil
	}
	out := make([]B, len(items))
	for i, item := range items {
		out[i] = f(item)
	}
	return out
}

// numbers converts a list of enums: the two vocabularies share their numbers.
func numbers[B, A ~int32](items []A) []B {
	return convert(items, func(item A) B { return B(item) })
}

// value is the time, or the zero time for none.
func value(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// pointer is the time, or none for the zero time.
func pointer(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
