package client

import (
	"bytes"
	"context"
	"errors"
	"os"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/client/home"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
)

// Replace seals an own dataset anew: new file key, new halves, new digests, and the
// committee's newest key. Without a file it is sealed from the owner's own copy: what a
// gateway holds, opened with her own key. It is what makes a revocation final towards
// gateways, and what moves a dataset to the next committee key: attestations of the version
// before end, and its halves open nothing any more. It is refused while a release is under way.
func (s *Session) Replace(ctx context.Context, datasetID string, o IngestOptions) (*Ingested, error) {
	out, err := s.replace(ctx, datasetID, o)
	return out, classify(err)
}

func (s *Session) replace(ctx context.Context, datasetID string, o IngestOptions) (out *Ingested, err error) {
	own, from := len(o.Files) == 0, ""
	if !own {
		if o.Files, err = Inputs(o.Files); err != nil {
			return nil, err
		}
		if from, err = s.inputsName(o); err != nil {
			return nil, err
		}
	}
	owner, err := s.owner(ctx, datasetID)
	if err != nil {
		return nil, err
	}
	answer, err := s.Chain.Datasets().Dataset(ctx, &dataset.QueryDatasetRequest{DatasetId: datasetID})
	if err != nil {
		return nil, err
	}
	of, err := parseID("dataset", datasetID)
	if err != nil {
		return nil, err
	}
	if answer.Dataset.Id != datasetID {
		return nil, differs("dataset " + datasetID)
	}
	j, err := s.Home.Journal("replace-" + datasetID)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	key, err := s.activeKey(ctx)
	if err != nil {
		return nil, err
	}
	target, err := s.target(j, of, answer.Dataset, key.ID(), from)
	if err != nil {
		return nil, err
	}
	work := ingestion{session: s, journal: j, owner: owner, of: of, version: target}
	if own && !work.begun(stepSealed, nil) {
		if work.own, err = s.ownCopyOf(ctx, answer.Dataset, of, owner); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, os.Remove(work.own.path)) }()
	}
	return work.run(ctx, o, key, func() sdk.Msg {
		return &dataset.MsgReplacePayload{
			Owner: owner.Address().
				String(),
			DatasetId: datasetID,
			Payload:   work.sealed.Payload,
			Proof:     work.sealed.Proof,
		}
	})
}

// replacement is what one was begun for.
type replacement struct {
	Version uint64 `json:"version"`
	// From names the files and options that it is sealed from; empty for the own copy.
	From string `json:"from,omitempty"`
}

// target is the version that a replacement makes: the one it was making when it was
// interrupted, or the next one. What is of no use any more is removed from the spool.
func (s *Session) target(j *home.Journal, of id.ID, now dataset.Dataset, key uint64, from string) (uint64, error) {
	if !fresh(j) {
		var begun replacement
		if _, err := j.Find(stepDrawn, &begun); err != nil {
			return 0, err
		}
		if begun.goesOn(j, now, key, from) {
			return begun.Version, nil
		}
		if err := s.unspool(of, begun.Version); err != nil {
			return 0, err
		}
	}
	next := replacement{Version: now.Version + 1, From: from}
	return next.Version, j.Record(stepDrawn, next)
}

// goesOn reports whether the chain can still take, or has, what an interrupted replacement
// made. It never will when another one came between, from another device, or when the file was
// sealed to a key that the committee has left; and what the chain has not is of no use when it
// was sealed from other files than are wanted now.
func (r replacement) goesOn(j *home.Journal, now dataset.Dataset, key uint64, from string) bool {
	var made sealed
	work := ingestion{journal: j}
	begun := work.begun(stepSealed, &made)
	if r.Version == now.Version {
		return begun && bytes.Equal(made.Payload.Sha256, now.Payload.Sha256)
	}
	return r.Version == now.Version+1 && r.From == from && (!begun || made.Payload.KeyId == key)
}
