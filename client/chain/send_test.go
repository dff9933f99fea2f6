package chain_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// refusal is a query's answer with a module's error.
func refusal(codespace string, code uint32, log string) func([]byte, int64) abci.ResponseQuery {
	return func([]byte, int64) abci.ResponseQuery {
		return abci.ResponseQuery{Codespace: codespace, Code: code, Log: log}
	}
}

func TestSend(t *testing.T) {
	n := newNode()
	alice := newSigner("alice")
	n.fund(alice, 3, 7)
	answer, err := codectypes.NewAnyWithValue(&banktypes.MsgSendResponse{})
	require.NoError(t, err)
	data, err := proto.Marshal(&sdk.TxMsgData{MsgResponses: []*codectypes.Any{answer}})
	require.NoError(t, err)
	event, err := sdk.TypedEventToEvent(&dataset.EventDatasetWithdrawn{DatasetId: "00"})
	require.NoError(t, err)
	event = event.AppendAttributes(sdk.NewAttribute("msg_index", "0"))
	n.result = abci.ExecTxResult{Data: data, GasUsed: 900, Events: []abci.Event{{Type: "tx"}, abci.Event(event)}}

	receipt, err := client(t, n, chain.Options{}).Send(t.Context(), alice, payment(alice))
	require.NoError(t, err)
	require.Equal(t, int64(12), receipt.Height)
	require.Len(t, receipt.TxHash, 64)
	require.Equal(t, int64(900), receipt.GasUsed)
	require.NoError(t, receipt.Response(0, &banktypes.MsgSendResponse{}))
	require.Error(t, receipt.Response(0, &banktypes.MsgMultiSendResponse{}))
	require.Error(t, receipt.Response(1, &banktypes.MsgSendResponse{}))
	require.Error(t, receipt.Response(-1, &banktypes.MsgSendResponse{}))
	events, err := chain.EventsOf[*dataset.EventDatasetWithdrawn](receipt.Events)
	require.NoError(t, err)
	require.Len(t, events, 1)
	require.Equal(t, "00", events[0].DatasetId)
	none, err := chain.EventsOf[*dataset.EventDatasetRegistered](receipt.Events)
	require.NoError(t, err)
	require.Empty(t, none)

	sent := n.sent[0]
	require.Equal(t, uint64(1301), sent.AuthInfo.Fee.GasLimit, "30 % more than the simulation")
	require.Empty(t, sent.AuthInfo.Fee.Amount)
	require.Equal(t, uint64(111), sent.Body.TimeoutHeight)
	require.Equal(t, sdk.MsgTypeURL(payment(alice)), sent.Body.Messages[0].TypeUrl)
}

func TestSendTx_Choices(t *testing.T) {
	n := newNode()
	alice, payer := newSigner("alice"), newSigner("payer")
	n.fund(alice, 3, 7)
	c := client(t, n, chain.Options{GasPrice: "0.025uvol", TimeoutBlocks: 5})
	_, err := c.SendTx(t.Context(), alice, chain.Tx{
		Msgs: []sdk.Msg{payment(alice), payment(alice)}, Memo: "note", Granter: payer.Address(), Gas: 100_001,
	})
	require.NoError(t, err)
	sent := n.sent[0]
	require.Equal(t, "2501uvol", sent.AuthInfo.Fee.Amount.String(), "rounded up")
	require.Equal(t, payer.Address().String(), sent.AuthInfo.Fee.Granter)
	require.Equal(t, uint64(100_001), sent.AuthInfo.Fee.GasLimit)
	require.Equal(t, "note", sent.Body.Memo)
	require.Len(t, sent.Body.Messages, 2)
	require.Equal(t, uint64(16), sent.Body.TimeoutHeight)

	_, err = c.SendTx(t.Context(), alice, chain.Tx{Msgs: []sdk.Msg{payment(alice)}, Free: true})
	require.NoError(t, err)
	require.Empty(t, n.sent[1].AuthInfo.Fee.Amount)
	require.Empty(t, n.sent[1].AuthInfo.Fee.Granter)

	_, err = c.SendTx(t.Context(), alice, chain.Tx{Msgs: []sdk.Msg{payment(alice)}, Gas: 1 << 63})
	require.Equal(t, fault.Usage, fault.KindOf(err))
	_, err = c.Send(t.Context(), alice)
	require.Equal(t, fault.Usage, fault.KindOf(err))
	require.Len(t, n.sent, 2)
}

