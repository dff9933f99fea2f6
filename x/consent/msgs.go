package consent

import (
	"crypto/sha256"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/id"
)

var (
	_ sdk.HasValidateBasic = (*MsgGrantConsent)(nil)
	_ sdk.HasValidateBasic = (*MsgAmendConsent)(nil)
	_ sdk.HasValidateBasic = (*MsgRevokeConsent)(nil)
	_ sdk.HasValidateBasic = (*MsgSetRevoker)(nil)
	_ sdk.HasValidateBasic = (*MsgRegisterTemplate)(nil)
	_ sdk.HasValidateBasic = (*MsgRegisterCodebook)(nil)
	_ sdk.HasValidateBasic = (*MsgUpdateParams)(nil)
)

// ValidateBasic names all missing and malformed fields.
func (m *MsgGrantConsent) ValidateBasic() error {
	f := named("owner", m.Owner, m.DatasetId)
	f.nested(m.Provision.Validate(), "")
	return f.err()
}

// ValidateBasic names all missing and malformed fields.
func (m *MsgAmendConsent) ValidateBasic() error {
	f := named("owner", m.Owner, m.DatasetId)
	f.need(m.Version > 0, "version")
	f.nested(m.Provision.Validate(), "")
	return f.err()
}

// ValidateBasic names all missing and malformed fields.
func (m *MsgRevokeConsent) ValidateBasic() error {
	f := named("signer", m.Signer, m.DatasetId)
	f.need(m.Version > 0, "version")
	return f.err()
}

// ValidateBasic names all missing and malformed fields.
func (m *MsgSetRevoker) ValidateBasic() error {
	f := named("owner", m.Owner, m.DatasetId)
	f.need(validRevoker(m.Revoker, m.Owner), "revoker")
	return f.err()
}

// ValidateBasic names all missing and malformed fields.
func (m *MsgRegisterTemplate) ValidateBasic() error {
	f := &faults{}
	f.need(validAddress(m.Authority), "authority")
	m.Template.check(f, "template")
	return f.err()
}

// ValidateBasic names all missing and malformed fields.
func (m *MsgRegisterCodebook) ValidateBasic() error {
	f := &faults{}
	f.need(validAddress(m.Authority), "authority")
	m.Codebook.check(f, "codebook")
	return f.err()
}

// ValidateBasic checks the authority's address and the parameters.
func (m *MsgUpdateParams) ValidateBasic() error {
	f := &faults{}
	f.need(validAddress(m.Authority), "authority")
	if err := f.err(); err != nil {
		return err
	}
	return m.Params.Validate()
}

// named starts with the faults of a message's signer and dataset.
func named(role, signer, datasetID string) *faults {
	f := &faults{}
	f.need(validAddress(signer), role)
	_, err := id.Parse(datasetID)
	f.need(err == nil, "dataset_id")
	return f
}

// check records what the template lacks.
func (t Template) check(f *faults, path string) {
	f.need(validToken(t.Id), path+".id")
	f.need(validLanguage(t.Language), path+".language")
	f.need(len(t.TextSha256) == sha256.Size, path+".text_sha256")
}

// check records what the codebook lacks.
func (c Codebook) check(f *faults, path string) {
	f.need(validToken(c.Version), path+".version")
	f.need(len(c.Root) == sha256.Size, path+".root")
	f.need(c.Size_ > 0, path+".size")
}
