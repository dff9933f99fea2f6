package story

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/core/id"
	coremarket "github.com/volens-network/volens/core/market"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/test/chain"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// Request is a cohort call and what its researcher knows of it.
type Request struct {
	ID      id.ID
	By      chain.Account
	Seats   []*threshold.SeatSecret
	Message *market.MsgSubmitRequest
}

// Spec is what a researcher asks for: one seat for 10 units, general research.
func (s *Story) Spec(by chain.Account) market.Spec {
	digest := sha256.Sum256([]byte("paper"))
	return market.Spec{
		Mode: market.MODE_POSTED,
		Use: consent.Use{
			Purposes:     []consent.PurposeStatement{{Purpose: consent.PURPOSE_GRU_RESEARCH}},
			DataClasses:  []consent.DataClass{consent.DATA_CLASS_GERMLINE_VARIANTS},
			Ai:           consent.AI_USE_NONE,
			Mode:         consent.USE_MODE_RELEASE,
			Organisation: s.University.String(), BeneficialOwner: s.University.String(),
			Recipients: []string{by.String()}, SiteCountry: "NO", ComputeCountry: "NO", DurationMonths: 12,
			Promises:       consent.Promises{Publish: true, NoReidentification: true, NoLinkage: true},
			ProtocolSha256: protocolSHA256[:],
		},
		Digests: market.Digests{Title: digest[:], LaySummary: digest[:], Protocol: digest[:], Contact: digest[:]},
		KeyId:   custody.FirstKeyID, NMin: 1, NMax: 1, Price: sdk.NewInt64Coin(Denom, 10*Unit), Deadline: s.Height + 30,
		CriteriaSha256: digest[:], NoCohortProtection: true, DeliveryKey: s.Recipient(id.ID{2}),
	}
}

// Submit makes the message that locks a request's money.
func (s *Story) Submit(by chain.Account, change ...func(*market.Spec)) *Request {
	s.tb.Helper()
	r := &Request{By: by, Message: &market.MsgSubmitRequest{
		Researcher: by.String(), Random: s.random(id.Size), Spec: s.Spec(by),
	}}
	for _, f := range change {
		f(&r.Message.Spec)
	}
	spec, params := r.Message.Spec, market.DevnetParams()
	seats, err := coremarket.PostedCharge(spec.Price.Amount.Uint64(), uint64(spec.NMax), coremarket.DefaultShares())
	require.NoError(s.tb, err)
	escrow := params.ProcessFee.Add(params.ResearcherBond).AddRaw(int64(seats))
	r.Message.Escrow = sdk.NewCoin(spec.Price.Denom, escrow)
	key := s.Key()
	r.ID = id.Request(key.OriginChain(), by.Address(), r.Message.Random)
	for i := range spec.NMax {
		secret, err := key.DeriveSeat(s.readerSeed(by), s.ChainID, r.ID, uint64(i))
		require.NoError(s.tb, err)
		r.Seats = append(r.Seats, secret)
	}
	return r
}

// PostSeats makes the message that posts all seats of a request.
func (s *Story) PostSeats(r *Request) *market.MsgPostSeats {
	s.tb.Helper()
	msg := &market.MsgPostSeats{Researcher: r.By.String(), RequestId: r.ID.String()}
	for i, secret := range r.Seats {
		proof, err := secret.Prove(rand.Reader, s.Key(), threshold.SeatContext{
			LiveChain: s.ChainID, RequestID: r.ID, Index: uint64(i), Researcher: r.By.Address(), Q: secret.Q(),
		})
		require.NoError(s.tb, err)
		msg.Seats = append(msg.Seats, market.SeatPost{Q: secret.Q(), Proof: proof})
	}
	return msg
}

// Ask submits a request and posts its seats.
func (s *Story) Ask(by chain.Account, change ...func(*market.Spec)) *Request {
	s.tb.Helper()
	r := s.Submit(by, change...)
	s.Send(by, r.Message)
	s.Send(by, s.PostSeats(r))
	return r
}

// Decide makes a patient's answer.
func (s *Story) Decide(d *Dataset, r *Request, yes bool) *market.MsgDecideRequest {
	return &market.MsgDecideRequest{
		Owner: d.Owner.String(), RequestId: r.ID.String(), DatasetId: d.ID.String(), Yes: yes,
	}
}

// Released is the release of a seat, or nil.
func (s *Story) Released(ctx sdk.Context, request id.ID, seat uint64) *custody.Release {
	release, err := s.App().Volens.Custody.Release(ctx, request, seat)
	if err != nil {
		return nil
	}
	return &release
}

// SeatState is where a seat stands.
func (s *Story) SeatState(request id.ID, seat uint64) custody.SeatState {
	s.tb.Helper()
	out, err := s.App().Volens.Custody.Seats.Seat(s.Context(), request, seat)
	require.NoError(s.tb, err)
	return out.State
}

// WaitRelease waits for the release of a seat.
func (s *Story) WaitRelease(r *Request, seat uint64) *custody.Release {
	s.tb.Helper()
	s.Until(10, "the release", func(ctx sdk.Context) bool { return s.Released(ctx, r.ID, seat) != nil })
	return s.Released(s.Context(), r.ID, seat)
}

// Open opens a released file with what the chain and the gateway gave to the reader.
func (s *Story) Open(d *Dataset, release *custody.Release, secret *threshold.SeatSecret) ([]byte, error) {
	s.tb.Helper()
	identity, err := envelope.NewIdentity(envelope.Release{
		OriginChain: s.Key().
			OriginChain(),
		KeyID:     release.KeyId,
		Y:         [threshold.PointSize]byte(s.Key().Y()),
		DatasetID: d.ID,
		Q:         [threshold.ScalarSize]byte(secret.Bytes()),
		S:         [threshold.PointSize]byte(release.S),
		Half:      [envelope.HalfSize]byte(d.Half),
	})
	require.NoError(s.tb, err)
	var out bytes.Buffer
	_, err = envelope.Open(&out, bytes.NewReader(d.File), d.Facts, identity)
	return out.Bytes(), err
}