const (
	balancePath    = "/cosmos.bank.v1beta1.Query/Balance"
	allowancesPath = "/cosmos.feegrant.v1beta1.Query/Allowances"
)

// Who has no coins for a fee lets the first pay who gave him an allowance.
func TestSend_Sponsored(t *testing.T) {
	for name, row := range map[string]struct {
		coins   int64
		granted bool
		payer   string
	}{
		"own coins":      {100, true, ""},
		"sponsored":      {32, true, newSigner("payer").Address().String()},
		"nobody's guest": {0, false, ""},
	} {
		n := newNode()
		alice := newSigner("alice")
		n.fund(alice, 3, 7)
		n.answers[balancePath] = func([]byte, int64) abci.ResponseQuery {
			coin := sdk.NewInt64Coin("uvol", row.coins)
			return ok200(&banktypes.QueryBalanceResponse{Balance: &coin})
		}
		n.answers[allowancesPath] = func([]byte, int64) abci.ResponseQuery {
			answer := &feegrant.QueryAllowancesResponse{}
			if row.granted {
				answer.Allowances = []*feegrant.Grant{{Granter: newSigner("payer").Address().String()}}
			}
			return ok200(answer)
		}
		_, err := client(t, n, chain.Options{GasPrice: "0.025uvol"}).Send(t.Context(), alice, payment(alice))
		require.NoError(t, err, name)
		require.Equal(t, "33uvol", n.sent[0].AuthInfo.Fee.Amount.String(), name)
		require.Equal(t, row.payer, n.sent[0].AuthInfo.Fee.Granter, name)
	}
}

func TestSend_NoAccount(t *testing.T) {
	n := newNode()
	alice := newSigner("alice")
	_, err := client(t, n, chain.Options{}).Send(t.Context(), alice, payment(alice))
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.ErrorContains(t, err, alice.Address().String()+" is not on chain yet: ask a sponsor")
}

// What the rules refuse is refused before anything is sent, with the module's own error.
func TestSend_RefusedInSimulation(t *testing.T) {
	n := newNode()
	alice := newSigner("alice")
	n.fund(alice, 3, 7)
	c := client(t, n, chain.Options{})
	n.answers[simulatePath] = refusal(market.ModuleName, market.ErrDenied.ABCICode(),
		"failed to simulate tx: failed to execute message; message index: 0: INACTIVE, NPU: not permitted")
	_, err := c.Send(t.Context(), alice, payment(alice))
	require.ErrorIs(t, err, market.ErrDenied)
	require.NotErrorIs(t, err, market.ErrNotFound)
	require.Equal(t, fault.Refused, fault.KindOf(err))
	require.Equal(t, []string{"INACTIVE", "NPU"}, fault.Reasons(fmt.Errorf("decide: %w", err)))
	require.Empty(t, n.sent)

	for name, value := range map[string]string{
		"no JSON": "x", "no gas": "{}", "negative": `{"gas_info":{"gas_used":"-1"}}`,
		"too much": `{"gas_info":{"gas_used":"18446744073709551615"}}`,
	} {
		n.answers[simulatePath] = func([]byte, int64) abci.ResponseQuery { return abci.ResponseQuery{Value: []byte(value)} }
		_, err := c.Send(t.Context(), alice, payment(alice))
		require.Equal(t, fault.Internal, fault.KindOf(err), name)
	}
	n.fail[simulatePath] = 1
	_, err = c.Send(t.Context(), alice, payment(alice))
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
}

