package threshold_test

import (
	"bytes"
	"math/big"
	"slices"
	"testing"

	"github.com/gtank/ristretto255"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/volens-network/volens/core/threshold"
)

// littleEndian is an integer in so many bytes, the lowest first.
func littleEndian(n *big.Int, size int) []byte {
	out := n.FillBytes(make([]byte, size))
	slices.Reverse(out)
	return out
}

// bigOf reads little-endian bytes.
func bigOf(raw []byte) *big.Int {
	raw = bytes.Clone(raw)
	slices.Reverse(raw)
	return new(big.Int).SetBytes(raw)
}

// groupOrder is 2^252 + 27742317777372353535851937790883648493 (RFC 9496 section 4).
func groupOrder() *big.Int {
	low, _ := new(big.Int).SetString("27742317777372353535851937790883648493", 10)
	return low.Add(low, new(big.Int).Lsh(big.NewInt(1), 252))
}

// A sum of products has no more words than it needs: every carry arrives.
func TestWide_AddsExactly(t *testing.T) {
	top := new(big.Int).Sub(groupOrder(), big.NewInt(1))
	ones := func(bits uint) *big.Int {
		one := big.NewInt(1)
		return new(big.Int).Sub(new(big.Int).Lsh(one, bits), one)
	}
	check := func(t tester, sum, s, weight *big.Int) {
		want := new(big.Int).Mul(s, weight)
		if want.Add(want, sum).BitLen() > 8*threshold.WideSize {
			return
		}
		got := threshold.AddToWide(littleEndian(sum, threshold.WideSize),
			scalarFrom(t, littleEndian(s, 32)), scalarFrom(t, littleEndian(weight, 32)))
		require.Equal(t, want, bigOf(got))
	}
	for _, bits := range []uint{0, 64, 128, 256, 320, 384, 447} {
		check(t, ones(bits), top, ones(128))
		check(t, ones(bits), ones(252), ones(64))
		check(t, ones(bits), big.NewInt(1), big.NewInt(1))
	}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, size int) *big.Int {
			return bigOf(rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 0x80, 0xff}), size, size).Draw(t, name))
		}
		s := draw("scalar", 32)
		check(t, draw("sum", threshold.WideSize), s.Mod(s, groupOrder()), draw("weight", 16))
	})
}

func TestWide_ReducesEdges(t *testing.T) {
	for _, factor := range []uint{0, 1, 2, 3, 60, 128, 190, 194} {
		for around := int64(-2); around <= 2; around++ {
			n := new(big.Int).Lsh(groupOrder(), factor)
			if n.Add(n, big.NewInt(around)).BitLen() > 8*threshold.WideSize {
				continue
			}
			reduced := threshold.ReduceWide(littleEndian(n, threshold.WideSize))
			want := new(big.Int).Mod(n, groupOrder())
			require.Equal(t, littleEndian(want, 32), reduced.Bytes(), "order * 2^%d + %d", factor, around)
		}
	}
}

// FuzzReduceWide compares the reduction with that of another implementation.
func FuzzReduceWide(f *testing.F) {
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{0xff}, threshold.WideSize))
	f.Add(append(littleEndian(groupOrder(), 32), 1))
	f.Add(append(bytes.Repeat([]byte{0xff}, 31), 0x0f, 0xf0, 0xff, 0xff))
	f.Fuzz(func(t *testing.T, raw []byte) {
		wide := make([]byte, 64)
		copy(wide[:threshold.WideSize], raw)
		want, err := ristretto255.NewScalar().SetUniformBytes(wide)
		require.NoError(t, err)
		require.Equal(t, want.Bytes(), threshold.ReduceWide(wide[:threshold.WideSize]).Bytes())
	})
}

func scalarFrom(tb tester, raw []byte) *threshold.Scalar {
	s, err := threshold.DecodeScalar(raw)
	require.NoError(tb, err)
	return s
}
