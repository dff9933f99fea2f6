package walk

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"gopkg.in/yaml.v3"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

const (
	// price is the patient's part of each seat.
	price = 10_000_000
	// longDeadline is of requests that end earlier, shortDeadline of the refused one.
	longDeadline  = 200
	shortDeadline = 10
	// releaseBlocks is the promise: S two blocks after ready.
	releaseBlocks = 2

	protocolFile = "protocol.txt"
	protocolText = "Study protocol: which variants change how medicines are broken down. Version 1.\n"
)

// approve is the ethics board's approval of the protocol and the university's visa.
func (s *Story) approve(ctx context.Context) (string, error) {
	folder, err := s.folder("study")
	if err != nil {
		return "", err
	}
	protocol := filepath.Join(folder, protocolFile)
	if err := os.WriteFile(protocol, []byte(protocolText), fileMode); err != nil {
		return "", err
	}
	_, err = s.people[Ethics].ApproveEthics(ctx, client.EthicsOptions{Protocol: protocol, Purposes: []string{"hmb"}})
	if err != nil {
		return "", err
	}
	_, err = s.people[University].IssueVisa(ctx, client.VisaOptions{
		Researcher: s.people[Researcher].Address, Class: "academic",
	})
	return "the ethics board approved the protocol, the university vouches for the researcher", err
}

// Ask submits a request of a name with one seat for each file: it writes the request's
// file, reads it as a researcher's client does, locks the money and posts the seats.
// Patients have so many blocks to decide.
func (s *Story) Ask(ctx context.Context, name string, deadline int64) (*client.Submitted, error) {
	seats := uint32(len(s.sets)) //nolint:gosec // at most MaxInputs
	raw, err := yaml.Marshal(client.RequestFile{
		Title: "Variants and medicines: " + name, LaySummary: "How genes change what a medicine does.",
		Contact: "study@university.example", Protocol: protocolFile, Organisation: s.people[University].Address,
		Purposes:    []client.RequestPurpose{{Purpose: "hmb", HealthAim: true}},
		DataClasses: dataClasses, AI: "none",
		SiteCountry: country, ComputeCountry: country, DurationMonths: 12,
		Promises: client.RequestPromises{Publish: true, NoReidentification: true, NoLinkage: true},
		NMin:     seats, NMax: seats,
		Price: fmt.Sprintf("%d%s", price, Denom), DeadlineBlocks: deadline, NoCohortProtection: true,
	})
	if err != nil {
		return nil, err
	}
	path := filepath.Join(s.options.Dir, "study", name+".yaml")
	if err := os.WriteFile(path, raw, fileMode); err != nil {
		return nil, err
	}
	file, err := client.ReadRequest(path)
	if err != nil {
		return nil, err
	}
	out, err := s.people[Researcher].SubmitRequest(ctx, file)
	if err == nil {
		s.requests = append(s.requests, out.RequestID)
	}
	return out, err
}

// ask submits the request that will be answered with yes.
func (s *Story) ask(ctx context.Context) (string, error) {
	var err error
	if s.before, err = s.balances(ctx); err != nil {
		return "", err
	}
	out, err := s.Ask(ctx, "first", longDeadline)
	if err != nil {
		return "", err
	}
	s.request = out.RequestID
	return fmt.Sprintf("request %s is open: %d seats, %s locked", out.RequestID, out.Seats, out.Escrow), nil
}

// release waits for the committee, and notes who was paid.
func (s *Story) release(ctx context.Context) (string, error) {
	researcher := s.people[Researcher]
	err := researcher.Chain.Wait(ctx, func(ctx context.Context, _ chain.Status) (bool, error) {
		seats, err := researcher.Seats(ctx, s.request, client.Window{})
		if err != nil {
			return false, err
		}
		for _, seat := range seats {
			switch seat.State {
			case custody.SEAT_STATE_RELEASED:
			case custody.SEAT_STATE_VOID:
				return false, broken("seat %d is void: %s", seat.Index, seat.Cause)
			default:
				return false, nil
			}
		}
		return true, nil
	})
	if err != nil {
		return "", err
	}
	if err := s.seats(ctx); err != nil {
		return "", err
	}
	patient, err := s.paid(ctx)
	if err != nil {
		return "", err
	}
	first := s.sets[0].summary
	return fmt.Sprintf("ready at height %d, key stored at %d, the patient was paid %d%s in the same block",
		first.ReadyHeight, first.ReleaseHeight, patient, Denom), nil
}

