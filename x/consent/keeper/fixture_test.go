package keeper_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/bech32"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/consent/keeper"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/internal/brittle"
)

var (
	genesisTime = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	dataID      = id.ID{1, 2, 3}
	errHook     = errors.New("hook")
)

// hookGas is what the hook uses, more than any transaction has.
const hookGas = 1_000_000_000

// The people of the tests, by the byte that their accounts are made of.
const (
	patient   = 1
	carer     = 2
	stranger  = 3
	authority = 9
	blocked   = 99
)

// left plays the modules to the left.
type left struct {
	dataset  dataset.Dataset
	accounts map[string]bool
}

func (l *left) Dataset(_ context.Context, key id.ID) (dataset.Dataset, error) {
	if key != dataID {
		return dataset.Dataset{}, dataset.ErrNotFound
	}
	return l.dataset, nil
}

func (l *left) HasAccount(_ context.Context, a sdk.AccAddress) bool { return l.accounts[a.String()] }

func (l *left) NewAccountWithAddress(_ context.Context, a sdk.AccAddress) sdk.AccountI {
	return authtypes.NewBaseAccountWithAddress(a)
}

func (l *left) SetAccount(_ context.Context, a sdk.AccountI) {
	l.accounts[a.GetAddress().String()] = true
}

func (l *left) BlockedAddr(a sdk.AccAddress) bool { return a[0] == blocked }

// hooks plays x/custody.
type hooks struct {
	revoked []id.ID
	err     error
}

func (h *hooks) AfterRevoke(ctx context.Context, key id.ID) error {
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(hookGas, "many seats")
	h.revoked = append(h.revoked, key)
	return h.err
}

type fixture struct {
	t       *testing.T
	ctx     sdk.Context
	cms     storetypes.CommitMultiStore
	keeper  *keeper.Keeper
	brittle *brittle.Store // under the keeper
	msgs    consent.MsgServer
	queries consent.QueryServer
	left    *left
	hooks   *hooks
}

func initFixture(t *testing.T) *fixture {
	t.Helper()
	key := storetypes.NewKVStoreKey(consent.StoreKey)
	transient := storetypes.NewTransientStoreKey(consent.TransientStoreKey)
	tc := testutil.DefaultContextWithDB(t, key, transient)
	f := &fixture{
		t:   t,
		ctx: tc.Ctx.WithBlockTime(genesisTime).WithBlockHeight(10),
		cms: tc.CMS,
		left: &left{
			dataset:  dataset.Dataset{Id: dataID.String(), Owner: address(t, patient), Status: dataset.STATUS_ACTIVE},
			accounts: map[string]bool{},
		},
		hooks: &hooks{},
	}
	encoding := moduletestutil.MakeTestEncodingConfig()
	f.brittle = &brittle.Store{KVStoreService: runtime.NewKVStoreService(key)}
	f.keeper = keeper.NewKeeper(encoding.Codec, f.brittle,
		runtime.NewTransientStoreService(transient), addresscodec.NewBech32Codec(dataset.AddressPrefix),
		address(t, authority), keeper.Left{Datasets: f.left, Accounts: f.left, Bank: f.left})
	f.keeper.SetHooks(f.hooks)
	f.msgs, f.queries = keeper.NewMsgServer(f.keeper), keeper.NewQueryServer(f.keeper)
	p := f.provision()
	require.NoError(t, f.keeper.InitGenesis(f.ctx, consent.GenesisState{
		Params:    consent.Params{RevokesABlock: 2},
		Codebooks: []consent.Codebook{{Version: p.Policy.Codebook, Root: bytes.Repeat([]byte{1}, 32), Size_: 1}},
		Templates: []consent.Template{{
			Id: p.Disclosure.TemplateId, Language: p.Disclosure.Language, TextSha256: p.Disclosure.TextSha256,
		}},
	}))
	return f
}

// address is the account of 20 equal bytes.
func address(tb testing.TB, b byte) string {
	tb.Helper()
	text, err := bech32.ConvertAndEncode(dataset.AddressPrefix, bytes.Repeat([]byte{b}, 20))
	require.NoError(tb, err)
	return text
}

// provision is complete, and in canonical form.
func (f *fixture) provision() consent.Provision {
	expiry := genesisTime.AddDate(1, 0, 0)
	return consent.Provision{
		Policy: consent.Policy{
			Permission:       string(duo.DS),
			Diseases:         []string{"MONDO:0004975", "MONDO:0005015"},
			Own:              consent.OwnCodes{Ai: consent.AI_USE_NONE},
			DataClasses:      []consent.DataClass{consent.DATA_CLASS_READS},
			RecipientClasses: []consent.RecipientClass{consent.RECIPIENT_CLASS_ACADEMIC},
			AcceptedBases:    []attestation.Basis{attestation.BASIS_SAFE_HARBOR},
			Codebook:         "mondo-1",
		},
		Mode:   consent.MODE_ASK_ME,
		Expiry: consent.Expiry{Time: &expiry},
		Payout: address(f.t, 5),
		Disclosure: consent.Disclosure{
			Discloser: address(f.t, patient),
			Statements: consent.Statements{
				Revocation:     "1",
				NoConditioning: "1",
				Redisclosure:   "1",
				Remuneration:   "1",
				Rights:         "1",
				FamilyNotice:   "1",
			},
			TemplateId: "base", Language: "en", TextSha256: bytes.Repeat([]byte{9}, 32),
			ComprehensionVersion: "1", ComprehensionPassed: true, Subject: consent.SUBJECT_ADULT,
		},
	}
}

func (f *fixture) grant(p consent.Provision) (uint64, error) {
	out, err := f.msgs.GrantConsent(f.ctx, &consent.MsgGrantConsent{
		Owner: address(f.t, patient), DatasetId: dataID.String(), Provision: p,
	})
	if err != nil {
		return 0, err
	}
	return out.Version, nil
}

func (f *fixture) amend(version uint64, p consent.Provision) (uint64, error) {
	out, err := f.msgs.AmendConsent(f.ctx, &consent.MsgAmendConsent{
		Owner: address(f.t, patient), DatasetId: dataID.String(), Version: version, Provision: p,
	})
	if err != nil {
		return 0, err
	}
	return out.Version, nil
}

func (f *fixture) revoke(who byte, version uint64) (uint64, error) {
	out, err := f.msgs.RevokeConsent(f.ctx, &consent.MsgRevokeConsent{
		Signer: address(f.t, who), DatasetId: dataID.String(), Version: version,
	})
	if err != nil {
		return 0, err
	}
	return out.Version, nil
}

func (f *fixture) setRevoker(owner byte, revoker string) error {
	_, err := f.msgs.SetRevoker(f.ctx, &consent.MsgSetRevoker{
		Owner: address(f.t, owner), DatasetId: dataID.String(), Revoker: revoker,
	})
	return err
}

// history is all versions, as the query gives them.
func (f *fixture) history() []consent.Consent {
	f.t.Helper()
	out, err := f.queries.History(f.ctx, &consent.QueryHistoryRequest{DatasetId: dataID.String()})
	require.NoError(f.t, err)
	return out.Consents
}

// latest is the latest version.
func (f *fixture) latest() consent.Consent {
	f.t.Helper()
	c, err := f.keeper.Consent(f.ctx, dataID)
	require.NoError(f.t, err)
	return c
}

// events are the type names of the events so far.
func (f *fixture) events() []string {
	var out []string
	for _, e := range f.ctx.EventManager().Events() {
		out = append(out, e.Type)
	}
	return out
}
