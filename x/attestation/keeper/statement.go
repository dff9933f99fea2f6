package keeper

import (
	"context"
	"time"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/x/attestation"
)

// ApproveEthics records the signer's approval of a protocol; a later one of the
// same protocol takes its place.
func (s msgServer) ApproveEthics(
	ctx context.Context, msg *attestation.MsgApproveEthics,
) (*attestation.MsgApproveEthicsResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	if _, err := s.keeper.speaker(ctx, msg.Organisation, attestation.ROLE_ETHICS); err != nil {
		return nil, err
	}
	if err := inFuture(ctx, msg.Expiry); err != nil {
		return nil, err
	}
	key, err := approvalKey(msg.ProtocolSha256, msg.Organisation)
	if err != nil {
		return nil, err
	}
	others, err := s.keeper.Approvals(ctx, msg.ProtocolSha256)
	if err != nil {
		return nil, err
	}
	if err := room(ctx, s.keeper.EthicsApprovals, key, len(others)); err != nil {
		return nil, err
	}
	if err := s.keeper.EthicsApprovals.Set(ctx, key, msg.Statement()); err != nil {
		return nil, err
	}
	return &attestation.MsgApproveEthicsResponse{}, emit(ctx, &attestation.EventEthicsApproved{
		ProtocolSha256: msg.ProtocolSha256, Organisation: msg.Organisation,
	})
}

// RevokeEthics takes the signer's approval back, also while the signer is suspended.
func (s msgServer) RevokeEthics(
	ctx context.Context, msg *attestation.MsgRevokeEthics,
) (*attestation.MsgRevokeEthicsResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	key, err := approvalKey(msg.ProtocolSha256, msg.Organisation)
	if err != nil {
		return nil, err
	}
	a, err := s.keeper.EthicsApprovals.Get(ctx, key)
	if err != nil {
		return nil, notFound(err, "approval of protocol %x by %s", msg.ProtocolSha256, msg.Organisation)
	}
	if a.Revoked {
		return nil, errorsmod.Wrapf(attestation.ErrRevoked, "approval of protocol %x", msg.ProtocolSha256)
	}
	a.Revoked = true
	if err := s.keeper.EthicsApprovals.Set(ctx, key, a); err != nil {
		return nil, err
	}
	return &attestation.MsgRevokeEthicsResponse{}, emit(ctx, &attestation.EventEthicsRevoked{
		ProtocolSha256: msg.ProtocolSha256, Organisation: msg.Organisation,
	})
}

// IssueVisa records that a researcher works for the signer; a later visa of the
// same researcher takes its place.
func (s msgServer) IssueVisa(
	ctx context.Context, msg *attestation.MsgIssueVisa,
) (*attestation.MsgIssueVisaResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	if _, err := s.keeper.speaker(ctx, msg.Organisation, attestation.ROLE_INSTITUTION); err != nil {
		return nil, err
	}
	if err := inFuture(ctx, msg.Expiry); err != nil {
		return nil, err
	}
	key, err := visaKey(msg.Researcher, msg.Organisation)
	if err != nil {
		return nil, err
	}
	others, err := s.keeper.visasOf(ctx, key.K1())
	if err != nil {
		return nil, err
	}
	if err := room(ctx, s.keeper.Visas, key, len(others)); err != nil {
		return nil, err
	}
	if err := s.keeper.Visas.Set(ctx, key, msg.Statement()); err != nil {
		return nil, err
	}
	return &attestation.MsgIssueVisaResponse{}, emit(ctx, &attestation.EventVisaIssued{
		Researcher: msg.Researcher, Organisation: msg.Organisation,
	})
}

// RevokeVisa takes the signer's visa back, also while the signer is suspended.
func (s msgServer) RevokeVisa(
	ctx context.Context, msg *attestation.MsgRevokeVisa,
) (*attestation.MsgRevokeVisaResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	v, err := s.keeper.Visa(ctx, msg.Researcher, msg.Organisation)
	if err != nil {
		return nil, err
	}
	if v.Revoked {
		return nil, errorsmod.Wrapf(attestation.ErrRevoked, "visa of %s", msg.Researcher)
	}
	key, err := visaKey(msg.Researcher, msg.Organisation)
	if err != nil {
		return nil, err
	}
	v.Revoked = true
	if err := s.keeper.Visas.Set(ctx, key, v); err != nil {
		return nil, err
	}
	return &attestation.MsgRevokeVisaResponse{}, emit(ctx, &attestation.EventVisaRevoked{
		Researcher: msg.Researcher, Organisation: msg.Organisation,
	})
}

// room refuses an entry beyond attestation.MaxStatements unless it takes the
// place of one.
func room[K, V any](ctx context.Context, entries collections.Map[K, V], key K, others int) error {
	there, err := entries.Has(ctx, key)
	if err != nil {
		return err
	}
	if !there && others >= attestation.MaxStatements {
		return errorsmod.Wrapf(attestation.ErrExists, "%d statements by others", others)
	}
	return nil
}

func inFuture(ctx context.Context, expiry time.Time) error {
	if now := sdk.UnwrapSDKContext(ctx).BlockTime(); !now.Before(expiry) {
		return errorsmod.Wrapf(attestation.ErrExpiry, "%s", expiry.Format(time.RFC3339))
	}
	return nil
}

func approvalKey(protocol []byte, organisation string) (ApprovalKey, error) {
	o, err := parse("organisation", organisation)
	if err != nil {
		return ApprovalKey{}, err
	}
	return collections.Join(protocol, o), nil
}

func visaKey(researcher, organisation string) (VisaKey, error) {
	r, err := parse("researcher", researcher)
	if err != nil {
		return VisaKey{}, err
	}
	o, err := parse("organisation", organisation)
	if err != nil {
		return VisaKey{}, err
	}
	return collections.Join(r, o), nil
}
