package duo_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/merkle"
)

const (
	respiratory  = "MONDO:0005087"
	asthma       = "MONDO:0004979"
	breastCancer = "MONDO:0007254"
	cancer       = "MONDO:0004992"
	disease      = "MONDO:0000001"
)

// now is the block time of every fixture.
var now = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)

// protocol is the digest of the study's protocol.
var protocol = sha256.Sum256([]byte("protocol"))

// world is the three inputs of a decision.
type world struct {
	Policy duo.Policy `json:"policy"`
	Use    duo.Use    `json:"use"`
	Facts  duo.Facts  `json:"facts"`
}

func (w world) decide() duo.Decision {
	return duo.Permits(w.Policy, w.Use, w.Facts)
}

// edges reads the codebook of testdata.
func edges(tb testing.TB) [][2]string {
	tb.Helper()
	raw, err := os.ReadFile("testdata/codebook.txt")
	require.NoError(tb, err)
	list := [][2]string{}
	for line := range strings.Lines(string(raw)) {
		if f := strings.Fields(line); len(f) == 2 {
			list = append(list, [2]string{f[0], f[1]})
		}
	}
	return list
}

// codebook returns the facts about the codebook and the proofs of the edges that
// lead from the diseases to the root.
func codebook(tb testing.TB, diseases ...string) (duo.Codebook, []duo.EdgeProof) {
	tb.Helper()
	list := edges(tb)
	leaves := make([]merkle.Hash, len(list))
	for i, edge := range list {
		leaves[i] = merkle.Leaf(duo.EdgeLeaf(edge[0], edge[1]))
	}
	root := merkle.Root(leaves)
	proofs := []duo.EdgeProof{}
	for queue := slices.Clone(diseases); len(queue) > 0; queue = queue[1:] {
		for i, edge := range list {
			if edge[0] != queue[0] {
				continue
			}
			hashes, err := merkle.Inclusion(leaves, uint64(i))
			require.NoError(tb, err)
			proof := duo.EdgeProof{Child: edge[0], Parent: edge[1], Index: uint64(i)}
			for _, hash := range hashes {
				proof.Path = append(proof.Path, bytes.Clone(hash[:]))
			}
			proofs = append(proofs, proof)
			queue = append(queue, edge[1])
		}
	}
	return duo.Codebook{Version: "mondo-test-1", Root: root[:], Size: uint64(len(list))}, proofs
}

// newWorld is a university's study of asthma that a GRU policy allows and that keeps
// every modifier of withAll.
func newWorld(tb testing.TB) world {
	tb.Helper()
	book, _ := codebook(tb)
	university := duo.Organisation{
		Address: "org-university", Kind: duo.OrganisationUniversity, Country: "DE", Accredited: true,
	}
	recipient := func(address string) duo.Recipient {
		return duo.Recipient{
			Address: address, Organisation: university, Class: duo.RecipientAcademic,
			Visa: duo.EvidenceAttested, VisaExpiry: now.AddDate(1, 0, 0),
		}
	}
	return world{
		Policy: duo.Policy{
			Permission:       duo.GRU,
			Own:              duo.OwnCodes{AI: duo.AITrain},
			DataClasses:      []duo.DataClass{duo.DataGermlineVariants, duo.DataImages},
			RecipientClasses: []duo.RecipientClass{duo.RecipientAcademic, duo.RecipientCompany},
			AcceptedBases:    []duo.Basis{duo.BasisSafeHarbor, duo.BasisExpertDetermination},
			Codebook:         book.Version,
			ReferTo:          "org-ethics",
		},
		Use: duo.Use{
			Purposes:      []duo.PurposeStatement{{Purpose: duo.PurposeGRUResearch}},
			ResearchTypes: []duo.ResearchType{duo.ResearchAetiology},
			DataClasses:   []duo.DataClass{duo.DataGermlineVariants},
			AI:            duo.AIInfer, Mode: duo.ModeRelease,
			Organisation: university.Address, BeneficialOwner: university.Address,
			Recipients:  []string{"researcher", "postdoc"},
			SiteCountry: "DE", ComputeCountry: "FR",
			DurationMonths: 12,
			Promises: duo.Promises{
				Publish: true, NoReidentification: true, NoLinkage: true, ReturnResults: true,
				Moratorium: now.AddDate(1, 0, 0),
			},
			ProtocolSHA256: protocol[:], KeyID: 7, Codebook: book.Version,
			Collaborator: "org-hospital",
		},
		Facts: duo.Facts{
			Height: 1000, Time: now,
			Consent:     duo.Consent{Active: true, Start: now.AddDate(0, -1, 0), Expiry: now.AddDate(2, 0, 0)},
			Dataset:     duo.Dataset{Active: true, KeyID: 7, DataClasses: []duo.DataClass{duo.DataGermlineVariants}},
			Attestation: duo.Attestation{Live: true, Basis: duo.BasisSafeHarbor},
			Approvals: []duo.Approval{{
				Evidence: duo.EvidenceAttested, Organisation: "org-ethics", ProtocolSHA256: protocol[:],
				Purposes: []duo.Purpose{1, 2, 3, 4, 5, 6, 7}, Expiry: now.AddDate(1, 0, 0),
			}},
			Organisation: university,
			Recipients:   []duo.Recipient{recipient("researcher"), recipient("postdoc")},
			CoSigners:    []string{"org-hospital"}, ComputeCountry: "FR", Codebook: book,
		},
	}
}

