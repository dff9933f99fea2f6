package client

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// DatasetEntry is a dataset with everything its owner wants to know of it.
type DatasetEntry struct {
	DatasetID string `json:"dataset_id"`
	Owner     string `json:"owner"`
	Version   uint64 `json:"version"`
	Kind      string `json:"kind"`
	Status    string `json:"status"`
	Height    int64  `json:"height"`
	Receipts  int    `json:"receipts"`
	Needs     uint32 `json:"receipts_needed"`
	// Consent is active, inactive or none; Attestor who vouches for this version, if anybody.
	Consent        string `json:"consent"`
	ConsentVersion uint64 `json:"consent_version,omitempty"`
	Attestor       string `json:"attestor,omitempty"`
	// Readers opened it: researchers by a request, organisations by an inspection.
	Readers []Reader `json:"readers,omitempty"`
	// Earned was paid to the owner or is held for him.
	Earned sdk.Coins `json:"earned,omitempty"`
}

// Reader is somebody to whom a dataset's key was released.
type Reader struct {
	Address   string `json:"address"`
	Kind      string `json:"kind"`
	RequestID string `json:"request_id"`
	Height    int64  `json:"height"`
}

// Datasets lists the datasets of all accounts of the wallet.
func (s *Session) Datasets(ctx context.Context) ([]DatasetEntry, error) {
	if s.Wallet == nil {
		return nil, usage("no wallet: make one with volens keys new")
	}
	var out []DatasetEntry
	for _, account := range s.Wallet.Accounts() {
		err := pages(Window{}, func(page *query.PageRequest) (int, *query.PageResponse, error) {
			answer, err := s.Chain.Datasets().Datasets(ctx, &dataset.QueryDatasetsRequest{
				Owner: account.Address, Pagination: page,
			})
			if err != nil {
				return 0, nil, err
			}
			for _, d := range answer.Datasets {
				entry, err := s.dataset(ctx, d.Id)
				if err != nil {
					return 0, nil, err
				}
				out = append(out, *entry)
			}
			return len(answer.Datasets), answer.Pagination, nil
		})
		if err != nil {
			return nil, classify(err)
		}
	}
	return out, nil
}

// Dataset shows one dataset, anybody's.
func (s *Session) Dataset(ctx context.Context, datasetID string) (*DatasetEntry, error) {
	out, err := s.dataset(ctx, datasetID)
	return out, classify(err)
}

func (s *Session) dataset(ctx context.Context, datasetID string) (*DatasetEntry, error) {
	if _, err := parseID("dataset", datasetID); err != nil {
		return nil, err
	}
	answer, err := s.Chain.Datasets().Dataset(ctx, &dataset.QueryDatasetRequest{DatasetId: datasetID})
	if err != nil {
		return nil, err
	}
	d := answer.Dataset
	out := &DatasetEntry{
		DatasetID: d.Id, Owner: d.Owner, Version: d.Version, Kind: shortName(kindPrefix, d.Payload.Kind.String()),
		Status: shortName("STATUS_", d.Status.String()), Height: d.Height,
		Receipts: len(answer.Receipts), Needs: d.Payload.Threshold, Consent: "none",
	}
	granted, err := s.Chain.Consents().Consent(ctx, &consent.QueryConsentRequest{DatasetId: datasetID})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	payout := d.Owner
	if err == nil {
		out.Consent = shortName("STATUS_", granted.Consent.Status.String())
		out.ConsentVersion = granted.Consent.Version
		if granted.Consent.Provision.Payout != "" {
			payout = granted.Consent.Provision.Payout
		}
	}
	vouched, err := s.Chain.Attestations().Deidentification(ctx,
		&attestation.QueryDeidentificationRequest{DatasetId: datasetID, Version: d.Version})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if err == nil && !vouched.Deidentification.Revoked {
		out.Attestor = vouched.Deidentification.Attestor
	}
	return out, s.history(ctx, out, payout)
}

// history fills who opened the dataset and what it earned.
func (s *Session) history(ctx context.Context, out *DatasetEntry, payout string) error {
	audit, err := s.Chain.Audit(ctx, out.DatasetID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err == nil {
		for _, r := range audit.Releases {
			out.Readers = append(out.Readers, Reader{
				Address:   r.Reader,
				Kind:      shortName("JOB_KIND_", r.Kind.String()),
				RequestID: r.RequestId,
				Height:    r.Height,
			})
		}
	}
	err = pages(Window{}, func(page *query.PageRequest) (int, *query.PageResponse, error) {
		earnings, err := s.Chain.Market().Earnings(ctx, &market.QueryEarningsRequest{Address: payout, Pagination: page})
		if err != nil {
			return 0, nil, err
		}
		for _, p := range earnings.Payments {
			if p.Role == market.PART_ROLE_PATIENT {
				out.Earned = out.Earned.Add(p.Amount)
			}
		}
		return len(earnings.Payments), earnings.Pagination, nil
	})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// Withdraw ends an own dataset for ever. What was released stays released.
func (s *Session) Withdraw(ctx context.Context, datasetID string) (*Done, error) {
	owner, err := s.owner(ctx, datasetID)
	if err != nil {
		return nil, classify(err)
	}
	receipt, err := s.send(ctx, owner, &dataset.MsgWithdrawDataset{
		Owner: owner.Address().String(), DatasetId: datasetID,
	})
	if err != nil {
		return nil, classify(err)
	}
	return done(receipt), nil
}
