package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"filippo.io/age"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/core/gate"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// released is a seat whose key the chain has published, with what it opens.
type released struct {
	request  id.ID
	index    uint64
	of       id.ID
	release  custody.Release
	payload  dataset.Payload
	facts    envelope.Facts
	key      *threshold.Key
	reader   chain.Signer
	gateways []gateway
}

// findRelease looks at a seat. A void one, and one whose request has ended, is refused
// with the cause as reason; one that is not released yet is Unavailable, or waited for.
func (s *Session) findRelease(ctx context.Context, request id.ID, index uint64, wait bool) (*released, error) {
	var answer *custody.QuerySeatResponse
	look := func(ctx context.Context, at chain.Status) (bool, error) {
		var err error
		answer, err = s.Chain.Custody().Seat(ctx, &custody.QuerySeatRequest{RequestId: request.String(), Index: index})
		if err != nil {
			return false, err
		}
		if answer.Release != nil {
			// A gateway believes a release when the header above it exists.
			return at.Height > answer.Release.Height, nil
		}
		return false, s.ended(ctx, answer.Seat)
	}
	at, err := s.Chain.Status(ctx)
	if err != nil {
		return nil, err
	}
	there, err := look(ctx, at)
	switch {
	case err != nil:
		return nil, err
	case !there && !wait && answer.Release == nil:
		return nil, fault.E(fault.Unavailable, "seat %d of %s is %s: try again later",
			index, request, shortName("SEAT_STATE_", answer.Seat.State.String()))
	case !there:
		step(s.Progress, fmt.Sprintf("height %d: waiting for the release", at.Height))
		if err := s.Chain.Wait(ctx, look); err != nil {
			return nil, err
		}
	}
	return s.opened(ctx, request, index, answer)
}

// ended refuses a seat that will never be released.
func (s *Session) ended(ctx context.Context, seat custody.Seat) error {
	switch seat.State {
	case custody.SEAT_STATE_VOID:
		cause := shortCode("CAUSE_", seat.Cause.String())
		reasons := []string{cause}
		if state, ended := s.requestEnded(ctx, seat.RequestId); ended {
			reasons = []string{state, cause}
		}
		return fault.Refuse(reasons, "seat %d of %s is void", seat.Index, seat.RequestId)
	case custody.SEAT_STATE_FREE:
		if state, ended := s.requestEnded(ctx, seat.RequestId); ended {
			return fault.Refuse([]string{state}, "request %s has ended", seat.RequestId)
		}
		return nil
	default:
		return nil
	}
}

// requestEnded tells in which state a request has ended without a release.
func (s *Session) requestEnded(ctx context.Context, requestID string) (string, bool) {
	answer, err := s.Chain.Market().Request(ctx, &market.QueryRequestRequest{RequestId: requestID})
	if err != nil { // An inspection has no request.
		return "", false
	}
	switch state := answer.Request.State; state {
	case market.STATE_CANCELLED, market.STATE_FAILED_SHORT, market.STATE_SETTLED, market.STATE_CLOSED:
		return shortCode("STATE_", state.String()), true
	default:
		return "", false
	}
}

// opened collects what the chain says about what was released.
func (s *Session) opened(
	ctx context.Context, request id.ID, index uint64, answer *custody.QuerySeatResponse,
) (*released, error) {
	reader, err := s.own(answer.Seat.Reader)
	if err != nil {
		return nil, err
	}
	entry, err := s.Chain.Datasets().Dataset(ctx, &dataset.QueryDatasetRequest{DatasetId: answer.Release.DatasetId})
	if err != nil {
		return nil, err
	}
	if entry.Dataset.Version != answer.Release.Version {
		return nil, fault.Refuse([]string{"REPLACED"}, "version %d of dataset %s was replaced by version %d",
			answer.Release.Version, entry.Dataset.Id, entry.Dataset.Version)
	}
	if err := s.heldRelease(ctx, request, index, *answer.Release, entry.Dataset); err != nil {
		return nil, err
	}
	of, err := entry.Dataset.ID()
	if err != nil {
		return nil, err
	}
	p := entry.Dataset.Payload
	facts, err := envelope.NewFacts(p.KeyId, of, p.U, p.BodySha256, p.Sha256, p.TreeRoot)
	if err != nil {
		return nil, err
	}
	key, err := s.key(ctx, answer.Release.KeyId)
	if err != nil {
		return nil, err
	}
	gateways, err := s.openGateways(ctx, p, reader)
	if err != nil {
		return nil, err
	}
	return &released{
		request: request, index: index, of: of, release: *answer.Release, payload: p, facts: facts,
		key: key, reader: reader, gateways: gateways,
	}, nil
}

