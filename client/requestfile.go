package client

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/papers"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/market"
)

//go:embed request.yaml
var requestTemplate string

// RequestFile is a cohort call as a researcher writes it, in YAML.
// NewRequestFile writes a commented one.
type RequestFile struct {
	Title      string `json:"title"       yaml:"title"`
	LaySummary string `json:"lay_summary" yaml:"lay_summary"`
	Contact    string `json:"contact"     yaml:"contact"`
	// Protocol is a file beside this one; ethics approves it by its digest.
	Protocol string `json:"protocol" yaml:"protocol"`

	Organisation    string `json:"organisation"     yaml:"organisation"`
	BeneficialOwner string `json:"beneficial_owner" yaml:"beneficial_owner"`
	// Recipients are the accounts of all who see the data beside the researcher.
	Recipients   []string `json:"recipients"   yaml:"recipients"`
	Collaborator string   `json:"collaborator" yaml:"collaborator"`

	Purposes       []RequestPurpose `json:"purposes"        yaml:"purposes"`
	ResearchTypes  []string         `json:"research_types"  yaml:"research_types"`
	DataClasses    []string         `json:"data_classes"    yaml:"data_classes"`
	Topics         []string         `json:"topics"          yaml:"topics"`
	AI             string           `json:"ai"              yaml:"ai"`
	Commercial     bool             `json:"commercial"      yaml:"commercial"`
	SiteCountry    string           `json:"site_country"    yaml:"site_country"`
	ComputeCountry string           `json:"compute_country" yaml:"compute_country"`
	DurationMonths uint32           `json:"duration_months" yaml:"duration_months"`
	Codebook       string           `json:"codebook"        yaml:"codebook"`
	Promises       RequestPromises  `json:"promises"        yaml:"promises"`
	// Criteria are what the researcher looks for; only their digest goes on chain.
	Criteria map[string]string `json:"criteria" yaml:"criteria"`

	NMin uint32 `json:"n_min" yaml:"n_min"`
	NMax uint32 `json:"n_max" yaml:"n_max"`
	// Price is the patient's part of each seat, such as 1000000uusd.
	Price string `json:"price" yaml:"price"`
	// DeadlineBlocks is how many blocks patients have to decide.
	DeadlineBlocks int64 `json:"deadline_blocks" yaml:"deadline_blocks"`
	// NoCohortProtection confirms that a posted request hides nobody in a crowd.
	NoCohortProtection bool `json:"no_cohort_protection" yaml:"no_cohort_protection"`

	protocolSHA256 []byte
}

// RequestPurpose is one purpose: "hmb", or "ds" with diseases.
type RequestPurpose struct {
	Purpose   string   `json:"purpose"    yaml:"purpose"`
	HealthAim bool     `json:"health_aim" yaml:"health_aim"`
	Diseases  []string `json:"diseases"   yaml:"diseases"`
}

// RequestPromises are what the researcher signs to do and not to do.
type RequestPromises struct {
	Publish            bool   `json:"publish"             yaml:"publish"`
	NoReidentification bool   `json:"no_reidentification" yaml:"no_reidentification"`
	NoLinkage          bool   `json:"no_linkage"          yaml:"no_linkage"`
	ReturnResults      bool   `json:"return_results"      yaml:"return_results"`
	Moratorium         string `json:"moratorium"          yaml:"moratorium"`
}

// NewRequestFile writes a request file with a comment on every field, under a name that does
// not exist yet.
func NewRequestFile(path string) error {
	var parts pending
	defer parts.discard()
	if err := parts.add(path, []byte(requestTemplate)); err != nil {
		return classify(err)
	}
	return classify(parts.publish())
}

// ReadRequest reads a request file and the protocol that it names. Unknown keys are
// refused.
func ReadRequest(path string) (*RequestFile, error) {
	text, err := ReadFile("request file", path, maxYAML)
	if err != nil {
		return nil, err
	}
	f := &RequestFile{}
	if err := decodeYAML(bytes.NewReader(text), f); err != nil {
		return nil, fault.Advise(within(fmt.Sprintf("request file %q", path), err),
			"volens request new writes one to fill in")
	}
	if f.Protocol == "" {
		return nil, usage("request file %q: protocol: name the file of the study protocol", path)
	}
	protocol := f.Protocol
	if !filepath.IsAbs(protocol) {
		protocol = filepath.Join(filepath.Dir(path), protocol)
	}
	data, err := readInput("protocol", protocol)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	f.protocolSHA256 = sum[:]
	return f, nil
}

