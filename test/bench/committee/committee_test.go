package committee_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/test/bench/committee"
)

var errClock = errors.New("no clock")

// ticks is a clock that advances by one at every reading.
func ticks() committee.Clock {
	var now time.Duration
	return func() (time.Duration, error) { now++; return now, nil }
}

// opens releases two jobs with a committee and returns the openings.
func opens(t *testing.T, c *committee.Committee) {
	t.Helper()
	jobs, err := c.Jobs(2)
	require.NoError(t, err)
	contributions, err := c.Emit(jobs)
	require.NoError(t, err)
	require.Len(t, contributions, c.Threshold())
	round, err := c.Round(jobs)
	require.NoError(t, err)
	done, err := round.Combine(contributions)
	require.NoError(t, err)
	require.Len(t, done, len(jobs))
	require.NoError(t, round.Verify(contributions, done))
	require.ErrorIs(t, round.Verify(contributions[1:], done), threshold.ErrDone)
}

func TestDeal_Opens(t *testing.T) {
	for _, n := range []int{4, 21} {
		c, err := committee.Deal(n)
		require.NoError(t, err)
		require.Equal(t, n, c.Size())
		require.Equal(t, 2*n/3+1, c.Threshold())
		opens(t, c)
	}
	_, err := committee.Deal(1)
	require.Error(t, err)
}

func TestGenerate_OpensAndReshares(t *testing.T) {
	c, cost, err := committee.Generate(4, ticks())
	require.NoError(t, err)
	opens(t, c)
	require.Equal(t, committee.Cost{Operators: 5, Chain: 4}, cost)

	next, cost, err := committee.Reshare(c, ticks())
	require.NoError(t, err)
	require.Equal(t, c.Key().Y(), next.Key().Y())
	require.Equal(t, c.Epoch()+1, next.Epoch())
	require.NotEqual(t, c.ShareKeys(), next.ShareKeys())
	opens(t, next)
	require.Equal(t, 5+4*4*time.Nanosecond, cost.Everywhere(4))
}

func TestGenerate_ReportsTheClock(t *testing.T) {
	_, _, err := committee.Generate(4, func() (time.Duration, error) { return 0, errClock })
	require.ErrorIs(t, err, errClock)
}
