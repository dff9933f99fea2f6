package keeper_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	corestore "cosmossdk.io/core/store"
	sdkmath "cosmossdk.io/math"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

var errWorld = errors.New("the world refuses")

// world is everything to the left of the market. What a discarded cache must undo
// lives in a store of its own; the rest is what a test says it is.
type world struct {
	balances collections.Map[collections.Pair[sdk.AccAddress, string], sdkmath.Int]
	bonds    collections.Map[string, sdkmath.Int]
	locked   collections.Map[string, sdkmath.Int]
	seats    collections.Map[collections.Pair[id.ID, uint64], uint64]
	closed   collections.KeySet[id.ID]
	terms    collections.KeySet[id.ID]

	organisations map[string]attestation.Organisation
	datasets      map[id.ID]dataset.Dataset
	consents      map[id.ID]consent.Consent
	revoked       map[id.ID]uint64       // the version that was revoked last
	stale         map[string]bool        // gateways without a heartbeat
	dropped       map[string]bool        // gateways without receipts
	verdicts      map[id.ID]duo.Decision // by dataset; ALLOW without an entry
	noJob         map[id.ID]bool         // datasets that custody does not assign
	blocked       map[string]bool        // accounts that take no coins
	fail          error                  // of Evaluate
	evaluated     int
	// sends counts the movements of coins, of which number failSend fails.
	sends, failSend int
	panics          bool
}

func newWorld(t *testing.T, store corestore.KVStoreService) *world {
	t.Helper()
	sb := collections.NewSchemaBuilder(store)
	w := &world{
		balances: collections.NewMap(sb, collections.NewPrefix(0), "balances",
			collections.PairKeyCodec(sdk.AccAddressKey, collections.StringKey), sdk.IntValue),
		bonds:  collections.NewMap(sb, collections.NewPrefix(1), "bonds", collections.StringKey, sdk.IntValue),
		locked: collections.NewMap(sb, collections.NewPrefix(2), "locked", collections.StringKey, sdk.IntValue),
		seats: collections.NewMap(sb, collections.NewPrefix(3), "seats",
			collections.PairKeyCodec(dataset.IDKey, collections.Uint64Key), collections.Uint64Value),
		closed:        collections.NewKeySet(sb, collections.NewPrefix(4), "closed", dataset.IDKey),
		terms:         collections.NewKeySet(sb, collections.NewPrefix(5), "terms", dataset.IDKey),
		organisations: map[string]attestation.Organisation{},
		datasets:      map[id.ID]dataset.Dataset{},
		consents:      map[id.ID]consent.Consent{},
		revoked:       map[id.ID]uint64{},
		stale:         map[string]bool{},
		dropped:       map[string]bool{},
		verdicts:      map[id.ID]duo.Decision{},
		noJob:         map[id.ID]bool{},
		blocked:       map[string]bool{},
	}
	_, err := sb.Build()
	require.NoError(t, err)
	return w
}

// account is an address of which every byte is n.
func account(n byte) string {
	text, err := addresscodec.NewBech32Codec(dataset.AddressPrefix).BytesToString(raw(n))
	if err != nil {
		panic(err)
	}
	return text
}

func raw(n byte) sdk.AccAddress { return bytes.Repeat([]byte{n}, 20) }

func text(address sdk.AccAddress) string {
	out, err := addresscodec.NewBech32Codec(dataset.AddressPrefix).BytesToString(address)
	if err != nil {
		panic(err)
	}
	return out
}

// The bank.

func (w *world) balance(ctx context.Context, of sdk.AccAddress, denom string) sdkmath.Int {
	amount, err := w.balances.Get(ctx, collections.Join(of, denom))
	if err != nil {
		return sdkmath.ZeroInt()
	}
	return amount
}

func (w *world) set(ctx context.Context, of sdk.AccAddress, denom string, amount sdkmath.Int) {
	if err := w.balances.Set(ctx, collections.Join(of, denom), amount); err != nil {
		panic(err)
	}
}

