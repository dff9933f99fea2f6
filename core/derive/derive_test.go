package derive_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/hex"
	"io"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/derive"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/transcript"
	"github.com/volens-network/volens/test/vectors"
)

func seed(first byte) []byte {
	out := make([]byte, 64)
	for i := range out {
		out[i] = first + byte(i)
	}
	return out
}

// hkdf32 is RFC 5869 word by word for one block of output.
func hkdf32(secret, info []byte) []byte {
	extract := hmac.New(sha512.New, make([]byte, sha512.Size))
	extract.Write(secret)
	expand := hmac.New(sha512.New, extract.Sum(nil))
	expand.Write(info)
	expand.Write([]byte{1})
	return expand.Sum(nil)[:32]
}

func TestRootSecret_ByTheSpec(t *testing.T) {
	got, err := derive.RootSecret(seed(1))
	require.NoError(t, err)
	require.Equal(t, hkdf32(seed(1), transcript.New("volens/root-secret/v1").Encode()), got)
	reader, err := derive.ReaderSeed(seed(1))
	require.NoError(t, err)
	require.Equal(t, hkdf32(seed(1), transcript.New("volens/reader-seed/v1").Encode()), reader)
}

func TestPatientIdentity_ByTheSpec(t *testing.T) {
	dataset := id.ID{1, 2, 3}
	got, err := derive.PatientIdentity(seed(1), dataset)
	require.NoError(t, err)
	raw := hkdf32(seed(1), transcript.New("volens/patient-age-pq/v1").Bytes(dataset[:]).Encode())
	require.Equal(t, derive.EncodeAgeSecret(raw), got.String())
	delivery, err := derive.DeliveryIdentity(seed(1), dataset)
	require.NoError(t, err)
	require.NotEqual(t, got.String(), delivery.String(), "one id, two names")
}

func TestPatientIdentity_EachDatasetItsOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range [][]byte{seed(1), seed(2), seed(1)[:32]} {
		for _, dataset := range []id.ID{{}, {1}, {2}} {
			identity, err := derive.PatientIdentity(s, dataset)
			require.NoError(t, err)
			require.False(t, seen[identity.String()])
			seen[identity.String()] = true
		}
	}
}

func TestPatientIdentity_OpensWhatItsRecipientSealed(t *testing.T) {
	identity, err := derive.PatientIdentity(seed(3), id.ID{9})
	require.NoError(t, err)
	var file bytes.Buffer
	w, err := age.Encrypt(&file, identity.Recipient())
	require.NoError(t, err)
	_, err = w.Write([]byte("own data"))
	require.NoError(t, err)
	require.NoError(t, w.Close())

	again, err := derive.PatientIdentity(seed(3), id.ID{9})
	require.NoError(t, err)
	r, err := age.Decrypt(&file, again)
	require.NoError(t, err)
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, "own data", string(text))
}

func TestEncodeAgeSecret_AsAgeDoes(t *testing.T) {
	for range 20 {
		identity, err := age.GenerateHybridIdentity()
		require.NoError(t, err)
		raw := decode(t, identity.String())
		require.Equal(t, identity.String(), derive.EncodeAgeSecret(raw))
	}
}

// decode undoes Bech32 without looking at the checksum.
func decode(t *testing.T, s string) []byte {
	t.Helper()
	const alphabet = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
	body := []byte(s[len("AGE-SECRET-KEY-PQ-1") : len(s)-6])
	var out []byte
	var bits, n uint
	for _, c := range body {
		bits = bits<<5 | uint(bytes.IndexByte([]byte(alphabet), c))
		if n += 5; n >= 8 {
			n -= 8
			out = append(out, byte(bits>>n))
		}
	}
	require.Len(t, out, 32)
	return out
}

func TestDerive_ShortSeed(t *testing.T) {
	for _, s := range [][]byte{nil, seed(1)[:31]} {
		_, err := derive.RootSecret(s)
		require.ErrorIs(t, err, derive.ErrSeed)
		_, err = derive.ReaderSeed(s)
		require.ErrorIs(t, err, derive.ErrSeed)
		_, err = derive.PatientIdentity(s, id.ID{})
		require.ErrorIs(t, err, derive.ErrSeed)
		_, err = derive.DeliveryIdentity(s, id.ID{})
		require.ErrorIs(t, err, derive.ErrSeed)
	}
}

func TestVectors_Derive(t *testing.T) {
	type answer struct {
		Seed             string `json:"seed"`
		ID               string `json:"id"`
		RootSecret       string `json:"root_secret"`
		ReaderSeed       string `json:"reader_seed"`
		PatientIdentity  string `json:"patient_identity"`
		PatientRecipient string `json:"patient_recipient"`
		DeliveryIdentity string `json:"delivery_identity"`
	}
	var answers []answer
	for i := range byte(3) {
		s, of := seed(10*i), id.ID{0xa0, i}
		root, err := derive.RootSecret(s)
		require.NoError(t, err)
		reader, err := derive.ReaderSeed(s)
		require.NoError(t, err)
		patient, err := derive.PatientIdentity(s, of)
		require.NoError(t, err)
		delivery, err := derive.DeliveryIdentity(s, of)
		require.NoError(t, err)
		answers = append(answers, answer{
			Seed: hex.EncodeToString(s), ID: of.String(),
			RootSecret: hex.EncodeToString(root), ReaderSeed: hex.EncodeToString(reader),
			PatientIdentity: patient.String(), PatientRecipient: patient.Recipient().String(),
			DeliveryIdentity: delivery.String(),
		})
	}
	vectors.Check(t, "derive.json", answers)
}
