package chain

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// subject names what a query asks for, with the id; empty for queries whose answer always exists.
func subject(request any) string {
	switch r := request.(type) {
	case *dataset.QueryDatasetRequest:
		return named("dataset", r.DatasetId)
	case *consent.QueryConsentRequest:
		return named("consent for dataset", r.DatasetId)
	case *market.QueryRequestRequest:
		return named("request", r.RequestId)
	case *market.QueryClaimRequest:
		return named(fmt.Sprintf("claim against gateway %s for seat %d of request", r.Gateway, r.Seat), r.RequestId)
	case *custody.QuerySeatRequest:
		return named(fmt.Sprintf("seat %d of request", r.Index), r.RequestId)
	case *custody.QueryAuditRequest:
		return named("audit of dataset", r.DatasetId)
	case *custody.QueryInspectionRequest:
		return named("inspection", r.InspectionId)
	case *attestation.QueryOrganisationRequest:
		return named("organisation", r.Address)
	case *attestation.QueryDeidentificationRequest:
		return named(fmt.Sprintf("attestation of version %d of dataset", r.Version), r.DatasetId)
	default:
		return ""
	}
}

func named(noun, id string) string {
	if id == "" {
		return ""
	}
	return noun + " " + id
}

// UnreachableError is the silence of a node that the caller still waited for. A call that the caller ended, or whose
// time ran out, tells nothing about the node.
type UnreachableError struct{ err error }

// Error implements error.
func (u *UnreachableError) Error() string { return u.err.Error() }

// Unwrap is what the call failed with, of kind Unavailable.
func (u *UnreachableError) Unwrap() error { return u.err }

// unanswered is a call that the node did not answer.
func unanswered(ctx context.Context, format string, args ...any) error {
	err := fault.E(fault.Unavailable, format, args...)
	if ctx.Err() != nil {
		return err
	}
	return &UnreachableError{err}
}

// machinery is what SDK and gRPC write around the words of a module: codes, places in the source, and the steps
// on which a transaction failed.
var machinery = regexp.MustCompile(
	`rpc error: code = \w+ desc = | \[[\w./@-]+\.go:\d+\]|failed to simulate tx: |` +
		`failed to execute message; message index: \d+: |: (key not found|invalid request)$`)

// plainLog is what a module said, once and without the machinery around it.
func plainLog(log string) string {
	var out []string
	for _, part := range strings.Split(machinery.ReplaceAllString(log, ""), ": ") {
		if len(out) == 0 || out[len(out)-1] != part {
			out = append(out, part)
		}
	}
	return strings.Join(out, ": ")
}
