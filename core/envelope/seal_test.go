package envelope_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/core/gate"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/merkle"
	"github.com/volens-network/volens/core/threshold"
)

const chunk = 64 << 10

// borders are plaintext sizes around the chunks of age, the blocks of a tap and
// the leaves of the tree.
var borders = []int{
	0,
	1,
	chunk - 1,
	chunk,
	chunk + 1,
	4*chunk - 1,
	4 * chunk,
	4*chunk + 1,
	1<<20 - 300,
	1 << 20,
	3<<20 + 17,
}

func TestSeal_DigestsOfOnePass(t *testing.T) {
	w := newWorld(t)
	for _, n := range borders {
		plaintext := text(n)
		sealed, file := w.seal(t, plaintext)
		require.Equal(t, sha256.Sum256(plaintext), sealed.PlaintextSHA256, "%d bytes", n)
		require.Equal(t, sha256.Sum256(file), sealed.SHA256)
		require.EqualValues(t, n, sealed.PlaintextSize)
		require.EqualValues(t, len(file), sealed.Size)
		leaves, err := merkle.Leaves(bytes.NewReader(file), envelope.LeafSize, 100)
		require.NoError(t, err)
		require.Equal(t, merkle.Root(leaves), merkle.Hash(sealed.TreeRoot))
		require.Equal(t, w.datasetID, sealed.DatasetID)
		require.Equal(t, w.key.ID(), sealed.KeyID)
	}
}

func TestSeal_BothRecipientsOpen(t *testing.T) {
	w := newWorld(t)
	for _, n := range borders {
		plaintext := text(n)
		sealed, file := w.seal(t, plaintext)
		for name, identity := range map[string]age.Identity{
			"patient": w.patient(t), "researcher": w.identity(t, sealed.U[:]),
		} {
			got, opened, err := openAll(iotest.HalfReader(bytes.NewReader(file)), sealed.Facts, identity)
			require.NoError(t, err, "%s, %d bytes", name, n)
			require.True(t, bytes.Equal(plaintext, got))
			require.Equal(t, sealed.PlaintextSHA256, opened.PlaintextSHA256)
			require.EqualValues(t, n, opened.PlaintextSize)

			r, err := age.Decrypt(bytes.NewReader(file), identity)
			require.NoError(t, err, "plain age")
			got, err = io.ReadAll(r)
			require.NoError(t, err)
			require.True(t, bytes.Equal(plaintext, got))
		}
	}
}

// A source that fails must leave no file that opens as whole, wherever it fails.
func TestSeal_SourceFailsMidway(t *testing.T) {
	w := newWorld(t)
	broken := errors.New("disk gone")
	for _, n := range borders {
		var file bytes.Buffer
		src := io.MultiReader(bytes.NewReader(text(n)), iotest.ErrReader(broken))
		sealed, err := envelope.Seal(&file, src, w.options(t))
		require.ErrorIs(t, err, broken)
		require.Nil(t, sealed)

		r, err := age.Decrypt(&file, w.patient(t))
		if err == nil {
			_, err = io.ReadAll(r)
		}
		require.Error(t, err, "%d bytes before the failure opened as a whole file", n)
	}
}

func TestSeal_DestinationFails(t *testing.T) {
	w := newWorld(t)
	full := errors.New("no space")
	for _, room := range []int{0, 100, 5000, chunk, 3 * chunk} {
		dst := &limited{room: room, err: full}
		_, err := envelope.Seal(dst, bytes.NewReader(text(5*chunk)), w.options(t))
		require.ErrorIs(t, err, full, "%d bytes of room", room)
	}
}

type limited struct {
	room int
	err  error
}

func (l *limited) Write(p []byte) (int, error) {
	if len(p) > l.room {
		return 0, l.err
	}
	l.room -= len(p)
	return len(p), nil
}

