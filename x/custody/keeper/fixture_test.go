package keeper_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/chacha20"

	"cosmossdk.io/collections"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/custody/keeper"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/internal/brittle"
)

const (
	originChain = "volens-origin"
	liveChain   = "volens-live"
)

var genesisTime = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)

// The parties, by the byte that fills their address.
const (
	patient    = 0x01
	researcher = 0x02
	university = 0x03
	hospital   = 0x04 // attestor
	ethics     = 0x05
	gateway1   = 0x06
	gateway2   = 0x07
	stranger   = 0x08
	insurer    = 0x09
	authority  = 0x0a
)

type fixture struct {
	t        testing.TB
	ctx      sdk.Context
	keeper   *keeper.Keeper
	brittle  *brittle.Store // under the keeper
	msgs     custody.MsgServer
	query    custody.QueryServer
	left     *left
	market   *market
	rand     io.Reader
	nodes    []*node
	answers  answers
	dropNext bool // the next block carries no injection
}

// bareFixture is a chain at height 1 without a key.
func bareFixture(tb testing.TB, validators int) *fixture {
	tb.Helper()
	f := &fixture{t: tb, left: newLeft(), market: &market{}, rand: newStream("fixture")}
	f.open()
	for range validators {
		f.join()
	}
	g := custody.DefaultGenesis()
	g.Params = custody.DevnetParams()
	require.NoError(tb, f.keeper.InitGenesis(f.ctx, *g))
	return f
}

// join bonds another validator.
func (f *fixture) join() {
	n := &node{
		operator: bytes.Repeat([]byte{byte(0xc0 + len(f.nodes))}, 20),
		eks:      map[uint64]*threshold.EnrolmentSecret{},
		shares:   map[[2]uint64]*threshold.Shares{},
		deals:    map[string]custody.Deal{},
	}
	f.nodes = append(f.nodes, n)
	f.left.bonded = append(f.left.bonded, custody.Bonded{Operator: n.operator, Power: 10})
}

// leave takes a validator out of the set: it says nothing any more.
func (f *fixture) leave(n *node) {
	n.silent = true
	f.left.bonded = slices.DeleteFunc(f.left.bonded, func(b custody.Bonded) bool {
		return bytes.Equal(b.Operator, n.operator)
	})
}

// open makes an empty keeper at height 1.
func (f *fixture) open() {
	f.t.Helper()
	key := storetypes.NewKVStoreKey(custody.StoreKey)
	f.ctx = testutil.DefaultContextWithDB(f.t, key, storetypes.NewTransientStoreKey("transient")).Ctx.
		WithChainID(liveChain).WithBlockHeight(1).WithBlockTime(genesisTime)
	f.brittle = &brittle.Store{KVStoreService: runtime.NewKVStoreService(key)}
	f.keeper = keeper.NewKeeper(moduletestutil.MakeTestEncodingConfig().Codec, f.brittle,
		addresscodec.NewBech32Codec(dataset.AddressPrefix), account(authority), custody.Left{
			Datasets: f.left, Attestations: f.left, Consents: f.left, Bank: f.left, Validators: f.left,
		})
	f.keeper.SetHooks(f.market)
	f.msgs, f.query = keeper.NewMsgServer(f.keeper), keeper.NewQueryServer(f.keeper)
}

// initFixture has four validators and an active key.
func initFixture(tb testing.TB) *fixture {
	tb.Helper()
	f := bareFixture(tb, 4)
	for range 40 {
		f.step()
		if key, err := f.keeper.Committees.Keys.Get(f.ctx, 1); err == nil && key.Status == custody.KEY_STATUS_ACTIVE {
			f.step() // nothing of the canary is under way any more
			return f
		}
	}
	tb.Fatal("no key after 40 blocks")
	return nil
}

func (f *fixture) height() int64 { return f.ctx.BlockHeight() }

