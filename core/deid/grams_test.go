package deid_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
)

// The text is looked at only at every few characters: wherever a value stands, it must be found, however long or
// short it and the other values are, and not when a character of it is wrong.
func TestLook_ValuesAtEveryPlace(t *testing.T) {
	const record = "12345,678:9\t0/1;DP=35;AF=0.512;MQ=60.00\trs1234\tACGTACGTAC"
	for _, others := range [][]string{nil, {"wxyz"}, {"vwxyz"}, {"Quentin Ashworth", "wxyzw"}} {
		for n := 4; n < 24; n++ {
			value := ("qh" + strings.Repeat("7a31", 6))[:n]
			l := deid.NewLook(load(t, deid.SafeHarborStrict), nil, nil)
			for _, v := range append(others, value) {
				l.Value(v)
			}
			for at := range len(record) {
				text := record[:at] + value + record[at:]
				require.True(t, l.Holds(text), "%q", text)
				wrong := record[:at] + value[:n-1] + "z" + record[at:]
				require.False(t, l.Holds(wrong), "%q", wrong)
			}
		}
	}
}

// The forms of addresses and links are looked for several characters at a time: at every place, and between
// characters that are nearly theirs.
func TestLook_PatternsAtEveryPlace(t *testing.T) {
	l := newLook(t)
	fill := strings.Repeat("0/1:3.5,-0.2 /x:", 2)
	for n := range 24 {
		before := fill[:n]
		for _, bad := range []string{
			" 1.2.3.4 ", " 10.20.30.40:", "\t192.168.100.200\t", "ftp://x", "a://", " 123-45-6789 ", " 1962-03-17 ", " 123-456-7890 ",
		} {
			requireHit(t, l, before+bad+"\n", true)
			requireHit(t, l, before+bad+fill, true)
		}
		for _, fine := range []string{
			" 1.2.3 ", " 1.2.3.4.5 ", " 1234.1.1.1 ", ":/ /", "./.:./.", "/./", " //x", " 123-45-678 ", " 1962-03-7 ", "--", " 1..2.3 ",
		} {
			requireMiss(t, l, fmt.Sprint(before, fine, "\n", fill), true)
		}
	}
}
