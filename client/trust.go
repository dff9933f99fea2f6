package client

import (
	"context"
	"encoding/binary"
	"sync"
	"time"

	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
)

// trustPeriod is how old a trusted header may be: less than validators' coins are bound
// after they left, so that whoever signed a false one can still be punished.
const trustPeriod = 14 * 24 * time.Hour

// stateAge is how old the newest state may be. A true one of last week is signed as well, but a
// key or a gateway that stands in it may be gone.
const stateAge = 10 * time.Minute

// Trust is a light client that begins at a header which the user trusts. With it a
// session seals a file to nothing but what the chain's validators signed, says yes to no
// request but theirs, calls nothing stopped that is not, and opens no release of its node's own: else
// the node, or a gateway that stands in for one, could name a key, recipients, a request or a
// file of its own. It is safe for concurrent use.
type Trust struct {
	Anchor chain.Anchor

	mu    sync.Mutex
	light *chain.Light
}

// verify fetches a value by its proof and decodes it. What is not on chain is a fault of kind
// NotFound.
func (t *Trust) verify(ctx context.Context, s *Session, store string, key []byte, into proto.Message) error {
	value, err := t.value(ctx, s, store, key)
	if err != nil {
		return err
	}
	if err := proto.Unmarshal(value, into); err != nil {
		return fault.E(fault.Integrity, "entry of %s: %w", store, err)
	}
	return nil
}

// value fetches a value that is at most a block old by its proof.
func (t *Trust) value(ctx context.Context, s *Session, store string, key []byte) ([]byte, error) {
	proof, err := s.Chain.Prove(ctx, store, key, 0)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.light == nil {
		if t.light, err = s.Chain.Light(ctx, chain.LightOptions{Anchor: t.Anchor, Period: trustPeriod}); err != nil {
			return nil, err
		}
	}
	header, err := t.light.Verify(ctx, proof, s.Now())
	if err != nil {
		return nil, err
	}
	if age := s.Now().Sub(header.Time()); age > stateAge {
		return nil, fault.E(fault.Unavailable,
			"the newest state that the node proves is %s old: ask another node, or set this machine's clock",
			age.Round(time.Minute))
	}
	if proof.Absent() {
		return nil, fault.E(fault.NotFound, "height %d has no such entry in %s", proof.Height, store)
	}
	return proof.Value, nil
}

// provenKey is a committee's key by its proof; without a trusted header it is the node's
// word.
func (s *Session) provenKey(ctx context.Context, told custody.Key) (custody.Key, error) {
	if s.Trust == nil {
		return told, nil
	}
	var out custody.Key
	place := binary.BigEndian.AppendUint64(prefixed(custody.KeysPrefix.Bytes(), nil), told.KeyId)
	err := s.Trust.verify(ctx, s, custody.StoreKey, place, &out)
	if fault.Is(err, fault.NotFound) {
		return custody.Key{}, integrity(err)
	}
	return out, err
}

// provenGateway is a gateway by its proof; without a trusted header it is the node's word.
func (s *Session) provenGateway(ctx context.Context, told Organisation) (Organisation, error) {
	if s.Trust == nil {
		return told, nil
	}
	address, err := dataset.ParseAddress(told.Address)
	if err != nil {
		return Organisation{}, integrity(err)
	}
	var out attestation.Organisation
	place := prefixed(attestation.OrganisationsPrefix.Bytes(), address)
	err = s.Trust.verify(ctx, s, attestation.StoreKey, place, &out)
	if fault.Is(err, fault.NotFound) {
		return Organisation{}, integrity(err)
	}
	if err != nil {
		return Organisation{}, err
	}
	return organisation(out), nil
}
