package consent

import (
	"crypto/sha256"
	"slices"
	"time"
)

// KMinLadder is what a patient may ask for as the least cohort, beside 0 for none.
// Few steps keep the number of lists that clearing sorts small.
func KMinLadder() []uint32 {
	return []uint32{11, 25, 50, 100, 250, 1000}
}

// MaxProvisionSize bounds a provision in bytes on the wire, so that the revocation,
// which keeps it, always fits into the gas of the zero-fee lane.
const MaxProvisionSize = 8 << 10

// Validate returns an error with the paths of all elements that are missing or
// wrong, such as provision.disclosure.statements.revocation (duo.MissingFields
// reads them), or nil. Whether the expiry lies ahead is left to ValidateAt, and whether
// template, codebook and accounts exist only the chain knows.
func (p Provision) Validate() error {
	return p.ValidateAt(time.Time{})
}

// ValidateAt is Validate, and the expiry must lie after now, the block time.
func (p Provision) ValidateAt(now time.Time) error {
	f := &faults{}
	p.check(f, "provision", now)
	return f.err()
}

// Canonical returns the provision with its policy in the canonical form of core/duo,
// every list sorted. Provisions are stored so, and wallets sign them so.
func (p Provision) Canonical() (Provision, error) {
	if err := p.Validate(); err != nil {
		return Provision{}, err
	}
	policy, err := p.Policy.DUO()
	if err != nil {
		return Provision{}, err
	}
	if policy, err = policy.Canonical(); err != nil {
		return Provision{}, err
	}
	p.Policy = PolicyFromDUO(policy)
	return p, nil
}

// check records all faults of the provision.
func (p Provision) check(f *faults, path string, now time.Time) {
	f.need(p.Size() <= MaxProvisionSize, path)
	p.Policy.check(f, path+".policy")
	f.need(p.Mode == MODE_ASK_ME, path+".mode")
	p.Expiry.check(f, path+".expiry", now)
	f.need(p.KMin == 0 || slices.Contains(KMinLadder(), p.KMin), path+".k_min")
	if p.Payout == "" {
		f.need(p.Donate, path+".payout")
	} else {
		f.need(validAddress(p.Payout), path+".payout")
		f.need(!p.Donate, path+".donate")
	}
	p.Disclosure.check(f, path+".disclosure")
}

// check records an expiry that was not chosen, chosen twice, or that has passed.
func (e Expiry) check(f *faults, path string, now time.Time) {
	f.need(e.Never == (e.Time == nil), path)
	f.need(e.Time == nil || e.Time.After(now), path+".time")
}

// check records what the disclosure lacks.
func (d Disclosure) check(f *faults, path string) {
	f.need(validAddress(d.Discloser), path+".discloser")
	d.Statements.check(f, path+".statements")
	f.need(validToken(d.TemplateId), path+".template_id")
	f.need(validLanguage(d.Language), path+".language")
	f.need(len(d.TextSha256) == sha256.Size, path+".text_sha256")
	f.need(validToken(d.ComprehensionVersion), path+".comprehension_version")
	f.need(d.ComprehensionPassed, path+".comprehension_passed")
	f.need(d.Subject == SUBJECT_ADULT || d.Subject == SUBJECT_WITH_GUARDIAN, path+".subject")
	digest := 0
	if d.Subject == SUBJECT_WITH_GUARDIAN {
		digest = sha256.Size
	}
	f.need(len(d.RepresentativeSha256) == digest, path+".representative_sha256")
	f.need(len(d.AuthoritySha256) == digest, path+".authority_sha256")
}

// check records the statements without a version.
func (s Statements) check(f *faults, path string) {
	f.need(validToken(s.Revocation), path+".revocation")
	f.need(validToken(s.NoConditioning), path+".no_conditioning")
	f.need(validToken(s.Redisclosure), path+".redisclosure")
	f.need(validToken(s.Remuneration), path+".remuneration")
	f.need(validToken(s.Rights), path+".rights")
	f.need(validToken(s.FamilyNotice), path+".family_notice")
}