func TestSeal_Refuses(t *testing.T) {
	w := newWorld(t)
	for name, spoil := range map[string]func(*envelope.Options){
		"no key":       func(o *envelope.Options) { o.Key = nil },
		"no patient":   func(o *envelope.Options) { o.Patient = nil },
		"short half":   func(o *envelope.Options) { o.Half = o.Half[:31] },
		"no half":      func(o *envelope.Options) { o.Half = nil },
		"no dataset":   func(o *envelope.Options) { o.DatasetID = id.ID{} },
		"no entropy":   func(o *envelope.Options) { o.Rand = iotest.ErrReader(io.ErrUnexpectedEOF) },
		"less entropy": func(o *envelope.Options) { o.Rand = bytes.NewReader(make([]byte, 63)) },
	} {
		o := w.options(t)
		spoil(&o)
		var file bytes.Buffer
		_, err := envelope.Seal(&file, bytes.NewReader(nil), o)
		require.Error(t, err, name)
		require.Zero(t, file.Len(), name)
	}
}

func TestSeal_NothingTwice(t *testing.T) {
	w := newWorld(t)
	one, first := w.seal(t, text(10))
	two, second := w.seal(t, text(10))
	require.NotEqual(t, one.U, two.U)
	require.NotEqual(t, one.BodySHA256, two.BodySHA256)
	require.NotEqual(t, first, second)
}

func TestProve_BoundToTheRegistration(t *testing.T) {
	w := newWorld(t)
	sealed, _ := w.seal(t, text(1000))
	commitment := gate.Commit(w.datasetID, 1, 1, w.half)
	gateBytes, err := gate.Gate(1, []gate.GatewayCommitment{{Gateway: make([]byte, 20), Commitment: commitment}})
	require.NoError(t, err)
	r := envelope.Registration{
		Version: 1, Owner: bytes.Repeat([]byte{1}, 20), Gate: gateBytes, FacetsRoot: bytes.Repeat([]byte{2}, 32),
	}

	bad := r
	bad.Owner = nil
	_, err = sealed.Prove(w.random, bad)
	require.ErrorIs(t, err, threshold.ErrLength, "a refused registration does not use the secret up")

	proof, err := sealed.Prove(w.random, r)
	require.NoError(t, err)
	require.NoError(t, w.key.VerifyCapsule(sealed.Context(r), proof))
	for name, other := range map[string]envelope.Registration{
		"version": {Version: 2, Owner: r.Owner, Gate: r.Gate, FacetsRoot: r.FacetsRoot},
		"owner":   {Version: 1, Owner: bytes.Repeat([]byte{9}, 20), Gate: r.Gate, FacetsRoot: r.FacetsRoot},
		"gate":    {Version: 1, Owner: r.Owner, Gate: r.Gate[1:], FacetsRoot: r.FacetsRoot},
		"facets":  {Version: 1, Owner: r.Owner, Gate: r.Gate, FacetsRoot: bytes.Repeat([]byte{3}, 32)},
	} {
		require.ErrorIs(t, w.key.VerifyCapsule(sealed.Context(other), proof), threshold.ErrProof, name)
	}
	facts := sealed.Facts
	facts.SHA256[0] ^= 1
	require.ErrorIs(t, w.key.VerifyCapsule(facts.Context(r), proof), threshold.ErrProof, "another file")

	_, err = sealed.Prove(w.random, r)
	require.ErrorIs(t, err, envelope.ErrUsed)
	sealed.Zero()
}

func TestRecipient_ServesOnce(t *testing.T) {
	w := newWorld(t)
	r, err := envelope.NewRecipient(w.random, w.key, w.datasetID, w.half)
	require.NoError(t, err)
	_, err = r.Wrap(make([]byte, 15))
	require.ErrorContains(t, err, "15 bytes")
	_, labels, err := r.WrapWithLabels(make([]byte, 16))
	require.NoError(t, err)
	require.Equal(t, []string{"postquantum"}, labels)
	_, err = r.Wrap(make([]byte, 16))
	require.ErrorIs(t, err, envelope.ErrUsed)
	_, _, err = r.WrapWithLabels(make([]byte, 16))
	require.ErrorIs(t, err, envelope.ErrUsed)
}

func TestRecipient_NoClassicalRecipientBeside(t *testing.T) {
	w := newWorld(t)
	r, err := envelope.NewRecipient(w.random, w.key, w.datasetID, w.half)
	require.NoError(t, err)
	classical, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	_, err = age.Encrypt(io.Discard, r, classical.Recipient())
	require.ErrorContains(t, err, "post-quantum")
}