// modifier returns a modifier that the use of newWorld keeps.
func modifier(term duo.Term) duo.Modifier {
	m := duo.Modifier{Term: term}
	switch term {
	case duo.RS:
		m.ResearchTypes = []duo.ResearchType{duo.ResearchAetiology, duo.ResearchEpidemiology}
	case duo.GS:
		m.Values = []string{"DE", "FR"}
	case duo.US:
		m.Values = []string{"postdoc", "researcher"}
	case duo.PS:
		m.Values = []string{hex.EncodeToString(protocol[:])}
	case duo.IS:
		m.Values = []string{"org-university"}
	case duo.MOR:
		m.Date = now.AddDate(0, 6, 0)
	case duo.TS:
		m.Months = 24
	default:
	}
	return m
}

// withAll adds every modifier that the plain use keeps.
func (w *world) withAll() {
	for _, term := range duo.Modifiers() {
		w.Policy.Modifiers = append(w.Policy.Modifiers, modifier(term))
	}
}

// state sets the purposes, with the proofs that their diseases need.
func (w *world) state(tb testing.TB, statements ...duo.PurposeStatement) {
	tb.Helper()
	diseases := []string{}
	for _, statement := range statements {
		diseases = append(diseases, statement.Diseases...)
	}
	slices.Sort(diseases)
	w.Use.Purposes = statements
	_, w.Use.Ancestry = codebook(tb, slices.Compact(diseases)...)
}

// setPermission sets the permission, with a disease for DS.
func (w *world) setPermission(term duo.Term) {
	w.Policy.Permission = term
	w.Policy.Diseases = nil
	if term == duo.DS {
		w.Policy.Diseases = []string{respiratory}
	}
}

// everyone changes all organisations of the facts.
func (w *world) everyone(change func(*duo.Organisation)) {
	change(&w.Facts.Organisation)
	for i := range w.Facts.Recipients {
		change(&w.Facts.Recipients[i].Organisation)
	}
}

