package upload

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/volens-network/volens/core/drs"
)

// maxMetadata bounds an Upload-Metadata header in bytes.
const maxMetadata = 4 << 10

// ErrMetadata is returned for an Upload-Metadata header that does not announce an object.
var ErrMetadata = errors.New("malformed upload metadata")

var sizePattern = regexp.MustCompile(`^[1-9][0-9]{0,17}$`)

// Announced is what an upload promises to be.
type Announced struct {
	SHA256 drs.Digest
	// Size in bytes; 0 when it was not announced here but in Upload-Length alone.
	Size int64
}

// ParseMetadata reads an Upload-Metadata header of tus 1.0: comma-separated pairs of a
// key and a base64 value. It must announce sha256 (64 lower-case hexadecimal digits)
// and may announce size. Other keys, such as a file's name, are ignored and not kept.
func ParseMetadata(header string) (Announced, error) {
	if len(header) > maxMetadata {
		return Announced{}, fmt.Errorf("%w: %d bytes", ErrMetadata, len(header))
	}
	values := map[string]string{}
	for pair := range strings.SplitSeq(header, ",") {
		key, encoded, _ := strings.Cut(strings.TrimSpace(pair), " ")
		if _, twice := values[key]; twice || key == "" {
			return Announced{}, fmt.Errorf("%w: key %q is empty or twice", ErrMetadata, key)
		}
		value, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if err != nil {
			return Announced{}, fmt.Errorf("%w: value of %q is not base64", ErrMetadata, key)
		}
		values[key] = string(value)
	}
	var a Announced
	var err error
	if a.SHA256, err = drs.ParseDigest(values["sha256"]); err != nil {
		return Announced{}, fmt.Errorf("%w: sha256: %w", ErrMetadata, err)
	}
	size, ok := values["size"]
	if !ok {
		return a, nil
	}
	if !sizePattern.MatchString(size) {
		return Announced{}, fmt.Errorf("%w: size", ErrMetadata)
	}
	if a.Size, err = strconv.ParseInt(size, 10, 64); err != nil {
		return Announced{}, fmt.Errorf("%w: size: %w", ErrMetadata, err)
	}
	return a, nil
}
