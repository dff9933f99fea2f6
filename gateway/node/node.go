// Package node asks a node of the chain in the words of the gateway: it fits the clients
// of client/chain to what packages access and worker ask for.
//
// New connects; the result implements access.Chain, worker.Chain, worker.Catalogue,
// worker.Sender, sponsor.Ledger and gateway.Directory. What is not on chain becomes
// access.ErrNotFound. The answers are the node's own word: how far it may be believed is
// decided by access.Rules.
package node

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/gateway/access"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

const (
	pageSize = 100
	// maxPages bounds a listing.
	maxPages = 100
)

// Searcher finds transactions by their events.
type Searcher interface {
	TxSearch(
		ctx context.Context, query string, prove bool, page, perPage *int, orderBy string,
	) (*coretypes.ResultTxSearch, error)
}

// Node is a node that answers for the chain. It is safe for concurrent use.
type Node struct {
	client *chain.Client
	search Searcher
	signer chain.Signer
}

// New connects to the CometBFT RPC of a node, with the account that signs. It sends
// nothing yet.
func New(url, chainID, gasPrice string, signer chain.Signer) (*Node, error) {
	client, err := chain.New(url, chain.Options{ChainID: chainID, GasPrice: gasPrice})
	if err != nil {
		return nil, err
	}
	search, err := rpchttp.NewWithClient(url, "/websocket", &http.Client{})
	if err != nil {
		return nil, fmt.Errorf("node %q: %w", url, err)
	}
	return With(client, search, signer), nil
}

// With makes a Node of clients that exist.
func With(client *chain.Client, search Searcher, signer chain.Signer) *Node {
	return &Node{client: client, search: search, signer: signer}
}

// Tip implements access.Ledger. A node that still catches up is not at the tip.
func (n *Node) Tip(ctx context.Context) (access.Tip, error) {
	status, err := n.client.Status(ctx)
	if err != nil {
		return access.Tip{}, err
	}
	if status.CatchingUp {
		return access.Tip{}, fmt.Errorf("node is catching up at height %d", status.Height)
	}
	return access.Tip{ChainID: status.ChainID, Height: status.Height, Time: status.Time}, nil
}

// ChainID is the live chain's id: the one that was given to New, or the node's. It waits
// until the node answers.
func (n *Node) ChainID(ctx context.Context) (string, error) {
	status, err := n.client.WaitHeight(ctx, 1)
	return status.ChainID, err
}

// Dataset implements access.Ledger.
func (n *Node) Dataset(ctx context.Context, of id.ID) (dataset.Dataset, error) {
	d, _, err := n.DatasetReceipts(ctx, of)
	return d, err
}

// DatasetReceipts implements worker.Chain.
func (n *Node) DatasetReceipts(ctx context.Context, of id.ID) (dataset.Dataset, []dataset.Receipt, error) {
	answer, err := n.client.Datasets().Dataset(ctx, &dataset.QueryDatasetRequest{DatasetId: of.String()})
	if err != nil {
		return dataset.Dataset{}, nil, absent(err)
	}
	return answer.Dataset, answer.Receipts, nil
}

// Listed implements worker.Catalogue.
func (n *Node) Listed(ctx context.Context, from []byte) ([]dataset.Dataset, []byte, error) {
	answer, err := n.client.Datasets().Datasets(ctx, &dataset.QueryDatasetsRequest{
		Pagination: &query.PageRequest{Limit: pageSize, Key: from},
	})
	if err != nil {
		return nil, nil, err
	}
	if answer.Pagination == nil || len(answer.Pagination.NextKey) == 0 {
		return answer.Datasets, nil, nil
	}
	return answer.Datasets, answer.Pagination.NextKey, nil
}

