package dicom_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/dicom"
	"github.com/volens-network/volens/test/corpus"
	"github.com/volens-network/volens/test/sample"
)

// options fills in profile and pseudonyms.
func options(tb testing.TB, profile string, o dicom.Options) dicom.Options {
	tb.Helper()
	o.Profile, o.Pseudonyms = corpus.Profile(tb, profile), corpus.Pseudonyms(tb, profile)
	return o
}

func scrub(tb testing.TB, profile string, data []byte, o dicom.Options) ([]byte, *deid.FileResult, error) {
	tb.Helper()
	var out bytes.Buffer
	o = options(tb, profile, o)
	o.Size = int64(len(data))
	result, err := dicom.Scrub(context.Background(), &out, bytes.NewReader(data), o)
	return out.Bytes(), result, err
}

// clean scrubs by the strict profile and demands success.
func clean(tb testing.TB, data []byte) ([]byte, *deid.FileResult) {
	tb.Helper()
	out, result, err := scrub(tb, deid.SafeHarborStrict, data, dicom.Options{})
	require.NoError(tb, err)
	return out, result
}

// requireStable demands that an attestor finds no fault, and that the strict
// profile changes nothing when it runs again.
func requireStable(tb testing.TB, profile string, result *deid.FileResult, out []byte, o dicom.Options) {
	tb.Helper()
	verdict, err := dicom.Verify(context.Background(), corpus.Profile(tb, profile), result.Entry, bytes.NewReader(out))
	corpus.RequireClean(tb, verdict, err)
	if profile != deid.SafeHarborStrict {
		return
	}
	again, _, err := scrub(tb, profile, out, o)
	require.NoError(tb, err)
	require.True(tb, bytes.Equal(out, again), "scrubbing twice must be scrubbing once")
}

// count is how often a rule was applied.
func count(result *deid.FileResult, rule, action string) int64 {
	for _, a := range result.Actions {
		if a.Rule == rule && a.Action == action {
			return a.Count
		}
	}
	return 0
}

// found is one element of an output, read by the tests' own reader.
type found struct {
	tag   uint32
	vr    string
	value []byte
	depth int
}

var errShape = errors.New("the output is not written as it should be")

// read walks an output. It knows only what outputs hold: little or big endian,
// sequences and items without lengths.
func read(tb testing.TB, out []byte) (syntax string, all []found) {
	tb.Helper()
	require.Equal(tb, make([]byte, 128), out[:128], "the preamble must be zero")
	require.Equal(tb, "DICM", string(out[128:132]))
	metaEnd := 132 + 12 + int(binary.LittleEndian.Uint32(out[140:]))
	head, err := walk(out[132:metaEnd], binary.LittleEndian, false)
	require.NoError(tb, err)
	for _, el := range head {
		if el.tag == 0x00020010 {
			syntax = text(el)
		}
	}
	var order binary.ByteOrder = binary.LittleEndian
	if syntax == sample.ExplicitBig.Syntax {
		order = binary.BigEndian
	}
	body, err := walk(out[metaEnd:], order, syntax == sample.ImplicitLittle.Syntax)
	require.NoError(tb, err)
	return syntax, append(head, body...)
}

func walk(data []byte, order binary.ByteOrder, implicit bool) ([]found, error) {
	var all []found
	depth := 0
	for len(data) > 0 {
		if len(data) < 8 {
			return nil, errShape
		}
		el := found{tag: uint32(order.Uint16(data))<<16 | uint32(order.Uint16(data[2:])), depth: depth}
		length, size := order.Uint32(data[4:]), 8
		if el.tag>>16 != 0xfffe && !implicit {
			el.vr = string(data[4:6])
			length = uint32(order.Uint16(data[6:]))
			if strings.Contains(" OB OD OF OL OV OW SQ SV UC UN UR UT UV ", " "+el.vr+" ") {
				length, size = order.Uint32(data[8:]), 12
			}
		}
		data = data[size:]
		switch {
		case el.tag == 0xfffee00d || el.tag == 0xfffee0dd:
			depth--
			continue
		case el.tag == 0xfffee000 && length == 0xffffffff:
			depth++
			continue
		case length == 0xffffffff:
			depth++
		case int(length) > len(data):
			return nil, errShape
		default:
			el.value, data = data[:length], data[length:]
		}
		if el.tag != 0xfffee000 || len(el.value) > 0 {
			all = append(all, el)
		}
	}
	if depth != 0 {
		return nil, errShape
	}
	return all, nil
}

func text(el found) string { return strings.Trim(string(el.value), " \x00") }

// value is the first value of a tag.
func value(tb testing.TB, out []byte, tag uint32) (string, bool) {
	tb.Helper()
	_, all := read(tb, out)
	for _, el := range all {
		if el.tag == tag {
			return text(el), true
		}
	}
	return "", false
}

func requireValue(tb testing.TB, out []byte, tag uint32, want string) {
	tb.Helper()
	got, ok := value(tb, out, tag)
	require.True(tb, ok, "%08x is missing", tag)
	require.Equal(tb, want, got, "%08x", tag)
}

func requireMissing(tb testing.TB, out []byte, tag uint32) {
	tb.Helper()
	_, ok := value(tb, out, tag)
	require.False(tb, ok, "%08x is there", tag)
}

func endian(e sample.Encoding) binary.ByteOrder {
	if e.BigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

func number(tb testing.TB, hexadecimal string) uint32 {
	tb.Helper()
	n, err := strconv.ParseUint(hexadecimal, 16, 32)
	require.NoError(tb, err)
	return uint32(n)
}
