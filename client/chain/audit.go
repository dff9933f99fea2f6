package chain

import (
	"context"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/x/custody"
)

const (
	// auditPage is how many emissions are asked for at a time: as many as a node gives.
	auditPage = 200
	// maxAuditPages ends a list that a node would go on with for ever.
	maxAuditPages = 10_000
)

// Audit collects everything that ever left the committee for a dataset. Where that is more
// than one page, all pages are of one height.
func (c *Client) Audit(ctx context.Context, datasetID string) (*custody.QueryAuditResponse, error) {
	request := custody.QueryAuditRequest{DatasetId: datasetID, Pagination: &query.PageRequest{Limit: auditPage}}
	out, err := c.Custody().Audit(ctx, &request)
	if err != nil || out.Pagination == nil || len(out.Pagination.NextKey) == 0 {
		return out, err
	}
	if heightOf(ctx) == 0 {
		status, err := c.Status(ctx)
		if err != nil {
			return nil, err
		}
		ctx = AtHeight(ctx, status.Height)
	}
	out = &custody.QueryAuditResponse{}
	for range maxAuditPages {
		answer, err := c.Custody().Audit(ctx, &request)
		if err != nil {
			return nil, err
		}
		out.Counts = answer.Counts
		out.Emissions = append(out.Emissions, answer.Emissions...)
		out.Releases = append(out.Releases, answer.Releases...)
		if answer.Pagination == nil || len(answer.Pagination.NextKey) == 0 {
			return out, nil
		}
		request.Pagination = &query.PageRequest{Limit: auditPage, Key: answer.Pagination.NextKey}
	}
	return nil, fault.E(fault.Internal, "the node goes on with an audit after %d pages", maxAuditPages)
}