func TestSend_RefusedInCheckTx(t *testing.T) {
	n := newNode()
	alice := newSigner("alice")
	n.fund(alice, 3, 7)
	n.check = func(*txtypes.Tx) *sdkerrorsResult {
		return &sdkerrorsResult{consent.ModuleName, consent.ErrLaneFull.ABCICode(), "full"}
	}
	_, err := client(t, n, chain.Options{}).Send(t.Context(), alice, payment(alice))
	require.ErrorIs(t, err, consent.ErrLaneFull)
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	var refused *chain.TxError
	require.ErrorAs(t, err, &refused)
	require.Zero(t, refused.Height)
	require.Len(t, refused.TxHash, 64)
}

func TestSend_RefusedInBlock(t *testing.T) {
	n := newNode()
	alice := newSigner("alice")
	n.fund(alice, 3, 7)
	n.result = abci.ExecTxResult{Codespace: dataset.ModuleName, Code: dataset.ErrNotFound.ABCICode(), Log: "no dataset"}
	_, err := client(t, n, chain.Options{}).Send(t.Context(), alice, payment(alice))
	require.ErrorIs(t, err, dataset.ErrNotFound)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.ErrorContains(t, err, "at height 12: no dataset")
}

// Another process of the same account was faster: sign anew.
func TestSend_SequenceTaken(t *testing.T) {
	n := newNode()
	alice := newSigner("alice")
	n.fund(alice, 3, 7)
	lost := 2
	n.offered = func(cmttypes.Tx) error {
		if lost > 0 {
			lost--
			n.accounts[alice.Address().String()].Sequence++
		}
		return nil
	}
	c := client(t, n, chain.Options{Retries: 2})
	_, err := c.Send(t.Context(), alice, payment(alice))
	require.NoError(t, err)
	require.Len(t, n.sent, 1)
	require.Equal(t, uint64(9), n.sent[0].AuthInfo.SignerInfos[0].Sequence)

	lost = 1000
	_, err = c.Send(t.Context(), alice, payment(alice))
	require.ErrorIs(t, err, sdkerrors.ErrWrongSequence)
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	require.Equal(t, 997, lost, "bounded")
}

// Many transactions of one account through one client do not collide.
func TestSend_Concurrent(t *testing.T) {
	n := newNode()
	alice := newSigner("alice")
	n.fund(alice, 3, 0)
	c := client(t, n, chain.Options{Retries: 1})
	var group sync.WaitGroup
	failed := make(chan error, 8)
	for range 8 {
		group.Go(func() {
			_, err := c.Send(t.Context(), alice, payment(alice))
			failed <- err
		})
	}
	group.Wait()
	close(failed)
	for err := range failed {
		require.NoError(t, err)
	}
	require.Len(t, n.sent, 8)
}

// An answer that was lost: the same bytes are offered again, and run once.
func TestSend_BroadcastAgain(t *testing.T) {
	n := newNode()
	alice := newSigner("alice")
	n.fund(alice, 3, 7)
	var offers []string
	n.offered = func(raw cmttypes.Tx) error {
		offers = append(offers, string(raw))
		switch len(offers) {
		case 1: // It arrives, but the answer does not.
			_, refused := n.checkTx(raw)
			require.Nil(t, refused)
			n.mempool = append(n.mempool, raw)
			return errDown
		default:
			return errors.New("RPC error -32603 - Internal error: tx already exists in cache")
		}
	}
	c := client(t, n, chain.Options{Retries: 3})
	_, err := c.Send(t.Context(), alice, payment(alice))
	require.NoError(t, err)
	require.Len(t, offers, 2)
	require.Equal(t, offers[0], offers[1])

	offers = nil
	n.offered = func(cmttypes.Tx) error { offers = append(offers, ""); return errDown }
	_, err = c.Send(t.Context(), alice, payment(alice))
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	require.ErrorContains(t, err, "may still arrive")
	require.Len(t, offers, 4)
}

