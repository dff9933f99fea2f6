package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"filippo.io/age"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/facet"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/custody"
)

const (
	// ageMark is how a file of age begins.
	ageMark = "age-encryption.org/"
	// inspectionDigits are those of an inspection's id in the name of a file.
	inspectionDigits = 8
)

// facetsPath is where the owner keeps the opening of the facets, sealed to herself: beside
// the report.
func facetsPath(report string) string {
	return strings.TrimSuffix(report, ".json") + ".facets.age"
}

// handedPath is where the opening for one inspection lies: beside the report, too.
func handedPath(report string, inspection id.ID) string {
	return strings.TrimSuffix(report, ".json") + ".facets-" + inspection.String()[:inspectionDigits] + ".age"
}

// sealTo encrypts a small text to one recipient.
func sealTo(recipient age.Recipient, data []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := age.Encrypt(&out, recipient)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// errSealedToOther is for an opening that another key opens.
var errSealedToOther = errors.New("the opening of the facets is sealed to another: ask the owner for it")

// openOpening reads an opening as its owner handed it over, in age or, as older versions wrote
// it, in plain JSON. The error is errSealedToOther, one of the file system's, or
// facet.ErrOpening.
func openOpening(file string, identity age.Identity) (facet.Opening, error) {
	data, err := readInput("file of facets", file)
	if err != nil {
		return facet.Opening{}, err
	}
	if !bytes.HasPrefix(data, []byte(ageMark)) {
		return facet.ParseOpening(data)
	}
	opened, err := age.Decrypt(bytes.NewReader(data), identity)
	var other *age.NoIdentityMatchError
	switch {
	case errors.As(err, &other):
		return facet.Opening{}, errSealedToOther
	case err != nil:
		return facet.Opening{}, fmt.Errorf("%w: %w", facet.ErrOpening, err)
	}
	if data, err = io.ReadAll(opened); err != nil {
		return facet.Opening{}, fmt.Errorf("%w: %w", facet.ErrOpening, err)
	}
	return facet.ParseOpening(data)
}

// HandedFacets is the opening of a version's facets for one inspection.
type HandedFacets struct {
	InspectionID string `json:"inspection_id"`
	Organisation string `json:"organisation"`
	// Path is of a file that only the organisation's key for this inspection opens.
	Path string `json:"path"`
}

// HandFacets seals the opening of an own dataset's facets to the key that an organisation put
// on chain when it accepted the inspection, for each inspection that is under way. The files
// go to the organisations as the report does; without out they lie beside it. Until an
// organisation has accepted, the error is fault.NotFound.
func (s *Session) HandFacets(ctx context.Context, datasetID, out string) ([]HandedFacets, error) {
	handed, err := s.handFacets(ctx, datasetID, out)
	return handed, classify(err)
}

func (s *Session) handFacets(ctx context.Context, datasetID, out string) ([]HandedFacets, error) {
	if _, err := s.owner(ctx, datasetID); err != nil {
		return nil, err
	}
	of, err := id.Parse(datasetID)
	if err != nil {
		return nil, err
	}
	answer, err := s.Chain.Custody().Inspections(ctx, &custody.QueryInspectionsRequest{DatasetId: datasetID})
	if err != nil {
		return nil, err
	}
	var handed []HandedFacets
	for _, i := range answer.Inspections {
		if !i.Undecided() || i.DeliveryKey == "" {
			continue
		}
		if out != "" && len(handed) > 0 {
			return nil, usage("several inspections are under way: leave the name of the file to the program")
		}
		path, err := s.handTo(i, of, out)
		if err != nil {
			return nil, err
		}
		handed = append(handed, HandedFacets{InspectionID: i.Id, Organisation: i.Organisation, Path: path})
	}
	if len(handed) == 0 {
		return nil, fault.E(fault.NotFound, "no organisation has accepted to inspect dataset %s: it does with "+
			"volens attest --accept", datasetID)
	}
	return handed, nil
}

// handTo writes the opening for one inspection.
func (s *Session) handTo(i custody.Inspection, of id.ID, out string) (string, error) {
	inspection, err := id.Parse(i.Id)
	if err != nil {
		return "", err
	}
	_, report, err := s.places(of, i.Version)
	if err != nil {
		return "", err
	}
	if out == "" { // What was sealed before for this inspection opens to the same.
		out = handedPath(report, inspection)
		if err := os.Remove(out); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	own, err := s.Wallet.PatientIdentity(of)
	if err != nil {
		return "", err
	}
	opening, err := openOpening(facetsPath(report), own)
	if errors.Is(err, fs.ErrNotExist) {
		return "", usage("the facets of version %d are not in this home", i.Version)
	}
	if err != nil {
		return "", err
	}
	recipient, err := age.ParseHybridRecipient(i.DeliveryKey)
	if err != nil {
		return "", fmt.Errorf("delivery key of inspection %s: %w", i.Id, err)
	}
	data, err := opening.Encode()
	if err != nil {
		return "", err
	}
	sealed, err := sealTo(recipient, data)
	if err != nil {
		return "", err
	}
	var parts pending
	defer parts.discard()
	if err := parts.add(out, sealed); err != nil {
		return "", err
	}
	return out, parts.publish()
}
