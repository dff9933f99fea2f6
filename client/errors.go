package client

import (
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/formats"
	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/core/gate"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/manifest"
	"github.com/volens-network/volens/core/threshold"
)

func usage(format string, args ...any) error { return fault.E(fault.Usage, format, args...) }

func integrity(err error) error { return fault.Wrap(fault.Integrity, err) }

// refused gives an error the reason codes of the rule that said no.
func refused(err error, reasons ...string) error { return fault.Refuse(reasons, "%w", err) }

// classify gives the errors of core/* their kind; those that have one keep it. What the chain does not have gets a way
// out.
func classify(err error) error {
	var query *chain.QueryError
	if errors.As(err, &query) && fault.Is(err, fault.NotFound) && fault.WayOut(err) == "" {
		if way := waysOut[path.Base(query.Path)]; way != "" {
			return fault.Advise(err, "%s", way)
		}
		return err
	}
	var tx *chain.TxError
	if errors.As(err, &tx) && fault.Is(err, fault.NotFound) {
		return fault.Advise(err, "compare the id with the one you were given")
	}
	if err == nil || fault.KindOf(err) != fault.Internal {
		return err
	}
	var refusal *deid.RefusalError
	var missing *duo.MissingFieldsError
	switch {
	case errors.As(err, &refusal):
		return refused(err, string(refusal.Code))
	case errors.As(err, &missing):
		return fault.Wrap(fault.Usage, err)
	case isAny(err, id.ErrMalformed, formats.ErrOneSample, formats.ErrNoArchive):
		return fault.Wrap(fault.Usage, err)
	case isAny(err, envelope.ErrIntegrity, envelope.ErrStanza, envelope.ErrWrapKey, gate.ErrPart, manifest.ErrManifest,
		threshold.ErrProof, threshold.ErrEncoding, threshold.ErrIdentity):
		return integrity(err)
	default:
		return err
	}
}

// waysOut say, by what was asked for, how to find what the chain does have.
var waysOut = map[string]string{
	"Dataset":          "compare the id with the one you were given; volens dataset list shows your own",
	"Consent":          "nobody gave one, or there is no such dataset: volens dataset show tells",
	"Request":          "compare the id with the one you were given; volens request list shows all",
	"Seat":             "volens request show tells how many seats a request has",
	"Claim":            "volens service claim makes one",
	"Organisation":     "volens org list shows all",
	"Deidentification": "the owner asks for one with volens dataset inspect",
}

func isAny(err error, sentinels ...error) bool {
	return slices.ContainsFunc(sentinels, func(s error) bool { return errors.Is(err, s) })
}

// denied is a decision of duo.Permits that is not ALLOW.
func denied(verdict string, reasons []string) error {
	return fault.Refuse(reasons, "not permitted: %s", verdict)
}

// parseID reads an id that a person typed.
func parseID(what, text string) (id.ID, error) {
	out, err := id.Parse(text)
	if err != nil {
		return out, usage("%s %q is no id: an id has 32 lower-case hexadecimal digits", what, text)
	}
	return out, nil
}

// within names what was being done when an error came.
func within(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
