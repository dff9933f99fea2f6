package drs

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/volens-network/volens/gateway/problem"
)

// span is a part of an object.
type span struct{ from, length int64 }

var rangePattern = regexp.MustCompile(`^bytes=([0-9]{0,18})-([0-9]{0,18})$`)

// parseRange reads a Range header (RFC 9110, section 14.2) with one range. A suffix
// longer than the object is all of it. Several ranges are refused: they cost much and
// nobody needs them.
func parseRange(header string, size int64) (span, error) {
	m := rangePattern.FindStringSubmatch(strings.TrimSpace(header))
	if m == nil || m[1] == "" && m[2] == "" {
		return span{}, unsatisfiable(size, "Range must be one range of bytes")
	}
	first, last := int64(0), size-1
	var err error
	if m[1] == "" {
		suffix, err := strconv.ParseInt(m[2], 10, 64)
		if err != nil || suffix == 0 || size == 0 {
			return span{}, unsatisfiable(size, "Range asks for no bytes")
		}
		first = max(size-suffix, 0)
		return span{from: first, length: size - first}, nil
	}
	if first, err = strconv.ParseInt(m[1], 10, 64); err != nil || first >= size {
		return span{}, unsatisfiable(size, "Range begins behind the end")
	}
	if m[2] != "" {
		end, err := strconv.ParseInt(m[2], 10, 64)
		if err != nil || end < first {
			return span{}, unsatisfiable(size, "Range ends before it begins")
		}
		last = min(end, last)
	}
	return span{from: first, length: last - first + 1}, nil
}

func unsatisfiable(size int64, detail string) error {
	p := problem.New(http.StatusRequestedRangeNotSatisfiable, problem.Range, detail)
	p.ContentRange = fmt.Sprintf("bytes */%d", size)
	return p
}

// ifRange reports whether an If-Range header, if any, names the object's one version.
func ifRange(r *http.Request, id string) bool {
	tag := r.Header.Get("If-Range")
	return tag == "" || tag == `"`+id+`"`
}
