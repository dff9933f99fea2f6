package keeper_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
)

var errHook = errors.New("capsule proof is wrong")

func TestRegisterDataset(t *testing.T) {
	f := initFixture(t)
	msg := registration(1, 7)
	out, err := f.msgs.RegisterDataset(f.ctx, msg)
	require.NoError(t, err)

	want := id.Dataset(chainID, bytes.Repeat([]byte{1}, 20), msg.Random)
	require.Equal(t, want.String(), out.DatasetId)
	require.Equal(t, dataset.Dataset{
		Id:      want.String(),
		Version: 1,
		Owner:   account(1),
		Payload: payload(7),
		Status:  dataset.STATUS_ACTIVE,
		Height:  10,
	}, f.get(t, out.DatasetId))
	require.Equal(t, []dataset.Dataset{f.get(t, out.DatasetId)}, f.hooks.payloads)
	require.Equal(t, [][]byte{msg.Proof}, f.hooks.proofs)
	require.Equal(t, []string{"volens.dataset.v1.EventDatasetRegistered"}, f.emitted())
}

// The same random bytes of another signer are another dataset: nobody can take
// an id that he saw in the mempool.
func TestRegisterDataset_Squatting(t *testing.T) {
	f := initFixture(t)
	require.NotEqual(t, f.register(t, 2, 7), f.register(t, 1, 7))
}

func TestRegisterDataset_Twice(t *testing.T) {
	f := initFixture(t)
	f.register(t, 1, 7)
	_, err := f.msgs.RegisterDataset(f.ctx, registration(1, 7))
	require.ErrorIs(t, err, dataset.ErrExists)
	require.Len(t, f.hooks.payloads, 1)
}

func TestRegisterDataset_Invalid(t *testing.T) {
	f := initFixture(t)
	msg := registration(1, 7)
	msg.Payload.Threshold = 4
	_, err := f.msgs.RegisterDataset(f.ctx, msg)
	require.ErrorIs(t, err, dataset.ErrInvalid)
	require.Empty(t, f.hooks.payloads)
}

func TestRegisterDataset_HookRefuses(t *testing.T) {
	f := initFixture(t)
	f.hooks.err = errHook
	_, err := f.msgs.RegisterDataset(f.ctx, registration(1, 7))
	require.ErrorIs(t, err, errHook)

	_, err = f.keeper.Dataset(f.ctx, id.Dataset(chainID, bytes.Repeat([]byte{1}, 20), bytes.Repeat([]byte{7}, 16)))
	require.ErrorIs(t, err, dataset.ErrNotFound, "nothing was stored")
	require.Empty(t, f.emitted())
}

func TestRegisterDataset_NoHooks(t *testing.T) {
	f := bareFixture(t)
	_, err := f.msgs.RegisterDataset(f.ctx, registration(1, 7))
	require.ErrorIs(t, err, dataset.ErrNoHooks)
}

func TestReplacePayload(t *testing.T) {
	f := initFixture(t)
	text, other := f.register(t, 1, 7), f.register(t, 1, 8)
	require.NoError(t, f.hold(0x21, text, other))
	require.NoError(t, f.hold(0x22, text))

	f.ctx = f.ctx.WithBlockHeight(20)
	proof := bytes.Repeat([]byte{9}, dataset.ProofSize)
	out, err := f.msgs.ReplacePayload(f.ctx, &dataset.MsgReplacePayload{
		Owner: account(1), DatasetId: text, Payload: payload(9), Proof: proof,
	})
	require.NoError(t, err)
	require.Equal(t, uint64(2), out.Version)

	d := f.get(t, text)
	require.Equal(t, uint64(2), d.Version)
	require.Equal(t, payload(9), d.Payload)
	require.Equal(t, int64(20), d.Height)
	require.Equal(t, d, f.hooks.payloads[2], "the hook sees the version to come")
	require.Equal(t, proof, f.hooks.proofs[2])

	for version := range uint64(3) {
		receipts, err := f.keeper.Receipts(f.ctx, parse(t, text), version)
		require.NoError(t, err)
		require.Empty(t, receipts)
	}
	receipts, err := f.keeper.Receipts(f.ctx, parse(t, other), 1)
	require.NoError(t, err)
	require.Len(t, receipts, 1, "another dataset keeps its receipts")
	require.NoError(t, f.hold(0x21, text), "the new version is held anew")
}

