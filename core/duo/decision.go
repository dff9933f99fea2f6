package duo

import (
	"cmp"
	"slices"
)

// Verdict is the answer of Permits. The zero value is no answer and permits nothing.
type Verdict int32

// The verdicts, in rising order of strictness.
const (
	Allow Verdict = iota + 1
	Refer         // an ethics organisation decides; its silence is a denial
	Deny
)

// String returns ALLOW, REFER or DENY.
func (v Verdict) String() string {
	switch v {
	case Allow:
		return "ALLOW"
	case Refer:
		return "REFER"
	case Deny:
		return "DENY"
	default:
		return "UNSPECIFIED"
	}
}

// Reason is a stable code, such as NCU or PERMISSION:METHODS. It is part of the
// interface: the web and the vectors compare it.
type Reason string

// The reasons that are not DUO short names. ReasonPermission and ReasonTopic are
// followed by a colon and the purpose or the topic.
const (
	ReasonInactive     Reason = "INACTIVE"     // consent or dataset is not in force
	ReasonMalformed    Reason = "MALFORMED"    // policy, use or facts are incomplete or do not belong together
	ReasonClass        Reason = "CLASS"        // a party's class is excluded
	ReasonData         Reason = "DATA"         // the dataset holds a class that policy or use does not name
	ReasonPermission   Reason = "PERMISSION"   // a purpose is outside the permission
	ReasonAI           Reason = "X-AI"         // more machine learning than allowed
	ReasonCompute      Reason = "X-COMPUTE"    // compute only
	ReasonReidentify   Reason = "X-REID"       // no promise not to re-identify
	ReasonLink         Reason = "X-LINK"       // no promise not to link
	ReasonReturn       Reason = "X-RETURN"     // no promise to return results
	ReasonEthics       Reason = "ETHICS"       // ethics approval for IRB
	ReasonVisa         Reason = "VISA"         // a recipient's visa
	ReasonOrganisation Reason = "ORGANISATION" // an organisation is not accredited
	ReasonTopic        Reason = "TOPIC"        // a sensitive topic
	ReasonReferral     Reason = "REFERRAL"     // a referral is due but the policy names nobody
	ReasonAttest       Reason = "ATTEST"       // de-identification
)

// Decision is a verdict with its reasons, sorted, each once. DENY has the reasons to
// deny, REFER those to refer, and ALLOW has none, or, after an approved referral,
// those that were referred.
type Decision struct {
	Verdict Verdict  `json:"verdict"`
	Reasons []Reason `json:"reasons,omitempty"`
}

// Allowed reports whether the verdict is ALLOW.
func (d Decision) Allowed() bool {
	return d.Verdict == Allow
}

// sorted returns the items in ascending order, each once, in new memory.
func sorted[T cmp.Ordered](items []T) []T {
	if len(items) == 0 {
		return nil
	}
	s := slices.Clone(items)
	slices.Sort(s)
	return slices.Compact(s)
}
