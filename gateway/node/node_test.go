package node_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/libs/bytes"
	"github.com/cometbft/cometbft/p2p"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/gateway/access"
	"github.com/volens-network/volens/gateway/node"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

const self = "volens1gateway"

// fake is a node whose application answers what the test wrote down.
type fake struct {
	chain.Node
	catchingUp bool
	answers    map[string]proto.Message // By the last part of the method.
	search     []*coretypes.ResultTx
	searched   string
}

func (f *fake) Status(context.Context) (*coretypes.ResultStatus, error) {
	return &coretypes.ResultStatus{
		NodeInfo: p2p.DefaultNodeInfo{Network: "test-1"},
		SyncInfo: coretypes.SyncInfo{
			LatestBlockHeight: 700, LatestBlockTime: time.Unix(1000, 0), CatchingUp: f.catchingUp,
		},
	}, nil
}

func (f *fake) ABCIQueryWithOptions(
	_ context.Context, path string, _ bytes.HexBytes, _ rpcclient.ABCIQueryOptions,
) (*coretypes.ResultABCIQuery, error) {
	answer, ok := f.answers[path]
	if !ok {
		space, code := market.ErrNotFound.Codespace(), market.ErrNotFound.ABCICode()
		return &coretypes.ResultABCIQuery{Response: abci.ResponseQuery{Codespace: space, Code: code, Log: "none"}}, nil
	}
	raw, err := proto.Marshal(answer)
	return &coretypes.ResultABCIQuery{Response: abci.ResponseQuery{Value: raw}}, err
}

func (f *fake) TxSearch(
	_ context.Context, search string, _ bool, page, perPage *int, _ string,
) (*coretypes.ResultTxSearch, error) {
	f.searched = search
	from := min((*page-1)**perPage, len(f.search))
	to := min(from+*perPage, len(f.search))
	return &coretypes.ResultTxSearch{Txs: f.search[from:to], TotalCount: len(f.search)}, nil
}

func open(t *testing.T) (*node.Node, *fake) {
	t.Helper()
	f := &fake{answers: map[string]proto.Message{}}
	client, err := chain.New("", chain.Options{Node: f, ChainID: "test-1"})
	require.NoError(t, err)
	return node.With(client, f, nil), f
}

func TestTip(t *testing.T) {
	n, f := open(t)
	tip, err := n.Tip(t.Context())
	require.NoError(t, err)
	require.Equal(t, access.Tip{ChainID: "test-1", Height: 700, Time: time.Unix(1000, 0)}, tip)
	id, err := n.ChainID(t.Context())
	require.NoError(t, err)
	require.Equal(t, "test-1", id)
	f.catchingUp = true
	_, err = n.Tip(t.Context())
	require.ErrorContains(t, err, "catching up")
}

