package client

import (
	"context"
	"time"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// Status is where node, committee and gateways stand, and what waits for this user.
type Status struct {
	ChainID   string           `json:"chain_id"`
	Height    int64            `json:"height"`
	Time      time.Time        `json:"time"`
	Committee *CommitteeStatus `json:"committee"`
	Gateways  []GatewayStatus  `json:"gateways"`
	Waiting   []Waiting        `json:"waiting,omitempty"`
}

// CommitteeStatus is who holds the newest key.
type CommitteeStatus struct {
	KeyID     uint64 `json:"key_id"`
	Status    string `json:"status"`
	Epoch     uint64 `json:"epoch"`
	Threshold uint32 `json:"threshold"`
	Shares    int    `json:"shares"`
	MaxJobs   uint32 `json:"max_jobs"`
	// Phase of the run that makes a key, empty when none is open.
	Phase string `json:"phase,omitempty"`
}

// GatewayStatus is a gateway with its last sign of life.
type GatewayStatus struct {
	Address   string `json:"address"`
	BaseURL   string `json:"base_url"`
	Active    bool   `json:"active"`
	Heartbeat int64  `json:"heartbeat"`
	LogSize   uint64 `json:"log_size"`
}

// Waiting is something that this user can act on.
type Waiting struct {
	What string `json:"what"`
	ID   string `json:"id"`
}

// Status asks node and chain where they stand.
func (s *Session) Status(ctx context.Context) (*Status, error) {
	at, err := s.Chain.Status(ctx)
	if err != nil {
		return nil, classify(err)
	}
	out := &Status{ChainID: at.ChainID, Height: at.Height, Time: at.Time}
	if out.Committee, err = s.committee(ctx); err != nil {
		return nil, classify(err)
	}
	gateways, err := s.Organisations(ctx, "gateway")
	if err != nil {
		return nil, classify(err)
	}
	for _, g := range gateways {
		status := GatewayStatus{Address: g.Address, BaseURL: g.BaseURL, Active: g.Active}
		answer, err := s.Chain.Attestations().Organisation(ctx,
			&attestation.QueryOrganisationRequest{Address: g.Address})
		if err != nil {
			return nil, classify(err)
		}
		if answer.Heartbeat != nil {
			status.Heartbeat, status.LogSize = answer.Heartbeat.Height, answer.Heartbeat.Size_
		}
		out.Gateways = append(out.Gateways, status)
	}
	if s.Wallet != nil {
		out.Waiting, err = s.waiting(ctx)
	}
	return out, classify(err)
}

func (s *Session) committee(ctx context.Context) (*CommitteeStatus, error) {
	out := &CommitteeStatus{Status: "none"}
	answer, err := s.Chain.Custody().Key(ctx, &custody.QueryKeyRequest{})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if err == nil {
		out.KeyID, out.Epoch = answer.Key.KeyId, answer.Key.Epoch
		out.Status = shortName("KEY_STATUS_", answer.Key.Status.String())
		out.Threshold, out.Shares, out.MaxJobs = answer.Epoch.Threshold, len(answer.Epoch.Owners), answer.Epoch.MaxJobs
	}
	run, err := s.Chain.Custody().Run(ctx, &custody.QueryRunRequest{})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if err == nil && run.Run != nil && !run.Run.Finished {
		out.Phase = shortName("PHASE_", run.Run.Phase.String())
	}
	return out, nil
}

// waiting lists inspections to accept or judge, own requests that run, and requests that
// patients can answer.
func (s *Session) waiting(ctx context.Context) ([]Waiting, error) {
	signer, err := s.signer()
	if err != nil {
		return nil, err
	}
	self := signer.Address().String()
	var out []Waiting
	err = pages(Window{}, func(page *query.PageRequest) (int, *query.PageResponse, error) {
		answer, err := s.Chain.Custody().Inspections(ctx,
			&custody.QueryInspectionsRequest{Organisation: self, Pagination: page})
		if err != nil {
			return 0, nil, err
		}
		for _, i := range answer.Inspections {
			if i.Undecided() {
				out = append(
					out,
					Waiting{What: "inspection " + shortName("INSPECTION_STATE_", i.State.String()), ID: i.DatasetId},
				)
			}
		}
		return len(answer.Inspections), answer.Pagination, nil
	})
	if err != nil {
		return nil, err
	}
	err = s.waitingRequests(ctx, self, &out)
	return out, err
}

// waitingRequests adds own requests that run, and requests of others that patients can
// answer.
func (s *Session) waitingRequests(ctx context.Context, self string, out *[]Waiting) error {
	for _, which := range []*market.QueryRequestsRequest{{Researcher: self}, {State: market.STATE_OPEN}} {
		err := pages(Window{}, func(page *query.PageRequest) (int, *query.PageResponse, error) {
			which.Pagination = page
			answer, err := s.Chain.Market().Requests(ctx, which)
			if err != nil {
				return 0, nil, err
			}
			for _, r := range answer.Requests {
				switch own := r.Researcher == self; {
				case own && which.Researcher != "" && (r.Undecided() || r.State == market.STATE_RELEASING):
					*out = append(*out, Waiting{What: "own request " + shortName("STATE_", r.State.String()), ID: r.Id})
				case !own:
					*out = append(*out, Waiting{What: "request to answer", ID: r.Id})
				}
			}
			return len(answer.Requests), answer.Pagination, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
