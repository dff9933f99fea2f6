package threshold_test

import (
	"bytes"
	"crypto/sha512"
	"encoding/hex"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/core/transcript"
	"github.com/volens-network/volens/test/vectors"
)

// hexBytes is a byte string that stands in JSON as hexadecimal digits.
type hexBytes []byte

func (h hexBytes) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

// The types below are the layout of test/vectors/threshold.json.
type answers struct {
	Comment        string              `json:"comment"`
	Suite          string              `json:"suite"`
	OriginChain    string              `json:"origin_chain"`
	LiveChain      string              `json:"live_chain"`
	KeyID          uint64              `json:"key_id"`
	HashToGroup    []groupVector       `json:"hash_to_group"`
	Transcript     transcriptVector    `json:"transcript"`
	HashToScalar   []scalarVector      `json:"hash_to_scalar"`
	Weights        []weightsVector     `json:"weights"`
	Key            keyVector           `json:"key"`
	Capsule        capsuleVector       `json:"capsule"`
	Seat           seatVector          `json:"seat"`
	Opening        openingVector       `json:"opening"`
	Jobs           jobsVector          `json:"jobs"`
	Contribution   contributionVector  `json:"contribution"`
	PointsRefused  map[string]hexBytes `json:"points_refused"`
	ScalarsRefused map[string]hexBytes `json:"scalars_refused"`
}

type groupVector struct {
	Label   string   `json:"label"`
	Message hexBytes `json:"message"`
	Point   hexBytes `json:"point"`
}

type transcriptVector struct {
	Label  string   `json:"label"`
	String string   `json:"string"`
	Uint   uint64   `json:"uint"`
	Bytes  hexBytes `json:"bytes"`
	Nested hexBytes `json:"nested"`
	Encode hexBytes `json:"encode"`
	SHA256 hexBytes `json:"sha256"`
	SHA512 hexBytes `json:"sha512"`
}

type scalarVector struct {
	Transcript hexBytes `json:"transcript"`
	Scalar     hexBytes `json:"scalar"`
}

type weightsVector struct {
	Seed   hexBytes   `json:"seed"`
	Domain uint8      `json:"domain"`
	Draws  []hexBytes `json:"draws"`
}

type keyVector struct {
	X    hexBytes `json:"x"`
	Y    hexBytes `json:"y"`
	Gbar hexBytes `json:"gbar"`
}

type capsuleVector struct {
	RBytes     hexBytes `json:"r_bytes"`
	NonceBytes hexBytes `json:"nonce_bytes"`
	G          hexBytes `json:"g"`
	DatasetID  string   `json:"dataset_id"`
	Version    uint64   `json:"version"`
	Owner      hexBytes `json:"owner"`
	SHA256     hexBytes `json:"sha256"`
	TreeRoot   hexBytes `json:"tree_root"`
	BodySHA256 hexBytes `json:"body_sha256"`
	Gate       hexBytes `json:"gate"`
	FacetsRoot hexBytes `json:"facets_root"`
	U          hexBytes `json:"u"`
	Shared     hexBytes `json:"shared"`
	WrapKey    hexBytes `json:"wrap_key"`
	Context    hexBytes `json:"context"`
	Proof      hexBytes `json:"proof"`
}

type seatVector struct {
	ReaderSeed hexBytes `json:"reader_seed"`
	NonceBytes hexBytes `json:"nonce_bytes"`
	RequestID  string   `json:"request_id"`
	Index      uint64   `json:"index"`
	Researcher hexBytes `json:"researcher"`
	SecretQ    hexBytes `json:"secret_q"`
	Q          hexBytes `json:"q"`
	Context    hexBytes `json:"context"`
	Proof      hexBytes `json:"proof"`
}

type openingVector struct {
	B       hexBytes `json:"b"`
	S       hexBytes `json:"s"`
	XU      hexBytes `json:"x_u"`
	WrapKey hexBytes `json:"wrap_key"`
}

