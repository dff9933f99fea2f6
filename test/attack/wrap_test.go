package attack_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/test/chain"
	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/consent"
	consentante "github.com/volens-network/volens/x/consent/ante"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// personal are all messages that only a person signs, each as it would be right.
func personal(t *testing.T, s *story.Story, d *story.Dataset, r *story.Request) map[string]sdk.Msg {
	t.Helper()
	grant := s.Grant(d)
	out := map[string]sdk.Msg{}
	for _, msg := range []sdk.Msg{
		grant, s.Revoke(d, 1), s.Decide(d, r, true),
		&consent.MsgAmendConsent{Owner: grant.Owner, DatasetId: grant.DatasetId, Version: 1, Provision: grant.Provision},
		&consent.MsgSetRevoker{Owner: grant.Owner, DatasetId: grant.DatasetId, Revoker: s.Stranger.String()},
		&custody.MsgRequestInspection{
			Owner: grant.Owner, DatasetId: grant.DatasetId, Version: 1, Organisation: s.Arbiter.String(), Random: make([]byte, 16),
		},
		&custody.MsgWithdrawInspection{Owner: grant.Owner, InspectionId: r.ID.String()},
		&custody.MsgInject{Signer: moduleAccount(custody.ModuleName).String()},
	} {
		out[sdk.MsgTypeURL(msg)] = msg
	}
	for _, typeURL := range consentante.Personal() {
		require.Contains(t, out, typeURL, "the table is complete")
	}
	return out
}

func exec(by chain.Account, msgs ...sdk.Msg) sdk.Msg {
	m := authz.NewMsgExec(by.Address(), msgs)
	return &m
}

func proposal(t *testing.T, by chain.Account, msgs ...sdk.Msg) sdk.Msg {
	t.Helper()
	m, err := govv1.NewMsgSubmitProposal(
		msgs,
		sdk.NewCoins(sdk.NewInt64Coin("uvol", 1)),
		by.String(),
		"",
		"t",
		"s",
		false,
	)
	require.NoError(t, err)
	return m
}

// What only a person signs stands at the top of a transaction or nowhere: not inside
// authz, a proposal, or one inside the other, however deep; and nobody can be given the
// right to send it.
func TestConsent_Wrapped(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	r := s.Ask(s.Researcher, func(spec *market.Spec) { spec.Deadline += 200 })
	expiry := s.Time.Add(time.Hour)
	for typeURL, msg := range personal(t, s, d, r) {
		t.Run(typeURL, func(t *testing.T) {
			s.For(t)
			grant, err := authz.NewMsgGrant(
				s.Patient.Address(), s.Stranger.Address(), authz.NewGenericAuthorization(typeURL), &expiry,
			)
			require.NoError(t, err)
			for name, wrapped := range map[string]sdk.Msg{
				"by oneself":         exec(s.Patient, msg),
				"by another":         exec(s.Stranger, msg),
				"twice":              exec(s.Patient, exec(s.Patient, msg)),
				"beside others":      exec(s.Patient, s.Visa(s.Patient), msg),
				"in a proposal":      proposal(t, s.Patient, msg),
				"in both":            proposal(t, s.Patient, exec(s.Patient, msg)),
				"a proposal in exec": exec(s.Patient, proposal(t, s.Patient, msg)),
				"a grant of it":      grant,
				"a grant in exec":    exec(s.Patient, grant),
			} {
				by := s.Patient
				if name == "by another" {
					by = s.Stranger
				}
				want := consent.ErrWrapped
				raw := s.Sign(by, 0, wrapped)
				check := s.CheckRaw(raw)
				results := s.Block(raw).TxResults
				if voteext.Marked(raw) {
					// It names the marker: refused before anybody looks inside, and never in a block.
					require.NotZero(t, check.Code, name)
					require.Empty(t, results, name)
					continue
				}
				require.Equal(t, want.ABCICode(), check.Code, name+": "+check.Log)
				refused(t, results[len(results)-1], want)
			}
		})
	}
	s.For(t)
	found, err := s.App().Volens.Consent.Consent(s.Context(), d.ID)
	require.NoError(t, err)
	require.Equal(t, uint64(1), found.Version)
	require.Equal(t, consent.STATUS_ACTIVE, found.Status)
	s.Send(s.Patient, s.Decide(d, r, true))
	s.WaitRelease(r, 0)
}

// Nesting without end is refused before it costs anything.
func TestConsent_NestedWithoutEnd(t *testing.T) {
	s := shared(t)
	msg := sdk.Msg(s.Visa(s.University))
	for range consentante.MaxDepth + 1 {
		msg = exec(s.University, msg)
	}
	refused(t, s.Try(s.University, msg), consent.ErrWrapped)
	unknown := &authz.MsgExec{Grantee: s.University.String(), Msgs: []*codectypes.Any{{TypeUrl: "/volens.none.v1.Msg"}}}
	raw := s.Sign(s.University, 0, unknown)
	require.NotZero(t, s.CheckRaw(raw).Code)
	require.Empty(t, s.Propose(raw))
	require.False(t, s.Accepts(raw))
	s.Send(s.University, exec(s.University, s.Visa(s.Researcher)))
}

// The marker is nobody's to send: not signed, not wrapped, not named in a memo, and not
// by a copy of a real injection.
func TestInject_ByAUser(t *testing.T) {
	s := shared(t)
	d := s.Ready(s.Patient, content)
	r := offered(s, d)
	genuine := s.Propose()[0]
	marker := &custody.MsgInject{Signer: s.Stranger.String(), Injection: takeApart(t, genuine).ExtendedCommit}
	for name, raw := range map[string][]byte{
		"a copy of an injection": genuine,
		"signed":                 s.Sign(s.Stranger, 0, marker),
		"in authz":               s.Sign(s.Stranger, 0, exec(s.Stranger, marker)),
		"named in a memo":        s.SignMemo(s.University, 0, voteext.MarkerURL, s.Visa(s.Stranger)),
	} {
		require.NotZero(t, s.CheckRaw(raw).Code, name+": in the mempool it would stay for ever")
		require.Len(t, s.Propose(raw), 1, name+": no honest proposer takes it")
		require.False(t, s.Accepts(genuine, raw), name)
		if name != "a copy of an injection" {
			require.False(t, s.Accepts(raw), name)
		}
	}
	memo := s.CheckRaw(s.SignMemo(s.University, 0, "no marker", s.Visa(s.Stranger)))
	require.Zero(t, memo.Code, "but for the marker it is good: "+memo.Log)
	before := s.App().Cosmos.Account.GetAccount(s.Context(), s.Stranger.Address()).GetSequence()
	resp := s.Force(s.Sign(s.Stranger, 0, marker), s.Sign(s.Stranger, 0, marker))
	for _, result := range resp.TxResults {
		require.NotZero(t, result.Code)
		require.Equal(t, resp.TxResults[0], result, "refused before anything is metered, the same on every node")
	}
	require.Equal(t, before, s.App().Cosmos.Account.GetAccount(s.Context(), s.Stranger.Address()).GetSequence())
	require.False(t, released(s, r))
	s.WaitRelease(r, 0)
}
