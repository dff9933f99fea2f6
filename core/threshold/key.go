package threshold

import (
	"fmt"

	"github.com/oasisprotocol/curve25519-voi/curve"

	"github.com/volens-network/volens/core/transcript"
)

// AddressSize is the length of an account or operator address in bytes.
const AddressSize = 20

// Key is the public context of one committee key: everything sealed to it or
// asked of it is bound to the origin chain, the KeyID and Y. It is immutable and
// may be shared.
type Key struct {
	originChain string
	id          uint64
	y           *Point
	gbar        *Point // second generator of the proofs
	gbarTable   *curve.ExpandedRistrettoPoint
}

// NewKey makes the context for the key y, 32 bytes, of the chain that was named
// originChain at its genesis. It returns the errors of DecodePoint.
func NewKey(originChain string, keyID uint64, y []byte) (*Key, error) {
	point, err := DecodePoint(y)
	if err != nil {
		return nil, fmt.Errorf("key %d: %w", keyID, err)
	}
	t := transcript.New("gbar").String(originChain).Uint(keyID).Bytes(point.enc[:])
	gbar := HashToPoint("gbar", t.Encode())
	return &Key{
		originChain: originChain,
		id:          keyID,
		y:           point,
		gbar:        gbar,
		gbarTable:   curve.NewExpandedRistrettoPoint(&gbar.p),
	}, nil
}

// ID returns the KeyID.
func (k *Key) ID() uint64 { return k.id }

// Y returns the encoded public key.
func (k *Key) Y() []byte { return k.y.Bytes() }

// OriginChain returns the chain id that the key is bound to.
func (k *Key) OriginChain() string { return k.originChain }

// transcript is P(label): the prefix of every statement about this key.
func (k *Key) transcript(label string) *transcript.Transcript {
	return transcript.New(label).String(k.originChain).Uint(k.id).Bytes(k.y.enc[:], k.gbar.enc[:])
}
