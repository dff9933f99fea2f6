package client

import (
	"context"
	"errors"
	"fmt"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/papers"
	"github.com/volens-network/volens/x/market"
)

// maxShelves is how many gateways are given the papers of a request; the others fetch them
// from one another.
const maxShelves = 8

// RequestPapers are the words of a request, which open the digests on chain.
type RequestPapers struct {
	RequestID string `json:"request_id"`
	papers.Papers
}

// bookshelf is a gateway where papers stand; storage.Client is one.
type bookshelf interface {
	PutPapers(ctx context.Context, request id.ID, p papers.Papers) error
	Papers(ctx context.Context, request id.ID) (papers.Papers, error)
}

// Papers returns what a request says of itself: title, lay summary, contact, criteria. They
// come from any gateway and are compared with the chain; a gateway with other words is
// passed over.
func (s *Session) Papers(ctx context.Context, requestID string) (*RequestPapers, error) {
	out, err := s.papers(ctx, requestID)
	return out, classify(err)
}

func (s *Session) papers(ctx context.Context, requestID string) (*RequestPapers, error) {
	of, err := parseID("request", requestID)
	if err != nil {
		return nil, err
	}
	answer, err := s.Chain.Market().Request(ctx, &market.QueryRequestRequest{RequestId: requestID})
	if err != nil {
		return nil, err
	}
	want := answer.Request.Spec.Papers()
	out := &RequestPapers{RequestID: requestID}
	asked, err := s.atShelves(ctx, nil, func(shelf bookshelf) error {
		p, err := shelf.Papers(ctx, of)
		if err != nil {
			return err
		}
		if err := p.Verify(want); err != nil {
			return fault.Wrap(fault.Integrity, err)
		}
		out.Papers = p
		return errEnough
	})
	if errors.Is(err, errEnough) {
		return out, nil
	}
	return nil, fault.E(fault.NotFound, "none of %d gateways shows the papers of request %s; its researcher can hand "+
		"them over again with \"volens request papers %s --put FILE.yaml\": %w", asked, requestID, requestID, err)
}

// errEnough ends the round of gateways.
var errEnough = errors.New("enough")

// ShowPapers hands the papers of an own request to the gateways once more, when none of
// them shows them. The file must be the one that was submitted.
func (s *Session) ShowPapers(ctx context.Context, file *RequestFile, requestID string) error {
	return classify(s.showAgain(ctx, file, requestID))
}

func (s *Session) showAgain(ctx context.Context, file *RequestFile, requestID string) error {
	of, err := parseID("request", requestID)
	if err != nil {
		return err
	}
	researcher, err := s.signer()
	if err != nil {
		return err
	}
	answer, err := s.Chain.Market().Request(ctx, &market.QueryRequestRequest{RequestId: requestID})
	if err != nil {
		return err
	}
	if answer.Request.Researcher != researcher.Address().String() {
		return fault.Refuse([]string{"NOT_RESEARCHER"}, "request %s is another's", requestID)
	}
	salt, err := s.paperSalt(of)
	if err != nil {
		return err
	}
	if err := file.papers(salt).Verify(answer.Request.Spec.Papers()); err != nil {
		return usage("this file is not the one of request %s: %v", requestID, err)
	}
	return s.showPapers(ctx, file, researcher, of)
}

// showPapers hands the papers of an own request to the gateways. One has to take them.
func (s *Session) showPapers(ctx context.Context, file *RequestFile, researcher chain.Signer, of id.ID) error {
	salt, err := s.paperSalt(of)
	if err != nil {
		return err
	}
	p := file.papers(salt)
	step(s.Progress, "show the request's papers at the gateways")
	taken := 0
	asked, err := s.atShelves(ctx, researcher, func(shelf bookshelf) error {
		err := shelf.PutPapers(ctx, of, p)
		if err == nil {
			taken++
		}
		return err
	})
	if taken > 0 {
		return nil
	}
	return fault.E(
		fault.Unavailable,
		"none of %d gateways took the papers of request %s, so that nobody could read what is "+
			"asked; its money is locked and safe, and the same command goes on: %w",
		asked,
		of,
		err,
	)
}

// paperSalt blinds the digests of an own request's papers.
func (s *Session) paperSalt(of id.ID) ([]byte, error) {
	root, err := s.Wallet.RootSecret()
	if err != nil {
		return nil, err
	}
	return paperSalt(root, of)
}

// atShelves calls f with gateways in the order of the chain's list until it returns
// errEnough, and returns how many were asked and all errors.
func (s *Session) atShelves(ctx context.Context, signer chain.Signer, f func(bookshelf) error) (asked int, err error) {
	urls, err := s.shelfURLs(ctx)
	if err != nil {
		return 0, err
	}
	var all error
	for _, url := range urls[:min(len(urls), maxShelves)] {
		asked++
		client, err := s.dial(ctx, url, signer)
		if err == nil {
			shelf, ok := client.(bookshelf)
			if !ok {
				return asked, fault.E(fault.Internal, "gateway %s has no papers", url)
			}
			err = f(shelf)
		}
		if errors.Is(err, errEnough) {
			return asked, err
		}
		if err != nil {
			all = errors.Join(all, fmt.Errorf("%s: %w", url, err))
		}
	}
	return asked, all
}

// shelfURLs are the session's gateway, or all that are active.
func (s *Session) shelfURLs(ctx context.Context) ([]string, error) {
	if s.Gateway != "" {
		return []string{s.Gateway}, nil
	}
	all, err := s.Organisations(ctx, "gateway")
	if err != nil {
		return nil, err
	}
	var urls []string
	for _, o := range all {
		if o.Active && o.BaseURL != "" {
			urls = append(urls, o.BaseURL)
		}
	}
	return urls, nil
}
