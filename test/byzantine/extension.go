package byzantine

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/custody"
)

// errHonest is returned by a lie for which there is no occasion at this height.
var errHonest = errors.New("no occasion to lie")

const (
	// noiseSize is how long an extension of noise is.
	noiseSize = 5_000
	// unknownField is the tag of field 15, of wire type bytes, which no message has.
	unknownField = 0x7a
	// mebibyte is the longest message between peers. A vote a little shorter still reaches
	// them; one within a few hundred bytes does not fit into its sender's own WAL.
	mebibyte = 1 << 20
	copies   = 1_000
)

// vote is the occasion of a lie: a height, and what an honest node would say.
type vote struct {
	ctx    sdk.Context
	height int64
	raw    []byte                 // honest bytes
	honest *custody.VoteExtension // decoded
}

// Extension is a way to spoil a vote extension.
type Extension struct {
	Name string
	// Blamed says that every honest node finds the culprit; otherwise the lie is worth
	// nothing and proves nothing, and nobody may be blamed.
	Blamed bool
	// Run says that it spoils messages of a run, and Convicted that the run's judge finds out.
	Run, Convicted bool
	// Suicide says that the liar's own CometBFT ends over it.
	Suicide bool

	spoil func(*Liar, vote) ([]byte, error)
}

// Extensions are the sixteen behaviours of test/network/README.md in their order: the sixth
// comes in two sizes, the fourteenth by call and by peer, which is Speak's, and the last,
// which is about a run, in two parts.
func Extensions() []Extension {
	return []Extension{
		{Name: "none", spoil: func(*Liar, vote) ([]byte, error) { return []byte{}, nil }},
		{Name: "one-byte", spoil: func(*Liar, vote) ([]byte, error) { return []byte{1}, nil }},
		{Name: "noise", spoil: func(l *Liar, _ vote) ([]byte, error) { return l.noise(noiseSize) }},
		{Name: "unknown-fields", spoil: unknownFields},
		{
			Name:  "over-cap",
			spoil: func(*Liar, vote) ([]byte, error) { return bytes.Repeat([]byte{0xff}, custody.ExtensionCap+1), nil },
		},
		{Name: "mebibyte", spoil: func(*Liar, vote) ([]byte, error) { return make([]byte, mebibyte-512), nil }},
		{
			Name:    "wal-limit",
			Suicide: true,
			spoil:   func(*Liar, vote) ([]byte, error) { return make([]byte, mebibyte-100), nil },
		},
		{Name: "bad-proof", Blamed: true, spoil: shares(func(e *custody.VoteExtension) { e.F[0] ^= 1 })},
		{Name: "share-of-other", Blamed: true, spoil: ofOther},
		{Name: "share-of-other-release", Blamed: true, spoil: emitted(otherRelease)},
		{Name: "other-epoch", Blamed: true, spoil: emitted(otherEpoch)},
		{Name: "bad-points", Blamed: true, spoil: badPoints},
		{
			Name: "duplicates",
			spoil: shares(
				func(e *custody.VoteExtension) { e.Shares = bytes.Repeat(e.Shares[:threshold.PointSize], copies) },
			),
		},
		{Name: "other-reader", Blamed: true, spoil: emitted(otherReader)},
		{Name: "changing", Blamed: true, spoil: changing},
		{Name: perPeer, Blamed: true, spoil: func(*Liar, vote) ([]byte, error) { return nil, errHonest }},
		{Name: "late-garbage", spoil: late},
		{Name: "bad-deal", Run: true, Convicted: true, spoil: badDeal},
		{Name: "false-dispute", Run: true, Convicted: true, spoil: falseDispute},
	}
}

// ExtendVote says what the plan wants, or the truth.
func (l *Liar) ExtendVote(ctx sdk.Context, req *abci.RequestExtendVote) (*abci.ResponseExtendVote, error) {
	l.remember(req.Txs)
	resp, err := l.honest.ExtendVote(ctx, req)
	if err != nil {
		return resp, err
	}
	name := l.present()
	for _, lie := range Extensions() {
		if lie.Name != name {
			continue
		}
		v := vote{ctx: ctx, height: req.Height, raw: resp.VoteExtension, honest: &custody.VoteExtension{}}
		if decoded, err := voteext.DecodeExtension(v.raw); err == nil {
			v.honest = decoded
		}
		raw, err := lie.spoil(l, v)
		if errors.Is(err, errHonest) {
			return resp, nil
		}
		if err != nil {
			l.logger.Error("lie failed", "lie", name, "reason", err.Error())
			return resp, nil
		}
		l.told(name, req.Height)
		resp.VoteExtension = raw
	}
	return resp, nil
}

func (l *Liar) noise(size int) ([]byte, error) {
	out := make([]byte, size)
	_, err := io.ReadFull(l.self.Rand, out)
	return out, err
}

// unknownFields pads an honest extension with a field that nobody knows, up to the cap.
func unknownFields(_ *Liar, v vote) ([]byte, error) {
	const header = 4 // the tag, and the length in three bytes
	room := custody.ExtensionCap - 1 - len(v.raw) - header
	if room < 1<<14 {
		return nil, errHonest
	}
	out := append(bytes.Clone(v.raw), unknownField)
	out = binary.AppendUvarint(out, uint64(room))
	return append(out, make([]byte, room)...), nil
}

// shares changes an extension that answers a batch.
func shares(how func(*custody.VoteExtension)) func(*Liar, vote) ([]byte, error) {
	return func(_ *Liar, v vote) ([]byte, error) {
		if len(v.honest.Shares) == 0 {
			return nil, errHonest
		}
		how(v.honest)
		return voteext.EncodeExtension(v.honest)
	}
}

// ofOther passes another validator's shares, of the block before, off as its own.
func ofOther(l *Liar, v vote) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for address, stolen := range l.others {
		if address == string(l.self.Consensus) || len(v.honest.Shares) == 0 {
			continue
		}
		want := len(v.honest.Shares)
		points := bytes.Repeat(stolen.Shares, want/len(stolen.Shares)+1)[:want]
		v.honest.Shares, v.honest.A, v.honest.APrime, v.honest.F = points, stolen.A, stolen.APrime, stolen.F
		return voteext.EncodeExtension(v.honest)
	}
	return nil, errHonest
}

// badPoints sends, by turns, the identity, what is no point, and what is no scalar.
func badPoints(_ *Liar, v vote) ([]byte, error) {
	if len(v.honest.Shares) == 0 {
		return nil, errHonest
	}
	wrong := bytes.Repeat([]byte{0xff}, threshold.PointSize)
	switch v.height % 4 {
	case 0:
		copy(v.honest.Shares, make([]byte, threshold.PointSize))
	case 1:
		copy(v.honest.Shares, wrong)
	case 2:
		v.honest.A = wrong
	default:
		v.honest.F = wrong
	}
	return voteext.EncodeExtension(v.honest)
}

// changing says something else each time it is asked about a height: an honest extension
// has fresh nonces each time, this one has a wrong proof besides.
func changing(l *Liar, v vote) ([]byte, error) {
	if len(v.honest.Shares) == 0 {
		return nil, errHonest
	}
	wrong, err := l.noise(threshold.ScalarSize)
	if err != nil {
		return nil, err
	}
	wrong[threshold.ScalarSize-1] = 0 // below the group's order
	v.honest.F = wrong
	return voteext.EncodeExtension(v.honest)
}

// late lets the others commit first: what comes then is verified by nobody.
func late(l *Liar, _ vote) ([]byte, error) {
	time.Sleep(l.delay)
	return l.noise(noiseSize)
}
