package custody_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/x/custody"
)

func TestGenesis_DefaultIsValid(t *testing.T) {
	require.NoError(t, custody.DefaultGenesis().Validate())
}

func TestGenesis_OpenSeatNeedsItsJob(t *testing.T) {
	g := custody.DefaultGenesis()
	seat := validSeat()
	g.Seats, g.Seen = []custody.Seat{seat}, [][]byte{seat.Q}
	require.ErrorIs(t, g.Validate(), custody.ErrGenesis)
	job := custody.Job{
		Id: make([]byte, 32), RequestId: seat.RequestId, DatasetId: seat.DatasetId, Version: seat.Version, B: seat.B,
	}
	g.Jobs = []custody.Job{job}
	require.NoError(t, g.Validate())
	g.Jobs[0].EmittedHeight = 5
	require.ErrorIs(t, g.Validate(), custody.ErrGenesis, "emitted, but its seat is only assigned")
}

func TestGenesis_ReleaseNeedsItsEmission(t *testing.T) {
	g := custody.DefaultGenesis()
	seat := validSeat()
	seat.State = custody.SEAT_STATE_RELEASED
	g.Seats, g.Seen = []custody.Seat{seat}, [][]byte{seat.Q}
	g.Releases = []custody.Release{{RequestId: seat.RequestId, S: make([]byte, 32)}}
	require.ErrorIs(t, g.Validate(), custody.ErrGenesis)
	g.Emissions = []custody.Emission{{RequestId: seat.RequestId, DatasetId: seat.DatasetId}}
	require.NoError(t, g.Validate())
}