// OwnedBy implements worker.Catalogue.
func (n *Node) OwnedBy(ctx context.Context, owner string) ([]dataset.Dataset, error) {
	var out []dataset.Dataset
	err := pages("datasets of one account", func(page *query.PageRequest) (*query.PageResponse, error) {
		answer, err := n.client.Datasets().Datasets(ctx, &dataset.QueryDatasetsRequest{Owner: owner, Pagination: page})
		if err != nil {
			return nil, absent(err)
		}
		out = append(out, answer.Datasets...)
		return answer.Pagination, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Consent implements access.Ledger.
func (n *Node) Consent(ctx context.Context, of id.ID) (consent.Consent, error) {
	answer, err := n.client.Consents().Consent(ctx, &consent.QueryConsentRequest{DatasetId: of.String()})
	if err != nil {
		return consent.Consent{}, absent(err)
	}
	return answer.Consent, nil
}

// Seat implements access.Ledger.
func (n *Node) Seat(ctx context.Context, request id.ID, index uint64) (custody.Seat, *custody.Release, error) {
	answer, err := n.client.Custody().Seat(ctx, &custody.QuerySeatRequest{RequestId: request.String(), Index: index})
	if err != nil {
		return custody.Seat{}, nil, absent(err)
	}
	return answer.Seat, answer.Release, nil
}

// Releases implements access.Ledger.
func (n *Node) Releases(ctx context.Context, of id.ID) ([]custody.Release, error) {
	answer, err := n.client.Audit(ctx, of.String())
	if err != nil {
		return nil, absent(err)
	}
	return answer.Releases, nil
}

// Emitted implements worker.Chain.
func (n *Node) Emitted(ctx context.Context, of id.ID) ([]custody.Seat, error) {
	answer, err := n.client.Audit(ctx, of.String())
	if err != nil {
		return nil, absent(err)
	}
	released := map[seat]bool{}
	for _, r := range answer.Releases {
		released[seat{request: r.RequestId, index: r.Seat}] = true
	}
	var out []custody.Seat
	for _, e := range answer.Emissions {
		if released[seat{request: e.RequestId, index: e.Seat}] {
			continue
		}
		now, err := n.client.Custody().Seat(ctx, &custody.QuerySeatRequest{RequestId: e.RequestId, Index: e.Seat})
		if err != nil {
			return nil, absent(err)
		}
		if now.Seat.State == custody.SEAT_STATE_EMITTED {
			out = append(out, now.Seat)
		}
	}
	return out, nil
}

// Request implements access.Terms.
func (n *Node) Request(ctx context.Context, request id.ID) (market.Request, error) {
	answer, err := n.client.Market().Request(ctx, &market.QueryRequestRequest{RequestId: request.String()})
	if err != nil {
		return market.Request{}, absent(err)
	}
	return answer.Request, nil
}

// Inspection implements access.Terms.
func (n *Node) Inspection(ctx context.Context, inspection id.ID) (custody.Inspection, error) {
	answer, err := n.client.Custody().
		Inspection(ctx, &custody.QueryInspectionRequest{InspectionId: inspection.String()})
	if err != nil {
		return custody.Inspection{}, absent(err)
	}
	return answer.Inspection, nil
}

// FetchWindow implements access.Terms.
func (n *Node) FetchWindow(ctx context.Context) (int64, error) {
	params, err := n.params(ctx)
	return params.FetchWindow, err
}

func (n *Node) params(ctx context.Context) (market.Params, error) {
	answer, err := n.client.Market().Params(ctx, &market.QueryParamsRequest{})
	if err != nil {
		return market.Params{}, err
	}
	return answer.Params, nil
}

// Gateways implements gateway.Directory.
func (n *Node) Gateways(ctx context.Context) ([]string, error) {
	var out []string
	err := pages("gateways", func(page *query.PageRequest) (*query.PageResponse, error) {
		answer, err := n.client.Attestations().Organisations(ctx, &attestation.QueryOrganisationsRequest{
			Role: attestation.ROLE_GATEWAY, Pagination: page,
		})
		if err != nil {
			return nil, err
		}
		for _, o := range answer.Organisations {
			if o.Gateway != nil && o.Active() {
				out = append(out, o.Gateway.BaseUrl)
			}
		}
		return answer.Pagination, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Send implements worker.Sender and sponsor.Ledger.
func (n *Node) Send(ctx context.Context, msgs ...sdk.Msg) error {
	_, err := n.client.Send(ctx, n.signer, msgs...)
	return err
}

// Sponsored implements sponsor.Ledger.
func (n *Node) Sponsored(ctx context.Context, granter, grantee string) (bool, error) {
	found := false
	err := pages("allowances of one account", func(page *query.PageRequest) (*query.PageResponse, error) {
		answer, err := n.client.Allowances().Allowances(ctx, &feegrant.QueryAllowancesRequest{
			Grantee: grantee, Pagination: page,
		})
		if err != nil {
			return nil, err
		}
		for _, grant := range answer.Allowances {
			found = found || grant.Granter == granter
		}
		if found {
			return nil, nil //nolint:nilnil // no further page is wanted
		}
		return answer.Pagination, nil
	})
	return found, err
}

// pages asks for one page after the other until there is none. More than maxPages are an
// error that names what was listed.
func pages(what string, ask func(*query.PageRequest) (*query.PageResponse, error)) error {
	page := &query.PageRequest{Limit: pageSize}
	for range maxPages {
		answer, err := ask(page)
		if err != nil {
			return err
		}
		if answer == nil || len(answer.NextKey) == 0 {
			return nil
		}
		page = &query.PageRequest{Limit: pageSize, Key: answer.NextKey}
	}
	return fmt.Errorf("more than %d %s", pageSize*maxPages, what)
}

// OpenClaims implements worker.Chain. It finds claims by their events, as far back as
// one can still be answered, and asks for the state of each.
func (n *Node) OpenClaims(ctx context.Context, gateway string) ([]market.ServiceClaim, error) {
	tip, err := n.Tip(ctx)
	if err != nil {
		return nil, err
	}
	params, err := n.params(ctx)
	if err != nil {
		return nil, err
	}
	seats, err := n.claimed(ctx, gateway, max(tip.Height-params.ServiceWindow, 0))
	if err != nil {
		return nil, err
	}
	var open []market.ServiceClaim
	for _, s := range seats {
		answer, err := n.client.Market().Claim(ctx, &market.QueryClaimRequest{
			RequestId: s.request, Seat: s.index, Gateway: gateway,
		})
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if answer.Claim.State == market.SERVICE_STATE_OPEN && tip.Height <= answer.Claim.Deadline {
			open = append(open, answer.Claim)
		}
	}
	return open, nil
}

// seat names a seat as events do.
type seat struct {
	request string
	index   uint64
}

// claimed lists the seats about which a gateway was claimed not to serve, after a height.
func (n *Node) claimed(ctx context.Context, gateway string, after int64) ([]seat, error) {
	search := fmt.Sprintf(`%s.gateway='"%s"' AND tx.height>%d`, claimEvent, gateway, after)
	var out []seat
	seen := map[seat]bool{}
	perPage := pageSize
	for page := 1; page <= maxPages; page++ {
		found, err := n.search.TxSearch(ctx, search, false, &page, &perPage, "asc")
		if err != nil {
			return nil, fmt.Errorf("search for claims: %w", err)
		}
		for _, tx := range found.Txs {
			for _, s := range claimsOf(tx, gateway) {
				if !seen[s] {
					seen[s] = true
					out = append(out, s)
				}
			}
		}
		if page*perPage >= found.TotalCount {
			return out, nil
		}
	}
	return out, nil
}

const claimEvent = "volens.market.v1.EventService"

// claimsOf reads the claims against a gateway from the events of a transaction. Typed
// events carry each field as JSON.
func claimsOf(tx *coretypes.ResultTx, gateway string) []seat {
	var out []seat
	for _, event := range tx.TxResult.Events {
		if event.Type != claimEvent {
			continue
		}
		fields := map[string]string{}
		for _, a := range event.Attributes {
			var text string
			if json.Unmarshal([]byte(a.Value), &text) == nil {
				fields[a.Key] = text
			}
		}
		index, err := strconv.ParseUint(fields["seat"], 10, 64)
		if err != nil || fields["gateway"] != gateway {
			continue
		}
		out = append(out, seat{request: fields["request_id"], index: index})
	}
	return out
}

// absent turns an answer that something does not exist into access.ErrNotFound.
func absent(err error) error {
	if fault.Is(err, fault.NotFound) {
		return fmt.Errorf("%w: %w", access.ErrNotFound, err)
	}
	return err
}
