package dataset_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/collections/colltest"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
)

func TestIDKey(t *testing.T) {
	key, err := id.Parse(someID)
	require.NoError(t, err)
	colltest.TestKeyCodec(t, dataset.IDKey, key)

	buffer := make([]byte, id.Size)
	n, err := dataset.IDKey.Encode(buffer, key)
	require.NoError(t, err)
	require.Equal(t, 16, n)
	require.Equal(t, key[:], buffer)
	require.Equal(t, someID, dataset.IDKey.Stringify(key))
}

func TestIDKey_Short(t *testing.T) {
	_, err := dataset.IDKey.Encode(make([]byte, 15), id.ID{})
	require.Error(t, err)
	_, _, err = dataset.IDKey.Decode(make([]byte, 15))
	require.Error(t, err)
	_, err = dataset.IDKey.DecodeJSON([]byte(`"` + someID[1:] + `"`))
	require.ErrorIs(t, err, id.ErrMalformed)
	_, err = dataset.IDKey.DecodeJSON([]byte(`7`))
	require.Error(t, err)
}

// Within a pair the id takes 16 bytes and no length, so that a proof of absence
// can be asked for by whoever knows the id.
func TestIDKey_Pair(t *testing.T) {
	codec := collections.PairKeyCodec(dataset.IDKey, collections.Uint64Key)
	key := collections.Join(id.ID{1, 2, 3}, uint64(5))
	buffer := make([]byte, codec.Size(key))
	n, err := codec.Encode(buffer, key)
	require.NoError(t, err)
	require.Equal(t, append(id.ID{1, 2, 3}.Bytes(), 0, 0, 0, 0, 0, 0, 0, 5), buffer[:n])
}

func FuzzIDKey_Decode(f *testing.F) {
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{7}, 16))
	f.Add(bytes.Repeat([]byte{7}, 40))
	f.Fuzz(func(t *testing.T, raw []byte) {
		n, key, err := dataset.IDKey.Decode(raw)
		if err != nil {
			require.Less(t, len(raw), 16)
			return
		}
		require.Equal(t, raw[:n], key[:])
	})
}
