package client

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// What a node tells is held against the chain here, where somebody acts upon it: it could show
// a patient another request than her yes names, say that a stop is done which never was, or give
// a researcher a file that nobody registered. Without a trusted header it is the node's word.

// heldRequest holds against the chain what a node tells of the request that it was asked for: who
// asks, for what and for how much. These do not change once a request is there; one that is in
// no proven state yet is Unavailable.
func (s *Session) heldRequest(ctx context.Context, requestID string, told market.Request) error {
	what := "request " + requestID
	if told.Id != requestID {
		return differs(what)
	}
	if s.Trust == nil {
		return nil
	}
	of, err := parseID("request", requestID)
	if err != nil {
		return err
	}
	var proven market.Request
	err = s.Trust.verify(ctx, s, market.StoreKey, prefixed(market.RequestsPrefix.Bytes(), of[:]), &proven)
	if fault.Is(err, fault.NotFound) {
		return unproven(what)
	}
	if err != nil {
		return err
	}
	same, err := alike(&proven.Spec, &told.Spec)
	if err != nil {
		return err
	}
	if !same || proven.Id != told.Id || proven.Researcher != told.Researcher || proven.Height != told.Height {
		return differs(what)
	}
	return nil
}

// heldRelease holds the released key of a seat, and the file that it opens, against the chain.
func (s *Session) heldRelease(
	ctx context.Context, request id.ID, seat uint64, told custody.Release, of dataset.Dataset,
) error {
	if s.Trust == nil {
		return nil
	}
	var release custody.Release
	place := binary.BigEndian.AppendUint64(prefixed(custody.ReleasesPrefix.Bytes(), request[:]), seat)
	what := fmt.Sprintf("release of seat %d of request %s", seat, request)
	if err := s.held(ctx, custody.StoreKey, place, &release, what); err != nil {
		return err
	}
	same, err := alike(&release, &told)
	if err != nil {
		return err
	}
	if !same {
		return differs(what)
	}
	if told.DatasetId != of.Id {
		return differs("dataset " + of.Id)
	}
	return s.heldDataset(ctx, of)
}

// heldDataset holds what a dataset's newest version is against the chain. A version that is not
// the proven state's, for it came with the newest block or was replaced since, is Unavailable.
func (s *Session) heldDataset(ctx context.Context, told dataset.Dataset) error {
	if s.Trust == nil {
		return nil
	}
	of, err := told.ID()
	if err != nil {
		return integrity(err)
	}
	what := "dataset " + told.Id
	var proven dataset.Dataset
	err = s.Trust.verify(ctx, s, dataset.StoreKey, prefixed(dataset.DatasetsPrefix.Bytes(), of[:]), &proven)
	if fault.Is(err, fault.NotFound) || err == nil && proven.Version < told.Version {
		return unproven(fmt.Sprintf("version %d of %s", told.Version, what))
	}
	if err == nil && proven.Version > told.Version {
		return fault.E(fault.Unavailable, "%s has a newer version than the node told of: try again", what)
	}
	if err != nil {
		return err
	}
	same, err := alike(&proven.Payload, &told.Payload)
	if err != nil {
		return err
	}
	if !same || proven.Id != told.Id {
		return differs(what)
	}
	return nil
}

// heldStop holds against the chain that a consent is taken back, in the state after the block
// that the node names or a later one. The newest version must be a later one than the version that
// was active: an older stop may have been followed by another yes.
func (s *Session) heldStop(ctx context.Context, datasetID string, active uint64, height int64) error {
	if s.Trust == nil {
		return nil
	}
	of, err := parseID("dataset", datasetID)
	if err != nil {
		return err
	}
	what := "stop of dataset " + datasetID
	if err := s.untilProvable(ctx, height, what); err != nil {
		return err
	}
	latest, err := s.Trust.value(ctx, s, consent.StoreKey, prefixed(consent.LatestPrefix.Bytes(), of[:]))
	if fault.Is(err, fault.NotFound) || err == nil && len(latest) != 8 {
		return differs(what)
	}
	if err != nil {
		return err
	}
	version := binary.BigEndian.Uint64(latest)
	var now consent.Consent
	if err := s.held(ctx, consent.StoreKey, consentKey(of, version), &now, what); err != nil {
		return err
	}
	if now.DatasetId != datasetID || now.Version != version || version <= active ||
		now.Status != consent.STATUS_INACTIVE {
		return differs(what)
	}
	return nil
}

// provableWithin is how many blocks a state is waited for: a node could name any height.
const provableWithin = 20

// untilProvable waits until the state after a block can be proven, which is one block later.
func (s *Session) untilProvable(ctx context.Context, height int64, what string) error {
	blocks, there := 0, false
	err := s.Chain.Wait(ctx, func(_ context.Context, at chain.Status) (bool, error) {
		blocks++
		there = at.Height > height
		return there || blocks > provableWithin, nil
	})
	if err == nil && !there {
		return unproven(what)
	}
	return err
}

// held is a value that the node told of, as it is proven; one that is not there is a lie.
func (s *Session) held(ctx context.Context, store string, key []byte, into proto.Message, what string) error {
	err := s.Trust.verify(ctx, s, store, key, into)
	if fault.Is(err, fault.NotFound) {
		return differs(what)
	}
	return err
}

func unproven(what string) error {
	return fault.E(fault.Unavailable, "%s is in no proven state yet: try again after the next block", what)
}

func differs(what string) error {
	return fault.E(fault.Integrity,
		"%s: the chain does not hold what this node tells of it: ask another node (--node)", what)
}

// alike reports whether two messages of one type have the same bytes.
func alike(a, b proto.Message) (bool, error) {
	one, err := proto.Marshal(a)
	if err != nil {
		return false, err
	}
	other, err := proto.Marshal(b)
	return bytes.Equal(one, other), err
}

// prefixed is a key of a store: bytes of its own behind a prefix.
func prefixed(prefix, key []byte) []byte { return append(bytes.Clone(prefix), key...) }
