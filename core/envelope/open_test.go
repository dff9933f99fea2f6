package envelope_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/derive"
	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
)

func TestOpen_NotWhatWasRegistered(t *testing.T) {
	w := newWorld(t)
	sealed, file := w.seal(t, text(3*chunk))
	identity := w.identity(t, sealed.U[:])
	for name, spoil := range map[string]func(*envelope.Facts){
		"key":     func(f *envelope.Facts) { f.KeyID++ },
		"dataset": func(f *envelope.Facts) { f.DatasetID[0] ^= 1 },
		"u":       func(f *envelope.Facts) { f.U[31] ^= 1 },
		"body":    func(f *envelope.Facts) { f.BodySHA256[0] ^= 1 },
		"digest":  func(f *envelope.Facts) { f.SHA256[0] ^= 1 },
		"tree":    func(f *envelope.Facts) { f.TreeRoot[0] ^= 1 },
	} {
		facts := sealed.Facts
		spoil(&facts)
		_, opened, err := openAll(bytes.NewReader(file), facts, identity)
		require.ErrorIs(t, err, envelope.ErrIntegrity, name)
		require.Nil(t, opened)
	}
}

func TestOpen_AnotherFileOfTheSameDataset(t *testing.T) {
	w := newWorld(t)
	sealed, _ := w.seal(t, text(100))
	_, other := w.seal(t, text(100))
	_, _, err := openAll(bytes.NewReader(other), sealed.Facts, w.patient(t))
	require.ErrorIs(t, err, envelope.ErrIntegrity, "also for the patient, who could open it")
}

func TestOpen_Damaged(t *testing.T) {
	w := newWorld(t)
	sealed, file := w.seal(t, text(3*chunk))
	identity := w.identity(t, sealed.U[:])
	for _, at := range []int{0, 30, 60, 200, 1700, len(file) / 2, len(file) - 1} {
		bad := bytes.Clone(file)
		bad[at] ^= 1
		_, _, err := openAll(bytes.NewReader(bad), sealed.Facts, identity)
		require.ErrorIs(t, err, envelope.ErrIntegrity, "byte %d", at)
	}
	for _, n := range []int{0, 1, 100, 2000, len(file) - 3*chunk, len(file) - 1} {
		_, _, err := openAll(bytes.NewReader(file[:n]), sealed.Facts, identity)
		require.ErrorIs(t, err, envelope.ErrIntegrity, "cut to %d bytes", n)
	}
	_, _, err := openAll(io.MultiReader(bytes.NewReader(file), strings.NewReader("x")), sealed.Facts, identity)
	require.ErrorIs(t, err, envelope.ErrIntegrity, "a byte too many")
}

func TestOpen_SourceFails(t *testing.T) {
	w := newWorld(t)
	sealed, file := w.seal(t, text(3*chunk))
	broken := errors.New("connection lost")
	for _, n := range []int{0, 100, 3000, chunk, len(file)} {
		src := io.MultiReader(bytes.NewReader(file[:n]), iotest.ErrReader(broken))
		_, _, err := openAll(src, sealed.Facts, w.identity(t, sealed.U[:]))
		require.ErrorIs(t, err, broken, "after %d bytes", n)
		require.NotErrorIs(t, err, envelope.ErrIntegrity, "a lost connection is not damage")
	}
}

func TestOpen_DestinationFails(t *testing.T) {
	w := newWorld(t)
	sealed, file := w.seal(t, text(3*chunk))
	full := errors.New("no space")
	for _, room := range []int{0, chunk} {
		dst := &limited{room: room, err: full}
		_, err := envelope.Open(dst, bytes.NewReader(file), sealed.Facts, w.identity(t, sealed.U[:]))
		require.ErrorIs(t, err, full)
		require.NotErrorIs(t, err, envelope.ErrIntegrity)
	}
}

