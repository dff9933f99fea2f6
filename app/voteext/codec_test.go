package voteext_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/types/tx"

	"github.com/volens-network/volens/app"
	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/x/custody"
)

func newExtension() *custody.VoteExtension {
	return &custody.VoteExtension{
		Run: []custody.RunMessage{{Message: &custody.RunMessage_Confirmation{
			Confirmation: &custody.Confirmation{
				Operator: bytes.Repeat([]byte{1}, 20),
				Proof:    bytes.Repeat([]byte{2}, 64),
			},
		}}},
		Coverage: []byte{3}, Shares: bytes.Repeat([]byte{4}, 64),
		A: bytes.Repeat([]byte{5}, 32), APrime: bytes.Repeat([]byte{6}, 32), F: bytes.Repeat([]byte{7}, 32),
	}
}

func TestDecodeExtension_RoundTrip(t *testing.T) {
	want := newExtension()
	raw, err := voteext.EncodeExtension(want)
	require.NoError(t, err)
	got, err := voteext.DecodeExtension(raw)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestDecodeExtension_UnknownField(t *testing.T) {
	raw, err := voteext.EncodeExtension(newExtension())
	require.NoError(t, err)
	_, err = voteext.DecodeExtension(append(raw, 0x7a, 1, 0)) // field 15, one byte
	require.ErrorIs(t, err, voteext.ErrNotCanonical)
}

func TestDecodeExtension_RepeatedScalar(t *testing.T) {
	raw, err := voteext.EncodeExtension(newExtension())
	require.NoError(t, err)
	_, err = voteext.DecodeExtension(append(raw, raw...))
	require.ErrorIs(t, err, voteext.ErrNotCanonical)
}

func TestDecodeExtension_LongVarint(t *testing.T) {
	_, err := voteext.DecodeExtension([]byte{0x12, 0x81, 0x00, 0x01}) // coverage, length 1 in two bytes
	require.ErrorIs(t, err, voteext.ErrNotCanonical)
}

func TestDecodeExtension_EmptyFieldWritten(t *testing.T) {
	_, err := voteext.DecodeExtension([]byte{0x12, 0x00})
	require.ErrorIs(t, err, voteext.ErrNotCanonical)
}

func TestDecodeExtension_TooLong(t *testing.T) {
	long := &custody.VoteExtension{Shares: make([]byte, custody.ExtensionCap)}
	raw, err := long.Marshal()
	require.NoError(t, err)
	_, err = voteext.DecodeExtension(raw)
	require.ErrorIs(t, err, voteext.ErrTooLong)
}

// What is written is read, up to the last byte that there is room for, and not one beyond.
func TestEncodeExtension_NeverLongerThanIsRead(t *testing.T) {
	const header = 4 // tag and length of the shares
	for size, want := range map[int]error{
		custody.ExtensionCap - header:     nil,
		custody.ExtensionCap - header + 1: voteext.ErrTooLong,
		1 << 20:                           voteext.ErrTooLong,
	} {
		raw, err := voteext.EncodeExtension(&custody.VoteExtension{Shares: make([]byte, size)})
		require.ErrorIs(t, err, want, size)
		if want != nil {
			require.Empty(t, raw)
			continue
		}
		require.Len(t, raw, custody.ExtensionCap)
		_, err = voteext.DecodeExtension(raw)
		require.NoError(t, err)
	}
}

func TestDecodeExtension_EveryPrefix(t *testing.T) {
	raw, err := voteext.EncodeExtension(newExtension())
	require.NoError(t, err)
	for n := 1; n < len(raw); n++ {
		got, err := voteext.DecodeExtension(raw[:n])
		if err != nil {
			continue
		}
		again, err := voteext.EncodeExtension(got)
		require.NoError(t, err)
		require.Equal(t, raw[:n], again)
	}
}

func newInjection(t *testing.T) *custody.Injection {
	t.Helper()
	commit := abci.ExtendedCommitInfo{Round: 1}
	raw, err := commit.Marshal()
	require.NoError(t, err)
	return &custody.Injection{
		Height: 7, Round: 1, ExtendedCommit: raw, Used: []byte{5}, Bad: []byte{2},
		Done: []custody.Combined{{Job: 0, S: bytes.Repeat([]byte{9}, 32)}},
	}
}

func TestDecodeInjection_RoundTrip(t *testing.T) {
	app.SetPrefixes()
	want := newInjection(t)
	raw, err := voteext.EncodeInjection(want)
	require.NoError(t, err)
	require.True(t, voteext.Marked(raw))
	got, err := voteext.DecodeInjection(raw)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestEncodeInjection_EveryDecoderReadsIt(t *testing.T) {
	app.SetPrefixes()
	encoding, err := app.NewEncoding()
	require.NoError(t, err)
	custody.RegisterInterfaces(encoding.Registry)
	raw, err := voteext.EncodeInjection(newInjection(t))
	require.NoError(t, err)
	decoded, err := encoding.TxConfig.TxDecoder()(raw)
	require.NoError(t, err, "an undecodable one breaks the search for transactions of every block")
	require.Len(t, decoded.GetMsgs(), 1)
	require.IsType(t, &custody.MsgInject{}, decoded.GetMsgs()[0])
}

func TestDecodeInjection_SecondWayToWriteIt(t *testing.T) {
	app.SetPrefixes()
	raw, err := voteext.EncodeInjection(newInjection(t))
	require.NoError(t, err)
	var outer tx.TxRaw
	require.NoError(t, outer.Unmarshal(raw))
	for name, change := range map[string]func(*tx.TxRaw){
		"signed":       func(r *tx.TxRaw) { r.Signatures = [][]byte{{1}} },
		"with a fee":   func(r *tx.TxRaw) { r.AuthInfoBytes = append(r.AuthInfoBytes, 0x12, 2, 0x10, 1) },
		"with a memo":  func(r *tx.TxRaw) { r.BodyBytes = append(r.BodyBytes, 0x12, 1, 'm') },
		"two messages": func(r *tx.TxRaw) { r.BodyBytes = append(r.BodyBytes, r.BodyBytes...) },
	} {
		changed := outer
		changed.BodyBytes = bytes.Clone(outer.BodyBytes)
		changed.AuthInfoBytes = bytes.Clone(outer.AuthInfoBytes)
		change(&changed)
		bad, err := changed.Marshal()
		require.NoError(t, err)
		require.True(t, voteext.Marked(bad), name)
		_, err = voteext.DecodeInjection(bad)
		require.ErrorIs(t, err, voteext.ErrNotCanonical, name)
	}
	_, err = voteext.DecodeInjection(append(raw, 0))
	require.ErrorIs(t, err, voteext.ErrNotCanonical)
}

func TestDecodeInjection_OtherMessage(t *testing.T) {
	body, err := (&tx.TxBody{Messages: []*codectypes.Any{{TypeUrl: "/cosmos.bank.v1beta1.MsgSend"}}}).Marshal()
	require.NoError(t, err)
	raw, err := (&tx.TxRaw{BodyBytes: body}).Marshal()
	require.NoError(t, err)
	require.False(t, voteext.Marked(raw))
	_, err = voteext.DecodeInjection(raw)
	require.ErrorIs(t, err, voteext.ErrNotCanonical)
}

func FuzzDecodeExtension(f *testing.F) {
	raw, err := voteext.EncodeExtension(newExtension())
	require.NoError(f, err)
	f.Add(raw)
	f.Add([]byte{})
	f.Add([]byte{0x12, 0x81, 0x00, 0x01})
	f.Add(bytes.Repeat([]byte{0x0a}, 100))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := voteext.DecodeExtension(raw)
		if err != nil {
			return
		}
		again, err := voteext.EncodeExtension(got)
		require.NoError(t, err)
		require.Equal(t, raw, again)
	})
}

func FuzzDecodeInjection(f *testing.F) {
	app.SetPrefixes()
	raw, err := voteext.EncodeInjection(&custody.Injection{Height: 3, Used: []byte{1}})
	require.NoError(f, err)
	f.Add(raw)
	f.Add([]byte(voteext.MarkerURL))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := voteext.DecodeInjection(raw)
		if err != nil {
			return
		}
		again, err := voteext.EncodeInjection(got)
		require.NoError(t, err)
		require.Equal(t, raw, again)
	})
}
