package halves_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/core/gate"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/gateway/access"
	"github.com/volens-network/volens/gateway/halves"
	"github.com/volens-network/volens/x/dataset"
)

const self = "volens1gateway"

var (
	theDataset = id.ID{1, 2, 3}
	theObject  = drs.Digest{7}
	thePart    = bytes.Repeat([]byte{0x5a}, gate.Size)
)

func identity(t *testing.T) *halves.Identity {
	t.Helper()
	i, err := halves.NewIdentity()
	require.NoError(t, err)
	return i
}

func vault(t *testing.T) (*halves.Vault, *halves.Identity, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "halves")
	i := identity(t)
	v, err := halves.Open(dir, i)
	require.NoError(t, err)
	return v, i, dir
}

// registered is a dataset whose second gateway is ours.
func registered(version uint64) dataset.Dataset {
	commitment := gate.Commit(theDataset, version, 2, thePart)
	return dataset.Dataset{
		Id: theDataset.String(), Version: version,
		Payload: dataset.Payload{
			Sha256:    theObject[:],
			Threshold: 1,
			Gateways: []dataset.GatePart{
				{Gateway: "volens1other", Commitment: make([]byte, 32)},
				{Gateway: self, Commitment: commitment[:]},
			},
		},
	}
}

func seal(t *testing.T, recipient string, plain []byte) []byte {
	t.Helper()
	key, err := age.ParseHybridRecipient(recipient)
	require.NoError(t, err)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, key)
	require.NoError(t, err)
	_, err = w.Write(plain)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

func TestIdentity_Text(t *testing.T) {
	i := identity(t)
	require.True(t, strings.HasPrefix(i.Recipient(), "age1pq1"))
	again, err := halves.ParseIdentity(i.Secret())
	require.NoError(t, err)
	require.Equal(t, i.Recipient(), again.Recipient())
	for _, wrong := range []string{"", "AGE-SECRET-KEY-1QQQ", i.Recipient(), i.Secret()[:50]} {
		_, err := halves.ParseIdentity(wrong)
		require.Error(t, err)
		require.NotContains(t, err.Error(), "QQQ")
	}
}

func TestUnseal(t *testing.T) {
	i := identity(t)
	part, err := i.Unseal(bytes.NewReader(seal(t, i.Recipient(), thePart)))
	require.NoError(t, err)
	require.Equal(t, thePart, part)
}

func TestUnseal_Refuses(t *testing.T) {
	i, other := identity(t), identity(t)
	good := seal(t, i.Recipient(), thePart)
	for name, raw := range map[string][]byte{
		"empty":       nil,
		"plain":       thePart,
		"for another": seal(t, other.Recipient(), thePart),
		"short":       seal(t, i.Recipient(), thePart[:31]),
		"long":        seal(t, i.Recipient(), append(bytes.Clone(thePart), 0)),
		"huge":        seal(t, i.Recipient(), make([]byte, 1<<20)),
		"cut":         good[:len(good)-1],
		"flipped":     append(bytes.Clone(good[:len(good)-1]), good[len(good)-1]^1),
	} {
		_, err := i.Unseal(bytes.NewReader(raw))
		require.ErrorIs(t, err, halves.ErrSealed, name)
	}
}

func TestVault_KeepAndHandOver(t *testing.T) {
	v, _, dir := vault(t)
	held, err := v.Keep(registered(1), self, thePart)
	require.NoError(t, err)
	require.Equal(t, access.Holding{Dataset: theDataset, Version: 1, SHA256: theObject, Index: 2}, held)
	again, err := v.Keep(registered(1), self, thePart)
	require.NoError(t, err)
	require.Equal(t, held, again)
	require.Equal(t, []access.Holding{held}, v.ByDigest(theObject))

	reader, err := age.GenerateHybridIdentity()
	require.NoError(t, err)
	sealed, err := v.HandOver(theDataset, 1, reader.Recipient().String())
	require.NoError(t, err)
	require.Less(t, len(sealed), 4<<10, "must fit MsgAnswerService")
	plain, err := age.Decrypt(bytes.NewReader(sealed), reader)
	require.NoError(t, err)
	got, err := io.ReadAll(plain)
	require.NoError(t, err)
	require.Equal(t, thePart, got)

	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)
	info, err := files[0].Info()
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

// At rest there is nothing but ciphertext.
func TestVault_SealedAtRest(t *testing.T) {
	v, i, dir := vault(t)
	_, err := v.Keep(registered(1), self, thePart)
	require.NoError(t, err)
	raw, err := os.ReadFile(filepath.Join(dir, theDataset.String()+"-1.json"))
	require.NoError(t, err)
	require.NotContains(t, string(raw), string(thePart))
	require.NotContains(t, string(raw), "WlpaWlpa", "base64 of the part")

	_, err = halves.Open(dir, i)
	require.NoError(t, err)
	stranger, err := halves.Open(dir, identity(t))
	require.NoError(t, err)
	_, err = stranger.HandOver(theDataset, 1, i.Recipient())
	require.ErrorIs(t, err, halves.ErrSealed)
}

