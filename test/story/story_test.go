package story_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// The main job: sealed, inspected, attested, granted, asked for, decided, released two
// blocks later, paid, opened.
func TestStory(t *testing.T) {
	s := story.New(t)
	const content = "##fileformat=VCFv4.3\n"
	d := s.Ready(s.Patient, content)
	before := s.Balance(s.Patient.Address(), story.Denom)

	r := s.Ask(s.Researcher)
	s.Send(s.Patient, s.Decide(d, r, true))
	ready := s.Height
	release := s.WaitRelease(r, 0)
	require.Equal(t, ready, release.ReadyHeight)
	require.Equal(t, ready+2, release.Height, "S comes two blocks after ready")
	require.Equal(
		t,
		int64(10*story.Unit),
		s.Balance(s.Patient.Address(), story.Denom)-before,
		"paid in the same transition",
	)

	opened, err := s.Open(d, release, r.Seats[0])
	require.NoError(t, err)
	require.Equal(t, content, string(opened))
	require.Equal(t, custody.SEAT_STATE_RELEASED, s.SeatState(r.ID, 0))

	s.Until(250, "closed", func(ctx sdk.Context) bool {
		request, err := s.App().Volens.Market.Requests.Get(ctx, r.ID)
		return err == nil && request.State == market.STATE_CLOSED
	})
}