// account is the address of which every byte is n.
func account(n byte) string {
	text, err := addresscodec.NewBech32Codec(dataset.AddressPrefix).BytesToString(bytes.Repeat([]byte{n}, 20))
	if err != nil {
		panic(err)
	}
	return text
}

func raw(n byte) sdk.AccAddress { return bytes.Repeat([]byte{n}, 20) }

func digest(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// stream is a reproducible source of randomness.
type stream struct{ cipher *chacha20.Cipher }

func newStream(name string) io.Reader {
	c, err := chacha20.NewUnauthenticatedCipher(digest(name), make([]byte, chacha20.NonceSize))
	if err != nil {
		panic(err)
	}
	return stream{c}
}

func (s stream) Read(p []byte) (int, error) {
	clear(p)
	s.cipher.XORKeyStream(p, p)
	return len(p), nil
}

// market records what custody tells it and fails when told to.
type market struct {
	released, voided []string
	causes           []custody.Cause
	fail             error
	explode          bool
	gas              uint64 // that a hook uses
}

func (m *market) AfterRelease(_ context.Context, request id.ID, seat uint64) error {
	if m.explode {
		panic("market")
	}
	if m.fail != nil {
		return m.fail
	}
	m.released = append(m.released, name(request, seat))
	return nil
}

func (m *market) AfterVoid(ctx context.Context, request id.ID, seat uint64, cause custody.Cause) error {
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(m.gas, "market")
	if m.explode {
		panic("market")
	}
	m.voided, m.causes = append(m.voided, name(request, seat)), append(m.causes, cause)
	return m.fail
}

func name(request id.ID, seat uint64) string { return request.String() + string(rune('0'+seat)) }

// left stands for the modules to the left, the bank and the validators.
type left struct {
	datasets      map[id.ID]dataset.Dataset
	receipts      map[id.ID][]dataset.Receipt
	organisations map[string]attestation.Organisation
	statements    map[id.ID]attestation.Deidentification
	challenged    bool
	approvals     []attestation.EthicsApproval
	visas         map[string]attestation.Visa
	stale         map[string]bool
	consents      map[id.ID]consent.Consent
	balances      map[string]int64
	bonded        []custody.Bonded
	jailed        [][]byte
	fail          error // of every read
}

func newLeft() *left {
	l := &left{
		datasets: map[id.ID]dataset.Dataset{}, receipts: map[id.ID][]dataset.Receipt{},
		organisations: map[string]attestation.Organisation{}, statements: map[id.ID]attestation.Deidentification{},
		visas: map[string]attestation.Visa{}, stale: map[string]bool{}, consents: map[id.ID]consent.Consent{},
		balances: map[string]int64{},
	}
	for _, o := range []struct {
		address byte
		kind    attestation.OrganisationKind
		role    attestation.Role
	}{
		{university, attestation.ORGANISATION_KIND_UNIVERSITY, attestation.ROLE_INSTITUTION},
		{hospital, attestation.ORGANISATION_KIND_HOSPITAL, attestation.ROLE_ATTESTOR},
		{ethics, attestation.ORGANISATION_KIND_NONPROFIT, attestation.ROLE_ETHICS},
		{gateway1, attestation.ORGANISATION_KIND_COMPANY, attestation.ROLE_GATEWAY},
		{gateway2, attestation.ORGANISATION_KIND_COMPANY, attestation.ROLE_GATEWAY},
		{insurer, attestation.ORGANISATION_KIND_INSURER, attestation.ROLE_ATTESTOR},
	} {
		l.organisations[account(o.address)] = attestation.Organisation{
			Address: account(o.address), Kind: o.kind, Country: "DE", Roles: []attestation.Role{o.role},
			Status: attestation.ORGANISATION_STATUS_ACTIVE,
		}
	}
	l.visas[account(researcher)] = attestation.Visa{
		Researcher: account(researcher), Organisation: account(university),
		RecipientClass: uint32(duo.RecipientAcademic), Expiry: genesisTime.AddDate(1, 0, 0),
	}
	l.approvals = []attestation.EthicsApproval{{
		ProtocolSha256: digest("protocol"), Organisation: account(ethics),
		Purposes: []uint32{uint32(duo.PurposeGRUResearch)}, Expiry: genesisTime.AddDate(1, 0, 0),
	}}
	l.balances[account(hospital)] = 10_000_000
	return l
}

func (l *left) Dataset(_ context.Context, key id.ID) (dataset.Dataset, error) {
	d, ok := l.datasets[key]
	if !ok {
		return d, dataset.ErrNotFound
	}
	return d, l.fail
}

func (l *left) Receipts(_ context.Context, key id.ID, _ uint64) ([]dataset.Receipt, error) {
	return l.receipts[key], l.fail
}

func (l *left) OriginChainID(context.Context) (string, error) { return originChain, nil }

func (l *left) Organisation(_ context.Context, address string) (attestation.Organisation, error) {
	o, ok := l.organisations[address]
	if !ok {
		return o, attestation.ErrNotFound
	}
	return o, l.fail
}

func (l *left) Deidentification(
	_ context.Context, key id.ID, _ uint64,
) (attestation.Deidentification, bool, error) {
	s, ok := l.statements[key]
	if !ok {
		return s, false, attestation.ErrNotFound
	}
	return s, l.challenged, l.fail
}

func (l *left) Approvals(_ context.Context, protocol []byte) ([]attestation.EthicsApproval, error) {
	out := []attestation.EthicsApproval{}
	for _, a := range l.approvals {
		if bytes.Equal(a.ProtocolSha256, protocol) {
			out = append(out, a)
		}
	}
	return out, l.fail
}

func (l *left) Visa(_ context.Context, address, organisation string) (attestation.Visa, error) {
	v, ok := l.visas[address]
	if !ok || v.Organisation != organisation {
		return v, attestation.ErrNotFound
	}
	return v, l.fail
}

func (l *left) GatewayFresh(_ context.Context, gateway string) (bool, error) {
	return !l.stale[gateway], l.fail
}

func (l *left) Consent(_ context.Context, key id.ID) (consent.Consent, error) {
	c, ok := l.consents[key]
	if !ok {
		return c, consent.ErrNotFound
	}
	return c, l.fail
}

func (l *left) Codebook(context.Context, string) (consent.Codebook, error) {
	return consent.Codebook{}, consent.ErrNotFound
}

func (l *left) GetAllBalances(_ context.Context, of sdk.AccAddress) sdk.Coins {
	name := account(of[0])
	if of.Equals(authtypes.NewModuleAddress(custody.CommitteeName)) {
		name = custody.CommitteeName
	}
	return sdk.NewCoins(sdk.NewInt64Coin("uvol", l.balances[name]))
}

func (l *left) SendCoinsFromAccountToModule(
	_ context.Context,
	from sdk.AccAddress,
	module string,
	amount sdk.Coins,
) error {
	return l.move(account(from[0]), module, amount)
}

func (l *left) SendCoinsFromModuleToAccount(
	_ context.Context,
	module string,
	to sdk.AccAddress,
	amount sdk.Coins,
) error {
	return l.move(module, account(to[0]), amount)
}

func (l *left) move(from, to string, amount sdk.Coins) error {
	n := amount.AmountOf("uvol").Int64()
	if l.balances[from] < n {
		return io.ErrShortBuffer
	}
	l.balances[from] -= n
	l.balances[to] += n
	return nil
}

func (l *left) Bonded(context.Context) ([]custody.Bonded, error) { return l.bonded, nil }

func (l *left) Jail(_ context.Context, consensus sdk.ConsAddress) error {
	l.jailed = append(l.jailed, consensus)
	return nil
}

func (l *left) JailOperator(_ context.Context, operator []byte) error {
	l.jailed = append(l.jailed, operator)
	return nil
}

// seat names a seat in collections.
func seat(request id.ID, index uint64) keeper.SeatKey { return collections.Join(request, index) }
