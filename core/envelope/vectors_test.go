package envelope_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io"
	"slices"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/derive"
	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/test/vectors"
)

// stanzaAnswer is one stanza in hexadecimal, arguments as they are written.
type stanzaAnswer struct {
	Name string   `json:"name"`
	Type string   `json:"type"`
	Args []string `json:"args"`
	Body string   `json:"body"`
}

// factsAnswer and releaseAnswer are Facts and Release in hexadecimal.
type factsAnswer struct {
	KeyID      uint64 `json:"key_id"`
	DatasetID  string `json:"dataset_id"`
	U          string `json:"u"`
	BodySHA256 string `json:"body_sha256"`
	SHA256     string `json:"sha256"`
	TreeRoot   string `json:"tree_root"`
}

type releaseAnswer struct {
	OriginChain string `json:"origin_chain"`
	KeyID       uint64 `json:"key_id"`
	DatasetID   string `json:"dataset_id"`
	Y           string `json:"y"`
	Q           string `json:"q"`
	S           string `json:"s"`
	Half        string `json:"g"`
	Text        string `json:"text"`
}

func answerRelease(t *testing.T, r envelope.Release) releaseAnswer {
	t.Helper()
	text, err := r.Text()
	require.NoError(t, err)
	return releaseAnswer{
		OriginChain: r.OriginChain, KeyID: r.KeyID, DatasetID: r.DatasetID.String(), Y: hex.EncodeToString(r.Y[:]),
		Q: hex.EncodeToString(r.Q[:]), S: hex.EncodeToString(r.S[:]), Half: hex.EncodeToString(r.Half[:]), Text: text,
	}
}

func TestVectors_Envelope(t *testing.T) {
	type answer struct {
		// CapsuleRandom are the 64 bytes that r is reduced from.
		CapsuleRandom string         `json:"capsule_random"`
		FileKey       string         `json:"file_key"`
		WrapKey       string         `json:"wrap_key"`
		Stanza        stanzaAnswer   `json:"stanza"`
		BodySHA256    string         `json:"body_sha256"`
		Release       releaseAnswer  `json:"release"`
		Refused       []stanzaAnswer `json:"refused"`
	}
	w := newWorld(t)
	random, fileKey := text(64), text(80)[64:]
	recipient, err := envelope.NewRecipient(bytes.NewReader(random), w.key, w.datasetID, w.half)
	require.NoError(t, err)
	stanzas, err := recipient.Wrap(fileKey)
	require.NoError(t, err)
	parsed, err := envelope.ParseStanza(stanzas[0])
	require.NoError(t, err)
	again, err := w.key.Encapsulate(bytes.NewReader(random))
	require.NoError(t, err)
	digest := parsed.BodySHA256()
	got := answer{
		CapsuleRandom: hex.EncodeToString(random),
		FileKey:       hex.EncodeToString(fileKey),
		WrapKey:       hex.EncodeToString(again.WrapKey(w.datasetID, w.half)),
		Stanza:        answerStanza("valid", stanzas[0]),
		BodySHA256:    hex.EncodeToString(digest[:]),
		Release:       answerRelease(t, w.release(t, parsed.U[:])),
	}
	refused := refusedStanzas(t)
	names := make([]string, 0, len(refused))
	for name := range refused {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		got.Refused = append(got.Refused, answerStanza(name, refused[name]))
	}
	vectors.Check(t, "envelope.json", got)

	unwrapped, err := w.identity(t, parsed.U[:]).Unwrap(stanzas)
	require.NoError(t, err)
	require.Equal(t, fileKey, unwrapped)
}

func answerStanza(name string, s *age.Stanza) stanzaAnswer {
	return stanzaAnswer{Name: name, Type: s.Type, Args: slices.Clone(s.Args), Body: hex.EncodeToString(s.Body)}
}

// sealedFileAnswer is a whole file. Its keys are truly random, so that it is
// written once and only read afterwards.
type sealedFileAnswer struct {
	Plaintext   string        `json:"plaintext"`
	File        string        `json:"file"`
	Facts       factsAnswer   `json:"facts"`
	Release     releaseAnswer `json:"release"`
	PatientSeed string        `json:"patient_seed"`
}

func TestVectors_SealedFile(t *testing.T) {
	const plaintext = "##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
	vectors.CreateOnce(t, "sealed_file.json", func() any {
		w := newWorld(t)
		sealed, file := w.seal(t, []byte(plaintext))
		f := sealed.Facts
		return sealedFileAnswer{
			Plaintext: hex.EncodeToString([]byte(plaintext)),
			File:      base64.StdEncoding.EncodeToString(file),
			Facts: factsAnswer{
				KeyID: f.KeyID, DatasetID: f.DatasetID.String(), U: hex.EncodeToString(f.U[:]),
				BodySHA256: hex.EncodeToString(f.BodySHA256[:]), SHA256: hex.EncodeToString(f.SHA256[:]),
				TreeRoot: hex.EncodeToString(f.TreeRoot[:]),
			},
			Release:     answerRelease(t, w.release(t, f.U[:])),
			PatientSeed: hex.EncodeToString(w.seed),
		}
	})
	var a sealedFileAnswer
	vectors.Load(t, "sealed_file.json", &a)
	file, err := base64.StdEncoding.DecodeString(a.File)
	require.NoError(t, err)
	datasetID, err := id.Parse(a.Facts.DatasetID)
	require.NoError(t, err)
	facts, err := envelope.NewFacts(a.Facts.KeyID, datasetID, unhex(t, a.Facts.U), unhex(t, a.Facts.BodySHA256),
		unhex(t, a.Facts.SHA256), unhex(t, a.Facts.TreeRoot))
	require.NoError(t, err)
	release, err := envelope.ParseRelease(a.Release.Text)
	require.NoError(t, err)
	require.Equal(t, a.Release, answerRelease(t, release))
	researcher, err := envelope.NewIdentity(release)
	require.NoError(t, err)
	patient, err := derive.PatientIdentity(unhex(t, a.PatientSeed), datasetID)
	require.NoError(t, err)
	for _, identity := range []age.Identity{researcher, patient} {
		got, _, err := openAll(bytes.NewReader(file), facts, identity)
		require.NoError(t, err)
		require.Equal(t, unhex(t, a.Plaintext), got)
		r, err := age.Decrypt(bytes.NewReader(file), identity)
		require.NoError(t, err)
		got, err = io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, plaintext, string(got))
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(s)
	require.NoError(t, err)
	return raw
}
