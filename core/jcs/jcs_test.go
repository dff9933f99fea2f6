package jcs_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/jcs"
)

func TestMarshal(t *testing.T) {
	for want, v := range map[string]any{
		`{}`:                    struct{}{},
		`{"a":1,"b":[],"c":""}`: map[string]any{"c": "", "b": []int{}, "a": 1},
		`[null,true,false]`:     []any{nil, true, false},
		`[-9007199254740991]`:   []int64{-(1<<53 - 1)},
		// RFC 8785, section 3.2.2.2: two-letter escapes, lower-case hex, nothing else.
		`"\b\t\n\f\r\"\\\u0000\u001f/<>&é€😂"`: "\b\t\n\f\r\"\\\x00\x1f/<>&é€😂",
		// Section 3.2.3: keys by UTF-16 code units; U+1F602 sorts before U+FB33.
		"{\"\\r\":1,\"1\":2,\"\u0080\":3,\"ö\":4,\"€\":5,\"😂\":6,\"\ufb33\":7}": map[string]int{
			"\u20ac": 5, "\r": 1, "\ufb33": 7, "1": 2, "\U0001F602": 6, "\u0080": 3, "\u00f6": 4,
		},
	} {
		got, err := jcs.Marshal(v)
		require.NoError(t, err)
		require.Equal(t, want, string(got))
		require.True(t, json.Valid(got))
	}
}

func TestMarshal_Refuses(t *testing.T) {
	for name, v := range map[string]any{
		"a fraction":    1.5,
		"54 bits":       int64(1 << 53),
		"not a number":  math.NaN(),
		"not JSON":      make(chan int),
		"deep fraction": map[string]any{"a": []any{0.25}},
	} {
		_, err := jcs.Marshal(v)
		require.Error(t, err, name)
	}
}

func FuzzMarshal(f *testing.F) {
	f.Add([]byte(`{"b":[1,{"a":"\u0000"}],"a":null}`))
	f.Add([]byte(`[1.5]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var tree any
		if json.Unmarshal(text, &tree) != nil {
			return
		}
		once, err := jcs.Marshal(tree)
		if err != nil {
			return
		}
		require.True(t, json.Valid(once))
		require.NoError(t, json.Unmarshal(once, &tree))
		twice, err := jcs.Marshal(tree)
		require.NoError(t, err)
		require.Equal(t, string(once), string(twice))
	})
}

func TestUnmarshal(t *testing.T) {
	type document struct {
		A int `json:"a"`
	}
	for text, ok := range map[string]bool{
		`{"a":1}`:        true,
		" {\"a\":1}\n ":  true,
		`{}`:             true,
		`{"a":1,"b":2}`:  false,
		`{"a":1}{"a":1}`: false,
		`{"a":1} x`:      false,
		`{"a":"1"}`:      false,
		`{"a":1`:         false,
		"":               false,
	} {
		var d document
		require.Equal(t, ok, jcs.Unmarshal([]byte(text), &d) == nil, text)
	}
}
