package attack_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/test/story"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/market"
)

// A gateway of which nobody has heard for longer than the window does not count, at
// clearing and at the batch; it counts again with its next word.
func TestRelease_StaleHeartbeat(t *testing.T) {
	s := story.New(t)
	d := s.Ready(s.Patient, content)
	params, err := s.App().Volens.Attestation.Params.Get(s.Context())
	require.NoError(t, err)
	s.Blocks(int(params.HeartbeatWindow) + 1)

	r := s.Ask(s.Researcher)
	result := s.Try(s.Patient, s.Decide(d, r, true))
	refused(t, result, market.ErrDenied)
	require.Contains(t, result.Log, string(custody.ReasonIncomplete))
	neverEmitted(t, s, d)

	s.Anchor()
	s.Send(s.Patient, s.Decide(d, r, true))
	s.Until(6, "the release", func(sdk.Context) bool { return released(s, r) })
}