// changes are what the truth table and the cases do to a use and the facts about it.
var changes = map[string]func(*world){
	"other-type": func(w *world) { w.Use.ResearchTypes = append(w.Use.ResearchTypes, duo.ResearchPaediatric) },
	"no-type":    func(w *world) { w.Use.ResearchTypes = nil },
	"images": func(w *world) {
		w.Use.DataClasses = []duo.DataClass{duo.DataImages}
		w.Facts.Dataset.DataClasses = []duo.DataClass{duo.DataImages}
	},
	"commercial": func(w *world) { w.Use.Commercial = true },
	"company": func(w *world) {
		w.everyone(func(o *duo.Organisation) { o.Kind = duo.OrganisationCompany })
	},
	"secret":       func(w *world) { w.Use.Promises.Publish = false },
	"alone":        func(w *world) { w.Use.Collaborator = "" },
	"not-cosigned": func(w *world) { w.Facts.CoSigners = nil },
	"no-ethics":    func(w *world) { w.Facts.Approvals = nil },
	"ethics-claimed": func(w *world) {
		for i := range w.Facts.Approvals {
			w.Facts.Approvals[i].Evidence = duo.EvidenceClaimed
		}
	},
	"abroad": func(w *world) { w.Facts.Recipients[1].Organisation.Country = "US" },
	"early":  func(w *world) { w.Use.Promises.Moratorium = now.AddDate(0, 5, 0) },
	"long":   func(w *world) { w.Use.DurationMonths = 25 },
	"guest": func(w *world) {
		w.Use.Recipients[1], w.Facts.Recipients[1].Address = "guest", "guest"
	},
	"other-protocol": func(w *world) {
		other := sha256.Sum256([]byte("other"))
		w.Use.ProtocolSHA256 = other[:]
		for i := range w.Facts.Approvals {
			w.Facts.Approvals[i].ProtocolSHA256 = other[:]
		}
	},
	"elsewhere":     func(w *world) { w.Facts.Recipients[0].Organisation.Address = "org-other" },
	"keeps-results": func(w *world) { w.Use.Promises.ReturnResults = false },
	"trains":        func(w *world) { w.Use.AI = duo.AITrain },
	"reidentifies":  func(w *world) { w.Use.Promises.NoReidentification = false },
	"links":         func(w *world) { w.Use.Promises.NoLinkage = false },
	"insurer": func(w *world) {
		w.Facts.Organisation.Kind = duo.OrganisationInsurer
	},
	"computes": func(w *world) { w.Use.Mode = duo.ModeCompute },
}

// columns are the purposes of the truth table.
var columns = map[string]duo.PurposeStatement{
	"any":         {Purpose: duo.PurposeNRESAny},
	"research":    {Purpose: duo.PurposeGRUResearch},
	"hmb":         {Purpose: duo.PurposeHMB},
	"ds":          {Purpose: duo.PurposeDS, Diseases: []string{asthma}},
	"ds-other":    {Purpose: duo.PurposeDS, Diseases: []string{breastCancer}},
	"poa":         {Purpose: duo.PurposePOA},
	"methods":     {Purpose: duo.PurposeMethods},
	"methods-aim": {Purpose: duo.PurposeMethods, HealthAim: true},
	"methods-ds":  {Purpose: duo.PurposeMethods, HealthAim: true, Diseases: []string{asthma}},
	"care":        {Purpose: duo.PurposeClinicalCare},
}

// setPolicy sets the policy that a row of the truth table names.
func (w *world) setPolicy(tb testing.TB, name string) {
	tb.Helper()
	own := map[string]func(*duo.OwnCodes){
		"+X-AI":        func(o *duo.OwnCodes) { o.AI = duo.AIInfer },
		"-X-LINK":      func(o *duo.OwnCodes) { o.Link = true },
		"-X-INSURE":    func(o *duo.OwnCodes) { o.InsureAllowed = true },
		"+X-COMPUTE":   func(o *duo.OwnCodes) { o.ComputeOnly = true },
		"+X-RETURN":    func(o *duo.OwnCodes) { o.ReturnResults = true },
		"+X-RECONTACT": func(o *duo.OwnCodes) { o.Recontact = true },
	}
	end := strings.IndexAny(name+"+", "+-")
	permission, err := duo.ParseTerm(name[:end])
	require.NoError(tb, err)
	w.setPermission(permission)
	if end == len(name) {
		return
	}
	if set, ok := own[name[end:]]; ok {
		set(&w.Policy.Own)
		return
	}
	term, err := duo.ParseTerm(name[end+1:])
	require.NoError(tb, err)
	w.Policy.Modifiers = append(w.Policy.Modifiers, modifier(term))
}
