package client

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/client/storage"
	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/merkle"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/dataset"
)

// chooseGateways finds the gateways of these addresses, or all that are active.
func (s *Session) chooseGateways(ctx context.Context, addresses []string) ([]Organisation, error) {
	all, err := s.Organisations(ctx, "gateway")
	if err != nil {
		return nil, err
	}
	var out []Organisation
	for _, g := range all {
		if !g.Active || g.Recipient == "" || len(addresses) > 0 && !slices.Contains(addresses, g.Address) {
			continue
		}
		proven, err := s.provenGateway(ctx, g)
		if err != nil {
			return nil, err
		}
		if proven.Active && proven.Recipient != "" {
			out = append(out, proven)
		}
	}
	if len(out) == 0 || len(out) < len(addresses) {
		return nil, fault.E(
			fault.NotFound,
			"%d of the wanted gateways are active, of %d on the chain",
			len(out),
			len(all),
		)
	}
	return out, nil
}

// openGateways reaches the gateways of a payload in their order. The account logs in when
// it first needs to.
func (s *Session) openGateways(ctx context.Context, p dataset.Payload, signer chain.Signer) ([]gateway, error) {
	var out []gateway
	for _, part := range p.Gateways {
		answer, err := s.Chain.Attestations().Organisation(ctx,
			&attestation.QueryOrganisationRequest{Address: part.Gateway})
		if err != nil {
			return nil, err
		}
		if answer.Organisation.Gateway == nil {
			return nil, fault.E(fault.NotFound, "gateway %s has no address", part.Gateway)
		}
		url := answer.Organisation.Gateway.BaseUrl
		if s.Gateway != "" && len(p.Gateways) == 1 {
			url = s.Gateway
		}
		client, err := s.dial(ctx, url, signer)
		if err != nil {
			return nil, err
		}
		out = append(out, gateway{address: part.Gateway, client: client})
	}
	return out, nil
}

// dialer reaches a gateway for an account. The account logs in when it first needs to.
type dialer func(ctx context.Context, url string, signer chain.Signer) (depot, error)

func (s *Session) dial(ctx context.Context, url string, signer chain.Signer) (depot, error) {
	if s.reach != nil {
		return s.reach(ctx, url, signer)
	}
	live, err := s.Chain.ChainID(ctx)
	if err != nil {
		return nil, err
	}
	return storage.New(storage.Options{URL: url, ChainID: live, Signer: signer, HTTP: s.HTTP})
}

// gatewaySponsor asks gateways for a fee allowance, in the order of the chain's list.
type gatewaySponsor struct{ session *Session }

// patron is a gateway that pays the fees of patients; storage.Client is one.
type patron interface {
	Sponsorship(ctx context.Context) (granter string, err error)
}

// Sponsor implements Sponsor.
func (g gatewaySponsor) Sponsor(ctx context.Context, signer chain.Signer) error {
	s := g.session
	urls := []string{s.Gateway}
	if s.Gateway == "" {
		active, err := s.chooseGateways(ctx, nil)
		if err != nil {
			return err
		}
		urls = urls[:0]
		for _, o := range active {
			urls = append(urls, o.BaseURL)
		}
	}
	var failed error
	for _, url := range urls {
		client, err := s.dial(ctx, url, signer)
		if err == nil {
			if p, ok := client.(patron); ok {
				if _, err = p.Sponsorship(ctx); err == nil {
					return nil
				}
			}
		}
		failed = errors.Join(failed, err)
	}
	if failed == nil {
		return fault.E(fault.Unavailable, "no gateway sponsors new accounts")
	}
	return failed
}

// gateway is one gateway of a dataset.
type gateway struct {
	address string
	client  depot
}

// depot is what verbs need of a gateway; storage.Client has it.
type depot interface {
	// Upload sends an object, going on where an earlier attempt stopped.
	Upload(ctx context.Context, src io.ReaderAt, size int64, object drs.Digest, done func(int64)) error
	// PutHalf hands over the gateway's part, sealed to it.
	PutHalf(ctx context.Context, datasetID id.ID, sealed []byte) error
	// Half asks for the part of a released seat, sealed to the delivery key.
	Half(ctx context.Context, request id.ID, seat uint64) ([]byte, error)
	// Download gets an object of at most limit bytes into a file that appears when it is
	// whole, going on where an earlier attempt stopped.
	Download(ctx context.Context, object drs.Digest, limit int64, path string, done func(done, total int64)) error
	// Leaves are the hashes of an object's leaves.
	Leaves(ctx context.Context, object drs.Digest) ([]merkle.Hash, error)
	// ReaderAt reads parts of an object, and tells its size.
	ReaderAt(ctx context.Context, object drs.Digest) (io.ReaderAt, int64, error)
}