func TestQueries(t *testing.T) {
	n, f := open(t)
	ctx := t.Context()
	of := id.ID{1}
	f.answers["/volens.dataset.v1.Query/Dataset"] = &dataset.QueryDatasetResponse{
		Dataset: dataset.Dataset{Id: of.String(), Version: 3}, Receipts: []dataset.Receipt{{Gateway: self}},
	}
	f.answers["/volens.consent.v1.Query/Consent"] = &consent.QueryConsentResponse{Consent: consent.Consent{Version: 2}}
	f.answers["/volens.custody.v1.Query/Seat"] = &custody.QuerySeatResponse{
		Seat: custody.Seat{Reader: "volens1reader"}, Release: &custody.Release{Height: 9},
	}
	f.answers["/volens.custody.v1.Query/Audit"] = &custody.QueryAuditResponse{Releases: []custody.Release{{Height: 9}}}
	f.answers["/volens.custody.v1.Query/Inspection"] = &custody.QueryInspectionResponse{
		Inspection: custody.Inspection{DeliveryKey: "age1pqy"},
	}
	f.answers["/volens.market.v1.Query/Request"] = &market.QueryRequestResponse{
		Request: market.Request{Researcher: "volens1reader"},
	}
	f.answers["/volens.market.v1.Query/Params"] = &market.QueryParamsResponse{Params: market.Params{FetchWindow: 77}}

	d, receipts, err := n.DatasetReceipts(ctx, of)
	require.NoError(t, err)
	require.Equal(t, uint64(3), d.Version)
	require.Len(t, receipts, 1)
	c, err := n.Consent(ctx, of)
	require.NoError(t, err)
	require.Equal(t, uint64(2), c.Version)
	seat, release, err := n.Seat(ctx, of, 0)
	require.NoError(t, err)
	require.Equal(t, "volens1reader", seat.Reader)
	require.Equal(t, int64(9), release.Height)
	releases, err := n.Releases(ctx, of)
	require.NoError(t, err)
	require.Len(t, releases, 1)
	i, err := n.Inspection(ctx, of)
	require.NoError(t, err)
	require.Equal(t, "age1pqy", i.DeliveryKey)
	r, err := n.Request(ctx, of)
	require.NoError(t, err)
	require.Equal(t, "volens1reader", r.Researcher)
	window, err := n.FetchWindow(ctx)
	require.NoError(t, err)
	require.Equal(t, int64(77), window)
}

func TestQueries_Absent(t *testing.T) {
	n, _ := open(t)
	ctx := t.Context()
	of := id.ID{1}
	_, datasetErr := n.Dataset(ctx, of)
	_, consentErr := n.Consent(ctx, of)
	_, _, seatErr := n.Seat(ctx, of, 0)
	_, releasesErr := n.Releases(ctx, of)
	_, requestErr := n.Request(ctx, of)
	_, inspectionErr := n.Inspection(ctx, of)
	for _, err := range []error{datasetErr, consentErr, seatErr, releasesErr, requestErr, inspectionErr} {
		require.ErrorIs(t, err, access.ErrNotFound)
	}
	_, err := n.FetchWindow(ctx)
	require.Error(t, err)
}

func TestOwnedBy(t *testing.T) {
	n, f := open(t)
	f.answers["/volens.dataset.v1.Query/Datasets"] = &dataset.QueryDatasetsResponse{
		Datasets: []dataset.Dataset{{Version: 1}}, Pagination: &query.PageResponse{},
	}
	list, err := n.OwnedBy(t.Context(), "volens1owner")
	require.NoError(t, err)
	require.Len(t, list, 1)
	f.answers["/volens.dataset.v1.Query/Datasets"] = &dataset.QueryDatasetsResponse{
		Datasets: []dataset.Dataset{{Version: 1}}, Pagination: &query.PageResponse{NextKey: []byte{1}},
	}
	_, err = n.OwnedBy(t.Context(), "volens1owner")
	require.ErrorContains(t, err, "more than", "a listing without an end")
}

func TestListed(t *testing.T) {
	n, f := open(t)
	f.answers["/volens.dataset.v1.Query/Datasets"] = &dataset.QueryDatasetsResponse{
		Datasets: []dataset.Dataset{{Version: 1}}, Pagination: &query.PageResponse{NextKey: []byte{1}},
	}
	page, next, err := n.Listed(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, page, 1)
	require.Equal(t, []byte{1}, next)
	f.answers["/volens.dataset.v1.Query/Datasets"] = &dataset.QueryDatasetsResponse{}
	page, next, err = n.Listed(t.Context(), next)
	require.NoError(t, err)
	require.Empty(t, page)
	require.Nil(t, next)
	delete(f.answers, "/volens.dataset.v1.Query/Datasets")
	_, _, err = n.Listed(t.Context(), nil)
	require.Error(t, err)
}