func TestReplacePayload_Refused(t *testing.T) {
	f := initFixture(t)
	text := f.register(t, 1, 7)
	require.NoError(t, f.hold(0x21, text))
	require.ErrorIs(t, f.replace(2, text), dataset.ErrNotOwner)
	require.ErrorIs(t, f.replace(1, id.ID{}.String()), dataset.ErrNotFound)
	require.ErrorIs(t, f.replace(1, "x"), dataset.ErrInvalid)

	f.hooks.err = errHook
	require.ErrorIs(t, f.replace(1, text), errHook)
	f.hooks.err = nil

	require.NoError(t, f.keeper.SetFrozen(f.ctx, parse(t, text), true))
	require.ErrorIs(t, f.replace(1, text), dataset.ErrStatus, "frozen")
	require.NoError(t, f.withdraw(1, text))
	require.ErrorIs(t, f.replace(1, text), dataset.ErrStatus, "withdrawn")

	d := f.get(t, text)
	require.Equal(t, uint64(1), d.Version)
	require.Equal(t, payload(7), d.Payload)
	receipts, err := f.keeper.Receipts(f.ctx, parse(t, text), 1)
	require.NoError(t, err)
	require.Len(t, receipts, 1)
}

func TestWithdrawDataset(t *testing.T) {
	f := initFixture(t)
	text := f.register(t, 1, 7)
	require.NoError(t, f.withdraw(1, text))
	require.Equal(t, dataset.STATUS_WITHDRAWN, f.get(t, text).Status)
	require.Equal(t, []id.ID{parse(t, text)}, f.hooks.withdrawn)
	require.Contains(t, f.emitted(), "volens.dataset.v1.EventDatasetWithdrawn")
	require.ErrorIs(t, f.withdraw(1, text), dataset.ErrStatus, "for ever")
}

func TestWithdrawDataset_Frozen(t *testing.T) {
	f := initFixture(t)
	text := f.register(t, 1, 7)
	require.NoError(t, f.keeper.SetFrozen(f.ctx, parse(t, text), true))
	require.NoError(t, f.withdraw(1, text))
}

func TestWithdrawDataset_Refused(t *testing.T) {
	f := initFixture(t)
	text := f.register(t, 1, 7)
	require.ErrorIs(t, f.withdraw(2, text), dataset.ErrNotOwner)
	require.ErrorIs(t, f.withdraw(1, id.ID{}.String()), dataset.ErrNotFound)
	require.ErrorIs(t, f.withdraw(1, ""), dataset.ErrInvalid)
	f.hooks.err = errHook
	require.ErrorIs(t, f.withdraw(1, text), errHook)
}

func TestHoldReceipts(t *testing.T) {
	f := initFixture(t)
	one, two := f.register(t, 1, 7), f.register(t, 2, 8)
	require.NoError(t, f.hold(0x22, one, two))
	require.NoError(t, f.hold(0x21, one))

	receipts, err := f.keeper.Receipts(f.ctx, parse(t, one), 1)
	require.NoError(t, err)
	require.Equal(t, []dataset.Receipt{
		{DatasetId: one, Version: 1, Gateway: account(0x21), Height: 10},
		{DatasetId: one, Version: 1, Gateway: account(0x22), Height: 10},
	}, receipts)
	require.Contains(t, f.emitted(), "volens.dataset.v1.EventReceiptHeld")
}

func TestHoldReceipts_Refused(t *testing.T) {
	f := initFixture(t)
	one, two, gone := f.register(t, 1, 7), f.register(t, 2, 8), f.register(t, 3, 9)
	require.NoError(t, f.withdraw(3, gone))
	require.NoError(t, f.hold(0x21, two))

	err := f.hold(0x21, one, two)
	require.ErrorIs(t, err, dataset.ErrReceipt)
	require.ErrorContains(t, err, two, "the id is named")
	require.ErrorIs(t, f.hold(0x24, one), dataset.ErrNotGateway)
	require.ErrorIs(t, f.hold(1, one), dataset.ErrNotGateway, "the owner is no gateway")
	require.ErrorIs(t, f.hold(0x21, gone), dataset.ErrStatus)
	require.ErrorIs(t, f.hold(0x21, id.ID{}.String()), dataset.ErrNotFound)
	require.ErrorIs(t, f.hold(0x21), dataset.ErrInvalid)
}

func TestDropHold(t *testing.T) {
	f := initFixture(t)
	text := f.register(t, 1, 7)
	require.NoError(t, f.hold(0x21, text))
	require.NoError(t, f.hold(0x22, text))
	require.ErrorIs(t, f.drop(0x23, text), dataset.ErrReceipt, "never held")
	require.ErrorIs(t, f.drop(0x24, text), dataset.ErrNotGateway)
	require.ErrorIs(t, f.drop(0x21, id.ID{}.String()), dataset.ErrNotFound)
	require.ErrorIs(t, f.drop(0x21, "?"), dataset.ErrInvalid)

	require.NoError(t, f.drop(0x21, text))
	require.ErrorIs(t, f.drop(0x21, text), dataset.ErrReceipt)
	require.Contains(t, f.emitted(), "volens.dataset.v1.EventReceiptDropped")

	require.NoError(t, f.withdraw(1, text))
	require.NoError(t, f.drop(0x22, text), "a withdrawn dataset can be let go")
	receipts, err := f.keeper.Receipts(f.ctx, parse(t, text), 1)
	require.NoError(t, err)
	require.Empty(t, receipts)
}