// A transaction that gets lost is dead after its timeout height, and that is said.
func TestSend_NeverIncluded(t *testing.T) {
	n := newNode()
	alice := newSigner("alice")
	n.fund(alice, 3, 7)
	n.drop = true
	_, err := client(t, n, chain.Options{TimeoutBlocks: 4}).Send(t.Context(), alice, payment(alice))
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	require.ErrorContains(t, err, "is in no block up to height 15")
	require.Equal(t, int64(16), n.height)
}

// A node that dies takes its mempool along: the same bytes are offered again, some blocks later.
func TestSend_OfferedAgainWhenLost(t *testing.T) {
	n := newNode()
	alice := newSigner("alice")
	n.fund(alice, 3, 7)
	n.drop = true
	var offers []string
	n.offered = func(raw cmttypes.Tx) error {
		offers = append(offers, string(raw))
		n.fund(alice, 3, 7) // another node knows nothing of it
		n.drop = len(offers) < 3
		if len(offers) == 2 {
			return errDown
		}
		return nil
	}
	receipt, err := client(t, n, chain.Options{}).Send(t.Context(), alice, payment(alice))
	require.NoError(t, err)
	require.Len(t, offers, 3)
	require.Equal(t, offers[0], offers[1])
	require.Equal(t, offers[0], offers[2])
	require.Less(t, receipt.Height, int64(40), "long before it is dead")
}

func TestSend_NodeAwayWhileWaiting(t *testing.T) {
	n := newNode()
	alice := newSigner("alice")
	n.fund(alice, 3, 7)
	n.offered = func(cmttypes.Tx) error { n.fail["Tx"] = 39; return nil }
	c := client(t, n, chain.Options{TimeoutBlocks: 1000})
	_, err := c.Send(t.Context(), alice, payment(alice))
	require.NoError(t, err, "a node that restarts is borne")

	n.offered = func(cmttypes.Tx) error { n.fail["Tx"] = 1000; return nil }
	_, err = c.Send(t.Context(), alice, payment(alice))
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	require.ErrorContains(t, err, "connection refused")
}

func TestSend_Cancelled(t *testing.T) {
	n := newNode()
	alice := newSigner("alice")
	n.fund(alice, 3, 7)
	n.drop = true
	ctx, cancel := context.WithCancel(t.Context())
	n.offered = func(cmttypes.Tx) error { cancel(); return nil }
	_, err := client(t, n, chain.Options{}).Send(ctx, alice, payment(alice))
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	require.ErrorIs(t, err, context.Canceled)
}

// refusing is a signer whose person says no.
type refusing struct{ signer }

func (refusing) Sign(context.Context, []byte) ([]byte, error) {
	return nil, fault.E(fault.Refused, "the person said no")
}

func TestSend_SignerRefuses(t *testing.T) {
	n := newNode()
	alice := newSigner("alice")
	n.fund(alice, 3, 7)
	_, err := client(t, n, chain.Options{}).Send(t.Context(), refusing{alice}, payment(alice))
	require.Equal(t, fault.Refused, fault.KindOf(err))
	require.Empty(t, n.sent)
}

func TestReceipt(t *testing.T) {
	n := newNode()
	c := client(t, n, chain.Options{})
	hash := make([]byte, 32)
	_, err := c.Receipt(t.Context(), hash)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	n.fail["Tx"] = 1
	_, err = c.Receipt(t.Context(), hash)
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	n.blocks[string(hash)] = &coretypes.ResultTx{TxResult: abci.ExecTxResult{Data: []byte{0xff}}}
	_, err = c.Receipt(t.Context(), hash)
	require.Equal(t, fault.Internal, fault.KindOf(err))
}

func TestEventsOf_Malformed(t *testing.T) {
	name := proto.MessageName(&dataset.EventDatasetWithdrawn{})
	_, err := chain.EventsOf[*dataset.EventDatasetWithdrawn]([]abci.Event{{
		Type: name, Attributes: []abci.EventAttribute{{Key: "dataset_id", Value: "not JSON"}},
	}})
	require.Equal(t, fault.Internal, fault.KindOf(err))
}

