package dicom

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/volens-network/volens/core/deid"
)

//go:embed attributes.tsv
var attributeFile string

// attribute is one line of the table.
type attribute struct {
	tag     tag
	vr      vr
	action  string // of the basic profile, "-" if E.1-1 does not list it
	options string // letters of the options that change it
}

// tag is group and element of an attribute.
type tag uint32

func (t tag) group() uint32   { return uint32(t) >> 16 }
func (t tag) element() uint32 { return uint32(t) & 0xffff }
func (t tag) private() bool   { return t.group()&1 == 1 }

// rule is the tag's name in reports. Only tags of the table get there.
func (t tag) rule() string {
	const digits = "0123456789ABCDEF"
	out := []byte("0000-0000")
	for i, at := range []int{0, 1, 2, 3, 5, 6, 7, 8} {
		out[at] = digits[uint32(t)>>(28-4*i)&15]
	}
	return string(out)
}

var errTable = errors.New("dicom: the profile was made for another table of attributes")

// attributes parses the table, which is sorted by tag.
var attributes = sync.OnceValues(func() ([]attribute, error) {
	list := make([]attribute, 0, strings.Count(attributeFile, "\n"))
	for line := range strings.Lines(attributeFile) {
		if line[0] == '#' {
			continue
		}
		number, rest, _ := strings.Cut(line, "\t")
		n, err := strconv.ParseUint(number, 16, 32)
		if err != nil || len(rest) < 4 {
			return nil, errTable
		}
		action, options, _ := strings.Cut(strings.TrimSuffix(rest[3:], "\n"), "\t")
		list = append(list, attribute{tag: tag(n), vr: vrOf(rest[0], rest[1]), action: action, options: options})
	}
	return list, nil
})

// tableSum is the digest of the embedded table.
var tableSum = sync.OnceValue(func() string {
	sum := sha256.Sum256([]byte(attributeFile))
	return hex.EncodeToString(sum[:])
})

// find returns the standard attribute of a tag.
func find(list []attribute, t tag) (attribute, bool) {
	i, ok := slices.BinarySearchFunc(list, t, func(a attribute, t tag) int { return int(int64(a.tag) - int64(t)) })
	if !ok {
		return attribute{}, false
	}
	return list[i], true
}

// checkTable holds the profile against the embedded table.
func checkTable(rules *deid.DICOMRules) ([]attribute, error) {
	if rules.TableSHA256 != tableSum() {
		return nil, errTable
	}
	return attributes()
}