type jobsVector struct {
	Epoch       uint64      `json:"epoch"`
	Height      uint64      `json:"height"`
	CloseHeight uint64      `json:"close_height"`
	Jobs        []jobVector `json:"jobs"`
	Digest      hexBytes    `json:"digest"`
}

type jobVector struct {
	Kind    uint8    `json:"kind"`
	Request string   `json:"request_id"`
	Seat    uint64   `json:"seat"`
	Dataset string   `json:"dataset_id"`
	Version uint64   `json:"version"`
	B       hexBytes `json:"b"`
	ID      hexBytes `json:"id"`
}

type contributionVector struct {
	Threshold  int        `json:"threshold"`
	ShareKeys  []hexBytes `json:"share_keys"`
	Owners     []hexBytes `json:"owners"`
	Secrets    []hexBytes `json:"secrets"`
	NonceBytes hexBytes   `json:"nonce_bytes"`
	Operator   hexBytes   `json:"operator"`
	Coverage   hexBytes   `json:"coverage"`
	S          hexBytes   `json:"s"`
	A          hexBytes   `json:"a"`
	APrime     hexBytes   `json:"a_prime"`
	F          hexBytes   `json:"f"`
	Combined   []hexBytes `json:"combined"`
}

// pattern is n bytes that count up from first.
func pattern(first byte, n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = first + byte(i)
	}
	return out
}

func TestVectors(t *testing.T) {
	vectors.Check(t, "threshold.json", makeVectors(t))
}

func makeVectors(t *testing.T) answers {
	t.Helper()
	x := mustScalar(t, append(pattern(1, 31), 0))
	key := keyOf(t, x)
	v := answers{
		Comment:     "Known answers for docs/spec/custody.md. Byte strings are hexadecimal.",
		Suite:       transcript.Suite,
		OriginChain: originChain, LiveChain: liveChain, KeyID: keyID,
		Key:            keyVector{X: x.Bytes(), Y: key.Y(), Gbar: key.GbarBytes()},
		PointsRefused:  map[string]hexBytes{},
		ScalarsRefused: map[string]hexBytes{},
	}
	for name, raw := range refusedPoints() {
		v.PointsRefused[name] = raw
	}
	for name, raw := range refusedScalars() {
		v.ScalarsRefused[name] = raw
	}
	hashVectors(&v)
	capsule := capsuleOf(t, key, &v)
	seat := seatOf(t, key, &v)
	b, err := threshold.AddPoints(capsule.U(), seat.Q())
	require.NoError(t, err)
	s := pointMul(t, x, b)
	xU, err := key.Recover(s, seat)
	require.NoError(t, err)
	wrap, err := key.WrapKeyFromShared(xU, v.Capsule.G, id.ID(pattern(0x30, 16)), capsule.U())
	require.NoError(t, err)
	v.Opening = openingVector{B: b, S: s, XU: xU, WrapKey: wrap}
	require.Equal(t, v.Capsule.WrapKey, v.Opening.WrapKey)
	require.Equal(t, v.Capsule.Shared, v.Opening.XU)
	jobs := jobsOf(t, b, &v)
	contributionOf(t, key, x, jobs, &v)
	return v
}

func hashVectors(v *answers) {
	for _, label := range []string{"gbar", "lot", "canary"} {
		for _, msg := range []string{"", "abc", "a message of more than one block " + string(pattern(0x20, 90))} {
			v.HashToGroup = append(v.HashToGroup, groupVector{
				Label: label, Message: []byte(msg), Point: threshold.HashToPoint(label, []byte(msg)).Bytes(),
			})
		}
	}
	nested := transcript.New("inner").Uint(1)
	tr := transcript.New("outer").String("text").Uint(258).Bytes(pattern(0, 5)).Nest(nested)
	s256, s512 := tr.Sum256(), tr.Sum512()
	v.Transcript = transcriptVector{
		Label: "outer", String: "text", Uint: 258, Bytes: pattern(0, 5), Nested: nested.Encode(),
		Encode: tr.Encode(), SHA256: s256[:], SHA512: s512[:],
	}
	for _, tr := range []*transcript.Transcript{nested, tr} {
		v.HashToScalar = append(v.HashToScalar, scalarVector{tr.Encode(), threshold.HashToScalar(tr).Bytes()})
	}
	seed := sha512.Sum512([]byte("seed"))
	for domain := uint8(1); domain <= 5; domain++ {
		w := weightsVector{Seed: seed[:], Domain: domain}
		for _, s := range threshold.Draws(seed, domain, 5) {
			w.Draws = append(w.Draws, s.Bytes()[:16])
		}
		v.Weights = append(v.Weights, w)
	}
}