// ProtocolSHA256 is the digest by which ethics approves the protocol.
func (f *RequestFile) ProtocolSHA256() string { return hexBytes(f.protocolSHA256) }

// use is what the researcher states.
func (f *RequestFile) use(researcher string, now time.Time) (consent.Use, error) {
	owner := f.BeneficialOwner
	if owner == "" {
		owner = f.Organisation
	}
	out := consent.Use{
		Commercial: f.Commercial, Mode: consent.USE_MODE_RELEASE,
		Organisation: f.Organisation, BeneficialOwner: owner,
		Recipients:  append([]string{researcher}, f.Recipients...),
		SiteCountry: f.SiteCountry, ComputeCountry: f.ComputeCountry, DurationMonths: f.DurationMonths,
		ProtocolSha256: f.protocolSHA256, Codebook: f.Codebook, Collaborator: f.Collaborator,
		Promises: consent.Promises{
			Publish: f.Promises.Publish, NoReidentification: f.Promises.NoReidentification,
			NoLinkage: f.Promises.NoLinkage, ReturnResults: f.Promises.ReturnResults,
		},
	}
	var err error
	for _, p := range f.Purposes {
		purpose, err := enum[consent.Purpose]("purpose", "PURPOSE_", p.Purpose, consent.Purpose_value)
		if err != nil {
			return out, err
		}
		out.Purposes = append(out.Purposes, consent.PurposeStatement{
			Purpose: purpose, HealthAim: p.HealthAim, Diseases: p.Diseases,
		})
	}
	if f.Promises.Moratorium != "" {
		if out.Promises.Moratorium, err = parseExpiry(f.Promises.Moratorium, now); err != nil {
			return out, err
		}
	}
	if out.ResearchTypes, err = researchTypes(f.ResearchTypes); err != nil {
		return out, err
	}
	if out.DataClasses, err = dataClasses(f.DataClasses); err != nil {
		return out, err
	}
	if out.Topics, err = topics(f.Topics); err != nil {
		return out, err
	}
	out.Ai, err = enum[consent.AIUse]("ai", "AI_USE_", f.AI, consent.AIUse_value)
	return out, err
}

// specOptions are what a spec needs beside the file.
type specOptions struct {
	researcher  string
	keyID       uint64
	height      int64
	salt        []byte
	deliveryKey string
	now         time.Time
}

// spec is the request as the chain stores it, with salted digests of the papers.
func (f *RequestFile) spec(o specOptions) (market.Spec, error) {
	use, err := f.use(o.researcher, o.now)
	if err != nil {
		return market.Spec{}, err
	}
	price, err := sdk.ParseCoinNormalized(f.Price)
	if err != nil {
		return market.Spec{}, usage("price %q: want an amount with its denomination, such as 1000000uusd", f.Price)
	}
	digests, err := f.papers(o.salt).Digests()
	if err != nil {
		return market.Spec{}, usage("%v", err)
	}
	spec := market.Spec{
		Mode: market.MODE_POSTED, Use: use, KeyId: o.keyID, NMin: f.NMin, NMax: f.NMax, Price: price,
		Deadline: o.height + f.DeadlineBlocks, NoCohortProtection: f.NoCohortProtection, DeliveryKey: o.deliveryKey,
		Digests: market.Digests{
			Title: digests.Title, LaySummary: digests.LaySummary, Protocol: digests.Protocol, Contact: digests.Contact,
		},
		CriteriaSha256: digests.Criteria,
	}
	return spec, spec.Validate(o.researcher)
}

// missing names the texts that a person must have written: a digest of nothing would
// look complete to the chain.
func (f *RequestFile) missing() []string {
	var out []string
	for _, field := range []struct{ name, value string }{
		{"title", f.Title}, {"lay_summary", f.LaySummary}, {"contact", f.Contact}, {"protocol", f.Protocol},
	} {
		if strings.TrimSpace(field.value) == "" {
			out = append(out, field.name)
		}
	}
	if f.DeadlineBlocks <= 0 {
		out = append(out, "deadline_blocks")
	}
	return out
}

// papers are the words of the request, as patients read them.
func (f *RequestFile) papers(salt []byte) papers.Papers {
	return papers.Papers{
		Title: strings.TrimSpace(f.Title), LaySummary: strings.TrimSpace(f.LaySummary),
		Contact: strings.TrimSpace(f.Contact), ProtocolSHA256: f.ProtocolSHA256(), Criteria: f.Criteria,
		Salt: hexBytes(salt),
	}
}
