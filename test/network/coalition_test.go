package network_test

import (
	"crypto/rand"
	"slices"
	"testing"

	"github.com/gtank/ristretto255"
	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/test/network"
)

// dealt shares a secret by a random polynomial of T coefficients.
func dealt(t *testing.T, secret *ristretto255.Scalar, threshold, n int) network.Shares {
	t.Helper()
	coefficients := []*ristretto255.Scalar{secret}
	for range threshold - 1 {
		coefficients = append(coefficients, drawn(t))
	}
	out := network.Shares{}
	for k := 1; k <= n; k++ {
		x := ristretto255.NewScalar()
		var raw [32]byte
		raw[0] = byte(k)
		at, err := ristretto255.NewScalar().SetCanonicalBytes(raw[:])
		require.NoError(t, err)
		for _, c := range slices.Backward(coefficients) {
			x = ristretto255.NewScalar().Add(ristretto255.NewScalar().Multiply(x, at), c)
		}
		out[k] = x
	}
	return out
}

func drawn(t *testing.T) *ristretto255.Scalar {
	t.Helper()
	var wide [64]byte
	_, err := rand.Read(wide[:])
	require.NoError(t, err)
	out, err := ristretto255.NewScalar().SetUniformBytes(wide[:])
	require.NoError(t, err)
	return out
}

func some(shares network.Shares, indices ...int) network.Shares {
	out := network.Shares{}
	for _, k := range indices {
		out[k] = shares[k]
	}
	return out
}

// The arithmetic of the campaigns tells what opens from what does not: T shares of one
// sharing do, T-1 and any mix of two sharings do not; and a mix of one sharing with itself,
// which is no mix, does.
func TestCoalition_TellsWhatOpens(t *testing.T) {
	secret := drawn(t)
	y := ristretto255.NewIdentityElement().ScalarBaseMult(secret).Bytes()
	older, newer := dealt(t, secret, 3, 4), dealt(t, secret, 4, 5)
	require.True(t, network.Opens(y, some(older, 1, 3, 4)))
	require.True(t, network.Opens(y, some(newer, 1, 2, 4, 5)))
	require.False(t, network.Opens(y, some(older, 1, 3)))
	require.False(t, network.Opens(y, some(newer, 1, 2, 5)))

	tried, opened := network.Conspire(
		y, network.Holding{Shares: older, Threshold: 3}, network.Holding{Shares: newer, Threshold: 4},
	)
	require.Empty(t, opened)
	require.Equal(t, 134, tried)
	_, opened = network.Conspire(
		y, network.Holding{Shares: older, Threshold: 3}, network.Holding{Shares: older, Threshold: 3},
	)
	require.NotEmpty(t, opened, "two times T-1 shares of one sharing are enough")

	require.False(t, network.Determines([]int{1, 2}, []int{1, 2, 3}, 3, 4))
	require.False(t, network.Determines([]int{1, 4}, []int{2, 3, 5}, 3, 4))
	require.True(t, network.Determines([]int{1, 2, 4}, nil, 3, 4))
	require.True(t, network.Determines(nil, []int{1, 2, 4, 5}, 3, 4))
}