func capsuleOf(t *testing.T, key *threshold.Key, v *answers) *threshold.Encapsulation {
	t.Helper()
	r, nonce, g := pattern(0x40, 64), pattern(0x80, 32), pattern(0xa0, 32)
	e, err := key.Encapsulate(bytes.NewReader(r))
	require.NoError(t, err)
	ctx := threshold.CapsuleContext{
		DatasetID:  id.ID(pattern(0x30, 16)),
		Version:    1,
		Owner:      pattern(0x01, 20),
		SHA256:     pattern(0x02, 32),
		TreeRoot:   pattern(0x03, 32),
		U:          e.U(),
		BodySHA256: pattern(0x04, 32),
		Gate: transcript.New("gate").
			Uint(1).
			Bytes(pattern(0x05, 20), pattern(0x06, 32)).
			Encode(),
		FacetsRoot: pattern(0x07, 32),
	}
	proof, err := e.Prove(bytes.NewReader(nonce), ctx)
	require.NoError(t, err)
	require.NoError(t, key.VerifyCapsule(ctx, proof))
	context, err := ctx.TranscriptOf()
	require.NoError(t, err)
	secret := peerScalar(t, bytes.NewReader(r)).Bytes()
	v.Capsule = capsuleVector{
		RBytes:     r,
		NonceBytes: nonce,
		G:          g,
		DatasetID:  ctx.DatasetID.String(),
		Version:    ctx.Version,
		Owner:      ctx.Owner,
		SHA256:     ctx.SHA256,
		TreeRoot:   ctx.TreeRoot,
		BodySHA256: ctx.BodySHA256,
		Gate:       ctx.Gate,
		FacetsRoot: ctx.FacetsRoot,
		U:          e.U(),
		Shared:     pointMul(t, mustScalar(t, secret), key.Y()),
		WrapKey:    e.WrapKey(ctx.DatasetID, g),
		Context:    context.Encode(),
		Proof:      proof,
	}
	return e
}

func seatOf(t *testing.T, key *threshold.Key, v *answers) *threshold.SeatSecret {
	t.Helper()
	seed, nonce, request := pattern(0x11, 32), pattern(0x90, 32), id.ID(pattern(0x50, 16))
	seat, err := key.DeriveSeat(seed, liveChain, request, 2)
	require.NoError(t, err)
	ctx := threshold.SeatContext{
		LiveChain: liveChain, RequestID: request, Index: 2, Researcher: pattern(0x21, 20), Q: seat.Q(),
	}
	proof, err := seat.Prove(bytes.NewReader(nonce), key, ctx)
	require.NoError(t, err)
	require.NoError(t, key.VerifySeats([]threshold.SeatProof{{Context: ctx, Proof: proof}}))
	context, err := ctx.TranscriptOf()
	require.NoError(t, err)
	v.Seat = seatVector{
		ReaderSeed: seed, NonceBytes: nonce, RequestID: request.String(), Index: 2, Researcher: ctx.Researcher,
		SecretQ: seat.Bytes(), Q: seat.Q(), Context: context.Encode(), Proof: proof,
	}
	return seat
}