func (w *world) send(ctx context.Context, from, to sdk.AccAddress, coins sdk.Coins) error {
	w.sends++
	if w.sends == w.failSend {
		return errWorld
	}
	for _, c := range coins {
		have := w.balance(ctx, from, c.Denom)
		if have.LT(c.Amount) {
			return fmt.Errorf("%s has %s, not %s", from, have, c)
		}
		w.set(ctx, from, c.Denom, have.Sub(c.Amount))
		w.set(ctx, to, c.Denom, w.balance(ctx, to, c.Denom).Add(c.Amount))
	}
	return nil
}

// supply is everything that anybody has.
func (w *world) supply(ctx context.Context) sdkmath.Int {
	sum := sdkmath.ZeroInt()
	err := w.balances.Walk(ctx, nil, func(_ collections.Pair[sdk.AccAddress, string], n sdkmath.Int) (bool, error) {
		sum = sum.Add(n)
		return false, nil
	})
	if err != nil {
		panic(err)
	}
	return sum
}

func (w *world) SendCoinsFromAccountToModule(
	ctx context.Context, from sdk.AccAddress, _ string, amount sdk.Coins,
) error {
	return w.send(ctx, from, market.Account(), amount)
}

func (w *world) SendCoinsFromModuleToAccount(
	ctx context.Context, _ string, to sdk.AccAddress, amount sdk.Coins,
) error {
	if w.blocked[text(to)] {
		return errWorld
	}
	return w.send(ctx, market.Account(), to, amount)
}

func (w *world) SendCoinsFromModuleToModule(ctx context.Context, _, to string, amount sdk.Coins) error {
	if to != custody.CommitteeName {
		return errWorld
	}
	return w.send(ctx, market.Account(), market.CommitteeAccount(), amount)
}

func (w *world) GetAllBalances(ctx context.Context, address sdk.AccAddress) sdk.Coins {
	return sdk.NewCoins(sdk.NewCoin("uusd", w.balance(ctx, address, "uusd")),
		sdk.NewCoin("uvol", w.balance(ctx, address, "uvol")))
}

func (w *world) BlockedAddr(address sdk.AccAddress) bool { return w.blocked[text(address)] }

func (w *world) FundCommunityPool(ctx context.Context, amount sdk.Coins, from sdk.AccAddress) error {
	return w.send(ctx, from, market.PoolAccount(), amount)
}

// x/dataset.

func (w *world) Dataset(_ context.Context, of id.ID) (dataset.Dataset, error) {
	d, ok := w.datasets[of]
	if !ok {
		return d, dataset.ErrNotFound
	}
	return d, nil
}

func (w *world) Receipts(_ context.Context, of id.ID, version uint64) ([]dataset.Receipt, error) {
	var out []dataset.Receipt
	for _, part := range w.datasets[of].Payload.Gateways {
		if !w.dropped[part.Gateway] {
			out = append(out, dataset.Receipt{DatasetId: of.String(), Version: version, Gateway: part.Gateway})
		}
	}
	return out, nil
}

func (w *world) OriginChainID(context.Context) (string, error) { return "volens-origin", nil }

// x/attestation.

func (w *world) Organisation(_ context.Context, address string) (attestation.Organisation, error) {
	o, ok := w.organisations[address]
	if !ok {
		return o, attestation.ErrNotFound
	}
	return o, nil
}

func (w *world) Deidentification(
	_ context.Context, of id.ID, version uint64,
) (attestation.Deidentification, bool, error) {
	return attestation.Deidentification{
		DatasetId: of.String(),
		Version:   version,
		Attestor:  account(attestor),
	}, false, nil
}

func (w *world) GatewayFresh(_ context.Context, gateway string) (bool, error) {
	return !w.stale[gateway], nil
}

func amountOf(ctx context.Context, m collections.Map[string, sdkmath.Int], key string) sdkmath.Int {
	n, err := m.Get(ctx, key)
	if err != nil {
		return sdkmath.ZeroInt()
	}
	return n
}

func (w *world) LockBond(ctx context.Context, organisation string, amount sdk.Coin) error {
	locked := amountOf(ctx, w.locked, organisation).Add(amount.Amount)
	if locked.GT(amountOf(ctx, w.bonds, organisation)) {
		return attestation.ErrBond
	}
	return w.locked.Set(ctx, organisation, locked)
}

