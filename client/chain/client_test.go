package chain_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	abci "github.com/cometbft/cometbft/abci/types"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

func TestSetPrefixes(t *testing.T) {
	chain.SetPrefixes()
	chain.SetPrefixes()
	require.Regexp(t, "^volens1", newSigner("a").Address().String())
	require.Regexp(t, "^volensvaloper1", sdk.ValAddress(newSigner("a").Address()).String())
	require.Regexp(t, "^volensvalcons1", sdk.ConsAddress(newSigner("a").Address()).String())
}

func TestNew_Refuses(t *testing.T) {
	for _, url := range []string{"ftp://host:1", "127.0.0.1:26657", "http://", "://", "localhost"} {
		_, err := chain.New(url, chain.Options{})
		require.Equal(t, fault.Usage, fault.KindOf(err), "%q: %v", url, err)
	}
	for _, price := range []string{"much", "-1uvol", "0.025"} {
		_, err := chain.New("", chain.Options{GasPrice: price})
		require.Equal(t, fault.Usage, fault.KindOf(err), "%q", price)
	}
	for _, url := range []string{"", "http://127.0.0.1:26657", "tcp://127.0.0.1:26657", "https://gateway.example/chain"} {
		_, err := chain.New(url, chain.Options{GasPrice: "0.025uvol"})
		require.NoError(t, err, "%q", url)
	}
}

// The whole path of the URL is kept, so that a gateway's proxy works.
func TestNew_OverHTTP(t *testing.T) {
	var path, method string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var call struct {
			ID     json.RawMessage `json:"id"`
			Method string          `json:"method"`
		}
		assert.NoError(t, json.NewDecoder(r.Body).Decode(&call))
		path, method = r.URL.Path, call.Method
		_, err := w.Write([]byte(`{"jsonrpc":"2.0","id":` + string(call.ID) +
			`,"result":{"response":{"code":22,"codespace":"sdk","log":"no such account"}}}`))
		assert.NoError(t, err)
	}))
	defer server.Close()
	c, err := chain.New(server.URL+"/chain", chain.Options{})
	require.NoError(t, err)
	_, err = c.EnsureAccount(t.Context(), newSigner("a").Address())
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.ErrorContains(t, err, "ask a sponsor")
	require.Equal(t, "/chain", path)
	require.Equal(t, "abci_query", method)

	server.Close()
	_, err = c.EnsureAccount(t.Context(), newSigner("a").Address())
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
}

// Every message of the five modules can be read by its type URL.
func TestNewRegistry(t *testing.T) {
	registry, err := chain.NewRegistry()
	require.NoError(t, err)
	for _, msg := range []sdk.Msg{
		&dataset.MsgRegisterDataset{}, &attestation.MsgAccreditOrganisation{}, &consent.MsgGrantConsent{},
		&custody.MsgWithdrawInspection{}, &market.MsgSubmitRequest{}, &banktypes.MsgSend{},
	} {
		packed, err := codectypes.NewAnyWithValue(msg)
		require.NoError(t, err)
		var again sdk.Msg
		require.NoError(t, registry.UnpackAny(&codectypes.Any{TypeUrl: packed.TypeUrl, Value: packed.Value}, &again))
		require.IsType(t, msg, again)
	}
}

// Each query client asks its own module.
func TestClient_QueryClients(t *testing.T) {
	n := newNode()
	c := client(t, n, chain.Options{})
	ctx := t.Context()
	asked := map[string]bool{}
	for path, ask := range map[string]func() error{
		"/volens.dataset.v1.Query/Dataset": func() error {
			_, err := c.Datasets().Dataset(ctx, &dataset.QueryDatasetRequest{})
			return err
		},
		"/volens.attestation.v1.Query/Organisation": func() error {
			_, err := c.Attestations().Organisation(ctx, &attestation.QueryOrganisationRequest{})
			return err
		},
		"/volens.consent.v1.Query/Consent": func() error {
			_, err := c.Consents().Consent(ctx, &consent.QueryConsentRequest{})
			return err
		},
		"/volens.custody.v1.Query/Key": func() error {
			_, err := c.Custody().Key(ctx, &custody.QueryKeyRequest{})
			return err
		},
		"/volens.market.v1.Query/Request": func() error {
			_, err := c.Market().Request(ctx, &market.QueryRequestRequest{})
			return err
		},
		"/cosmos.bank.v1beta1.Query/Balance": func() error {
			_, err := c.Bank().Balance(ctx, &banktypes.QueryBalanceRequest{})
			return err
		},
	} {
		n.answers[path] = func([]byte, int64) abci.ResponseQuery {
			asked[path] = true
			return abci.ResponseQuery{}
		}
		require.NoError(t, ask())
		require.True(t, asked[path], path)
	}
}

