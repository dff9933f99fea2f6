package client

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
)

// EthicsOptions are an ethics organisation's approval of a protocol.
type EthicsOptions struct {
	// Protocol is the file whose digest is approved, or ProtocolSHA256 its 64 hexadecimal digits.
	Protocol, ProtocolSHA256 string
	// Purposes that it covers, such as "hmb".
	Purposes []string
	// Document is the signed decision; only its digest goes on chain. Empty: the protocol itself.
	Document string
	// Expiry is a date or a span, "12 months" if empty.
	Expiry string
}

// Approval is an ethics approval as the chain has it.
type Approval struct {
	ProtocolSHA256 string    `json:"protocol_sha256"`
	Organisation   string    `json:"organisation"`
	Purposes       []string  `json:"purposes"`
	Expiry         time.Time `json:"expiry"`
	Revoked        bool      `json:"revoked"`
}

// Organisation is an accredited organisation.
type Organisation struct {
	Address   string   `json:"address"`
	Kind      string   `json:"kind"`
	Country   string   `json:"country"`
	Roles     []string `json:"roles"`
	Active    bool     `json:"active"`
	Bond      sdk.Coin `json:"bond"`
	BaseURL   string   `json:"base_url,omitempty"`
	Recipient string   `json:"recipient,omitempty"`
}

// ApproveEthics signs that the protocol with this digest may go ahead.
func (s *Session) ApproveEthics(ctx context.Context, o EthicsOptions) (*Done, error) {
	out, err := s.approveEthics(ctx, o)
	return out, classify(err)
}

func (s *Session) approveEthics(ctx context.Context, o EthicsOptions) (*Done, error) {
	signer, err := s.signer()
	if err != nil {
		return nil, err
	}
	protocol, err := digestOf("protocol", o.Protocol, o.ProtocolSHA256)
	if err != nil {
		return nil, err
	}
	document := protocol
	if o.Document != "" {
		if document, err = digestOf("document", o.Document, ""); err != nil {
			return nil, err
		}
	}
	purposes, err := enums[consent.Purpose]("purpose", "PURPOSE_", o.Purposes, consent.Purpose_value)
	if err != nil {
		return nil, err
	}
	expiry, err := s.expiry(ctx, o.Expiry)
	if err != nil {
		return nil, err
	}
	msg := &attestation.MsgApproveEthics{
		Organisation: signer.Address().String(), ProtocolSha256: protocol, DocumentSha256: document, Expiry: expiry,
	}
	for _, purpose := range purposes {
		msg.Purposes = append(msg.Purposes, uint32(purpose)) //nolint:gosec // an enum's number is positive
	}
	receipt, err := s.send(ctx, signer, msg)
	if err != nil {
		return nil, err
	}
	return done(receipt), nil
}

// EthicsApprovals lists the approvals of a protocol by its digest in hexadecimal digits.
func (s *Session) EthicsApprovals(ctx context.Context, protocolSHA256 string) ([]Approval, error) {
	answer, err := s.Chain.Attestations().EthicsApprovals(ctx,
		&attestation.QueryEthicsApprovalsRequest{ProtocolSha256: protocolSHA256})
	if err != nil {
		return nil, classify(err)
	}
	var out []Approval
	for _, a := range answer.Approvals {
		approval := Approval{
			ProtocolSHA256: hexBytes(
				a.ProtocolSha256,
			),
			Organisation: a.Organisation,
			Expiry:       a.Expiry,
			Revoked:      a.Revoked,
		}
		for _, p := range a.Purposes {
			name := consent.Purpose_name[int32(p)] //nolint:gosec // an unknown number has no name
			approval.Purposes = append(approval.Purposes, shortName("PURPOSE_", name))
		}
		out = append(out, approval)
	}
	return out, nil
}

// VisaOptions say which researcher works for the signing organisation, and as what.
type VisaOptions struct {
	Researcher string
	// Class is a recipient class, such as "academic".
	Class string
	// Expiry is a date or a span, "12 months" if empty.
	Expiry string
}

