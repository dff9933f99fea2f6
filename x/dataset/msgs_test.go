package dataset_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/x/dataset"
)

func registration(tb testing.TB) *dataset.MsgRegisterDataset {
	tb.Helper()
	return &dataset.MsgRegisterDataset{
		Owner: account(tb, 1), Random: make([]byte, 16), Payload: payload(tb), Proof: make([]byte, dataset.ProofSize),
	}
}

func replacement(tb testing.TB) *dataset.MsgReplacePayload {
	tb.Helper()
	return &dataset.MsgReplacePayload{
		Owner: account(tb, 1), DatasetId: someID, Payload: payload(tb), Proof: make([]byte, dataset.ProofSize),
	}
}

func TestMsgRegisterDataset_ValidateBasic(t *testing.T) {
	require.NoError(t, registration(t).ValidateBasic())
	for name, spoil := range map[string]func(m *dataset.MsgRegisterDataset){
		"owner":        func(m *dataset.MsgRegisterDataset) { m.Owner = "x" },
		"short random": func(m *dataset.MsgRegisterDataset) { m.Random = m.Random[1:] },
		"long random":  func(m *dataset.MsgRegisterDataset) { m.Random = make([]byte, 17) },
		"payload":      func(m *dataset.MsgRegisterDataset) { m.Payload.Kind = 0 },
		"short proof":  func(m *dataset.MsgRegisterDataset) { m.Proof = m.Proof[1:] },
		"no proof":     func(m *dataset.MsgRegisterDataset) { m.Proof = nil },
	} {
		t.Run(name, func(t *testing.T) {
			m := registration(t)
			spoil(m)
			require.ErrorIs(t, m.ValidateBasic(), dataset.ErrInvalid)
		})
	}
}

func TestMsgReplacePayload_ValidateBasic(t *testing.T) {
	require.NoError(t, replacement(t).ValidateBasic())
	for name, spoil := range map[string]func(m *dataset.MsgReplacePayload){
		"owner":   func(m *dataset.MsgReplacePayload) { m.Owner = "" },
		"id":      func(m *dataset.MsgReplacePayload) { m.DatasetId = "0" },
		"payload": func(m *dataset.MsgReplacePayload) { m.Payload.Gateways = nil },
		"proof":   func(m *dataset.MsgReplacePayload) { m.Proof = make([]byte, 129) },
	} {
		t.Run(name, func(t *testing.T) {
			m := replacement(t)
			spoil(m)
			require.ErrorIs(t, m.ValidateBasic(), dataset.ErrInvalid)
		})
	}
}

func TestMsgHoldReceipts_ValidateBasic(t *testing.T) {
	ids := make([]string, dataset.MaxReceipts+1)
	for i := range ids {
		ids[i] = fmt.Sprintf("%032x", i)
	}
	gateway := account(t, 2)
	require.NoError(t, (&dataset.MsgHoldReceipts{Gateway: gateway, DatasetIds: ids[:1]}).ValidateBasic())
	require.NoError(t, (&dataset.MsgHoldReceipts{Gateway: gateway, DatasetIds: ids[:500]}).ValidateBasic())

	for name, m := range map[string]*dataset.MsgHoldReceipts{
		"gateway":   {Gateway: shout(gateway), DatasetIds: ids[:1]},
		"none":      {Gateway: gateway},
		"too many":  {Gateway: gateway, DatasetIds: ids},
		"malformed": {Gateway: gateway, DatasetIds: []string{ids[0], "zz"}},
		"twice":     {Gateway: gateway, DatasetIds: []string{ids[0], ids[1], ids[0]}},
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorIs(t, m.ValidateBasic(), dataset.ErrInvalid)
		})
	}
}

func TestMsgDropHold_ValidateBasic(t *testing.T) {
	require.NoError(t, (&dataset.MsgDropHold{Gateway: account(t, 2), DatasetId: someID}).ValidateBasic())
	require.ErrorIs(t, (&dataset.MsgDropHold{Gateway: "", DatasetId: someID}).ValidateBasic(), dataset.ErrInvalid)
	require.ErrorIs(t, (&dataset.MsgDropHold{Gateway: account(t, 2)}).ValidateBasic(), dataset.ErrInvalid)
}

func TestMsgWithdrawDataset_ValidateBasic(t *testing.T) {
	require.NoError(t, (&dataset.MsgWithdrawDataset{Owner: account(t, 1), DatasetId: someID}).ValidateBasic())
	require.ErrorIs(t, (&dataset.MsgWithdrawDataset{Owner: "", DatasetId: someID}).ValidateBasic(), dataset.ErrInvalid)
	require.ErrorIs(
		t,
		(&dataset.MsgWithdrawDataset{Owner: account(t, 1), DatasetId: shout(someID[:31] + "a")}).ValidateBasic(),
		dataset.ErrInvalid,
	)
}

// Whatever passes can be keyed, bound and stored.
func FuzzMsgRegisterDataset(f *testing.F) {
	good, err := registration(f).Marshal()
	require.NoError(f, err)
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var m dataset.MsgRegisterDataset
		if m.Unmarshal(raw) != nil || m.ValidateBasic() != nil {
			return
		}
		_, err := dataset.GateBytes(m.Payload.Threshold, m.Payload.Gateways)
		require.NoError(t, err)
		d := dataset.Dataset{
			Id: someID, Version: 1, Owner: m.Owner, Payload: m.Payload, Status: dataset.STATUS_ACTIVE,
		}
		require.NoError(t, d.Validate())
	})
}

func FuzzMsgHoldReceipts(f *testing.F) {
	good, err := (&dataset.MsgHoldReceipts{Gateway: account(f, 2), DatasetIds: []string{someID}}).Marshal()
	require.NoError(f, err)
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Fuzz(func(t *testing.T, raw []byte) {
		var m dataset.MsgHoldReceipts
		if m.Unmarshal(raw) != nil || m.ValidateBasic() != nil {
			return
		}
		require.LessOrEqual(t, len(m.DatasetIds), dataset.MaxReceipts)
		for _, text := range m.DatasetIds {
			require.Len(t, text, 32)
		}
	})
}

func FuzzMsgReplacePayload(f *testing.F) {
	good, err := replacement(f).Marshal()
	require.NoError(f, err)
	f.Add(good)
	f.Add(good[3:])
	f.Fuzz(func(t *testing.T, raw []byte) {
		var m dataset.MsgReplacePayload
		if m.Unmarshal(raw) != nil || m.ValidateBasic() != nil {
			return
		}
		require.NoError(t, m.Payload.Validate())
		require.Len(t, m.Proof, dataset.ProofSize)
	})
}
