package gate_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/gate"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/transcript"
	"github.com/volens-network/volens/test/vectors"
)

func stream(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

func secret() []byte {
	g := make([]byte, gate.Size)
	for i := range g {
		g[i] = byte(7*i + 3)
	}
	return g
}

// indexed gives parts their places, from 1.
func indexed(parts [][]byte) []gate.Part {
	out := make([]gate.Part, len(parts))
	for i, p := range parts {
		out[i] = gate.Part{Index: i + 1, Bytes: p}
	}
	return out
}

func split(tb testing.TB, seed byte, m, k int) []gate.Part {
	tb.Helper()
	parts, err := gate.Split(stream(seed), secret(), m, k)
	require.NoError(tb, err)
	require.Len(tb, parts, m)
	return indexed(parts)
}

func TestMul_FIPS197(t *testing.T) {
	require.Equal(t, byte(0xc1), gate.Mul(0x57, 0x83))
	require.Equal(t, byte(0xfe), gate.Mul(0x57, 0x13))
	require.Equal(t, byte(0x01), gate.Mul(0x53, 0xca))
}

func TestInverse_WholeField(t *testing.T) {
	require.Equal(t, byte(0), gate.Inverse(0))
	for a := 1; a < 256; a++ {
		require.Equal(t, byte(1), gate.Mul(byte(a), gate.Inverse(byte(a))), "%#x", a)
	}
}

func TestSplit_AnyKPartsGiveTheSecret(t *testing.T) {
	for m := 1; m <= 7; m++ {
		for k := 1; k <= m; k++ {
			parts := split(t, 1, m, k)
			for set := range 1 << m {
				var chosen []gate.Part
				for i := m - 1; i >= 0; i-- {
					if set>>i&1 == 1 {
						chosen = append(chosen, parts[i])
					}
				}
				got, err := gate.Join(k, chosen)
				if len(chosen) < k {
					require.ErrorIs(t, err, gate.ErrTooFew)
					continue
				}
				require.NoError(t, err)
				require.Equal(t, secret(), got, "%d of %d, set %b", k, m, set)
			}
		}
	}
}

func TestSplit_ThresholdOneIsTheSecretItself(t *testing.T) {
	parts, err := gate.Split(bytes.NewReader(nil), secret(), gate.MaxParts, 1)
	require.NoError(t, err, "k = 1 needs no randomness")
	for i, p := range parts {
		require.Equal(t, secret(), p, "part %d", i+1)
	}
}

// With one part fewer than k every secret is equally possible: for any other
// secret there is a polynomial through the same k-1 parts.
func TestSplit_FewerThanKPartsSayNothing(t *testing.T) {
	parts := split(t, 2, 5, 3)
	other := bytes.Repeat([]byte{0xee}, gate.Size)
	third := gate.Part{Index: 3, Bytes: make([]byte, gate.Size)}
	// Through (0, other), (1, part 1), (2, part 2): the value at 3 follows from
	// L_0(3) = (3-1)(3-2)/((0-1)(0-2)), and so on.
	weight := func(x, i, j, l byte) byte {
		return gate.Mul(gate.Mul(x^j, x^l), gate.Inverse(gate.Mul(i^j, i^l)))
	}
	for b := range third.Bytes {
		third.Bytes[b] = gate.Mul(weight(3, 0, 1, 2), other[b]) ^
			gate.Mul(weight(3, 1, 0, 2), parts[0].Bytes[b]) ^
			gate.Mul(weight(3, 2, 0, 1), parts[1].Bytes[b])
	}
	got, err := gate.Join(3, []gate.Part{parts[0], parts[1], third})
	require.NoError(t, err)
	require.Equal(t, other, got)
}

func TestSplit_Refuses(t *testing.T) {
	for _, c := range []struct{ m, k int }{{0, 0}, {1, 0}, {1, 2}, {17, 1}, {17, 17}, {-1, -1}, {3, -1}} {
		_, err := gate.Split(stream(1), secret(), c.m, c.k)
		require.ErrorContains(t, err, "want 1 <= k <= m <= 16", "%d of %d", c.k, c.m)
	}
	_, err := gate.Split(stream(1), secret()[:31], 2, 2)
	require.ErrorContains(t, err, "31 bytes")
	_, err = gate.Split(bytes.NewReader(make([]byte, 31)), secret(), 2, 2)
	require.ErrorContains(t, err, "read randomness")
	broken := errors.New("no entropy")
	_, err = gate.Split(iotest.ErrReader(broken), secret(), 2, 2)
	require.ErrorIs(t, err, broken)
}

func TestJoin_Refuses(t *testing.T) {
	parts := split(t, 3, 4, 2)
	short := gate.Part{Index: 2, Bytes: parts[1].Bytes[:31]}
	forged := gate.Part{Index: 3, Bytes: append([]byte(nil), parts[2].Bytes...)}
	forged.Bytes[0] ^= 1
	for name, c := range map[string]struct {
		k     int
		parts []gate.Part
		want  error
	}{
		"none":         {2, nil, gate.ErrTooFew},
		"too few":      {2, parts[:1], gate.ErrTooFew},
		"twice":        {2, []gate.Part{parts[0], parts[0]}, gate.ErrPart},
		"index zero":   {1, []gate.Part{{Index: 0, Bytes: secret()}}, gate.ErrPart},
		"index 17":     {1, []gate.Part{{Index: 17, Bytes: secret()}}, gate.ErrPart},
		"index 257":    {1, []gate.Part{{Index: 257, Bytes: secret()}}, gate.ErrPart},
		"short":        {2, []gate.Part{parts[0], short}, gate.ErrPart},
		"forged third": {2, []gate.Part{parts[0], parts[1], forged}, gate.ErrPart},
	} {
		_, err := gate.Join(c.k, c.parts)
		require.ErrorIs(t, err, c.want, name)
	}
	for _, k := range []int{-1, 0, 17} {
		_, err := gate.Join(k, parts)
		require.ErrorContains(t, err, "outside of 1 to 16")
	}
}

func TestVerify_OnlyTheCommittedPart(t *testing.T) {
	dataset := id.ID{1, 2, 3}
	parts := split(t, 4, 3, 2)
	part := parts[0].Bytes
	c := gate.Commit(dataset, 1, 1, part)
	require.NoError(t, gate.Verify(dataset, 1, 1, part, c[:]))

	require.ErrorIs(t, gate.Verify(dataset, 1, 2, part, c[:]), gate.ErrPart, "another gateway's")
	require.ErrorIs(t, gate.Verify(dataset, 1, 1, parts[1].Bytes, c[:]), gate.ErrPart)
	require.ErrorIs(t, gate.Verify(dataset, 2, 1, part, c[:]), gate.ErrPart)
	require.ErrorIs(t, gate.Verify(id.ID{1, 2, 4}, 1, 1, part, c[:]), gate.ErrPart)
	require.ErrorIs(t, gate.Verify(dataset, 1, 1, part, c[:31]), gate.ErrPart)
	require.ErrorIs(t, gate.Verify(dataset, 1, 1, part, nil), gate.ErrPart)
	require.ErrorIs(t, gate.Verify(dataset, 1, 1, part[:31], c[:]), gate.ErrPart)
	require.ErrorIs(t, gate.Verify(dataset, 1, -1, part, c[:]), gate.ErrPart)
	require.ErrorIs(t, gate.Verify(dataset, 1, 17, part, c[:]), gate.ErrPart)
}

func TestGate_BytesAsWritten(t *testing.T) {
	one := gate.GatewayCommitment{Gateway: bytes.Repeat([]byte{0xa1}, 20), Commitment: [32]byte{1}}
	two := gate.GatewayCommitment{Gateway: bytes.Repeat([]byte{0xa2}, 20), Commitment: [32]byte{2}}
	got, err := gate.Gate(2, []gate.GatewayCommitment{one, two})
	require.NoError(t, err)
	want := transcript.New("gate").Uint(2).
		Bytes(one.Gateway).Bytes(one.Commitment[:]).Bytes(two.Gateway).Bytes(two.Commitment[:]).Encode()
	require.Equal(t, want, got)

	swapped, err := gate.Gate(2, []gate.GatewayCommitment{two, one})
	require.NoError(t, err)
	require.NotEqual(t, got, swapped)
}

func TestGate_Refuses(t *testing.T) {
	one := gate.GatewayCommitment{Gateway: make([]byte, 20)}
	_, err := gate.Gate(1, nil)
	require.ErrorContains(t, err, "1 of 0 gateways")
	_, err = gate.Gate(2, []gate.GatewayCommitment{one})
	require.ErrorContains(t, err, "2 of 1 gateways")
	_, err = gate.Gate(1, []gate.GatewayCommitment{{Gateway: make([]byte, 32)}})
	require.ErrorContains(t, err, "32 bytes")
	_, err = gate.Gate(1, []gate.GatewayCommitment{one, one})
	require.ErrorContains(t, err, "stands twice")
}

// splitAnswer is one case of test/vectors/gate.json; all bytes are hexadecimal.
type splitAnswer struct {
	Secret      string   `json:"secret"`
	Randomness  string   `json:"randomness"`
	M           int      `json:"m"`
	K           int      `json:"k"`
	Parts       []string `json:"parts"`
	DatasetID   string   `json:"dataset_id"`
	Version     uint64   `json:"version"`
	Gateways    []string `json:"gateways"`
	Commitments []string `json:"commitments"`
	Gate        string   `json:"gate"`
}

func TestVectors_Gate(t *testing.T) {
	var answers []splitAnswer
	for _, c := range []struct{ m, k int }{{1, 1}, {3, 1}, {3, 2}, {5, 5}, {16, 11}} {
		random := make([]byte, 32*(c.k-1))
		_, err := stream(byte(c.k)).Read(random)
		require.NoError(t, err)
		parts, err := gate.Split(bytes.NewReader(random), secret(), c.m, c.k)
		require.NoError(t, err)
		dataset := id.ID{0x10, 0x20, 0x30, byte(c.m), byte(c.k)}
		a := splitAnswer{
			Secret: hex.EncodeToString(secret()), Randomness: hex.EncodeToString(random),
			M: c.m, K: c.k, DatasetID: dataset.String(), Version: 1,
		}
		var commitments []gate.GatewayCommitment
		for i, p := range parts {
			gateway := bytes.Repeat([]byte{byte(0xc0 + i)}, gate.AddressSize)
			commitment := gate.Commit(dataset, a.Version, i+1, p)
			commitments = append(commitments, gate.GatewayCommitment{Gateway: gateway, Commitment: commitment})
			a.Parts = append(a.Parts, hex.EncodeToString(p))
			a.Gateways = append(a.Gateways, hex.EncodeToString(gateway))
			a.Commitments = append(a.Commitments, hex.EncodeToString(commitment[:]))
		}
		raw, err := gate.Gate(c.k, commitments)
		require.NoError(t, err)
		a.Gate = hex.EncodeToString(raw)
		answers = append(answers, a)
	}
	vectors.Check(t, "gate.json", answers)
}

func FuzzJoin(f *testing.F) {
	parts := split(f, 5, 3, 2)
	var seed []byte
	for _, p := range parts {
		seed = append(append(seed, byte(p.Index)), p.Bytes...)
	}
	f.Add(2, seed)
	f.Add(1, seed[:33])
	f.Add(0, []byte{})
	f.Add(16, bytes.Repeat(seed, 6))
	f.Fuzz(func(t *testing.T, k int, raw []byte) {
		var given []gate.Part
		for len(raw) > 0 {
			n := min(len(raw), 33)
			given = append(given, gate.Part{Index: int(int8(raw[0])), Bytes: raw[1:n]})
			raw = raw[n:]
		}
		g, err := gate.Join(k, given)
		if err != nil {
			require.Nil(t, g)
			return
		}
		require.Len(t, g, gate.Size)
		require.GreaterOrEqual(t, len(given), k)
		// What was joined is a polynomial: any k of the parts give the same.
		again, err := gate.Join(k, given[len(given)-k:])
		require.NoError(t, err)
		require.Equal(t, g, again)
	})
}
