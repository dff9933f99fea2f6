package keeper

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"

	"github.com/volens-network/volens/core/transcript"
)

// cacheSize bounds a cache. Around a change of epoch two committees are in use for
// each key.
const cacheSize = 8

// cache keeps what was decoded from state under the digest of all bytes that it was
// decoded from. So it can never answer for another state than the one at hand, and
// whether it answers or not changes nothing but time.
type cache[V any] struct {
	mu     sync.Mutex
	values map[[sha256.Size]byte]V
}

func newCache[V any]() *cache[V] { return &cache[V]{values: map[[sha256.Size]byte]V{}} }

func (c *cache[V]) get(decode func() (V, error), from ...[]byte) (V, error) {
	name := transcript.New("cache").Bytes(from...).Sum256()
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.values[name]; ok {
		return known, nil
	}
	out, err := decode()
	if err != nil {
		return out, err
	}
	if len(c.values) >= cacheSize {
		clear(c.values)
	}
	c.values[name] = out
	return out, nil
}

// number is an integer as bytes, for naming what is cached.
func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
