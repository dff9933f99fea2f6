package chain_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/x/custody"
)

const auditPath = "/volens.custody.v1.Query/Audit"

// auditNode answers with pages of two of a number of emissions, and one of each two as a
// release. heights are those that it was asked about.
func auditNode(emissions int) (n *node, heights *[]int64) {
	n, heights = newNode(), new([]int64)
	n.answers[auditPath] = func(data []byte, height int64) abci.ResponseQuery {
		*heights = append(*heights, height)
		var request custody.QueryAuditRequest
		if err := proto.Unmarshal(data, &request); err != nil {
			return abci.ResponseQuery{Code: 1, Log: err.Error()}
		}
		at := 0
		if _, err := fmt.Sscan(string(request.Pagination.Key), &at); err != nil {
			at = 0
		}
		out := custody.QueryAuditResponse{
			Counts: []custody.EmissionCount{{Count: uint64(emissions)}}, Pagination: &query.PageResponse{},
		}
		for i := at; i < min(at+2, emissions); i++ {
			out.Emissions = append(out.Emissions, custody.Emission{RequestId: fmt.Sprint(i)})
		}
		if len(out.Emissions) > 0 {
			out.Releases = append(out.Releases, custody.Release{RequestId: fmt.Sprint(at)})
		}
		if at+2 < emissions {
			out.Pagination.NextKey = fmt.Append(nil, at+2)
		}
		return ok200(&out)
	}
	return n, heights
}

// An audit is whole however many pages it has, and then all of them are of one height.
func TestAudit(t *testing.T) {
	for emissions, asked := range map[int][]int64{0: {0}, 2: {0}, 5: {0, 11, 11, 11}} {
		n, heights := auditNode(emissions)
		out, err := client(t, n, chain.Options{}).Audit(t.Context(), "d")
		require.NoError(t, err)
		require.Equal(t, uint64(emissions), out.Counts[0].Count)
		require.Len(t, out.Counts, 1)
		require.Len(t, out.Emissions, emissions)
		for i, e := range out.Emissions {
			require.Equal(t, fmt.Sprint(i), e.RequestId)
		}
		require.Len(t, out.Releases, (emissions+1)/2)
		require.Equal(t, asked, (*heights)[:len(asked)])
	}
	n, heights := auditNode(3)
	_, err := client(t, n, chain.Options{}).Audit(chain.AtHeight(t.Context(), 7), "d")
	require.NoError(t, err)
	require.Equal(t, []int64{7, 7, 7}, *heights, "the caller's height")
}

func TestAudit_NodeFails(t *testing.T) {
	n, _ := auditNode(5)
	c := client(t, n, chain.Options{})
	n.fail[auditPath] = 1
	_, err := c.Audit(t.Context(), "d")
	require.True(t, fault.Is(err, fault.Unavailable), "%v", err)

	answer := n.answers[auditPath]
	n.answers[auditPath] = func(data []byte, height int64) abci.ResponseQuery {
		if height > 0 {
			return abci.ResponseQuery{Code: 1, Codespace: "sdk", Log: "pruned"}
		}
		return answer(data, height)
	}
	_, err = c.Audit(t.Context(), "d")
	require.ErrorContains(t, err, "pruned", "half an audit is none")

	n.answers[auditPath] = func([]byte, int64) abci.ResponseQuery {
		return ok200(&custody.QueryAuditResponse{Pagination: &query.PageResponse{NextKey: []byte{1}}})
	}
	_, err = c.Audit(t.Context(), "d")
	require.True(t, fault.Is(err, fault.Internal), "a node that goes on for ever: %v", err)
}