func TestInvoke_Errors(t *testing.T) {
	n := newNode()
	c := client(t, n, chain.Options{})
	const path = "/volens.dataset.v1.Query/Dataset"
	for name, row := range map[string]struct {
		code uint32
		kind fault.Kind
		grpc codes.Code
	}{
		"not found":       {sdkerrors.ErrKeyNotFound.ABCICode(), fault.NotFound, codes.NotFound},
		"invalid request": {sdkerrors.ErrInvalidRequest.ABCICode(), fault.Usage, codes.InvalidArgument},
		"future height":   {sdkerrors.ErrInvalidHeight.ABCICode(), fault.Unavailable, codes.Unavailable},
		"unknown path":    {sdkerrors.ErrUnknownRequest.ABCICode(), fault.Internal, codes.Unknown},
		"unauthorized":    {sdkerrors.ErrUnauthorized.ABCICode(), fault.Internal, codes.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			n.answers[path] = func([]byte, int64) abci.ResponseQuery {
				return abci.ResponseQuery{Code: row.code, Codespace: sdkerrors.RootCodespace, Log: "because"}
			}
			_, err := c.Datasets().Dataset(t.Context(), &dataset.QueryDatasetRequest{})
			require.Equal(t, row.kind, fault.KindOf(err))
			require.Equal(t, row.grpc, status.Code(err))
			var failed *chain.QueryError
			require.ErrorAs(t, err, &failed)
			require.Equal(t, path, failed.Path)
			require.ErrorContains(t, err, "because")
		})
	}
	n.answers[path] = func([]byte, int64) abci.ResponseQuery { return abci.ResponseQuery{Value: []byte{0xff}} }
	_, err := c.Datasets().Dataset(t.Context(), &dataset.QueryDatasetRequest{})
	require.Equal(t, fault.Internal, fault.KindOf(err))

	require.Error(t, c.Invoke(t.Context(), path, "text", &dataset.QueryDatasetResponse{}))
	require.Error(t, c.Invoke(t.Context(), path, &dataset.QueryDatasetRequest{}, "text"))
	_, err = c.NewStream(t.Context(), nil, path)
	require.Error(t, err)
}

func TestAtHeight(t *testing.T) {
	n := newNode()
	var asked int64
	n.answers[accountInfoPath] = func(data []byte, height int64) abci.ResponseQuery {
		asked = height
		return n.accountInfo(data, height)
	}
	someone := newSigner("a")
	n.fund(someone, 4, 2)
	c := client(t, n, chain.Options{})
	account, err := c.EnsureAccount(chain.AtHeight(t.Context(), 7), someone.Address())
	require.NoError(t, err)
	require.Equal(t, int64(7), asked)
	require.Equal(t, chain.Account{Address: someone.Address(), Number: 4, Sequence: 2}, account)
	_, err = c.EnsureAccount(t.Context(), someone.Address())
	require.NoError(t, err)
	require.Zero(t, asked)
}

func TestEnsureAccount_EmptyAnswer(t *testing.T) {
	n := newNode()
	n.answers[accountInfoPath] = func([]byte, int64) abci.ResponseQuery { return ok200(&authtypes.QueryAccountInfoResponse{}) }
	_, err := client(t, n, chain.Options{}).EnsureAccount(t.Context(), newSigner("a").Address())
	require.Equal(t, fault.Internal, fault.KindOf(err))
}

func TestBalance(t *testing.T) {
	n := newNode()
	c := client(t, n, chain.Options{})
	coin := sdk.NewInt64Coin("uusd", 5)
	const path = "/cosmos.bank.v1beta1.Query/Balance"
	n.answers[path] = func([]byte, int64) abci.ResponseQuery { return ok200(&banktypes.QueryBalanceResponse{Balance: &coin}) }
	got, err := c.Balance(t.Context(), newSigner("a").Address(), "uusd")
	require.NoError(t, err)
	require.Equal(t, coin, got)
	n.answers[path] = func([]byte, int64) abci.ResponseQuery { return ok200(&banktypes.QueryBalanceResponse{}) }
	_, err = c.Balance(t.Context(), newSigner("a").Address(), "uusd")
	require.Equal(t, fault.Internal, fault.KindOf(err))
	delete(n.answers, path)
	_, err = c.Balance(t.Context(), newSigner("a").Address(), "uusd")
	require.Error(t, err)
}

