package client

import (
	"context"
	"encoding/json"

	"cosmossdk.io/collections"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// DatasetAudit is everything that ever left the committee for a dataset, and under
// which consent. The counts are proven: an absent one says "never".
type DatasetAudit struct {
	DatasetID string `json:"dataset_id"`
	Owner     string `json:"owner"`
	Version   uint64 `json:"version"`
	Status    string `json:"status"`
	// Released and Inspected count emissions of these kinds, as proven.
	Released  uint64             `json:"released"`
	Inspected uint64             `json:"inspected"`
	Emissions []custody.Emission `json:"emissions"`
	Releases  []custody.Release  `json:"releases"`
	Consents  []ConsentVersion   `json:"consents"`
	Receipts  []dataset.Receipt  `json:"receipts"`
	// Proofs are of the counts of RELEASE and INSPECTION; Header is the one that they
	// are checked against.
	Proofs []*chain.Proof `json:"proofs"`
	Header *chain.Header  `json:"header"`
}

// ConsentVersion is one line of a consent's history.
type ConsentVersion struct {
	Version    uint64 `json:"version"`
	Status     string `json:"status"`
	Permission string `json:"permission"`
	Height     int64  `json:"height"`
}

// AuditDataset collects emissions, releases and consents of a dataset, and proves the
// counts against one header.
func (s *Session) AuditDataset(ctx context.Context, datasetID string) (*DatasetAudit, error) {
	out, err := s.auditDataset(ctx, datasetID)
	return out, classify(err)
}

func (s *Session) auditDataset(ctx context.Context, datasetID string) (*DatasetAudit, error) {
	of, err := parseID("dataset", datasetID)
	if err != nil {
		return nil, err
	}
	entry, err := s.Chain.Datasets().Dataset(ctx, &dataset.QueryDatasetRequest{DatasetId: datasetID})
	if err != nil {
		return nil, err
	}
	audit, err := s.Chain.Audit(ctx, datasetID)
	if err != nil {
		return nil, err
	}
	out := &DatasetAudit{
		DatasetID: datasetID, Owner: entry.Dataset.Owner, Version: entry.Dataset.Version,
		Status:    shortName("STATUS_", entry.Dataset.Status.String()),
		Emissions: audit.Emissions, Releases: audit.Releases, Receipts: entry.Receipts,
	}
	history, err := s.ConsentHistory(ctx, datasetID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	for _, c := range history {
		out.Consents = append(out.Consents, consentVersion(c))
	}
	return out, s.proveCounts(ctx, of, out)
}

func consentVersion(c consent.Consent) ConsentVersion {
	return ConsentVersion{
		Version: c.Version, Status: shortName("STATUS_", c.Status.String()),
		Permission: c.Provision.Policy.Permission, Height: c.Height,
	}
}

// proveCounts proves both counts against the same header, checks them against the list,
// and checks the proofs as a stranger would.
func (s *Session) proveCounts(ctx context.Context, of id.ID, out *DatasetAudit) error {
	height := int64(0) // The newest that can be proven; both counts come from the same.
	for _, kind := range []custody.JobKind{custody.JOB_KIND_RELEASE, custody.JOB_KIND_INSPECTION} {
		key, err := countKey(of, kind)
		if err != nil {
			return err
		}
		proof, err := s.Chain.Prove(ctx, custody.StoreKey, key, height)
		if err != nil {
			return err
		}
		height = proof.Height
		out.Proofs = append(out.Proofs, proof)
	}
	var err error
	if out.Header, err = s.Chain.FetchHeader(ctx, height+1); err != nil {
		return err
	}
	if out.Released, out.Inspected, err = verifyCounts(of, out.Proofs, out.Header); err != nil {
		return err
	}
	listed := map[custody.JobKind]uint64{}
	for _, emission := range out.Emissions {
		listed[emission.Kind]++
	}
	if listed[custody.JOB_KIND_RELEASE] < out.Released || listed[custody.JOB_KIND_INSPECTION] < out.Inspected {
		return fault.E(fault.Integrity, "the node lists fewer emissions than are proven")
	}
	return nil
}

// countKey is where x/custody counts emissions of a kind.
func countKey(of id.ID, kind custody.JobKind) ([]byte, error) {
	codec := collections.PairKeyCodec(dataset.IDKey, collections.Uint64Key)
	joined := collections.Join(of, uint64(kind)) //nolint:gosec // an enum's number is positive
	return collections.EncodeKeyWithPrefix(custody.EmissionCountsPrefix, codec, joined)
}

// verifyCounts checks that the proofs are of the two counts, and reads these.
func verifyCounts(of id.ID, proofs []*chain.Proof, header *chain.Header) (released, inspected uint64, err error) {
	kinds := []custody.JobKind{custody.JOB_KIND_RELEASE, custody.JOB_KIND_INSPECTION}
	if len(proofs) != len(kinds) || header == nil {
		return 0, 0, fault.E(fault.Integrity, "proofs or header are missing")
	}
	counts := make([]uint64, len(kinds))
	for i, kind := range kinds {
		key, err := countKey(of, kind)
		if err != nil {
			return 0, 0, err
		}
		if proofs[i] == nil || string(proofs[i].Key) != string(key) || proofs[i].Store != custody.StoreKey {
			return 0, 0, fault.E(fault.Integrity, "proof %d is not of the count of %s", i, kind)
		}
		if err := proofs[i].Verify(header); err != nil {
			return 0, 0, err
		}
		if proofs[i].Absent() {
			continue
		}
		var count custody.EmissionCount
		if err := count.Unmarshal(proofs[i].Value); err != nil {
			return 0, 0, integrity(err)
		}
		counts[i] = count.Count
	}
	return counts[0], counts[1], nil
}

// VerifyAudit checks an audit that AuditDataset made, without asking anybody: the proofs
// lead to the header, the header is signed and, where the caller has one, is the trusted
// one, and the counts are those that the audit claims.
func VerifyAudit(document []byte, trusted *chain.Anchor) (*DatasetAudit, error) {
	var audit DatasetAudit
	if err := json.Unmarshal(document, &audit); err != nil {
		return nil, integrity(within("the file is no audit in JSON", err))
	}
	of, err := parseID("dataset", audit.DatasetID)
	if err != nil {
		return nil, err
	}
	if audit.Header == nil {
		return nil, fault.E(fault.Integrity, "the audit has no header")
	}
	if trusted != nil {
		if err := audit.Header.Is(*trusted); err != nil {
			return nil, err
		}
	}
	released, inspected, err := verifyCounts(of, audit.Proofs, audit.Header)
	if err != nil {
		return nil, classify(err)
	}
	if released != audit.Released || inspected != audit.Inspected {
		return nil, fault.E(fault.Integrity, "the audit claims %d releases and %d inspections, proven are %d and %d",
			audit.Released, audit.Inspected, released, inspected)
	}
	return &audit, nil
}

// ChainAudit says whether the money on the chain adds up.
type ChainAudit struct {
	ChainID string                        `json:"chain_id"`
	Height  int64                         `json:"height"`
	Money   *market.QuerySolvencyResponse `json:"money"`
	Key     *CommitteeStatus              `json:"committee"`
	Params  *market.QueryParamsResponse   `json:"market"`
}

// AuditChain compares the escrow account with the sum of all ledgers. Money that does
// not add up is an error of integrity, beside the result.
func (s *Session) AuditChain(ctx context.Context) (*ChainAudit, error) {
	status, err := s.Chain.Status(ctx)
	if err != nil {
		return nil, classify(err)
	}
	out := &ChainAudit{ChainID: status.ChainID, Height: status.Height}
	if out.Money, err = s.Chain.Market().Solvency(ctx, &market.QuerySolvencyRequest{}); err != nil {
		return nil, classify(err)
	}
	if out.Params, err = s.Chain.Market().Params(ctx, &market.QueryParamsRequest{}); err != nil {
		return nil, classify(err)
	}
	if out.Key, err = s.committee(ctx); err != nil {
		return nil, classify(err)
	}
	if !out.Money.Solvent {
		return out, fault.E(fault.Integrity, "the money does not add up: account %v, ledgers %v, broken %v",
			out.Money.Account, out.Money.Ledgers, out.Money.Broken)
	}
	return out, nil
}
