package client

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/client/home"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
)

// The steps of an ingest, in their order; uploads and hand-overs have the gateway's
// address behind them.
const (
	stepSealed     = "sealed"
	stepUploaded   = "uploaded "
	stepRegistered = "registered"
	stepHanded     = "handed "
)

// IngestOptions say which files become a dataset, and who holds it.
type IngestOptions struct {
	// Files are files and folders: one call makes one dataset of all of them.
	Files   []string
	Profile string
	// Sample chooses one sample of several; AllSamples declares a custodian's right to all.
	Sample     string
	AllSamples bool
	// PixelsReviewed is the patient's word that a person looked at the pictures and found no
	// one named in them.
	PixelsReviewed bool
	// Gateways are addresses; none means all that are active. Threshold of them open the
	// dataset, 1 if zero.
	Gateways  []string
	Threshold int
	Workers   int
}

// Ingested is a dataset that researchers can ask for, once it is attested and consented.
type Ingested struct {
	DatasetID string `json:"dataset_id"`
	Version   uint64 `json:"version"`
	Owner     string `json:"owner"`
	Account   string `json:"account,omitempty"`
	Kind      string `json:"kind"`
	// Report is the file of the de-identification report; hand it to the attestor. Facets is that
	// of the opened facets, sealed to the owner: HandFacets seals it to an attestor.
	Report          string `json:"report"`
	Facets          string `json:"facets"`
	DeidSHA256      string `json:"deid_sha256"`
	PlaintextSHA256 string `json:"plaintext_sha256"`
	// SHA256 and Size are of the sealed file.
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
	// Height of the registration; at ReceiptsHeight enough gateways had receipted.
	Height         int64    `json:"height"`
	ReceiptsHeight int64    `json:"receipts_height"`
	Gateways       []string `json:"gateways"`
	Warnings       []string `json:"warnings,omitempty"`
}

// Ingest makes a dataset of files: it draws an id for a fresh account, de-identifies and
// seals them as one stream, uploads it, registers it, hands the halves over, and waits
// for the gateways' receipts. Called again after an interruption it goes on where it was.
// While the committee has no active key it waits.
func (s *Session) Ingest(ctx context.Context, o IngestOptions) (*Ingested, error) {
	out, err := s.ingest(ctx, o)
	return out, classify(err)
}

func (s *Session) ingest(ctx context.Context, o IngestOptions) (out *Ingested, err error) {
	if s.Wallet == nil {
		return nil, usage("no wallet: make one with volens keys new")
	}
	if o.Files, err = Inputs(o.Files); err != nil {
		return nil, err
	}
	j, err := s.ingestJournal(o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	key, err := s.activeKey(ctx)
	if err != nil {
		return nil, err
	}
	resumed := !fresh(j)
	random, err := s.drawn(j)
	if err != nil {
		return nil, err
	}
	account, err := s.Wallet.AccountFor("dataset-" + hexBytes(random[:4]))
	if err != nil {
		return nil, err
	}
	owner, err := s.Wallet.Signer(account.Name)
	if err != nil {
		return nil, err
	}
	of := id.Dataset(key.OriginChain(), owner.Address(), random)
	if resumed {
		step(s.Progress, fmt.Sprintf("going on with dataset %s", of))
	}
	work := ingestion{session: s, journal: j, owner: owner, account: account.Name, of: of, version: 1}
	if err := work.outlive(ctx, key.ID(), random); err != nil {
		return nil, err
	}
	return work.run(ctx, o, key, func() sdk.Msg {
		return &dataset.MsgRegisterDataset{
			Owner: owner.Address().String(), Random: random, Payload: work.sealed.Payload, Proof: work.sealed.Proof,
		}
	})
}

// ingestJournal remembers how far the same files came under the same options.
func (s *Session) ingestJournal(o IngestOptions) (*home.Journal, error) {
	name, err := s.inputsName(o)
	if err != nil {
		return nil, err
	}
	return s.Home.Journal("ingest-" + name)
}

// inputsName names files and options. A file is known by name, size and time: a digest of the
// original is never computed.
func (s *Session) inputsName(o IngestOptions) (string, error) {
	var text strings.Builder
	for _, name := range o.Files {
		path, err := filepath.Abs(name)
		if err != nil {
			return "", err
		}
		info, err := os.Stat(path)
		if err != nil {
			return "", unopened("file", name, err)
		}
		fmt.Fprintf(&text, "%s\x00%d\x00%d\x00", path, info.Size(), info.ModTime().UnixNano())
	}
	fmt.Fprintf(&text, "%s\x00%s\x00%t\x00%s", o.Profile, o.Sample, o.AllSamples, s.Wallet.Name())
	return digest([]byte(text.String()))[:journalDigits], nil
}