func TestStatus(t *testing.T) {
	n := newNode()
	c := client(t, n, chain.Options{})
	got, err := c.Status(t.Context())
	require.NoError(t, err)
	require.Equal(t, chain.Status{ChainID: chainID, Height: 11, Time: time.Unix(11, 0).UTC()}, got)
	got, err = c.Status(t.Context())
	require.NoError(t, err)
	require.True(t, got.CatchingUp)
	at, err := c.BlockTime(t.Context())
	require.NoError(t, err)
	require.Equal(t, time.Unix(13, 0).UTC(), at)
	id, err := c.ChainID(t.Context())
	require.NoError(t, err)
	require.Equal(t, chainID, id)

	n.chainID = "test-2"
	_, err = c.Status(t.Context())
	require.Equal(t, fault.Integrity, fault.KindOf(err), "a node does not change its chain")
	_, err = client(t, newNode(), chain.Options{ChainID: "other-1"}).ChainID(t.Context())
	require.Equal(t, fault.Integrity, fault.KindOf(err))
	n.fail["Status"] = 1
	_, err = c.Status(t.Context())
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
}

// Only silence that the caller did not choose speaks against the node. What to do about it, its flags know.
func TestClient_Unreachable(t *testing.T) {
	n := newNode()
	c := client(t, n, chain.Options{})
	gone, leave := context.WithCancel(t.Context())
	leave()
	late, stop := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer stop()
	for name, row := range map[string]struct {
		ctx  context.Context
		says bool
	}{"silent": {t.Context(), true}, "cancelled": {gone, false}, "too late": {late, false}} {
		n.fail["Status"], n.fail["/volens.market.v1.Query/Request"] = 1, 1
		_, status := c.Status(row.ctx)
		_, query := c.Market().Request(row.ctx, &market.QueryRequestRequest{RequestId: unknownRequest})
		for _, err := range []error{status, query} {
			var unreachable *chain.UnreachableError
			require.Equal(t, row.says, errors.As(err, &unreachable), name)
			require.Equal(t, fault.Unavailable, fault.KindOf(err), name)
			require.Empty(t, fault.WayOut(err), name)
		}
	}
}

func TestWaitHeight(t *testing.T) {
	n := newNode()
	c := client(t, n, chain.Options{})
	n.fail["Status"] = 40
	got, err := c.WaitHeight(t.Context(), 15)
	require.NoError(t, err)
	require.Equal(t, int64(15), got.Height)

	n.fail["Status"] = 1000
	_, err = c.WaitHeight(t.Context(), 20)
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	require.Greater(t, n.fail["Status"], 900, "it gives up")

	n.fail["Status"] = 0
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.WaitHeight(ctx, 1<<40)
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
}

func TestWait(t *testing.T) {
	n := newNode()
	c := client(t, n, chain.Options{})
	var heights []int64
	require.NoError(t, c.Wait(t.Context(), func(_ context.Context, at chain.Status) (bool, error) {
		heights = append(heights, at.Height)
		if at.Height == 12 {
			return false, fault.E(fault.Unavailable, "restart")
		}
		return at.Height >= 14, nil
	}))
	require.Equal(t, []int64{11, 12, 13, 14}, heights)

	err := c.Wait(t.Context(), func(context.Context, chain.Status) (bool, error) {
		return false, fault.E(fault.Refused, "never")
	})
	require.Equal(t, fault.Refused, fault.KindOf(err))

	asked := 0
	stuck := newNode()
	stuck.lastSeen = func(int64) *coretypes.ResultStatus { return stuck.status() }
	ctx, cancel := context.WithCancel(t.Context())
	err = client(t, stuck, chain.Options{}).Wait(ctx, func(context.Context, chain.Status) (bool, error) {
		asked++
		time.AfterFunc(time.Millisecond, cancel)
		return false, nil
	})
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	require.Equal(t, 1, asked, "one question for each block")
}
