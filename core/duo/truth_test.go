package duo_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/duo"
)

// vector is one named decision.
type vector struct {
	name  string
	world world
	want  duo.Decision
}

// truthTable reads the golden table as vectors.
func truthTable(tb testing.TB) []vector {
	tb.Helper()
	raw, err := os.ReadFile("testdata/truth.txt")
	require.NoError(tb, err)
	header, vectors := []string(nil), []vector{}
	for line := range strings.Lines(string(raw)) {
		f := strings.Fields(line)
		switch {
		case len(f) == 0 || strings.HasPrefix(f[0], "#"):
			continue
		case header == nil:
			header = f
			continue
		}
		require.Len(tb, f, len(header), line)
		for i, cell := range f[2:] {
			w := newWorld(tb)
			w.setPolicy(tb, f[0])
			if f[1] != "-" {
				require.Contains(tb, changes, f[1])
				changes[f[1]](&w)
			}
			statement := columns[header[i+2]]
			w.state(tb, statement)
			name := strings.Join([]string{f[0], f[1], header[i+2]}, " ")
			vectors = append(vectors, vector{name: name, world: w, want: parseCell(cell, statement.Purpose)})
		}
	}
	return vectors
}

// parseCell reads a cell of the table.
func parseCell(cell string, purpose duo.Purpose) duo.Decision {
	if cell == "." {
		return duo.Decision{Verdict: duo.Allow}
	}
	d := duo.Decision{Verdict: duo.Deny}
	cell, refers := strings.CutPrefix(cell, "?")
	if refers {
		d.Verdict = duo.Refer
	}
	for reason := range strings.SplitSeq(cell, ",") {
		if reason == "P" {
			reason = "PERMISSION:" + purpose.String()
		}
		d.Reasons = append(d.Reasons, duo.Reason(reason))
	}
	slices.Sort(d.Reasons)
	return d
}

func TestPermits_TruthTable(t *testing.T) {
	vectors := truthTable(t)
	require.Greater(t, len(vectors), 500)
	rows := map[duo.Term]bool{}
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			require.NoError(t, v.world.Policy.Validate())
			require.NoError(t, v.world.Use.Validate())
			require.Equal(t, v.want, v.world.decide())
		})
		rows[v.world.Policy.Permission] = true
		for _, m := range v.world.Policy.Modifiers {
			rows[m.Term] = true
		}
	}
	for _, term := range slices.Concat(duo.Permissions(), duo.Modifiers()) {
		require.True(t, rows[term], "no row for %s", term.Short())
	}
}

func TestPermits_AllModifiersKept(t *testing.T) {
	w := newWorld(t)
	w.withAll()
	require.Equal(t, duo.Decision{Verdict: duo.Allow}, w.decide())
}

