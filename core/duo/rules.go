package duo

import (
	"bytes"
	"encoding/hex"
	"slices"
)

// The rules below are numbered 0 to 10 in the order of reading. Each looks at one thing,
// records what speaks against the use, and knows nothing of the others.

// inForce is rule 0: consent and dataset are active now.
func (c *inquiry) inForce() {
	consent, now := c.facts.Consent, c.facts.Time
	started := !consent.Start.IsZero() && !now.Before(consent.Start)
	ended := !now.Before(consent.Expiry)
	if consent.NoExpiry {
		ended = !consent.Expiry.IsZero()
	}
	c.deny(ReasonInactive, !consent.Active || !started || ended || !c.facts.Dataset.Active)
}

// wellFormed is rule 1: the three inputs are complete and belong together.
func (c *inquiry) wellFormed() bool {
	book := c.facts.Codebook.Version
	ok := c.policy.Validate() == nil && c.use.Validate() == nil && c.facts.Height > 0 &&
		c.use.KeyID != 0 && c.use.KeyID == c.facts.Dataset.KeyID &&
		(c.use.Codebook == "" || c.use.Codebook == book) &&
		(c.policy.Permission != DS || c.policy.Codebook == book) &&
		c.partiesMatch()
	c.deny(ReasonMalformed, !ok)
	return ok
}

// partiesMatch reports whether the facts are about the parties that the use names.
func (c *inquiry) partiesMatch() bool {
	if c.facts.Organisation.Address != c.use.Organisation || c.owner().Address != c.use.BeneficialOwner ||
		len(c.facts.Recipients) != len(c.use.Recipients) {
		return false
	}
	for _, address := range c.use.Recipients {
		if !slices.ContainsFunc(c.facts.Recipients, func(r Recipient) bool { return r.Address == address }) {
			return false
		}
	}
	return true
}

// owner returns the facts about the beneficial owner.
func (c *inquiry) owner() Organisation {
	if c.use.BeneficialOwner == c.use.Organisation {
		return c.facts.Organisation
	}
	return c.facts.BeneficialOwner
}

// holders returns the organisations that get the data: the one that uses it and
// those of the recipients.
func (c *inquiry) holders() []Organisation {
	all := []Organisation{c.facts.Organisation}
	for _, r := range c.facts.Recipients {
		all = append(all, r.Organisation)
	}
	return all
}

// organisations returns the holders and the beneficial owner.
func (c *inquiry) organisations() []Organisation {
	return append(c.holders(), c.owner())
}

// classes is rule 2: X-INSURE, and the classes of recipients and data that the
// patient named.
func (c *inquiry) classes() {
	for _, o := range c.organisations() {
		c.deny(ReasonClass, !o.Kind.Valid() || (!c.policy.Own.InsureAllowed && o.Kind.excluded()))
	}
	for _, r := range c.facts.Recipients {
		c.deny(ReasonClass, !c.policy.Own.InsureAllowed && r.Class.excluded())
		c.deny(ReasonClass, !slices.Contains(c.policy.RecipientClasses, r.Class))
	}
	c.deny(ReasonData, len(c.facts.Dataset.DataClasses) == 0)
	for _, class := range c.facts.Dataset.DataClasses {
		named := slices.Contains(c.policy.DataClasses, class) && slices.Contains(c.use.DataClasses, class)
		c.deny(ReasonData, !named)
	}
}

// permission is rule 3: every purpose is within the permission.
func (c *inquiry) permission() {
	covered := func([]string) bool { return false }
	if c.policy.Permission == DS {
		parents, err := verifyAncestry(c.use.Ancestry, c.facts.Codebook)
		c.deny(ReasonMalformed, err != nil)
		covered = func(diseases []string) bool { return parents.cover(diseases, c.policy.Diseases) }
	}
	for _, statement := range c.use.Purposes {
		reason := ReasonPermission + Reason(":"+statement.Purpose.String())
		c.deny(reason, !within(c.policy, statement, covered))
	}
}

// within reports whether the permission holds the purpose; covered tells whether
// every one of some diseases is in a DS policy's list or below it.
func within(policy Policy, s PurposeStatement, covered func(diseases []string) bool) bool {
	if s.Purpose == PurposeClinicalCare {
		return policy.Permission == NRES || policy.has(CC)
	}
	switch policy.Permission {
	case NRES:
		return true
	case GRU:
		return s.Purpose.Research()
	case HMB:
		return s.Purpose == PurposeHMB || s.Purpose == PurposeDS || (s.Purpose == PurposeMethods && s.HealthAim)
	case DS:
		return (s.Purpose == PurposeDS || s.Purpose == PurposeMethods) && covered(s.Diseases)
	case POA:
		return s.Purpose == PurposePOA
	default:
		return false
	}
}

// limits is rule 4: what the use is, whoever makes it.
func (c *inquiry) limits() {
	states := func(p Purpose) bool {
		return slices.ContainsFunc(c.use.Purposes, func(s PurposeStatement) bool { return s.Purpose == p })
	}
	c.deny("NPOA", c.policy.has(NPOA) && states(PurposePOA))
	c.deny("NMDS", c.policy.has(NMDS) && states(PurposeMethods) && c.policy.Permission != DS)
	c.deny("NCU", c.policy.has(NCU) && c.use.Commercial)
	c.deny("NPUNCU", c.policy.has(NPUNCU) && c.use.Commercial)
	c.deny("GSO", c.policy.has(GSO) && !slices.ContainsFunc(c.use.DataClasses, DataClass.genotype))
	c.deny(ReasonAI, c.use.AI > c.policy.Own.AI)
	c.deny(ReasonCompute, c.policy.Own.ComputeOnly && c.use.Mode != ModeCompute)
}

