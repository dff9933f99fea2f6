// Package doctor looks at a validator's home and settings for what would cost it, or its
// patients, something: a crash test that is left on, a share that is not usable, keys that
// others can read, state that is pruned before anybody can prove it.
//
// Examine runs all checks and changes nothing: the node may be running. A finding has a
// remedy unless all is well.
package doctor

import (
	"time"
)

// Severity says what a finding means for the operator.
type Severity string

// The severities, from the best to the worst.
const (
	OK      Severity = "ok"
	Unknown Severity = "unknown" // the check could not be made
	Warning Severity = "warning"
	Fault   Severity = "fault"
)

// Finding is the outcome of one check.
type Finding struct {
	Check    string   `json:"check"`
	Severity Severity `json:"severity"`
	// What was found, without secrets, and without the content of any file.
	What string `json:"what"`
	// Remedy is what to do; empty if all is well.
	Remedy string `json:"remedy,omitempty"`
}

// Settings are the merged app.toml and config.toml by dotted name, as the node reads them.
type Settings interface {
	Get(name string) any
}

// Patient is what is examined.
type Patient struct {
	Home     string
	Settings Settings
	// Environment are lines NAME=VALUE: of this process, or of the running node.
	Environment []string
	// Status is what the running node says, nil if none answers.
	Status *Status
	// MinFree is the least free disk in bytes.
	MinFree uint64
	// Now is the examiner's clock.
	Now time.Time
}

// Status is the part of a node's status that the doctor reads.
type Status struct {
	LatestTime time.Time
	CatchingUp bool
	// KeyID and Epoch of the committee's key, zero before there is one.
	KeyID, Epoch uint64
}

// Examine runs every check, in a fixed order.
func Examine(p Patient) []Finding {
	var out []Finding
	for _, check := range []struct {
		name string
		run  func(Patient) Finding
	}{
		{"vote extensions", extensions},
		{"remote signer", signer},
		{"clock", clock},
		{"crash-test variables", variables},
		{"adaptive sync", adaptive},
		{"pruning", pruning},
		{"key files", keyFiles},
		{"query gas limit", gasLimit},
		{"unsafe RPC", unsafeRPC},
		{"share", ownShare},
		{"disk", disk},
	} {
		finding := check.run(p)
		finding.Check = check.name
		out = append(out, finding)
	}
	return out
}

// Worst is the worst severity of a list.
func Worst(findings []Finding) Severity {
	rank := map[Severity]int{OK: 0, Unknown: 1, Warning: 2, Fault: 3}
	worst := OK
	for _, f := range findings {
		if rank[f.Severity] > rank[worst] {
			worst = f.Severity
		}
	}
	return worst
}

func well(what string) Finding { return Finding{Severity: OK, What: what} }

func bad(severity Severity, what, remedy string) Finding {
	return Finding{Severity: severity, What: what, Remedy: remedy}
}