func TestVault_SurvivesRestart(t *testing.T) {
	v, i, dir := vault(t)
	for version := uint64(1); version <= 2; version++ {
		_, err := v.Keep(registered(version), self, thePart)
		require.NoError(t, err)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cut.json.new"), []byte("{"), 0o600))
	again, err := halves.Open(dir, i)
	require.NoError(t, err)
	require.Equal(t, v.Holdings(), again.Holdings())
	require.Len(t, again.ByDigest(theObject), 2)
	_, err = again.HandOver(theDataset, 2, i.Recipient())
	require.NoError(t, err)
}

// A part whose file is gone is known to be gone, and comes back when its owner sends it
// again.
func TestCheck_LostFile(t *testing.T) {
	v, _, dir := vault(t)
	require.ErrorIs(t, v.Check(theDataset, 1), halves.ErrUnknown)
	held, err := v.Keep(registered(1), self, thePart)
	require.NoError(t, err)
	require.NoError(t, v.Check(theDataset, 1))
	require.ErrorIs(t, v.Check(theDataset, 2), halves.ErrUnknown)

	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	path := filepath.Join(dir, files[0].Name())
	for name, lose := range map[string]func() error{
		"gone":      func() error { return os.Remove(path) },
		"truncated": func() error { return os.Truncate(path, 10) },
	} {
		require.NoError(t, lose(), name)
		require.ErrorIs(t, v.Check(theDataset, 1), halves.ErrUnknown, name)
		again, err := v.Keep(registered(1), self, thePart)
		require.NoError(t, err, name)
		require.Equal(t, held, again, name)
		require.NoError(t, v.Check(theDataset, 1), name)
		require.Len(t, v.ByDigest(theObject), 1, name)
	}
	require.NoError(t, os.Remove(path))
	require.NoError(t, v.Forget(theDataset, 1))
	require.Empty(t, v.Holdings())
}

func TestVault_WrongPart(t *testing.T) {
	v, _, _ := vault(t)
	wrong := bytes.Clone(thePart)
	wrong[0] ^= 1
	_, err := v.Keep(registered(1), self, wrong)
	require.ErrorIs(t, err, halves.ErrCommitment)
	_, err = v.Keep(registered(1), self, thePart[:31])
	require.ErrorIs(t, err, halves.ErrCommitment)
	_, err = v.Keep(registered(1), "volens1other", thePart)
	require.ErrorIs(t, err, halves.ErrCommitment, "another gateway's commitment")
	_, err = v.Keep(registered(1), "volens1nobody", thePart)
	require.ErrorIs(t, err, halves.ErrCommitment, "not listed")
	changed := registered(1)
	changed.Version = 2
	_, err = v.Keep(changed, self, thePart)
	require.ErrorIs(t, err, halves.ErrCommitment, "another version")
	require.Empty(t, v.Holdings())
}

func TestHandOver_Refuses(t *testing.T) {
	v, i, _ := vault(t)
	_, err := v.Keep(registered(1), self, thePart)
	require.NoError(t, err)
	_, err = v.HandOver(theDataset, 2, i.Recipient())
	require.ErrorIs(t, err, halves.ErrUnknown)
	classical, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	for _, recipient := range []string{"", "age1pq1", classical.Recipient().String(), "age1yubikey1qwerty", "ssh-ed25519 AAAA"} {
		_, err = v.HandOver(theDataset, 1, recipient)
		require.ErrorIs(t, err, halves.ErrRecipient, recipient)
	}
}

func TestForget(t *testing.T) {
	v, i, dir := vault(t)
	for version := uint64(1); version <= 2; version++ {
		_, err := v.Keep(registered(version), self, thePart)
		require.NoError(t, err)
	}
	require.NoError(t, v.Forget(theDataset, 1))
	require.NoError(t, v.Forget(theDataset, 1))
	require.Len(t, v.ByDigest(theObject), 1)
	_, err := v.HandOver(theDataset, 1, i.Recipient())
	require.ErrorIs(t, err, halves.ErrUnknown)
	require.NoError(t, v.Forget(theDataset, 2))
	require.Empty(t, v.ByDigest(theObject))
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, files)
}

func TestOpen_BrokenFiles(t *testing.T) {
	for name, text := range map[string]string{
		"no json":  "x",
		"no id":    `{"version":1,"sha256":"` + theObject.String() + `","index":1,"sealed":"AA=="}`,
		"mismatch": `{"dataset_id":"` + theDataset.String() + `","version":2,"sha256":"` + theObject.String() + `","index":1,"sealed":"AA=="}`,
		"digest":   `{"dataset_id":"` + theDataset.String() + `","version":1,"sha256":"00","index":1,"sealed":"AA=="}`,
		"index":    `{"dataset_id":"` + theDataset.String() + `","version":1,"sha256":"` + theObject.String() + `","sealed":"AA=="}`,
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, theDataset.String()+"-1.json"), []byte(text), 0o600))
		_, err := halves.Open(dir, identity(t))
		require.ErrorContains(t, err, "open vault", name)
	}
}

// Whatever is sent as a part, the gateway either reads 32 bytes of it or says that it is none.
func FuzzUnseal(f *testing.F) {
	i, err := halves.NewIdentity()
	require.NoError(f, err)
	f.Add([]byte("age-encryption.org/v1\n-> mlkem768x25519 AAAA\nBBBB\n--- CCCC\n"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		part, err := i.Unseal(bytes.NewReader(raw))
		if err != nil {
			require.ErrorIs(t, err, halves.ErrSealed)
			return
		}
		require.Len(t, part, gate.Size)
	})
}
