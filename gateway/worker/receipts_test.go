package worker_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/gateway/chaintest"
	"github.com/volens-network/volens/x/dataset"
)

func TestReceipts_Batched(t *testing.T) {
	f := newFixture(t)
	for n := range byte(3) {
		f.hold(n + 1)
	}
	require.NoError(t, f.Receipts(t.Context()))
	require.Equal(t, [][]string{{id.ID{1}.String(), id.ID{2}.String(), id.ID{3}.String()}}, f.receipts(t))
	require.Len(t, f.uploads.claimed, 3)
}

func TestReceipts_AtMost500AMessage(t *testing.T) {
	f := newFixture(t)
	for n := range 501 {
		held := f.hold(1)
		held.Dataset = id.ID{byte(n), byte(n >> 8), 1}
		f.vault.held[n].Dataset = held.Dataset
		f.chain.Datasets[held.Dataset] = f.chain.Datasets[id.ID{1}]
	}
	require.NoError(t, f.Receipts(t.Context()))
	got := f.receipts(t)
	require.Len(t, got, 2)
	require.Len(t, got[0], dataset.MaxReceipts)
	require.Len(t, got[1], 1)
}

// What the chain knows is not told again.
func TestReceipts_Once(t *testing.T) {
	f := newFixture(t)
	held := f.hold(1)
	f.chain.Receipts[held.Dataset] = []dataset.Receipt{
		{Gateway: "volens1other", Version: 1},
		{Gateway: self, Version: 1},
	}
	require.NoError(t, f.Receipts(t.Context()))
	require.Empty(t, f.receipts(t))
	f.chain.Err = errors.New("must not be asked again")
	require.NoError(t, f.Receipts(t.Context()))
}

func TestReceipts_OnlyWhatIsTrue(t *testing.T) {
	f := newFixture(t)
	missing := f.hold(1)
	delete(f.objects, missing.SHA256)
	old := f.hold(2)
	d := f.chain.Datasets[old.Dataset]
	d.Version = 2
	f.chain.Datasets[old.Dataset] = d
	withdrawn := f.hold(3)
	d = f.chain.Datasets[withdrawn.Dataset]
	d.Status = dataset.STATUS_WITHDRAWN
	f.chain.Datasets[withdrawn.Dataset] = d
	unknown := f.hold(4)
	delete(f.chain.Datasets, unknown.Dataset)
	require.NoError(t, f.Receipts(t.Context()))
	require.Empty(t, f.receipts(t))
	f.objects[missing.SHA256] = true
	require.NoError(t, f.Receipts(t.Context()))
	require.Equal(t, [][]string{{missing.Dataset.String()}}, f.receipts(t))
}

// refusing refuses every message that names one dataset.
type refusing struct {
	*chaintest.Chain
	bad string
}

func (r refusing) Send(ctx context.Context, msgs ...sdk.Msg) error {
	for _, m := range msgs {
		if hold, ok := m.(*dataset.MsgHoldReceipts); ok {
			for _, of := range hold.DatasetIds {
				if of == r.bad {
					return errors.New("refused")
				}
			}
		}
	}
	return r.Chain.Send(ctx, msgs...)
}

// One bad receipt does not keep the others back.
func TestReceipts_BadOne(t *testing.T) {
	f := newFixture(t)
	for n := range byte(3) {
		f.hold(n + 1)
	}
	f.Sender = refusing{f.chain, id.ID{2}.String()}
	require.ErrorContains(t, f.Receipts(t.Context()), id.ID{2}.String())
	require.Equal(t, [][]string{{id.ID{1}.String()}, {id.ID{3}.String()}}, f.receipts(t))
}

// What the chain refuses for good is told to the log once and not sent again; what may
// pass, such as a lack of coins, is tried again.
func TestReceipts_RefusedForGood(t *testing.T) {
	for name, row := range map[string]struct {
		err  error
		ends bool
	}{
		"not listed":  {fmt.Errorf("transaction refused: %w", dataset.ErrNotGateway), true},
		"withdrawn":   {fmt.Errorf("transaction refused: %w", dataset.ErrStatus), true},
		"no coins":    {sdkerrors.ErrInsufficientFunds, false},
		"no dataset":  {dataset.ErrNotFound, false},
		"silent node": {errors.New("no answer"), false},
	} {
		f := newFixture(t)
		var logged bytes.Buffer
		f.Slog = slog.New(slog.NewTextHandler(&logged, nil))
		f.hold(1)
		f.chain.SendErr = row.err
		first := f.Receipts(t.Context())
		second := f.Receipts(t.Context())
		if !row.ends {
			require.ErrorIs(t, first, row.err, name)
			require.ErrorIs(t, second, row.err, name)
			require.Zero(t, f.Refused(), name)
			continue
		}
		require.NoError(t, first, name)
		require.NoError(t, second, name)
		require.Equal(t, 1, f.Refused(), name)
		require.Equal(t, 1, strings.Count(logged.String(), "refuses a receipt for good"), name)
		f.chain.SendErr = nil
		require.NoError(t, f.Receipts(t.Context()), name)
		require.Empty(t, f.chain.Messages(), name)
	}
}