func TestOpen_KeysThatDoNotFit(t *testing.T) {
	w := newWorld(t)
	sealed, file := w.seal(t, text(100))

	stranger, err := derive.PatientIdentity(bytes.Repeat([]byte{1}, 64), w.datasetID)
	require.NoError(t, err)
	_, _, err = openAll(bytes.NewReader(file), sealed.Facts, stranger)
	require.ErrorIs(t, err, age.ErrIncorrectIdentity)
	require.NotErrorIs(t, err, envelope.ErrIntegrity)

	for name, spoil := range map[string]func(*envelope.Release){
		"half":   func(r *envelope.Release) { r.Half[0] ^= 1 },
		"q":      func(r *envelope.Release) { r.Q[0] ^= 1 },
		"s":      func(r *envelope.Release) { copy(r.S[:], w.key.Y()) },
		"origin": func(r *envelope.Release) { r.OriginChain = "volens-test-2" },
	} {
		r := w.release(t, sealed.U[:])
		spoil(&r)
		identity, err := envelope.NewIdentity(r)
		require.NoError(t, err, name)
		_, _, err = openAll(bytes.NewReader(file), sealed.Facts, identity)
		require.ErrorIs(t, err, envelope.ErrWrapKey, name)
		require.ErrorIs(t, err, age.ErrIncorrectIdentity, name)
	}
	for name, spoil := range map[string]func(*envelope.Release){
		"key id":  func(r *envelope.Release) { r.KeyID++ },
		"dataset": func(r *envelope.Release) { r.DatasetID = id.ID{1} },
	} {
		r := w.release(t, sealed.U[:])
		spoil(&r)
		identity, err := envelope.NewIdentity(r)
		require.NoError(t, err, name)
		_, _, err = openAll(bytes.NewReader(file), sealed.Facts, identity)
		require.ErrorIs(t, err, age.ErrIncorrectIdentity, name)
		require.NotErrorIs(t, err, envelope.ErrWrapKey, "%s: not our stanza at all", name)
	}
}

func TestIdentity_ErasedOpensNothing(t *testing.T) {
	w := newWorld(t)
	sealed, file := w.seal(t, text(100))
	identity := w.identity(t, sealed.U[:])
	identity.Zero()
	_, _, err := openAll(bytes.NewReader(file), sealed.Facts, identity)
	require.Error(t, err)
}

func TestIdentity_Unwrap(t *testing.T) {
	w := newWorld(t)
	recipient, err := envelope.NewRecipient(w.random, w.key, w.datasetID, w.half)
	require.NoError(t, err)
	fileKey := []byte("sixteen byte key")
	stanzas, err := recipient.Wrap(fileKey)
	require.NoError(t, err)
	ours, err := envelope.ParseStanza(stanzas[0])
	require.NoError(t, err)
	identity := w.identity(t, ours.U[:])

	other := *ours
	other.DatasetID = id.ID{0xff}
	grease := &age.Stanza{Type: "grease", Args: []string{"x"}}
	got, err := identity.Unwrap([]*age.Stanza{grease, other.Age(), ours.Age()})
	require.NoError(t, err)
	require.Equal(t, fileKey, got)

	for name, list := range map[string][]*age.Stanza{
		"none": nil, "another type": {grease}, "another dataset": {other.Age()},
	} {
		_, err := identity.Unwrap(list)
		require.ErrorIs(t, err, age.ErrIncorrectIdentity, name)
	}
	for name, s := range refusedStanzas(t) {
		if s.Type != envelope.StanzaType {
			continue
		}
		_, err := identity.Unwrap([]*age.Stanza{s})
		require.ErrorIs(t, err, envelope.ErrStanza, name)
		require.NotErrorIs(t, err, age.ErrIncorrectIdentity, name)
	}
	swapped := *ours
	copy(swapped.U[:], w.key.Y())
	_, err = identity.Unwrap([]*age.Stanza{swapped.Age()})
	require.ErrorIs(t, err, envelope.ErrWrapKey, "u is part of the wrap key")
}

func TestNewIdentity_Refuses(t *testing.T) {
	w := newWorld(t)
	for name, spoil := range map[string]func(*envelope.Release){
		"identity as y":   func(r *envelope.Release) { r.Y = [32]byte{} },
		"odd s":           func(r *envelope.Release) { r.S = [32]byte(bytes.Repeat([]byte{0xff}, 32)) },
		"zero q":          func(r *envelope.Release) { r.Q = [32]byte{} },
		"large q":         func(r *envelope.Release) { r.Q = [32]byte(bytes.Repeat([]byte{0xff}, 32)) },
		"no dataset":      func(r *envelope.Release) { r.DatasetID = id.ID{} },
		"opens to nought": func(r *envelope.Release) { r.S, r.Q = r.Y, [32]byte{1} },
	} {
		r := w.release(t, w.key.Y())
		spoil(&r)
		_, err := envelope.NewIdentity(r)
		require.ErrorIs(t, err, envelope.ErrRelease, name)
	}
	_, err := threshold.DecodePoint(w.key.Y())
	require.NoError(t, err)
}
