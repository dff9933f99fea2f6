package duo

// Permits decides whether the policy permits the use, given the facts. It is total
// and deterministic, it does not depend on the order of any list, and it denies
// what it cannot prove. Every rule is asked, so that the reasons are complete, but
// malformed input ends with MALFORMED alone (beside INACTIVE).
//
// A modifier other than CC never turns DENY into ALLOW. A wider permission never
// turns ALLOW into DENY, with one exception that DUO means so: NMDS leaves the
// development of methods for stated diseases to a DS policy, and to no other.
func Permits(policy Policy, use Use, facts Facts) Decision {
	c := &inquiry{policy: policy, use: use, facts: facts}
	c.inForce()
	if !c.wellFormed() {
		return c.decision()
	}
	c.classes()
	c.permission()
	c.limits()
	c.parties()
	c.approvals()
	c.promises()
	c.topics()
	c.researchTypes()
	c.deidentified()
	return c.decision()
}

// inquiry is one decision in the making.
type inquiry struct {
	policy Policy
	use    Use
	facts  Facts
	denied []Reason
	refers []Reason
}

// deny records a reason to deny if it holds.
func (c *inquiry) deny(reason Reason, holds bool) {
	if holds {
		c.denied = append(c.denied, reason)
	}
}

// refer records a reason to refer if it holds.
func (c *inquiry) refer(reason Reason, holds bool) {
	if holds {
		c.refers = append(c.refers, reason)
	}
}

// decision weighs the reasons: DENY before REFER before ALLOW.
func (c *inquiry) decision() Decision {
	switch {
	case len(c.denied) > 0:
		return Decision{Verdict: Deny, Reasons: sorted(c.denied)}
	case len(c.refers) == 0:
		return Decision{Verdict: Allow}
	case c.policy.ReferTo == "":
		return Decision{Verdict: Deny, Reasons: sorted(append(c.refers, ReasonReferral))}
	case c.facts.ReferralApproved:
		return Decision{Verdict: Allow, Reasons: sorted(c.refers)}
	default:
		return Decision{Verdict: Refer, Reasons: sorted(c.refers)}
	}
}
