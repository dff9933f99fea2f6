package deid_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
)

func TestLook_NumbersWithCheckDigits(t *testing.T) {
	l := newLook(t)
	for _, text := range []string{
		"NHS 943 476 5919", "943-476-5919", "IBAN GB82 WEST 1234 5698 7654 32", "(DE89370400440532013000)",
	} {
		require.True(t, l.Hits(text), text)
	}
	for _, text := range []string{
		"943 476 5918", "9434765919", "943 4765919", "1943 476 5919", "GB82 WEST 1234 5698 7654 33", "XGB82WEST12345698765432",
		"volens-1", "120 240 3600",
	} {
		require.False(t, l.Hits(text), text)
	}
}

func TestLook_DatesInTexts(t *testing.T) {
	l := newLook(t)
	require.False(t, l.Hits("03.09.2012"), "only on request")
	l.Forbid(deid.PatternDateText, deid.PatternDateText)
	require.Contains(t, l.Recheck().Patterns, deid.PatternDateText)
	for _, text := range []string{"03.09.2012", "seen 8/29/1951", "2012/3/9", "20170302", "on 19620317.", "7-22-1943"} {
		require.True(t, l.Hits(text), text)
	}
	for _, text := range []string{"1.2.2012.4", "20171302", "120170302", "2.25.20170302", "0.20170302", "12/13", "1024/768/2012x"} {
		require.False(t, l.Hits(text), text)
	}
}

func TestLook_NamesAndTheirParts(t *testing.T) {
	l := newLook(t)
	l.Name("Kaufman^Li^^Dr")
	for _, text := range []string{"kaufman-li", "xKAUFMANx", "a li b", "Li"} {
		require.True(t, l.Holds(text), text)
	}
	for _, text := range []string{"lithium", "kauf", "delirium"} {
		require.False(t, l.Holds(text), text)
	}
}

func TestLookWriter_BulkHoldsOnlyLongValues(t *testing.T) {
	l := newLook(t, "Jane", "Kaufman^Scott", "1.2.840.113696.376376.500.37977461.20170302142445")
	write := func(text string) error {
		var out bytes.Buffer
		w := l.Writer(&out)
		w.Bulk()
		if _, err := w.Write([]byte(text)); err != nil {
			return err
		}
		return w.Close()
	}
	require.NoError(t, write("\x00jane\xff 1962-03-17 a@b.example"))
	require.Error(t, write("\xff\xfeKAUFMAN^SCOTT\x00"))
	require.Error(t, write("\x001.2.840.113696.376376.500.37977461.20170302142445\x00"))
}

func TestLookWriter_PassEndsWhatWasBefore(t *testing.T) {
	l := newLook(t, "Jane Doe")
	var out bytes.Buffer
	w := l.Writer(&out)
	_, err := w.Write([]byte("jane"))
	require.NoError(t, err)
	require.NoError(t, w.Pass([]byte("2012-03-04")))
	_, err = w.Write([]byte("doe"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.Equal(t, "jane2012-03-04doe", out.String())

	w = l.Writer(&out)
	_, err = w.Write([]byte("1962-03-17"))
	require.NoError(t, err, "more digits may follow")
	require.Error(t, w.Pass([]byte("x")))
}