func (w *world) UnlockBond(ctx context.Context, organisation string, amount sdk.Coin) error {
	locked := amountOf(ctx, w.locked, organisation)
	if locked.LT(amount.Amount) {
		return attestation.ErrBond
	}
	return w.locked.Set(ctx, organisation, locked.Sub(amount.Amount))
}

func (w *world) SlashBond(
	ctx context.Context, organisation string, amount sdk.Coin, to sdk.AccAddress,
) (sdk.Coin, error) {
	if err := w.UnlockBond(ctx, organisation, amount); err != nil {
		return sdk.Coin{}, err
	}
	bond := amountOf(ctx, w.bonds, organisation).Sub(amount.Amount)
	if err := w.bonds.Set(ctx, organisation, bond); err != nil {
		return sdk.Coin{}, err
	}
	return amount, w.send(ctx, raw(vault), to, sdk.NewCoins(amount))
}

// x/consent.

func (w *world) Consent(_ context.Context, of id.ID) (consent.Consent, error) {
	c, ok := w.consents[of]
	if !ok {
		return c, consent.ErrNotFound
	}
	return c, nil
}

func (w *world) Unbroken(_ context.Context, of id.ID, since uint64) (bool, error) {
	return since > w.revoked[of], w.fail
}

// x/custody.

func (w *world) OpenTerms(ctx context.Context, terms custody.Terms) error {
	if terms.KeyId != 1 {
		return custody.ErrKey
	}
	request, err := id.Parse(terms.RequestId)
	if err != nil {
		return err
	}
	return w.terms.Set(ctx, request)
}

func (w *world) AddSeats(
	ctx context.Context, request id.ID, _ sdk.AccAddress, first uint64, posts []custody.SeatPost,
) error {
	for i, post := range posts {
		if post.Q[0] == 0xff {
			return custody.ErrProof
		}
		key := collections.Join(request, first+uint64(i))
		if err := w.seats.Set(ctx, key, uint64(custody.SEAT_STATE_FREE)); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) OpenJob(ctx context.Context, request id.ID, seat uint64, of id.ID, _ bool) error {
	closed, err := w.closed.Has(ctx, request)
	if err != nil || closed || w.noJob[of] {
		return errWorld
	}
	return w.step(ctx, request, seat, custody.SEAT_STATE_FREE, custody.SEAT_STATE_ASSIGNED)
}

func (w *world) step(ctx context.Context, request id.ID, seat uint64, from, to custody.SeatState) error {
	key := collections.Join(request, seat)
	state, err := w.seats.Get(ctx, key)
	if err != nil || state != uint64(from) {
		return fmt.Errorf("%w: seat %d is %d", custody.ErrSeatState, seat, state)
	}
	return w.seats.Set(ctx, key, uint64(to))
}

func (w *world) CloseRequest(ctx context.Context, request id.ID) error {
	open, err := w.terms.Has(ctx, request)
	if err != nil || !open {
		return errWorld
	}
	return w.closed.Set(ctx, request)
}

func (w *world) Evaluate(
	_ context.Context, _, of id.ID, referralApproved bool,
) (duo.Decision, uint64, error) {
	w.evaluated++
	if w.panics {
		panic("custody is beside itself")
	}
	if w.fail != nil {
		return duo.Decision{}, 0, w.fail
	}
	version := w.consents[of].Version
	d, ok := w.verdicts[of]
	switch {
	case w.consents[of].Status != consent.STATUS_ACTIVE:
		return duo.Decision{Verdict: duo.Deny, Reasons: []duo.Reason{duo.ReasonInactive}}, version, nil
	case !ok, d.Verdict == duo.Refer && referralApproved:
		return duo.Decision{Verdict: duo.Allow}, version, nil
	default:
		return d, version, nil
	}
}

func (w *world) Seat(ctx context.Context, request id.ID, seat uint64) (custody.Seat, error) {
	state, err := w.seats.Get(ctx, collections.Join(request, seat))
	if err != nil {
		return custody.Seat{}, custody.ErrNotFound
	}
	return custody.Seat{State: custody.SeatState(state)}, nil
}