// IssueVisa signs that a researcher works for the organisation.
func (s *Session) IssueVisa(ctx context.Context, o VisaOptions) (*Done, error) {
	out, err := s.issueVisa(ctx, o)
	return out, classify(err)
}

func (s *Session) issueVisa(ctx context.Context, o VisaOptions) (*Done, error) {
	signer, err := s.signer()
	if err != nil {
		return nil, err
	}
	class, err := enum[consent.RecipientClass]("class", "RECIPIENT_CLASS_", o.Class, consent.RecipientClass_value)
	if err != nil {
		return nil, err
	}
	expiry, err := s.expiry(ctx, o.Expiry)
	if err != nil {
		return nil, err
	}
	receipt, err := s.send(ctx, signer, &attestation.MsgIssueVisa{
		Organisation: signer.Address().String(), Researcher: o.Researcher,
		RecipientClass: uint32(class), Expiry: expiry, //nolint:gosec // an enum's number is positive
	})
	if err != nil {
		return nil, err
	}
	return done(receipt), nil
}

// RevokeVisa takes a visa of the signing organisation back.
func (s *Session) RevokeVisa(ctx context.Context, researcher string) (*Done, error) {
	signer, err := s.signer()
	if err != nil {
		return nil, classify(err)
	}
	receipt, err := s.send(ctx, signer, &attestation.MsgRevokeVisa{
		Organisation: signer.Address().String(), Researcher: researcher,
	})
	if err != nil {
		return nil, classify(err)
	}
	return done(receipt), nil
}

// Organisations lists accredited organisations, those with one role ("gateway") or, with
// an empty role, all.
func (s *Session) Organisations(ctx context.Context, role string) ([]Organisation, error) {
	request := &attestation.QueryOrganisationsRequest{}
	if role != "" {
		wanted, err := enum[attestation.Role]("role", "ROLE_", role, attestation.Role_value)
		if err != nil {
			return nil, err
		}
		request.Role = wanted
	}
	var out []Organisation
	err := pages(Window{}, func(page *query.PageRequest) (int, *query.PageResponse, error) {
		request.Pagination = page
		answer, err := s.Chain.Attestations().Organisations(ctx, request)
		if err != nil {
			return 0, nil, err
		}
		for _, o := range answer.Organisations {
			out = append(out, organisation(o))
		}
		return len(answer.Organisations), answer.Pagination, nil
	})
	return out, classify(err)
}

func organisation(o attestation.Organisation) Organisation {
	out := Organisation{
		Address: o.Address, Kind: shortName("ORGANISATION_KIND_", o.Kind.String()), Country: o.Country,
		Active: o.Active(), Bond: o.Bond,
	}
	for _, role := range o.Roles {
		out.Roles = append(out.Roles, shortName("ROLE_", role.String()))
	}
	if o.Gateway != nil {
		out.BaseURL, out.Recipient = o.Gateway.BaseUrl, o.Gateway.Recipient
	}
	return out
}

// expiry reads when a statement ends; it always does.
func (s *Session) expiry(ctx context.Context, text string) (time.Time, error) {
	if text == "" {
		text = "12 months"
	}
	now, err := s.Chain.BlockTime(ctx)
	if err != nil {
		return time.Time{}, err
	}
	at, err := parseExpiry(text, now)
	if err != nil {
		return time.Time{}, err
	}
	if at == nil {
		return time.Time{}, usage("a statement of an organisation ends some day: name a date")
	}
	return *at, nil
}

// digestOf is the SHA-256 of a file, or the one given in hexadecimal digits.
func digestOf(what, file, text string) ([]byte, error) {
	switch {
	case (file == "") == (text == ""):
		return nil, usage("%s: name either a file or a digest", what)
	case file == "":
		sum, err := hex.DecodeString(text)
		if err != nil || len(sum) != sha256.Size {
			return nil, usage("%s digest %q is not 64 hexadecimal digits", what, text)
		}
		return sum, nil
	}
	data, err := readInput(what, file)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	return sum[:], nil
}
