package threshold_test

import (
	"bytes"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/gtank/ristretto255"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/core/transcript"
)

// refusedPoints are encodings that no decoder may take (RFC 9496 appendix A.3, and wrong lengths).
func refusedPoints() map[string][]byte {
	out := map[string][]byte{
		"identity":           make([]byte, 32),
		"empty":              {},
		"31 bytes":           make([]byte, 31),
		"33 bytes":           make([]byte, 33),
		"edwards identity":   append([]byte{1}, make([]byte, 31)...),
		"field prime":        unhex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
		"all ones":           bytes.Repeat([]byte{0xff}, 32),
		"above the prime":    unhex("f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
		"high bit":           unhex("0100000000000000000000000000000000000000000000000000000000000080"),
		"negative":           unhex("0100000000000000000000000000000000000000000000000000000000000000"),
		"negative x":         unhex("ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20"),
		"not a square":       unhex("26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371"),
		"negative xy":        unhex("3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e"),
		"s = -1, so y = 0":   unhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
		"ed25519 torsion":    unhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
		"generator plus bit": unhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2df6"),
	}
	return out
}

// refusedScalars are encodings that no decoder may take.
func refusedScalars() map[string][]byte {
	return map[string][]byte{
		"order":    unhex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"),
		"order+1":  unhex("eed3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"),
		"high bit": unhex("0100000000000000000000000000000000000000000000000000000000000080"),
		"all ones": bytes.Repeat([]byte{0xff}, 32),
		"empty":    {},
		"31 bytes": make([]byte, 31),
		"33 bytes": make([]byte, 33),
	}
}

func unhex(s string) []byte {
	raw, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return raw
}

func TestDecodePoint_Refuses(t *testing.T) {
	for name, raw := range refusedPoints() {
		_, err := threshold.DecodePoint(raw)
		require.Error(t, err, name)
	}
	_, err := threshold.DecodePoint(make([]byte, 32))
	require.ErrorIs(t, err, threshold.ErrIdentity)
	_, err = threshold.DecodePoint(make([]byte, 31))
	require.ErrorIs(t, err, threshold.ErrLength)
	_, err = threshold.DecodePoint(bytes.Repeat([]byte{0xff}, 32))
	require.ErrorIs(t, err, threshold.ErrEncoding)
}

func TestDecodeScalar_Refuses(t *testing.T) {
	for name, raw := range refusedScalars() {
		_, err := threshold.DecodeScalar(raw)
		require.Error(t, err, name)
	}
	largest := unhex("ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
	s, err := threshold.DecodeScalar(largest)
	require.NoError(t, err)
	require.Equal(t, largest, s.Bytes())
	s.Zero()
	require.Equal(t, make([]byte, 32), s.Bytes())
}

func TestDecodePoint_AgreesWithPeer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "raw")
		raw[31] &= 0x7f
		raw[0] &= 0xfe
		_, err := threshold.DecodePoint(raw)
		_, peer := ristretto255.NewIdentityElement().SetCanonicalBytes(raw)
		if (err == nil) != (peer == nil) && !errors.Is(err, threshold.ErrIdentity) {
			t.Fatalf("%x: %v, the peer says %v", raw, err, peer)
		}
	})
}

func TestRandomScalar(t *testing.T) {
	rand := newStream("a")
	s, err := threshold.RandomScalar(rand)
	require.NoError(t, err)
	require.Equal(t, peerScalar(t, newStream("a")).Bytes(), s.Bytes())
	_, err = threshold.RandomScalar(iotest.ErrReader(io.ErrUnexpectedEOF))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)

	// Zero is drawn again.
	s, err = threshold.RandomScalar(io.MultiReader(bytes.NewReader(make([]byte, 64)), newStream("b")))
	require.NoError(t, err)
	require.Equal(t, peerScalar(t, newStream("b")).Bytes(), s.Bytes())
}

func TestAddPoints(t *testing.T) {
	a := threshold.HashToPoint("test", []byte("a")).Bytes()
	b := threshold.HashToPoint("test", []byte("b")).Bytes()
	sum, err := threshold.AddPoints(a, b)
	require.NoError(t, err)
	require.Equal(t, pointAdd(t, a, b), sum)

	minus := ristretto255.NewIdentityElement().Negate(peerDecode(t, a)).Bytes()
	_, err = threshold.AddPoints(a, minus)
	require.ErrorIs(t, err, threshold.ErrIdentity)
	for name, raw := range refusedPoints() {
		_, err = threshold.AddPoints(a, raw)
		require.Error(t, err, name)
		_, err = threshold.AddPoints(raw, a)
		require.Error(t, err, name)
	}
}

// expandXMD is expand_message_xmd of RFC 9380 5.3.1 for 64 bytes of SHA-512.
func expandXMD(msg, dst []byte) []byte {
	dstPrime := append(bytes.Clone(dst), byte(len(dst)))
	b0 := sha512.Sum512(bytes.Join([][]byte{make([]byte, 128), msg, {0, 64, 0}, dstPrime}, nil))
	b1 := sha512.Sum512(bytes.Join([][]byte{b0[:], {1}, dstPrime}, nil))
	return b1[:]
}

func TestHashToPoint_AgreesWithPeer(t *testing.T) {
	for _, label := range []string{"gbar", "lot", "canary", ""} {
		for _, msg := range []string{"", "abc", string(make([]byte, 300))} {
			dst := []byte(transcript.Suite + "-" + label)
			want, err := ristretto255.NewIdentityElement().SetUniformBytes(expandXMD([]byte(msg), dst))
			require.NoError(t, err)
			require.Equal(t, want.Bytes(), threshold.HashToPoint(label, []byte(msg)).Bytes())
		}
	}
}

func TestHashToPoint_LabelsDiffer(t *testing.T) {
	require.NotEqual(t,
		threshold.HashToPoint("lot", []byte("x")).Bytes(), threshold.HashToPoint("canary", []byte("x")).Bytes())
}

func TestPoint_IsImmutable(t *testing.T) {
	p := threshold.HashToPoint("test", nil)
	p.Bytes()[0] ^= 1
	q, err := threshold.DecodePoint(p.Bytes())
	require.NoError(t, err)
	require.True(t, p.Equal(q))
	require.False(t, p.Equal(threshold.HashToPoint("test", []byte{1})))
}
