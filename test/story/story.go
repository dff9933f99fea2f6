// Package story plays the main job of Volens on a chain of test/chain: a patient, a
// hospital that attests, an ethics board, a university, a gateway and a researcher, with
// real keys, real proofs and real sealed files.
//
// New gives people and an active committee key. The verbs follow the story: Register,
// Inspect, Attest, Grant, Ask, Decide, Open. Each takes a function that may change its
// message, so that a test says only what is wrong in it.
package story

import (
	"crypto/rand"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/derive"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/devnet"
	"github.com/volens-network/volens/test/chain"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/custody"
)

// Money of the story, in uusd: one unit is 10^6.
const (
	Denom = "uusd"
	Unit  = 1_000_000
	// Wealth is what the researcher starts with.
	Wealth = 1_000_000_000_000
)

// textSHA256 is the digest of the plain text that the story's patients read.
var textSHA256 = sha256.Sum256([]byte("plain text of the story"))

// protocolSHA256 is the digest of the study protocol.
var protocolSHA256 = sha256.Sum256([]byte("protocol of the story"))

// Story is the people and the chain they act on.
type Story struct {
	*chain.Chain

	Patient, Other                        chain.Account // two patients
	Hospital, Ethics, University, Arbiter chain.Account
	Gateway                               chain.Account
	Researcher, Rival, Stranger           chain.Account

	tb   testing.TB
	seed []byte
}

// New starts a chain of four validators and waits for its key.
func New(tb testing.TB) *Story {
	tb.Helper()
	return With(tb, chain.Options{Validators: 4})
}

// With starts a chain with other options.
func With(tb testing.TB, options chain.Options) *Story {
	tb.Helper()
	s := &Story{
		Patient: chain.NewAccount("patient"), Other: chain.NewAccount("other patient"),
		Hospital: chain.NewAccount("hospital"), Ethics: chain.NewAccount("ethics"),
		University: chain.NewAccount("university"), Arbiter: chain.NewAccount("arbiter"),
		Gateway: chain.NewAccount("gateway"), Researcher: chain.NewAccount("researcher"),
		Rival: chain.NewAccount("rival"), Stranger: chain.NewAccount("stranger"),
		tb: tb, seed: make([]byte, derive.MinSeed),
	}
	change := options.Spec
	options.Spec = func(spec *devnet.Spec) {
		s.People(spec)
		if change != nil {
			change(spec)
		}
	}
	s.Chain = chain.New(tb, options)
	s.WaitKey()
	s.Anchor()
	s.Send(s.University, s.Visa(s.Researcher))
	s.Send(s.Ethics, s.Approval())
	return s
}

// For lets another test go on with the story.
func (s *Story) For(tb testing.TB) {
	tb.Helper()
	s.tb = tb
	s.Chain.For(tb)
}

// On tells the same story on another chain: a fork, or one from an exported state.
func (s *Story) On(c *chain.Chain) *Story {
	out := *s
	out.Chain = c
	return &out
}

// People writes everybody's accounts and accreditations into a genesis.
func (s *Story) People(spec *devnet.Spec) {
	for _, a := range []chain.Account{s.Patient, s.Other, s.Hospital, s.Ethics, s.University, s.Arbiter, s.Gateway, s.Stranger} {
		spec.Accounts = append(
			spec.Accounts,
			devnet.Account{Address: a.String(), Coins: "1000000000uusd,1000000000uvol"},
		)
	}
	for _, a := range []chain.Account{s.Researcher, s.Rival} {
		spec.Accounts = append(
			spec.Accounts,
			devnet.Account{Address: a.String(), Coins: "1000000000000uusd,1000000uvol"},
		)
	}
	spec.Organisations = []devnet.Organisation{
		{
			Address: s.Hospital.String(),
			Kind:    "HOSPITAL",
			Country: "NO",
			Roles:   []string{"ATTESTOR"},
			Bond:    "1000000000uusd",
		},
		{Address: s.Ethics.String(), Kind: "NONPROFIT", Country: "NO", Roles: []string{"ETHICS"}, Bond: "0uusd"},
		{
			Address: s.University.String(),
			Kind:    "UNIVERSITY",
			Country: "NO",
			Roles:   []string{"INSTITUTION"},
			Bond:    "0uusd",
		},
		{Address: s.Arbiter.String(), Kind: "NONPROFIT", Country: "NO", Roles: []string{"ARBITER"}, Bond: "0uusd"},
		{
			Address:   s.Gateway.String(),
			Kind:      "NONPROFIT",
			Country:   "NO",
			Roles:     []string{"GATEWAY"},
			Bond:      "10000000000uusd",
			BaseURL:   "http://127.0.0.1:8080",
			Recipient: s.Recipient(id.ID{1}),
		},
	}
	spec.Templates = []devnet.Template{{ID: "story", Language: "en", SHA256: textSHA256[:]}}
}

// Recipient is an age1pq recipient, one for each id.
func (s *Story) Recipient(of id.ID) string {
	s.tb.Helper()
	identity, err := derive.DeliveryIdentity(s.seed, of)
	require.NoError(s.tb, err)
	return identity.Recipient().String()
}

// WaitKey waits until the committee's key is active.
func (s *Story) WaitKey() {
	s.tb.Helper()
	s.Until(40, "an active key", func(ctx sdk.Context) bool {
		key, err := s.App().Volens.Custody.Committees.Keys.Get(ctx, custody.FirstKeyID)
		return err == nil && key.Status == custody.KEY_STATUS_ACTIVE
	})
}

// Key is the committee's key.
func (s *Story) Key() *threshold.Key {
	s.tb.Helper()
	key, err := s.App().Volens.Custody.Committees.Keys.Get(s.Context(), custody.FirstKeyID)
	require.NoError(s.tb, err)
	origin, err := s.App().Volens.Dataset.OriginChainID(s.Context())
	require.NoError(s.tb, err)
	out, err := threshold.NewKey(origin, key.KeyId, key.Y)
	require.NoError(s.tb, err)
	return out
}

// Anchor is the gateway's heartbeat.
func (s *Story) Anchor() {
	s.tb.Helper()
	s.Send(s.Gateway, &attestation.MsgAnchorLog{Gateway: s.Gateway.String(), Root: make([]byte, sha256.Size)})
}

// Visa is the university's word for a researcher.
func (s *Story) Visa(of chain.Account) *attestation.MsgIssueVisa {
	return &attestation.MsgIssueVisa{
		Organisation:   s.University.String(),
		Researcher:     of.String(),
		RecipientClass: 1,
		Expiry:         s.Time.Add(24 * time.Hour),
	}
}

// Approval is the ethics board's approval of the story's protocol for all purposes.
func (s *Story) Approval() *attestation.MsgApproveEthics {
	return &attestation.MsgApproveEthics{
		Organisation: s.Ethics.String(), ProtocolSha256: protocolSHA256[:], Purposes: []uint32{2, 3, 4, 6},
		DocumentSha256: make([]byte, sha256.Size), Expiry: s.Time.Add(24 * time.Hour),
	}
}

// Balance is what an account has of a denomination.
func (s *Story) Balance(of sdk.AccAddress, denom string) int64 {
	return s.App().Cosmos.Bank.GetBalance(s.Context(), of, denom).Amount.Int64()
}

// random draws n bytes.
func (s *Story) random(n int) []byte {
	s.tb.Helper()
	out := make([]byte, n)
	_, err := rand.Read(out)
	require.NoError(s.tb, err)
	return out
}