// retractAll looks at every page.
func (f *fixture) retractAll(t *testing.T) []string {
	t.Helper()
	for range len(f.chain.Datasets) {
		require.NoError(t, f.Retract(t.Context()))
	}
	var out []string
	for _, msg := range f.chain.Messages() {
		if m, ok := msg.(*dataset.MsgDropHold); ok {
			require.Equal(t, self, m.Gateway)
			out = append(out, m.DatasetId)
		}
	}
	return out
}

// A receipt of what is gone is taken back, and only that.
func TestRetract(t *testing.T) {
	f := newFixture(t)
	for n := range byte(7) {
		held := f.hold(n + 1)
		f.chain.Receipts[held.Dataset] = []dataset.Receipt{{Gateway: self, Version: 1}}
	}
	require.Empty(t, f.retractAll(t), "everything is here")

	delete(f.objects, drs.Digest{2})                // The file is gone.
	require.NoError(t, f.vault.Forget(id.ID{3}, 1)) // The part is gone.
	require.NoError(t, f.vault.Forget(id.ID{4}, 1)) // As well, but nothing was promised.
	f.chain.Receipts[id.ID{4}] = []dataset.Receipt{{Gateway: "volens1other", Version: 1}}
	require.NoError(t, f.vault.Forget(id.ID{5}, 1)) // Of a dataset of other gateways.
	d := f.chain.Datasets[id.ID{5}]
	d.Payload.Gateways = []dataset.GatePart{{Gateway: "volens1other"}}
	f.chain.Datasets[id.ID{5}] = d
	delete(f.objects, drs.Digest{6}) // Withdrawn: no receipt counts.
	d = f.chain.Datasets[id.ID{6}]
	d.Status = dataset.STATUS_WITHDRAWN
	f.chain.Datasets[id.ID{6}] = d
	require.Equal(t, []string{id.ID{2}.String(), id.ID{3}.String()}, f.retractAll(t))
}

// When what was lost comes back, it is receipted again.
func TestRetract_ComesBack(t *testing.T) {
	f := newFixture(t)
	held := f.hold(1)
	f.chain.Receipts[held.Dataset] = []dataset.Receipt{{Gateway: self, Version: 1}}
	require.NoError(t, f.Receipts(t.Context()))
	delete(f.objects, held.SHA256)
	require.Len(t, f.retractAll(t), 1)
	delete(f.chain.Receipts, held.Dataset)
	require.NoError(t, f.Receipts(t.Context()))
	require.Empty(t, f.receipts(t))
	f.objects[held.SHA256] = true
	require.NoError(t, f.Receipts(t.Context()))
	require.Equal(t, [][]string{{held.Dataset.String()}}, f.receipts(t))
}

// stale is a chain whose pages lag behind what it says of a single dataset.
type stale struct {
	*chaintest.Chain
	page []dataset.Dataset
}

func (s stale) Listed(context.Context, []byte) ([]dataset.Dataset, []byte, error) {
	return s.page, nil, nil
}

// The message names no version: it must never take back the receipt of a newer one.
func TestRetract_NotOfANewerVersion(t *testing.T) {
	f := newFixture(t)
	held := f.hold(1)
	old := f.chain.Datasets[held.Dataset]
	f.Catalogue = stale{f.chain, []dataset.Dataset{old}}
	replace(f, held)
	require.NoError(t, f.vault.Forget(held.Dataset, 1))
	f.chain.Receipts[held.Dataset] = []dataset.Receipt{{Gateway: self, Version: 2}}
	require.NoError(t, f.Retract(t.Context()))
	require.Empty(t, f.chain.Messages())
}

// A version that is erased is not promised any more.
func TestTidy_DropsTheReceiptFirst(t *testing.T) {
	f := newFixture(t)
	held := f.hold(1)
	d := f.chain.Datasets[held.Dataset]
	d.Status = dataset.STATUS_WITHDRAWN
	f.chain.Datasets[held.Dataset] = d
	f.chain.Receipts[held.Dataset] = []dataset.Receipt{{Gateway: self, Version: 1}}
	f.chain.SendErr = errors.New("silent")
	require.ErrorContains(t, f.Tidy(t.Context()), "silent")
	require.Len(t, f.vault.held, 1)
	f.chain.SendErr = nil
	require.NoError(t, f.Tidy(t.Context()))
	require.Equal(t, []sdk.Msg{&dataset.MsgDropHold{Gateway: self, DatasetId: d.Id}}, f.chain.Messages())
	require.Empty(t, f.vault.held)
}
