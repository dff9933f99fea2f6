package dataset

import (
	"encoding/json"
	"fmt"

	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"

	"github.com/volens-network/volens/core/id"
)

const (
	// ModuleName names the module, its codespace and its routes.
	ModuleName = "dataset"
	// StoreKey names the module's store.
	StoreKey = ModuleName
)

// Prefixes of the module's collections, in the order of README.md.
var (
	OriginPrefix   = collections.NewPrefix(0)
	DatasetsPrefix = collections.NewPrefix(1)
	ByOwnerPrefix  = collections.NewPrefix(2)
	ByStatusPrefix = collections.NewPrefix(3)
	ReceiptsPrefix = collections.NewPrefix(4)
)

// IDKey stores an id as its 16 raw bytes, alone or within a longer key.
var IDKey collcodec.KeyCodec[id.ID] = idKey{}

type idKey struct{}

// Encode writes 16 bytes.
func (idKey) Encode(buffer []byte, key id.ID) (int, error) {
	if len(buffer) < id.Size {
		return 0, fmt.Errorf("%w: buffer of %d bytes for an id", collcodec.ErrEncoding, len(buffer))
	}
	return copy(buffer, key[:]), nil
}

// Decode reads 16 bytes.
func (idKey) Decode(buffer []byte) (int, id.ID, error) {
	if len(buffer) < id.Size {
		return 0, id.ID{}, fmt.Errorf("%w: id of %d bytes", collcodec.ErrEncoding, len(buffer))
	}
	return id.Size, id.ID(buffer[:id.Size]), nil
}

// Size is 16.
func (idKey) Size(id.ID) int { return id.Size }

// EncodeJSON writes the 32 hexadecimal digits as a JSON string.
func (idKey) EncodeJSON(value id.ID) ([]byte, error) { return json.Marshal(value.String()) }

// DecodeJSON reads what EncodeJSON wrote.
func (idKey) DecodeJSON(b []byte) (id.ID, error) {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return id.ID{}, fmt.Errorf("id key: %w", err)
	}
	return id.Parse(text)
}

// Stringify returns the 32 hexadecimal digits.
func (idKey) Stringify(key id.ID) string { return key.String() }

// KeyType names the codec in the module's schema.
func (idKey) KeyType() string { return "volens/id" }

// EncodeNonTerminal is Encode: the length is fixed.
func (k idKey) EncodeNonTerminal(buffer []byte, key id.ID) (int, error) { return k.Encode(buffer, key) }

// DecodeNonTerminal is Decode: the length is fixed.
func (k idKey) DecodeNonTerminal(buffer []byte) (int, id.ID, error) { return k.Decode(buffer) }

// SizeNonTerminal is 16.
func (k idKey) SizeNonTerminal(key id.ID) int { return k.Size(key) }
