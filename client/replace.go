package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strconv"

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
	out, other, err := s.replace(ctx, datasetID, o)
	if err == nil && other { // Now the chain has what was begun before; the turn of these files comes.
		out, _, err = s.replace(ctx, datasetID, o)
	}
	return out, classify(err)
}

// replace makes a replacement, or finishes one that the chain has already: other tells that it was of
// other files than these.
func (s *Session) replace(
	ctx context.Context, datasetID string, o IngestOptions,
) (out *Ingested, other bool, err error) {
	own, from := len(o.Files) == 0, ""
	if !own {
		if o.Files, err = Inputs(o.Files); err != nil {
			return nil, false, err
		}
	}
	owner, err := s.owner(ctx, datasetID)
	if err != nil {
		return nil, false, err
	}
	if !own {
		if from, err = s.inputsName(o); err != nil {
			return nil, false, err
		}
	}
	answer, err := s.Chain.Datasets().Dataset(ctx, &dataset.QueryDatasetRequest{DatasetId: datasetID})
	if err != nil {
		return nil, false, err
	}
	of, err := parseID("dataset", datasetID)
	if err != nil {
		return nil, false, err
	}
	if answer.Dataset.Id != datasetID {
		return nil, false, differs("dataset " + datasetID)
	}
	j, err := s.Home.Journal("replace-" + datasetID)
	if err != nil {
		return nil, false, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	key, err := s.activeKey(ctx)
	if err != nil {
		return nil, false, err
	}
	target, err := s.target(j, of, answer.Dataset, key.ID(), from)
	if err != nil {
		return nil, false, err
	}
	work := ingestion{session: s, journal: j, owner: owner, of: of, version: target.Version}
	if own && !work.begun(stepSealed, nil) {
		if work.own, err = s.ownCopyOf(ctx, answer.Dataset, of, owner); err != nil {
			return nil, false, err
		}
		defer func() { err = errors.Join(err, os.Remove(work.own.path)) }()
	}
	out, err = work.run(ctx, o, key, func() sdk.Msg {
		return &dataset.MsgReplacePayload{
			Owner: owner.Address().String(), DatasetId: datasetID,
			Payload: work.sealed.Payload, Proof: work.sealed.Proof,
		}
	})
	return out, !own && target.From != from, err
}

// replacement is what one was begun for.
type replacement struct {
	Version uint64 `json:"version"`
	// From names the files and options that it is sealed from; empty for the own copy.
	From string `json:"from,omitempty"`
}

// fromUnknown is what a replacement was begun from whose journal does not say.
const fromUnknown = "?"

// UnmarshalJSON reads an entry of a journal. Those of before 2026-11-29 are the version alone.
func (r *replacement) UnmarshalJSON(entry []byte) error {
	if version, err := strconv.ParseUint(string(entry), 10, 64); err == nil {
		*r = replacement{Version: version, From: fromUnknown}
		return nil
	}
	type plain replacement
	return json.Unmarshal(entry, (*plain)(r))
}

// target is the version that a replacement makes: the one it was making when it was
// interrupted, or the next one. What is of no use any more is removed from the spool.
func (s *Session) target(
	j *home.Journal, of id.ID, now dataset.Dataset, key uint64, from string,
) (replacement, error) {
	if !fresh(j) {
		var begun replacement
		if _, err := j.Find(stepDrawn, &begun); err != nil {
			return replacement{}, err
		}
		if begun.goesOn(j, now, key, from) {
			return begun, nil
		}
		if err := s.unspool(of, begun.Version); err != nil {
			return replacement{}, err
		}
	}
	next := replacement{Version: now.Version + 1, From: from}
	return next, j.Record(stepDrawn, next)
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
