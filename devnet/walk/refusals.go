package walk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/x/market"
)

// denied plays a request that the patient refuses: it fails, releases nothing, and the
// money goes back less the process fee.
func (s *Story) denied(ctx context.Context) (string, error) {
	before, err := s.emissions(ctx)
	if err != nil {
		return "", err
	}
	out, err := s.Ask(ctx, "refused", shortDeadline)
	if err != nil {
		return "", err
	}
	err = s.each(func(d *set) error {
		_, err := s.people[Patient].Decide(ctx, out.RequestID, d.id, false)
		return err
	})
	if err != nil {
		return "", err
	}
	if err := s.refusedFetch(ctx, out.RequestID, fault.Unavailable); err != nil {
		return "", err
	}
	researcher := s.people[Researcher]
	err = researcher.Chain.Wait(ctx, func(ctx context.Context, _ chain.Status) (bool, error) {
		view, err := researcher.Chain.Market().Request(ctx, &market.QueryRequestRequest{RequestId: out.RequestID})
		return err == nil && view.Request.State == market.STATE_FAILED_SHORT, err
	})
	if err != nil {
		return "", err
	}
	if err := s.refusedFetch(ctx, out.RequestID, fault.Refused); err != nil {
		return "", err
	}
	back, err := s.refunded(ctx, out)
	if err != nil {
		return "", err
	}
	if err := s.sameEmissions(ctx, before); err != nil {
		return "", err
	}
	s.summary.DeniedRefused = true
	return fmt.Sprintf("the patient said no: FAILED_SHORT, fetch is refused, %d of %s went back", back, out.Escrow), nil
}

// refusedFetch wants a fetch to fail, and in the right way.
func (s *Story) refusedFetch(ctx context.Context, requestID string, want fault.Kind) error {
	folder, err := s.folder("fetched", "refused")
	if err != nil {
		return err
	}
	_, err = s.people[Researcher].Fetch(ctx, client.FetchOptions{RequestID: requestID, Out: folder})
	if !fault.Is(err, want) {
		return broken("fetch of request %s: %w, want %s (exit %d)", requestID, orNil(err), want, want.ExitCode())
	}
	return nil
}

// errNone stands for an error that should have been.
var errNone = errors.New("no error")

func orNil(err error) error {
	if err == nil {
		return errNone
	}
	return err
}

// refunded checks the ledger of a request that failed and returns what went back.
func (s *Story) refunded(ctx context.Context, out *client.Submitted) (uint64, error) {
	view, err := s.people[Researcher].Request(ctx, out.RequestID)
	if err != nil {
		return 0, err
	}
	params, err := s.people[Researcher].Chain.Market().Params(ctx, &market.QueryParamsRequest{})
	if err != nil {
		return 0, err
	}
	e, fee := view.Escrow, params.Params.ProcessFee
	if !e.Refunded.Equal(e.Deposited.Sub(fee)) || !e.Paid.Equal(fee) || !e.Done() {
		return 0, broken("request %s: of %s %s went back and %s was kept, the process fee is %s",
			out.RequestID, e.Deposited, e.Refunded, e.Paid, fee)
	}
	return e.Refunded.Uint64(), nil
}

// withdrawn plays a request that comes after the consent was revoked: neither the client
// nor the chain takes a yes, and nothing new is emitted.
func (s *Story) withdrawn(ctx context.Context) (string, error) {
	before, err := s.emissions(ctx)
	if err != nil {
		return "", err
	}
	out, err := s.Ask(ctx, "late", longDeadline)
	if err != nil {
		return "", err
	}
	err = s.each(func(d *set) error {
		if _, err := s.people[Patient].Revoke(ctx, d.id); err != nil {
			return err
		}
		return s.refusedYes(ctx, out.RequestID, d)
	})
	if err != nil {
		return "", err
	}
	if _, err := s.people[Researcher].Cancel(ctx, out.RequestID); err != nil {
		return "", err
	}
	if err := s.refusedFetch(ctx, out.RequestID, fault.Refused); err != nil {
		return "", err
	}
	if err := s.sameEmissions(ctx, before); err != nil {
		return "", err
	}
	s.summary.WithdrawnRefused = true
	return "consent revoked: a yes is refused (INACTIVE) by client and chain, nothing new was emitted", nil
}

// refusedYes wants a yes to fail: in the client by the rules, and on the chain for one
// who does not ask the client.
func (s *Story) refusedYes(ctx context.Context, requestID string, d *set) error {
	patient := s.people[Patient]
	_, err := patient.Decide(ctx, requestID, d.id, true)
	if !fault.Is(err, fault.Refused) || !slices.Contains(fault.Reasons(err), string(duo.ReasonInactive)) {
		return broken("yes for %s after the revocation: %w, want %s with %s",
			d.id, orNil(err), fault.Refused, duo.ReasonInactive)
	}
	owner, err := s.signer(d)
	if err != nil {
		return err
	}
	_, err = patient.Chain.Send(ctx, owner, &market.MsgDecideRequest{
		Owner: d.owner, RequestId: requestID, DatasetId: d.id, Yes: true,
	})
	if !errors.Is(err, market.ErrDenied) {
		return broken("the chain on a yes for %s after the revocation: %w, want %w", d.id, orNil(err), market.ErrDenied)
	}
	return nil
}

// emissions counts what the committee ever emitted for each dataset.
func (s *Story) emissions(ctx context.Context) ([]int, error) {
	out := make([]int, len(s.sets))
	for i, d := range s.sets {
		audit, err := s.people[Researcher].Chain.Audit(ctx, d.id)
		if err != nil {
			return nil, err
		}
		out[i] = len(audit.Emissions)
	}
	return out, nil
}

func (s *Story) sameEmissions(ctx context.Context, before []int) error {
	after, err := s.emissions(ctx)
	if err == nil && !slices.Equal(before, after) {
		err = broken("emissions by dataset were %v, are %v", before, after)
	}
	return err
}