// secrets collects the seat's secret, S and the gateways' half: the key of this one file.
func (s *Session) secrets(ctx context.Context, r *released) (envelope.Release, error) {
	live, err := s.Chain.ChainID(ctx)
	if err != nil {
		return envelope.Release{}, err
	}
	readerSeed, err := s.Wallet.ReaderSeed()
	if err != nil {
		return envelope.Release{}, err
	}
	seat, err := r.key.DeriveSeat(readerSeed, live, r.request, r.index)
	if err != nil {
		return envelope.Release{}, err
	}
	defer seat.Zero()
	out := envelope.Release{OriginChain: r.key.OriginChain(), KeyID: r.key.ID(), DatasetID: r.of}
	half, err := s.half(ctx, r)
	if err != nil {
		return envelope.Release{}, err
	}
	defer clear(half)
	copy(out.Y[:], r.key.Y())
	copy(out.Q[:], seat.Bytes())
	copy(out.S[:], r.release.S)
	copy(out.Half[:], half)
	return out, nil
}

// half asks the gateways for their parts until there are enough, each checked against
// what the chain registered.
func (s *Session) half(ctx context.Context, r *released) ([]byte, error) {
	identity, err := s.Wallet.DeliveryIdentity(r.request)
	if err != nil {
		return nil, err
	}
	need := int(r.payload.Threshold)
	var parts []gate.Part
	var failed error
	for i, g := range r.gateways {
		if len(parts) == need {
			break
		}
		part, err := s.part(ctx, r, g, i, identity)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("gateway %s: %w", g.address, err))
			continue
		}
		defer clear(part)
		parts = append(parts, gate.Part{Index: i + 1, Bytes: part})
	}
	if len(parts) < need {
		return nil, within(fmt.Sprintf("%d of %d gateway parts", len(parts), need), failed)
	}
	return gate.Join(need, parts)
}

func (s *Session) part(
	ctx context.Context, r *released, g gateway, place int, identity *age.HybridIdentity,
) ([]byte, error) {
	var file []byte
	err := s.retry(ctx, func() (err error) {
		file, err = g.client.Half(ctx, r.request, r.index)
		return err
	})
	if err != nil {
		return nil, err
	}
	plain, err := age.Decrypt(bytes.NewReader(file), identity)
	if err != nil {
		return nil, integrity(fmt.Errorf("part does not open: %w", err))
	}
	part, err := io.ReadAll(io.LimitReader(plain, gate.Size+1))
	if err != nil {
		return nil, integrity(err)
	}
	return part, gate.Verify(r.of, r.release.Version, place+1, part, r.payload.Gateways[place].Commitment)
}

// shortCode is the name of an enum's value as a reason code: FAILED_SHORT.
func shortCode(prefix, full string) string { return full[min(len(prefix), len(full)):] }

// fallback tries gateways in their order until one serves.
func fallback(gateways []gateway, use func(gateway) error) error {
	var failed error
	for _, g := range gateways {
		err := use(g)
		if err == nil || slices.Contains([]fault.Kind{fault.Usage, fault.Refused}, fault.KindOf(err)) {
			return err
		}
		failed = errors.Join(failed, fmt.Errorf("gateway %s: %w", g.address, err))
	}
	return failed
}