// cases are decisions about facts and forms, by hand.
func cases(tb testing.TB) []vector {
	tb.Helper()
	list := []struct {
		name    string
		change  func(*world)
		verdict duo.Verdict
		reasons []duo.Reason
	}{
		{"plain", func(*world) {}, duo.Allow, nil},
		{"consent revoked", func(w *world) { w.Facts.Consent.Active = false }, duo.Deny, reasons("INACTIVE")},
		{"consent expired at this moment", func(w *world) {
			w.Facts.Consent.Expiry = now
		}, duo.Deny, reasons("INACTIVE")},
		{"consent expires in a moment", func(w *world) { w.Facts.Consent.Expiry = now.Add(1) }, duo.Allow, nil},
		{"consent starts now", func(w *world) { w.Facts.Consent.Start = now }, duo.Allow, nil},
		{"consent starts later", func(w *world) {
			w.Facts.Consent.Start = now.Add(1)
		}, duo.Deny, reasons("INACTIVE")},
		{"no expiry chosen", func(w *world) {
			w.Facts.Consent = duo.Consent{Active: true, Start: now, NoExpiry: true}
		}, duo.Allow, nil},
		{"no expiry and an expiry", func(w *world) {
			w.Facts.Consent.NoExpiry = true
		}, duo.Deny, reasons("INACTIVE")},
		{"dataset withdrawn", func(w *world) { w.Facts.Dataset.Active = false }, duo.Deny, reasons("INACTIVE")},
		{"another key", func(w *world) { w.Facts.Dataset.KeyID = 8 }, duo.Deny, reasons("MALFORMED")},
		{"no key on either side", func(w *world) {
			w.Facts.Dataset.KeyID, w.Use.KeyID = 0, 0
		}, duo.Deny, reasons("MALFORMED")},
		{"no height", func(w *world) { w.Facts.Height = 0 }, duo.Deny, reasons("MALFORMED")},
		{"revoked and malformed", func(w *world) {
			w.Facts.Consent.Active, w.Use.AI = false, 0
		}, duo.Deny, reasons("INACTIVE", "MALFORMED")},
		{"unknown permission", func(w *world) {
			w.Policy.Permission = "DUO:0000099"
		}, duo.Deny, reasons("MALFORMED")},
		{"grouping term", func(w *world) { w.Policy.Permission = "DUO:0000001" }, duo.Deny, reasons("MALFORMED")},
		{"a modifier twice", func(w *world) {
			w.Policy.Modifiers = []duo.Modifier{{Term: duo.NCU}, {Term: duo.NCU}}
		}, duo.Deny, reasons("MALFORMED")},
		{"alias in a stored policy", func(w *world) {
			w.Policy.Modifiers = []duo.Modifier{{Term: duo.RUO}}
		}, duo.Deny, reasons("MALFORMED")},
		{"unknown codebook of the use", func(w *world) {
			w.Use.Codebook = "mondo-2"
		}, duo.Deny, reasons("MALFORMED")},
		{"another codebook of a DS policy", func(w *world) {
			w.setPermission(duo.DS)
			w.Policy.Codebook = "mondo-2"
		}, duo.Deny, reasons("MALFORMED")},
		{"another codebook of a GRU policy", func(w *world) { w.Policy.Codebook = "mondo-2" }, duo.Allow, nil},
		{"facts of another organisation", func(w *world) {
			w.Facts.Organisation.Address = "org-other"
		}, duo.Deny, reasons("MALFORMED")},
		{"facts lack a recipient", func(w *world) {
			w.Facts.Recipients = w.Facts.Recipients[:1]
		}, duo.Deny, reasons("MALFORMED")},
		{"facts repeat a recipient", func(w *world) {
			w.Facts.Recipients[1] = w.Facts.Recipients[0]
		}, duo.Deny, reasons("MALFORMED")},
		{"owner without facts", func(w *world) {
			w.Use.BeneficialOwner = "org-owner"
		}, duo.Deny, reasons("MALFORMED")},
		{"owner is an insurer", func(w *world) {
			w.Use.BeneficialOwner = "org-owner"
			w.Facts.BeneficialOwner = duo.Organisation{
				Address: "org-owner", Kind: duo.OrganisationInsurer, Country: "DE", Accredited: true,
			}
		}, duo.Deny, reasons("CLASS")},
		{"owner is suspended", func(w *world) {
			w.Use.BeneficialOwner = "org-owner"
			w.Facts.BeneficialOwner = duo.Organisation{
				Address: "org-owner", Kind: duo.OrganisationCompany, Country: "US",
			}
		}, duo.Deny, reasons("ORGANISATION")},
		{"owner is a good company abroad", func(w *world) {
			w.Policy.Modifiers = []duo.Modifier{modifier(duo.GS), modifier(duo.IS)}
			w.Use.BeneficialOwner = "org-owner"
			w.Facts.BeneficialOwner = duo.Organisation{
				Address: "org-owner", Kind: duo.OrganisationCompany, Country: "US", Accredited: true,
			}
		}, duo.Allow, nil},
		{"organisation is suspended", func(w *world) {
			w.Facts.Organisation.Accredited = false
		}, duo.Deny, reasons("ORGANISATION")},
		{"recipient of the police", func(w *world) {
			w.Facts.Recipients[1].Organisation.Kind = duo.OrganisationLawEnforcement
		}, duo.Deny, reasons("CLASS")},
		{"recipient who is an employer", func(w *world) {
			w.Policy.RecipientClasses = append(w.Policy.RecipientClasses, duo.RecipientEmployer)
			w.Facts.Recipients[0].Class = duo.RecipientEmployer
		}, duo.Deny, reasons("CLASS")},
		{"recipient class not named", func(w *world) {
			w.Facts.Recipients[0].Class = duo.RecipientClinician
		}, duo.Deny, reasons("CLASS")},
		{"unknown kind with X-INSURE lifted", func(w *world) {
			w.Policy.Own.InsureAllowed = true
			w.Facts.Organisation.Kind = 99
		}, duo.Deny, reasons("CLASS")},
		{"a laboratory is not not-for-profit", func(w *world) {
			w.Policy.Modifiers = []duo.Modifier{{Term: duo.NPU}}
			w.Facts.Organisation.Kind = duo.OrganisationLab
		}, duo.Deny, reasons("NPU")},
		{"a recipient of a company under NPU", func(w *world) {
			w.Policy.Modifiers = []duo.Modifier{{Term: duo.NPU}}
			w.Facts.Recipients[1].Class = duo.RecipientCompany
		}, duo.Deny, reasons("NPU")},
		{"the payload holds more than stated", func(w *world) {
			w.Facts.Dataset.DataClasses = append(w.Facts.Dataset.DataClasses, duo.DataImages)
		}, duo.Deny, reasons("DATA")},
		{"the payload holds more than allowed", func(w *world) {
			w.Use.DataClasses = append(w.Use.DataClasses, duo.DataLabs)
			w.Facts.Dataset.DataClasses = append(w.Facts.Dataset.DataClasses, duo.DataLabs)
		}, duo.Deny, reasons("DATA")},
		{"the study uses other data too", func(w *world) {
			w.Use.DataClasses = append(w.Use.DataClasses, duo.DataLabs)
		}, duo.Allow, nil},
		{"the payload is unknown", func(w *world) { w.Facts.Dataset.DataClasses = nil }, duo.Deny, reasons("DATA")},
		{"every purpose counts", func(w *world) {
			w.setPermission(duo.HMB)
			w.state(tb, columns["hmb"], columns["poa"], columns["research"])
		}, duo.Deny, reasons("PERMISSION:GRU_RESEARCH", "PERMISSION:POA")},
		{"read under compute only", func(w *world) {
			w.Policy.Own.ComputeOnly = true
			w.Use.Mode = duo.ModeRead
		}, duo.Deny, reasons("X-COMPUTE")},
		{"site abroad", func(w *world) {
			w.Policy.Modifiers = []duo.Modifier{modifier(duo.GS)}
			w.Use.SiteCountry = "US"
		}, duo.Deny, reasons("GS")},
		{"computed abroad", func(w *world) {
			w.Policy.Modifiers = []duo.Modifier{modifier(duo.GS)}
			w.Use.ComputeCountry = "US"
		}, duo.Deny, reasons("GS")},
		{"machine abroad", func(w *world) {
			w.Policy.Modifiers = []duo.Modifier{modifier(duo.GS)}
			w.Use.Mode, w.Facts.ComputeCountry = duo.ModeCompute, "US"
		}, duo.Deny, reasons("GS")},
		{"no visa", func(w *world) { w.Facts.Recipients[1].Visa = duo.EvidenceNone }, duo.Deny, reasons("VISA")},
		{"unknown visa", func(w *world) { w.Facts.Recipients[1].Visa = 9 }, duo.Deny, reasons("VISA")},
		{"claimed visa", func(w *world) {
			w.Facts.Recipients[1].Visa = duo.EvidenceClaimed
		}, duo.Refer, reasons("VISA")},
		{"visa expired at this moment", func(w *world) {
			w.Facts.Recipients[0].VisaExpiry = now
		}, duo.Deny, reasons("VISA")},
		{"ethics expired at this moment", func(w *world) {
			w.Policy.Modifiers = []duo.Modifier{{Term: duo.IRB}}
			w.Facts.Approvals[0].Expiry = now
		}, duo.Deny, reasons("ETHICS")},
		{"ethics of another protocol", func(w *world) {
			w.Policy.Modifiers = []duo.Modifier{{Term: duo.IRB}}
			w.Facts.Approvals[0].ProtocolSHA256 = bytesOf(9, 32)
		}, duo.Deny, reasons("ETHICS")},
		{"ethics of nobody", func(w *world) {
			w.Policy.Modifiers = []duo.Modifier{{Term: duo.IRB}}
			w.Facts.Approvals[0].Organisation = ""
		}, duo.Deny, reasons("ETHICS")},
		{"ethics for one purpose of two", func(w *world) {
			w.Policy.Modifiers = []duo.Modifier{{Term: duo.IRB}}
			w.state(tb, columns["hmb"], columns["research"])
			w.Facts.Approvals[0].Purposes = []duo.Purpose{duo.PurposeHMB}
		}, duo.Deny, reasons("ETHICS")},
		{"a claimed and an attested approval", func(w *world) {
			w.Policy.Modifiers = []duo.Modifier{{Term: duo.IRB}}
			claimed := w.Facts.Approvals[0]
			claimed.Evidence = duo.EvidenceClaimed
			w.Facts.Approvals = append(w.Facts.Approvals, claimed)
		}, duo.Allow, nil},
		{"a collaborator whom the policy does not name", func(w *world) {
			w.Policy.Modifiers = []duo.Modifier{{Term: duo.COL, Values: []string{"org-clinic"}}}
		}, duo.Deny, reasons("COL")},
		{"sensitive topics", func(w *world) {
			w.Use.Topics = []duo.SensitiveTopic{duo.TopicStigmatising, duo.TopicGender}
		}, duo.Refer, reasons("TOPIC:GENDER", "TOPIC:STIGMATISING")},
		{"one topic allowed", func(w *world) {
			w.Policy.TopicsAllowed = []duo.SensitiveTopic{duo.TopicGender}
			w.Use.Topics = []duo.SensitiveTopic{duo.TopicStigmatising, duo.TopicGender}
		}, duo.Refer, reasons("TOPIC:STIGMATISING")},
		{"topics allowed", func(w *world) {
			w.Policy.TopicsAllowed = []duo.SensitiveTopic{duo.TopicGender, duo.TopicStigmatising}
			w.Use.Topics = []duo.SensitiveTopic{duo.TopicGender}
		}, duo.Allow, nil},
		{"referral approved", func(w *world) {
			w.Use.Topics = []duo.SensitiveTopic{duo.TopicGender}
			w.Facts.ReferralApproved = true
		}, duo.Allow, reasons("TOPIC:GENDER")},
		{"referral approved does not mend a denial", func(w *world) {
			w.Use.Topics = []duo.SensitiveTopic{duo.TopicGender}
			w.Facts.ReferralApproved, w.Facts.Attestation.Live = true, false
		}, duo.Deny, reasons("ATTEST")},
		{"nobody to refer to", func(w *world) {
			w.Use.Topics = []duo.SensitiveTopic{duo.TopicGender}
			w.Policy.ReferTo, w.Facts.ReferralApproved = "", true
		}, duo.Deny, reasons("REFERRAL", "TOPIC:GENDER")},
		{"not attested", func(w *world) { w.Facts.Attestation.Live = false }, duo.Deny, reasons("ATTEST")},
		{"attestation challenged", func(w *world) {
			w.Facts.Attestation.Challenged = true
		}, duo.Deny, reasons("ATTEST")},
		{"basis not accepted", func(w *world) {
			w.Facts.Attestation.Basis = duo.BasisGDPRPseudonymised
		}, duo.Deny, reasons("ATTEST")},
		{"basis unspecified", func(w *world) { w.Facts.Attestation.Basis = 0 }, duo.Deny, reasons("ATTEST")},
		{"moratorium to the day", func(w *world) {
			w.Policy.Modifiers = []duo.Modifier{{Term: duo.MOR, Date: w.Use.Promises.Moratorium}}
		}, duo.Allow, nil},
		{"duration to the month", func(w *world) {
			w.Policy.Modifiers = []duo.Modifier{{Term: duo.TS, Months: w.Use.DurationMonths}}
		}, duo.Allow, nil},
	}
	vectors := []vector{}
	for _, c := range list {
		w := newWorld(tb)
		c.change(&w)
		want := duo.Decision{Verdict: c.verdict, Reasons: c.reasons}
		vectors = append(vectors, vector{name: c.name, world: w, want: want})
	}
	return vectors
}

func reasons(list ...duo.Reason) []duo.Reason { return list }

func bytesOf(b byte, n int) []byte { return slices.Repeat([]byte{b}, n) }

func TestPermits_Cases(t *testing.T) {
	for _, v := range cases(t) {
		t.Run(v.name, func(t *testing.T) {
			require.Equal(t, v.want, v.world.decide())
		})
	}
}