// seats finds the seat and the release of each dataset.
func (s *Story) seats(ctx context.Context) error {
	researcher := s.people[Researcher]
	for i := range s.sets {
		index := uint64(i)
		answer, err := researcher.Chain.Custody().Seat(ctx, &custody.QuerySeatRequest{
			RequestId: s.request, Index: index,
		})
		if err != nil {
			return err
		}
		r := answer.Release
		if r == nil {
			return broken("seat %d has no release", i)
		}
		d := s.find(r.DatasetId)
		if d == nil {
			return broken("seat %d released dataset %s, which nobody asked for", i, r.DatasetId)
		}
		d.seat = index
		d.summary.ReadyHeight, d.summary.ReleaseHeight = r.ReadyHeight, r.Height
		d.summary.ReleaseBlocks = r.Height - r.ReadyHeight
		if d.summary.ReleaseBlocks != releaseBlocks {
			return broken("dataset %s was ready at height %d and released at %d: want %d blocks",
				d.id, r.ReadyHeight, r.Height, releaseBlocks)
		}
	}
	return nil
}

// find is the file that became a dataset.
func (s *Story) find(datasetID string) *set {
	for _, d := range s.sets {
		if d.id == datasetID {
			return d
		}
	}
	return nil
}

// paid lists the parts of the request's money and returns what the patient has now.
func (s *Story) paid(ctx context.Context) (uint64, error) {
	view, err := s.people[Researcher].Request(ctx, s.request)
	if err != nil {
		return 0, err
	}
	var patient uint64
	for _, p := range view.Payments {
		if p.Role == market.PART_ROLE_PATIENT && p.Paid {
			patient += p.Amount.Amount.Uint64()
		}
		s.summary.Paid = append(s.summary.Paid, paidPart(p))
	}
	if want := uint64(price * len(s.sets)); patient != want {
		return patient, broken("the patient was paid %d%s, not %d", patient, Denom, want)
	}
	return patient, nil
}

// fetch opens each file with the client and with a stock age, and looks for leftovers.
func (s *Story) fetch(ctx context.Context) (string, error) {
	researcher := s.people[Researcher]
	s.summary.StockAge = true
	for i, d := range s.sets {
		folder, err := s.folder("fetched", strconv.Itoa(i+1))
		if err != nil {
			return "", err
		}
		out, err := researcher.Fetch(ctx, client.FetchOptions{
			RequestID: s.request, Seat: d.seat, Out: folder, Wait: true,
		})
		if err != nil {
			return "", err
		}
		if d.summary.FetchedSHA256, err = digestOf(out.Path); err != nil {
			return "", err
		}
		if d.summary.FetchedSHA256 != d.summary.PlaintextSHA256 || out.DatasetID != d.id {
			return "", broken("dataset %s was sealed as %s, fetched as %s of %s",
				d.id, d.summary.PlaintextSHA256, d.summary.FetchedSHA256, out.DatasetID)
		}
		if err := s.openWithAge(ctx, d, folder); err != nil {
			s.summary.StockAge = false
			return "", err
		}
		left, err := d.left(out.Path)
		if err != nil {
			return "", err
		}
		if left > 0 {
			return "", broken("dataset %s: %d identifying values of the original are left", d.id, left)
		}
	}
	return "opened with our client and with a stock age: the same bytes; no name or dropped header value in them", nil
}

// left counts what still identifies somebody in the opened file.
func (d *set) left(opened string) (int, error) {
	if d.vcf {
		return Leftovers(d.input, opened, d.secrets)
	}
	return Personal(d.files, opened)
}