func TestEmitted(t *testing.T) {
	n, f := open(t)
	of := id.ID{1}
	f.answers["/volens.custody.v1.Query/Audit"] = &custody.QueryAuditResponse{
		Emissions: []custody.Emission{{RequestId: "a"}, {RequestId: "b"}},
		Releases:  []custody.Release{{RequestId: "a"}},
	}
	f.answers["/volens.custody.v1.Query/Seat"] = &custody.QuerySeatResponse{
		Seat: custody.Seat{RequestId: "b", State: custody.SEAT_STATE_EMITTED},
	}
	seats, err := n.Emitted(t.Context(), of)
	require.NoError(t, err)
	require.Len(t, seats, 1, "what was released is on its way no more")
	f.answers["/volens.custody.v1.Query/Seat"] = &custody.QuerySeatResponse{
		Seat: custody.Seat{RequestId: "b", State: custody.SEAT_STATE_VOID},
	}
	seats, err = n.Emitted(t.Context(), of)
	require.NoError(t, err)
	require.Empty(t, seats)
	delete(f.answers, "/volens.custody.v1.Query/Audit")
	_, err = n.Emitted(t.Context(), of)
	require.ErrorIs(t, err, access.ErrNotFound)
}

// event is what the chain emits about a claim.
func event(t *testing.T, request string, seat uint64, gateway string) *coretypes.ResultTx {
	t.Helper()
	e, err := sdk.TypedEventToEvent(&market.EventService{
		RequestId: request, Seat: seat, Gateway: gateway, State: market.SERVICE_STATE_OPEN,
	})
	require.NoError(t, err)
	return &coretypes.ResultTx{TxResult: abci.ExecTxResult{Events: []abci.Event{{Type: "transfer"}, abci.Event(e)}}}
}

func TestOpenClaims(t *testing.T) {
	n, f := open(t)
	f.answers["/volens.market.v1.Query/Params"] = &market.QueryParamsResponse{Params: market.Params{ServiceWindow: 600}}
	claim := market.ServiceClaim{Gateway: self, State: market.SERVICE_STATE_OPEN, Deadline: 700}
	f.answers["/volens.market.v1.Query/Claim"] = &market.QueryClaimResponse{Claim: claim}
	claims, err := n.OpenClaims(t.Context(), self)
	require.NoError(t, err)
	require.Empty(t, claims)
	require.Equal(t, `volens.market.v1.EventService.gateway='"volens1gateway"' AND tx.height>100`, f.searched)

	for i := range 150 {
		f.search = append(f.search, event(t, id.ID{1}.String(), uint64(i%120), self))
	}
	f.search = append(f.search, event(t, id.ID{2}.String(), 0, "volens1other"))
	claims, err = n.OpenClaims(t.Context(), self)
	require.NoError(t, err)
	require.Len(t, claims, 120, "each seat once, others' claims never")

	claim.Deadline = 699
	f.answers["/volens.market.v1.Query/Claim"] = &market.QueryClaimResponse{Claim: claim}
	claims, err = n.OpenClaims(t.Context(), self)
	require.NoError(t, err)
	require.Empty(t, claims, "too late")
	claim.Deadline, claim.State = 800, market.SERVICE_STATE_ANSWERED
	f.answers["/volens.market.v1.Query/Claim"] = &market.QueryClaimResponse{Claim: claim}
	claims, err = n.OpenClaims(t.Context(), self)
	require.NoError(t, err)
	require.Empty(t, claims, "answered")
	delete(f.answers, "/volens.market.v1.Query/Claim")
	claims, err = n.OpenClaims(t.Context(), self)
	require.NoError(t, err)
	require.Empty(t, claims, "forgotten")
}

func TestNew(t *testing.T) {
	_, err := node.New("http://127.0.0.1:1", "test-1", "", nil)
	require.NoError(t, err)
	for _, bad := range []string{"ftp://x", "http://"} {
		_, err := node.New(bad, "test-1", "", nil)
		require.Error(t, err, bad)
	}
	_, err = node.New("http://127.0.0.1:1", "test-1", "much", nil)
	require.Error(t, err)
	require.NotErrorIs(t, err, access.ErrNotFound)
}