// parties is rule 5: who uses the data, and where.
func (c *inquiry) parties() {
	profit := slices.ContainsFunc(c.organisations(), func(o Organisation) bool { return !o.Kind.notForProfit() }) ||
		slices.ContainsFunc(c.facts.Recipients, func(r Recipient) bool { return !r.Class.notForProfit() })
	c.deny("NPU", c.policy.has(NPU) && profit)
	c.deny("NPUNCU", c.policy.has(NPUNCU) && profit)
	unaccredited := func(o Organisation) bool { return !o.Accredited }
	c.deny(ReasonOrganisation, slices.ContainsFunc(c.organisations(), unaccredited))

	countries := []string{c.use.SiteCountry, c.use.ComputeCountry}
	if c.use.Mode == ModeCompute {
		countries = append(countries, c.facts.ComputeCountry)
	}
	institutions := []string{}
	for _, o := range c.holders() {
		countries = append(countries, o.Country)
		institutions = append(institutions, o.Address)
	}
	c.only(GS, countries)
	c.only(IS, institutions)
	c.only(US, c.use.Recipients)
	c.only(PS, []string{hex.EncodeToString(c.use.ProtocolSHA256)})
}

// only denies if the policy has the modifier and one item is not among its values.
func (c *inquiry) only(t Term, items []string) {
	m, ok := c.policy.Modifier(t)
	outside := func(item string) bool { return !slices.Contains(m.Values, item) }
	c.deny(Reason(t.Short()), ok && slices.ContainsFunc(items, outside))
}

// approvals is rule 6: ethics, collaboration and visas. What is missing denies,
// what is only claimed is referred.
func (c *inquiry) approvals() {
	if c.policy.has(IRB) {
		c.need(ReasonEthics, c.ethics())
	}
	if m, ok := c.policy.Modifier(COL); ok {
		c.need("COL", c.collaboration(m))
	}
	for _, r := range c.facts.Recipients {
		visa := r.Visa
		if !c.facts.Time.Before(r.VisaExpiry) {
			visa = EvidenceNone
		}
		c.need(ReasonVisa, visa)
	}
}

// need denies without evidence and refers a mere claim.
func (c *inquiry) need(reason Reason, e Evidence) {
	c.refer(reason, e == EvidenceClaimed)
	c.deny(reason, e != EvidenceClaimed && e != EvidenceAttested)
}

// ethics returns the best evidence of an approval of this protocol that is in force
// and covers every purpose.
func (c *inquiry) ethics() Evidence {
	best := EvidenceNone
	for _, a := range c.facts.Approvals {
		uncovered := func(s PurposeStatement) bool { return !slices.Contains(a.Purposes, s.Purpose) }
		counts := a.Organisation != "" && c.facts.Time.Before(a.Expiry) &&
			bytes.Equal(a.ProtocolSHA256, c.use.ProtocolSHA256) &&
			!slices.ContainsFunc(c.use.Purposes, uncovered)
		if counts {
			best = max(best, a.Evidence)
		}
	}
	return best
}

// collaboration returns the evidence that an acceptable collaborator takes part.
func (c *inquiry) collaboration(m Modifier) Evidence {
	who := c.use.Collaborator
	switch {
	case who == "" || (len(m.Values) > 0 && !slices.Contains(m.Values, who)):
		return EvidenceNone
	case slices.Contains(c.facts.CoSigners, who):
		return EvidenceAttested
	default:
		return EvidenceClaimed
	}
}

// promises is rule 7: what the researcher signs.
func (c *inquiry) promises() {
	p := c.use.Promises
	c.deny("PUB", c.policy.has(PUB) && !p.Publish)
	moratorium, ok := c.policy.Modifier(MOR)
	c.deny("MOR", ok && p.Moratorium.Before(moratorium.Date))
	c.deny("RTN", c.policy.has(RTN) && !p.ReturnResults)
	limit, ok := c.policy.Modifier(TS)
	c.deny("TS", ok && c.use.DurationMonths > limit.Months)
	c.deny(ReasonReidentify, !p.NoReidentification)
	c.deny(ReasonLink, !c.policy.Own.Link && !p.NoLinkage)
	c.deny(ReasonReturn, c.policy.Own.ReturnResults && !p.ReturnResults)
}

// topics is rule 8: a sensitive topic that the policy does not allow is referred.
func (c *inquiry) topics() {
	for _, topic := range c.use.Topics {
		c.refer(ReasonTopic+Reason(":"+topic.String()), !slices.Contains(c.policy.TopicsAllowed, topic))
	}
}

// researchTypes is rule 9: under RS every stated type is among the policy's, and
// there is at least one.
func (c *inquiry) researchTypes() {
	m, ok := c.policy.Modifier(RS)
	outside := func(t ResearchType) bool { return !slices.Contains(m.ResearchTypes, t) }
	c.refer("RS", ok && (len(c.use.ResearchTypes) == 0 || slices.ContainsFunc(c.use.ResearchTypes, outside)))
}

// deidentified is rule 10: this version is attested on a basis that the patient
// accepts, and nobody disputes it.
func (c *inquiry) deidentified() {
	a := c.facts.Attestation
	c.deny(ReasonAttest, !a.Live || a.Challenged || !slices.Contains(c.policy.AcceptedBases, a.Basis))
}