func jobsOf(t *testing.T, b []byte, v *answers) []threshold.Job {
	t.Helper()
	request, dataset := id.ID(pattern(0x50, 16)), id.ID(pattern(0x30, 16))
	v.Jobs = jobsVector{Epoch: 1, Height: height, CloseHeight: 900}
	var jobs []threshold.Job
	add := func(kind threshold.JobKind, request id.ID, seat uint64, dataset id.ID, version uint64, b []byte) {
		jid := threshold.JobID(kind, keyID, liveChain, request, seat, dataset, version, b)
		jobs = append(jobs, threshold.Job{ID: jid, B: b})
		v.Jobs.Jobs = append(v.Jobs.Jobs, jobVector{
			Kind: uint8(kind), Request: request.String(), Seat: seat, Dataset: dataset.String(), Version: version,
			B: b, ID: jid[:],
		})
	}
	add(threshold.JobRelease, request, 2, dataset, 1, b)
	add(threshold.JobInspection, request, 0, dataset, 1, threshold.HashToPoint("gbar", []byte("abc")).Bytes())
	add(threshold.JobDecision, request, 0, dataset, 1, []byte(v.Capsule.U))
	add(threshold.JobLot, request, 0, id.ID{}, 0, threshold.LotPoint(liveChain, request, 900))
	add(threshold.JobCanary, id.ID{}, 0, id.ID{}, 0, threshold.CanaryPoint(keyID))
	return jobs
}

// contributionOf is a committee of 3 of 4 shares with p(k) = x + k + 2k^2; one operator has shares 1 and 3.
func contributionOf(
	t *testing.T, key *threshold.Key, x *threshold.Scalar, jobs []threshold.Job, v *answers,
) {
	t.Helper()
	owners := [][]byte{operator(0), operator(1), operator(0), operator(2)}
	var keys [][]byte
	secrets := make([]*threshold.Scalar, len(owners))
	for i := range owners {
		k := i + 1
		s := peerDecodeScalar(t, x.Bytes())
		secrets[i] = mustScalar(t, s.Add(s, peerSmall(k+2*k*k)).Bytes())
		keys = append(keys, baseMul(t, secrets[i]))
	}
	c, err := threshold.NewCommittee(key, 1, 3, keys, owners)
	require.NoError(t, err)
	r, err := threshold.NewRound(c, liveChain, height, jobs)
	require.NoError(t, err)
	digest := r.Digest()
	v.Jobs.Digest = digest[:]
	nonce := pattern(0xb0, 32)
	coverage := threshold.Bitmap{0b11011}
	shares := threshold.ForceShares(keyID, 1, []int{1, 3}, []*threshold.Scalar{secrets[0], secrets[2]})
	one, err := r.Emit(bytes.NewReader(nonce), operator(0), shares, coverage)
	require.NoError(t, err)
	last := threshold.ForceShares(keyID, 1, []int{4}, []*threshold.Scalar{secrets[3]})
	two, err := r.Emit(newStream("two"), operator(2), last, coverage)
	require.NoError(t, err)
	done, err := r.Combine([]*threshold.Contribution{one, two})
	require.NoError(t, err)
	require.NoError(t, r.Verify([]*threshold.Contribution{one, two}, done))
	v.Contribution = contributionVector{
		Threshold: 3, NonceBytes: nonce, Operator: one.Operator, Coverage: hexBytes(one.Coverage),
		S: one.S, A: one.A, APrime: one.APrime, F: one.F,
	}
	for i := range owners {
		v.Contribution.ShareKeys = append(v.Contribution.ShareKeys, keys[i])
		v.Contribution.Owners = append(v.Contribution.Owners, owners[i])
		v.Contribution.Secrets = append(v.Contribution.Secrets, secrets[i].Bytes())
	}
	for _, d := range done {
		require.Equal(t, pointMul(t, x, jobs[d.JobIndex].B), d.S)
		v.Contribution.Combined = append(v.Contribution.Combined, d.S)
	}
	require.True(
		t,
		slices.EqualFunc(done, []int{0, 1, 3, 4}, func(d threshold.Combined, j int) bool { return d.JobIndex == j }),
	)
}
