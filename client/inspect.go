package client

import (
	"context"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

// Inspection is an organisation's look into one version of a dataset.
type Inspection struct {
	InspectionID string `json:"inspection_id"`
	DatasetID    string `json:"dataset_id"`
	Version      uint64 `json:"version"`
	Owner        string `json:"owner"`
	Organisation string `json:"organisation"`
	State        string `json:"state"`
	// Deadline is the last height for a verdict, once the key is released.
	Deadline int64 `json:"deadline,omitempty"`
}

func inspection(i custody.Inspection) Inspection {
	return Inspection{
		InspectionID: i.Id, DatasetID: i.DatasetId, Version: i.Version, Owner: i.Owner, Organisation: i.Organisation,
		State: shortName("INSPECTION_STATE_", i.State.String()), Deadline: i.Deadline,
	}
}

// Inspect lets an organisation read the present version of an own dataset, to judge it.
// It is the owner's consent to that, and nothing else. The report goes to the
// organisation by another way: it is a file beside the dataset (Ingested.Report).
func (s *Session) Inspect(ctx context.Context, datasetID, organisation string) (*Inspection, error) {
	out, err := s.inspect(ctx, datasetID, organisation)
	return out, classify(err)
}

func (s *Session) inspect(ctx context.Context, datasetID, organisation string) (*Inspection, error) {
	owner, err := s.owner(ctx, datasetID)
	if err != nil {
		return nil, err
	}
	address, err := dataset.ParseAddress(organisation)
	if err != nil {
		return nil, usage("organisation %q: %v", organisation, err)
	}
	of, err := id.Parse(datasetID)
	if err != nil {
		return nil, err
	}
	entry, err := s.Chain.Datasets().Dataset(ctx, &dataset.QueryDatasetRequest{DatasetId: datasetID})
	if err != nil {
		return nil, err
	}
	key, err := s.key(ctx, entry.Dataset.Payload.KeyId)
	if err != nil {
		return nil, err
	}
	random, err := s.drawID()
	if err != nil {
		return nil, err
	}
	_, err = s.send(ctx, owner, &custody.MsgRequestInspection{
		Owner: owner.Address().String(), DatasetId: datasetID, Version: entry.Dataset.Version,
		Organisation: organisation, Random: random,
	})
	if err != nil {
		return nil, err
	}
	inspectionID := id.Inspection(key.OriginChain(), of, entry.Dataset.Version, address, random)
	answer, err := s.Chain.Custody().Inspection(ctx,
		&custody.QueryInspectionRequest{InspectionId: inspectionID.String()})
	if err != nil {
		return nil, err
	}
	out := inspection(answer.Inspection)
	return &out, nil
}

// WithdrawInspection ends an inspection of an own dataset before its key is released. It
// costs no fee.
func (s *Session) WithdrawInspection(ctx context.Context, inspectionID string) (*Done, error) {
	answer, err := s.Chain.Custody().Inspection(ctx, &custody.QueryInspectionRequest{InspectionId: inspectionID})
	if err != nil {
		return nil, classify(err)
	}
	owner, err := s.own(answer.Inspection.Owner)
	if err != nil {
		return nil, classify(err)
	}
	receipt, err := s.sendTx(ctx, owner, free(&custody.MsgWithdrawInspection{
		Owner: owner.Address().String(), InspectionId: inspectionID,
	}))
	if err != nil {
		return nil, classify(err)
	}
	return done(receipt), nil
}

// Inspections lists the inspections of a dataset.
func (s *Session) Inspections(ctx context.Context, datasetID string) ([]Inspection, error) {
	return s.inspections(ctx, &custody.QueryInspectionsRequest{DatasetId: datasetID})
}

// AttestQueue lists what the session's organisation was asked to inspect.
func (s *Session) AttestQueue(ctx context.Context) ([]Inspection, error) {
	signer, err := s.signer()
	if err != nil {
		return nil, classify(err)
	}
	return s.inspections(ctx, &custody.QueryInspectionsRequest{Organisation: signer.Address().String()})
}

func (s *Session) inspections(ctx context.Context, request *custody.QueryInspectionsRequest) ([]Inspection, error) {
	var out []Inspection
	err := pages(Window{}, func(page *query.PageRequest) (int, *query.PageResponse, error) {
		request.Pagination = page
		answer, err := s.Chain.Custody().Inspections(ctx, request)
		if err != nil {
			return 0, nil, err
		}
		for _, i := range answer.Inspections {
			out = append(out, inspection(i))
		}
		return len(answer.Inspections), answer.Pagination, nil
	})
	return out, classify(err)
}
