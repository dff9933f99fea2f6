package duo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Use is what a researcher states and signs: who, for what, how and under which
// promises. The zero value is permitted by no policy.
type Use struct {
	Purposes      []PurposeStatement `json:"purposes"`
	ResearchTypes []ResearchType     `json:"research_types,omitempty"`
	Commercial    bool               `json:"commercial"`
	DataClasses   []DataClass        `json:"data_classes"`
	AI            AIUse              `json:"ai"`
	Mode          UseMode            `json:"mode"`
	// Organisation and BeneficialOwner are addresses of organisations; they are equal
	// if the organisation answers to nobody else.
	Organisation    string   `json:"organisation"`
	BeneficialOwner string   `json:"beneficial_owner"`
	Recipients      []string `json:"recipients"` // accounts of all who will see the data, the researcher first
	SiteCountry     string   `json:"site_country"`
	ComputeCountry  string   `json:"compute_country"`
	DurationMonths  uint32   `json:"duration_months"`
	Promises        Promises `json:"promises"`
	// Topics are the sensitive topics that the study touches.
	Topics         []SensitiveTopic `json:"topics,omitempty"`
	ProtocolSHA256 []byte           `json:"protocol_sha256"` // 32 bytes
	KeyID          uint64           `json:"key_id"`          // the committee key that the request was made for
	// Codebook is the version that diseases and Ancestry are read in; it may be empty
	// if the use names no disease.
	Codebook string      `json:"codebook,omitempty"`
	Ancestry []EdgeProof `json:"ancestry,omitempty"`
	// Collaborator is the address that co-signs for COL.
	Collaborator string `json:"collaborator,omitempty"`
}

// PurposeStatement is one purpose. HealthAim matters to METHODS, where naming
// diseases must come with it.
type PurposeStatement struct {
	Purpose   Purpose  `json:"purpose"`
	HealthAim bool     `json:"health_aim"`
	Diseases  []string `json:"diseases,omitempty"` // MONDO:ddddddd
}

// Promises are what the researcher's signature binds her to.
type Promises struct {
	Publish            bool      `json:"publish"`
	NoReidentification bool      `json:"no_reidentification"`
	NoLinkage          bool      `json:"no_linkage"`
	ReturnResults      bool      `json:"return_results"`
	Moratorium         time.Time `json:"moratorium,omitzero"` // nothing is published before
}

// Validate returns a MissingFieldsError with all fields that are missing or wrong.
// KeyID is the chain's to compare and Ancestry's proofs are checked by Permits.
func (u Use) Validate() error {
	f := &fields{}
	f.need(len(u.Purposes) > 0 && len(u.Purposes) <= MaxItems, "purposes")
	diseases := false
	for i, p := range u.Purposes {
		p.validate(f, fmt.Sprintf("purposes[%d]", i))
		diseases = diseases || len(p.Diseases) > 0
	}
	collect(f, u.ResearchTypes, 0, "research_types", ResearchType.Valid)
	collect(f, u.DataClasses, 1, "data_classes", DataClass.Valid)
	f.need(u.AI.Valid(), "ai")
	f.need(u.Mode.Valid(), "mode")
	f.text(u.Organisation, "organisation")
	f.text(u.BeneficialOwner, "beneficial_owner")
	f.texts(u.Recipients, 1, "recipients", validText)
	f.need(validCountry(u.SiteCountry), "site_country")
	f.need(validCountry(u.ComputeCountry), "compute_country")
	f.need(u.DurationMonths > 0, "duration_months")
	collect(f, u.Topics, 0, "topics", SensitiveTopic.Valid)
	f.need(len(u.ProtocolSHA256) == sha256.Size, "protocol_sha256")
	f.need(len(u.Codebook) <= MaxText && (u.Codebook != "" || !diseases), "codebook")
	f.need(len(u.Ancestry) <= MaxEdges, "ancestry")
	for i, e := range u.Ancestry {
		e.validate(f, fmt.Sprintf("ancestry[%d]", i))
	}
	f.need(len(u.Collaborator) <= MaxText, "collaborator")
	return f.err()
}

// validate records what the statement lacks.
func (s PurposeStatement) validate(f *fields, path string) {
	f.need(s.Purpose.Valid(), path+".purpose")
	least := 0
	if s.Purpose == PurposeDS {
		least = 1
	}
	f.texts(s.Diseases, least, path+".diseases", validDisease)
	f.need(s.HealthAim || s.Purpose != PurposeMethods || len(s.Diseases) == 0, path+".health_aim")
}

// validDigest reports whether s is a SHA-256 digest in lower case hex.
func validDigest(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == sha256.Size && s == strings.ToLower(s)
}
