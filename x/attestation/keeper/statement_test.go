package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/attestation"
)

func (f *fixture) approve(n, protocol byte, purposes ...uint32) error {
	_, err := f.msgs.ApproveEthics(f.ctx, &attestation.MsgApproveEthics{
		Organisation: addr(n), ProtocolSha256: digest(protocol), Purposes: purposes, DocumentSha256: digest(2),
		Expiry: start.Add(time.Hour),
	})
	return err
}

func (f *fixture) revokeEthics(n byte) error {
	_, err := f.msgs.RevokeEthics(f.ctx, &attestation.MsgRevokeEthics{
		Organisation: addr(n), ProtocolSha256: digest(1),
	})
	return err
}

func (f *fixture) issue(n byte) error {
	_, err := f.msgs.IssueVisa(f.ctx, &attestation.MsgIssueVisa{
		Organisation: addr(n), Researcher: addr(outsider), RecipientClass: 1, Expiry: start.Add(time.Hour),
	})
	return err
}

func (f *fixture) revokeVisa(n byte) error {
	_, err := f.msgs.RevokeVisa(f.ctx, &attestation.MsgRevokeVisa{Organisation: addr(n), Researcher: addr(outsider)})
	return err
}

func TestApproveEthics(t *testing.T) {
	f := initFixture(t)
	f.accredit(lab, attestation.ORGANISATION_KIND_LAB, attestation.ROLE_ETHICS)
	require.NoError(t, f.approve(board, 1, 3))
	require.NoError(t, f.approve(lab, 1, 2))
	require.NoError(t, f.approve(board, 2, 4))
	require.NoError(t, f.approve(board, 1, 3, 5), "the later word counts")

	list, err := f.keeper.Approvals(f.ctx, digest(1))
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, addr(lab), list[0].Organisation)
	require.Equal(t, []uint32{3, 5}, list[1].Purposes)
	require.True(t, list[1].Live(start))
	list, err = f.keeper.Approvals(f.ctx, digest(3))
	require.NoError(t, err)
	require.Empty(t, list)
}

func TestApproveEthics_Refused(t *testing.T) {
	f := initFixture(t)
	require.ErrorIs(t, f.approve(hospital, 1, 3), attestation.ErrRole)
	require.ErrorIs(t, f.approve(outsider, 1, 3), attestation.ErrNotFound)
	require.ErrorIs(t, f.approve(board, 1), attestation.ErrInvalid)
	f.ctx = f.ctx.WithBlockTime(start.Add(time.Hour))
	require.ErrorIs(t, f.approve(board, 1, 3), attestation.ErrExpiry)
	f.ctx = f.ctx.WithBlockTime(start)
	require.NoError(t, f.suspend(board, false))
	require.ErrorIs(t, f.approve(board, 1, 3), attestation.ErrStatus)
}

func TestRevokeEthics(t *testing.T) {
	f := initFixture(t)
	require.ErrorIs(t, f.revokeEthics(board), attestation.ErrNotFound)
	require.NoError(t, f.approve(board, 1, 3))
	require.ErrorIs(t, f.revokeEthics(lab), attestation.ErrNotFound, "only one's own")
	require.NoError(t, f.suspend(board, false))
	require.NoError(t, f.revokeEthics(board))
	require.ErrorIs(t, f.revokeEthics(board), attestation.ErrRevoked)
	list, err := f.keeper.Approvals(f.ctx, digest(1))
	require.NoError(t, err)
	require.False(t, list[0].Live(start))

	require.NoError(t, f.suspend(board, true))
	require.NoError(t, f.approve(board, 1, 3), "it may approve again")
	_, err = f.msgs.RevokeEthics(f.ctx, &attestation.MsgRevokeEthics{Organisation: addr(board)})
	require.ErrorIs(t, err, attestation.ErrInvalid)
}

func TestIssueVisa(t *testing.T) {
	f := initFixture(t)
	require.NoError(t, f.issue(university))
	v, err := f.keeper.Visa(f.ctx, addr(outsider), addr(university))
	require.NoError(t, err)
	require.Equal(t, attestation.Visa{
		Researcher: addr(outsider), Organisation: addr(university), RecipientClass: 1, Expiry: start.Add(time.Hour),
	}, v)

	_, err = f.keeper.Visa(f.ctx, addr(university), addr(outsider))
	require.ErrorIs(t, err, attestation.ErrNotFound)
	_, err = f.keeper.Visa(f.ctx, "x", addr(outsider))
	require.ErrorIs(t, err, attestation.ErrInvalid)
	_, err = f.keeper.Visa(f.ctx, addr(outsider), "x")
	require.ErrorIs(t, err, attestation.ErrInvalid)
}

func TestIssueVisa_Refused(t *testing.T) {
	f := initFixture(t)
	require.ErrorIs(t, f.issue(hospital), attestation.ErrRole)
	require.ErrorIs(t, f.issue(outsider), attestation.ErrNotFound)
	_, err := f.msgs.IssueVisa(f.ctx, &attestation.MsgIssueVisa{Organisation: addr(university)})
	require.ErrorIs(t, err, attestation.ErrInvalid)
	f.ctx = f.ctx.WithBlockTime(start.Add(time.Hour))
	require.ErrorIs(t, f.issue(university), attestation.ErrExpiry)
	f.ctx = f.ctx.WithBlockTime(start)
	require.NoError(t, f.suspend(university, false))
	require.ErrorIs(t, f.issue(university), attestation.ErrStatus)
}

func TestRevokeVisa(t *testing.T) {
	f := initFixture(t)
	require.ErrorIs(t, f.revokeVisa(university), attestation.ErrNotFound)
	require.NoError(t, f.issue(university))
	require.ErrorIs(t, f.revokeVisa(lab), attestation.ErrNotFound)
	require.NoError(t, f.suspend(university, false))
	require.NoError(t, f.revokeVisa(university))
	require.ErrorIs(t, f.revokeVisa(university), attestation.ErrRevoked)
	v, err := f.keeper.Visa(f.ctx, addr(outsider), addr(university))
	require.NoError(t, err)
	require.False(t, v.Live(start))
	_, err = f.msgs.RevokeVisa(f.ctx, &attestation.MsgRevokeVisa{Organisation: addr(university)})
	require.ErrorIs(t, err, attestation.ErrInvalid)
}

// What others said fills the list; one's own entry can still be renewed.
func TestStatements_Bounded(t *testing.T) {
	f := initFixture(t)
	require.NoError(t, f.approve(board, 1, 3))
	require.NoError(t, f.issue(university))
	for n := 1; n < attestation.MaxStatements; n++ {
		other := sdk.AccAddress{19: byte(n)}
		require.NoError(
			t,
			f.keeper.EthicsApprovals.Set(f.ctx, collections.Join(digest(1), other), attestation.EthicsApproval{}),
		)
		require.NoError(t, f.keeper.Visas.Set(f.ctx, collections.Join(raw(outsider), other), attestation.Visa{}))
	}
	require.NoError(t, f.approve(board, 1, 3))
	require.NoError(t, f.issue(university))

	f.accredit(lab, attestation.ORGANISATION_KIND_LAB, attestation.ROLE_ETHICS, attestation.ROLE_INSTITUTION)
	require.ErrorIs(t, f.approve(lab, 1, 3), attestation.ErrExists)
	require.ErrorIs(t, f.issue(lab), attestation.ErrExists)
	require.NoError(t, f.approve(lab, 2, 3))
}
