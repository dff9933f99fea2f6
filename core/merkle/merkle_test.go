package merkle_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/volens-network/volens/core/merkle"
	"github.com/volens-network/volens/test/vectors"
)

// The eight leaves and roots that Certificate Transparency implementations
// share as known answers for RFC 6962.
var (
	rfcLeaves = []string{
		"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
	}
	rfcRoots = []string{
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
)

func rfcHashes(t *testing.T) []merkle.Hash {
	t.Helper()
	out := make([]merkle.Hash, len(rfcLeaves))
	for i, s := range rfcLeaves {
		raw, err := hex.DecodeString(s)
		require.NoError(t, err)
		out[i] = merkle.Leaf(raw)
	}
	return out
}

func numbered(n int) []merkle.Hash {
	out := make([]merkle.Hash, n)
	for i := range out {
		out[i] = merkle.Leaf(fmt.Appendf(nil, "leaf %d", i))
	}
	return out
}

func TestRoot_KnownAnswers(t *testing.T) {
	leaves := rfcHashes(t)
	for n, want := range rfcRoots {
		require.Equal(t, want, merkle.Root(leaves[:n]).String(), "%d leaves", n)
	}
}

func TestInclusion_KnownAnswers(t *testing.T) {
	leaves := rfcHashes(t)
	proof, err := merkle.Inclusion(leaves, 5)
	require.NoError(t, err)
	var got []string
	for _, h := range proof {
		got = append(got, h.String())
	}
	require.Equal(t, []string{
		"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
		"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	}, got)
}

func TestBuilder_RootAtAnyTime(t *testing.T) {
	leaves := numbered(130)
	var b merkle.Builder
	require.Equal(t, merkle.Empty(), b.Root())
	for i, leaf := range leaves {
		b.Append(leaf)
		require.Equal(t, uint64(i+1), b.Size())
		require.Equal(t, recursiveRoot(leaves[:i+1]), b.Root(), "%d leaves", i+1)
	}
}

// recursiveRoot is the definition of RFC 6962 word by word.
func recursiveRoot(leaves []merkle.Hash) merkle.Hash {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	return merkle.Node(recursiveRoot(leaves[:k]), recursiveRoot(leaves[k:]))
}

func TestStream_LeavesOfOneSize(t *testing.T) {
	data := bytes.Repeat([]byte("abcdefg"), 30)
	for _, size := range []int{0, 1, 15, 16, 17, 31, 32, 33, 209, 210} {
		var want []merkle.Hash
		for rest := data[:size]; len(rest) > 0; {
			n := min(16, len(rest))
			want = append(want, merkle.Leaf(rest[:n]))
			rest = rest[n:]
		}
		var got []merkle.Hash
		s, err := merkle.NewStream(16, func(h merkle.Hash) { got = append(got, h) })
		require.NoError(t, err)
		_, err = io.Copy(s, iotest.OneByteReader(bytes.NewReader(data[:size])))
		require.NoError(t, err)
		root := s.Root()
		require.Equal(t, want, got, "%d bytes", size)
		require.Equal(t, merkle.Root(want), root)
		require.Equal(t, root, s.Root(), "root twice")
		require.Equal(t, uint64(len(want)), s.Size())

		whole, err := merkle.Leaves(bytes.NewReader(data[:size]), 16, 14)
		require.NoError(t, err)
		require.Equal(t, want, whole)
	}
}

func TestStream_LeafSizeBelowOne(t *testing.T) {
	_, err := merkle.NewStream(0, nil)
	require.ErrorContains(t, err, "leaf size 0")
	_, err = merkle.Leaves(bytes.NewReader(nil), -1, 1)
	require.ErrorContains(t, err, "leaf size -1")
}

func TestLeaves_Bounded(t *testing.T) {
	_, err := merkle.Leaves(bytes.NewReader(make([]byte, 33)), 16, 2)
	require.ErrorContains(t, err, "too many leaves")
	endless := iotest.OneByteReader(zeros{})
	_, err = merkle.Leaves(endless, 16, 2)
	require.ErrorContains(t, err, "too many leaves")
}

func TestLeaves_SourceFails(t *testing.T) {
	broken := errors.New("disk gone")
	_, err := merkle.Leaves(io.MultiReader(bytes.NewReader(make([]byte, 20)), iotest.ErrReader(broken)), 16, 9)
	require.ErrorIs(t, err, broken)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestInclusion_AllSizes(t *testing.T) {
	for n := 1; n <= 40; n++ {
		leaves := numbered(n)
		root := merkle.Root(leaves)
		for i := range leaves {
			index, size := uint64(i), uint64(n)
			proof, err := merkle.Inclusion(leaves, index)
			require.NoError(t, err)
			require.NoError(t, merkle.VerifyInclusion(root, leaves[i], index, size, proof), "%d of %d", i, n)

			require.ErrorIs(t, merkle.VerifyInclusion(root, merkle.Leaf(nil), index, size, proof), merkle.ErrProof)
			require.ErrorIs(t, merkle.VerifyInclusion(leaves[i], root, index, size+1, proof), merkle.ErrProof)
			require.ErrorIs(
				t,
				merkle.VerifyInclusion(root, leaves[i], index, size, append(proof, root)),
				merkle.ErrProof,
			)
			for j := range proof {
				bad := append([]merkle.Hash(nil), proof...)
				bad[j][7] ^= 1
				require.ErrorIs(t, merkle.VerifyInclusion(root, leaves[i], index, size, bad), merkle.ErrProof)
				short := bad[:j]
				require.ErrorIs(t, merkle.VerifyInclusion(root, leaves[i], index, size, short), merkle.ErrProof)
			}
			if n > 1 {
				other := (index + 1) % size
				require.ErrorIs(t, merkle.VerifyInclusion(root, leaves[i], other, size, proof), merkle.ErrProof)
			}
		}
	}
}

func TestInclusion_OutsideOfTree(t *testing.T) {
	leaves := numbered(3)
	_, err := merkle.Inclusion(leaves, 3)
	require.ErrorIs(t, err, merkle.ErrRange)
	require.ErrorIs(t, merkle.VerifyInclusion(merkle.Root(leaves), leaves[0], 3, 3, nil), merkle.ErrRange)
	require.ErrorIs(t, merkle.VerifyInclusion(merkle.Empty(), leaves[0], 0, 0, nil), merkle.ErrRange)
}

func TestConsistency_AllSizes(t *testing.T) {
	all := numbered(40)
	for n := 0; n <= len(all); n++ {
		newRoot := merkle.Root(all[:n])
		for m := 0; m <= n; m++ {
			oldSize, newSize := uint64(m), uint64(n)
			oldRoot := merkle.Root(all[:m])
			proof, err := merkle.Consistency(all[:n], oldSize)
			require.NoError(t, err)
			require.NoError(t, merkle.VerifyConsistency(oldRoot, newRoot, oldSize, newSize, proof), "%d in %d", m, n)

			lie := merkle.Leaf([]byte("another history"))
			require.ErrorIs(t, merkle.VerifyConsistency(lie, newRoot, oldSize, newSize, proof), merkle.ErrProof)
			if m > 0 {
				require.ErrorIs(t, merkle.VerifyConsistency(oldRoot, lie, oldSize, newSize, proof), merkle.ErrProof)
			}
			more := append(append([]merkle.Hash(nil), proof...), lie)
			require.ErrorIs(t, merkle.VerifyConsistency(oldRoot, newRoot, oldSize, newSize, more), merkle.ErrProof)
			for j := range proof {
				bad := append([]merkle.Hash(nil), proof...)
				bad[j][0] ^= 0x80
				require.ErrorIs(t, merkle.VerifyConsistency(oldRoot, newRoot, oldSize, newSize, bad), merkle.ErrProof)
				require.ErrorIs(
					t,
					merkle.VerifyConsistency(oldRoot, newRoot, oldSize, newSize, proof[:j]),
					merkle.ErrProof,
				)
			}
		}
	}
}

func TestConsistency_RewrittenEntry(t *testing.T) {
	old := numbered(11)
	now := numbered(25)
	now[4] = merkle.Leaf([]byte("rewritten"))
	proof, err := merkle.Consistency(now, 11)
	require.NoError(t, err)
	err = merkle.VerifyConsistency(merkle.Root(old), merkle.Root(now), 11, 25, proof)
	require.ErrorIs(t, err, merkle.ErrProof)
}

func TestConsistency_OutsideOfTree(t *testing.T) {
	leaves := numbered(3)
	_, err := merkle.Consistency(leaves, 4)
	require.ErrorIs(t, err, merkle.ErrRange)
	require.ErrorIs(t, merkle.VerifyConsistency(merkle.Empty(), merkle.Empty(), 4, 3, nil), merkle.ErrRange)
}

func TestHash_Bytes(t *testing.T) {
	h := merkle.Leaf([]byte("x"))
	back, err := merkle.FromBytes(h.Bytes())
	require.NoError(t, err)
	require.Equal(t, h, back)
	_, err = merkle.FromBytes(h.Bytes()[:31])
	require.ErrorContains(t, err, "31 bytes")
}

func TestVerify_SizesNearTheLimit(t *testing.T) {
	const last = math.MaxUint64
	root, proof := merkle.Leaf(nil), make([]merkle.Hash, 64)
	for _, index := range []uint64{0, 1, 1 << 63, last - 2, last - 1} {
		for n := range len(proof) + 1 {
			require.ErrorIs(t, merkle.VerifyInclusion(root, root, index, last, proof[:n]), merkle.ErrProof)
			if index > 0 {
				err := merkle.VerifyConsistency(root, root, index, last, proof[:n])
				require.ErrorIs(t, err, merkle.ErrProof)
			}
		}
	}
	require.ErrorIs(t, merkle.VerifyInclusion(root, root, last, last, nil), merkle.ErrRange)
}

func TestProofs_AnyTree(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 700).Draw(r, "size")
		leaves := numbered(n)
		index := rapid.Uint64Range(0, uint64(n-1)).Draw(r, "index")
		old := rapid.Uint64Range(0, uint64(n)).Draw(r, "old")
		inclusion, err := merkle.Inclusion(leaves, index)
		require.NoError(r, err)
		require.LessOrEqual(r, len(inclusion), 10)
		require.NoError(r, merkle.VerifyInclusion(merkle.Root(leaves), leaves[index], index, uint64(n), inclusion))
		consistency, err := merkle.Consistency(leaves, old)
		require.NoError(r, err)
		err = merkle.VerifyConsistency(merkle.Root(leaves[:old]), merkle.Root(leaves), old, uint64(n), consistency)
		require.NoError(r, err)
	})
}

func TestVectors_Merkle(t *testing.T) {
	type streamAnswer struct {
		// Size bytes, byte i being i mod 251, in leaves of LeafSize.
		Size     int    `json:"size"`
		LeafSize int    `json:"leaf_size"`
		Root     string `json:"root"`
	}
	type proofAnswer struct {
		// Leaf i of a tree of Size leaves is the text "leaf i".
		Size        int      `json:"size"`
		Index       int      `json:"index"`
		Root        string   `json:"root"`
		Inclusion   []string `json:"inclusion"`
		OldRoot     string   `json:"old_root"`
		Consistency []string `json:"consistency"`
	}
	var answers struct {
		Streams []streamAnswer `json:"streams"`
		Proofs  []proofAnswer  `json:"proofs"`
	}
	for _, c := range [][2]int{{0, 16}, {1, 16}, {16, 16}, {17, 16}, {1000, 64}, {1 << 20, 1 << 20}, {1<<20 + 1, 1 << 20}} {
		data := make([]byte, c[0])
		for i := range data {
			data[i] = byte(i % 251)
		}
		leaves, err := merkle.Leaves(bytes.NewReader(data), c[1], 100)
		require.NoError(t, err)
		root := merkle.Root(leaves).String()
		answers.Streams = append(answers.Streams, streamAnswer{Size: c[0], LeafSize: c[1], Root: root})
	}
	for _, c := range [][2]int{{1, 0}, {2, 1}, {7, 4}, {8, 4}, {13, 12}, {100, 64}} {
		leaves := numbered(c[0])
		inclusion, err := merkle.Inclusion(leaves, uint64(c[1]))
		require.NoError(t, err)
		consistency, err := merkle.Consistency(leaves, uint64(c[1]))
		require.NoError(t, err)
		answers.Proofs = append(answers.Proofs, proofAnswer{
			Size: c[0], Index: c[1], Root: merkle.Root(leaves).String(), Inclusion: texts(inclusion),
			OldRoot: merkle.Root(leaves[:c[1]]).String(), Consistency: texts(consistency),
		})
	}
	vectors.Check(t, "merkle.json", answers)
}

func texts(hashes []merkle.Hash) []string {
	out := make([]string, len(hashes))
	for i, h := range hashes {
		out[i] = h.String()
	}
	return out
}

// FuzzProofs: no bytes may crash the verifiers, and none but the honest proof
// may pass them for a fixed tree.
func FuzzProofs(f *testing.F) {
	leaves := numbered(13)
	root := merkle.Root(leaves)
	honest, err := merkle.Inclusion(leaves, 6)
	require.NoError(f, err)
	grown, err := merkle.Consistency(leaves, 6)
	require.NoError(f, err)
	f.Add(uint64(6), uint64(13), flat(honest))
	f.Add(uint64(6), uint64(13), flat(grown))
	f.Add(uint64(0), uint64(0), []byte{})
	f.Add(^uint64(0), ^uint64(0), flat(grown))
	f.Add(^uint64(0)-1, ^uint64(0), flat(grown))
	f.Fuzz(func(t *testing.T, a, b uint64, raw []byte) {
		proof := make([]merkle.Hash, len(raw)/merkle.HashSize)
		for i := range proof {
			copy(proof[i][:], raw[i*merkle.HashSize:])
		}
		if merkle.VerifyInclusion(root, leaves[6], a, b, proof) == nil && b == 13 {
			require.Equal(t, uint64(6), a)
			require.Equal(t, honest, proof)
		}
		if merkle.VerifyConsistency(merkle.Root(leaves[:6]), root, a, b, proof) == nil && b == 13 {
			require.Equal(t, uint64(6), a)
			require.Equal(t, grown, proof)
		}
	})
}

func flat(hashes []merkle.Hash) []byte {
	var out []byte
	for _, h := range hashes {
		out = append(out, h[:]...)
	}
	return out
}