// Events of the end of a block are marked by baseapp, unlike those of a transaction.
func TestEventsOf_EndBlock(t *testing.T) {
	want := &dataset.EventDatasetWithdrawn{DatasetId: "0123"}
	event, err := sdk.TypedEventToEvent(want)
	require.NoError(t, err)
	marked := abci.Event(event)
	marked.Attributes = append(marked.Attributes, abci.EventAttribute{Key: "mode", Value: "EndBlock"})
	got, err := chain.EventsOf[*dataset.EventDatasetWithdrawn]([]abci.Event{marked})
	require.NoError(t, err)
	require.Equal(t, []*dataset.EventDatasetWithdrawn{want}, got)
	require.Len(t, marked.Attributes, len(event.Attributes)+1, "the caller's event stays as it is")
}

func TestTxError_Kinds(t *testing.T) {
	for _, row := range []struct {
		codespace string
		code      uint32
		kind      fault.Kind
	}{
		{"sdk", sdkerrors.ErrInsufficientFunds.ABCICode(), fault.Refused},
		{"sdk", sdkerrors.ErrUnauthorized.ABCICode(), fault.Refused},
		{"sdk", sdkerrors.ErrInvalidAddress.ABCICode(), fault.Usage},
		{"sdk", sdkerrors.ErrUnknownAddress.ABCICode(), fault.NotFound},
		{"sdk", sdkerrors.ErrMempoolIsFull.ABCICode(), fault.Unavailable},
		{"sdk", sdkerrors.ErrPanic.ABCICode(), fault.Internal},
		{"custody", custody.ErrKey.ABCICode(), fault.Unavailable},
		{"custody", custody.ErrProof.ABCICode(), fault.Integrity},
		{"custody", custody.ErrNotFound.ABCICode(), fault.NotFound},
		{"attestation", attestation.ErrMismatch.ABCICode(), fault.Integrity},
		{"consent", consent.ErrNotFound.ABCICode(), fault.NotFound},
		{"consent", consent.ErrNotOwner.ABCICode(), fault.Refused},
		{"market", market.ErrEscrow.ABCICode(), fault.Refused},
		{"elsewhere", 2, fault.Refused},
	} {
		err := &chain.TxError{Codespace: row.codespace, Code: row.code, Log: "log"}
		require.Equal(t, row.kind, fault.KindOf(err), "%s %d", row.codespace, row.code)
	}
	require.ErrorIs(t, &chain.TxError{Codespace: "custody", Code: custody.ErrKey.ABCICode()}, custody.ErrKey)
}

func TestTxError_Reasons(t *testing.T) {
	const prefix = "failed to execute message; message index: 0: "
	for _, row := range []struct {
		codespace string
		code      uint32
		log       string
		want      []string
	}{
		{"market", market.ErrDenied.ABCICode(), prefix + "INACTIVE: not permitted", []string{"INACTIVE"}},
		{"market", market.ErrDenied.ABCICode(), "A, B: not permitted", []string{"A", "B"}},
		{"market", market.ErrDenied.ABCICode(), prefix + ": not permitted", nil},
		{
			"market", market.ErrMissingFields.ABCICode(),
			prefix + "request is incomplete: missing or wrong fields: spec.price, spec.use.purposes",
			[]string{"spec.price", "spec.use.purposes"},
		},
		{
			"consent", consent.ErrMissingFields.ABCICode(),
			"consent is incomplete: missing or wrong fields: expiry",
			[]string{"expiry"},
		},
		{"consent", consent.ErrMissingFields.ABCICode(), "consent is incomplete", nil},
		{"consent", consent.ErrNotOwner.ABCICode(), "A, B: not permitted", nil},
	} {
		err := &chain.TxError{Codespace: row.codespace, Code: row.code, Log: row.log}
		require.Equal(t, row.want, fault.Reasons(err), row.log)
	}
}
