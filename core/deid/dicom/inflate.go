package dicom

import (
	"errors"
	"io"
	"strings"

	"github.com/klauspost/compress/flate"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/stream"
)

// freeInflate is how much may be inflated before the ratio counts.
const freeInflate = 16 << 20

// bounded inflates no more than a sound file holds.
type bounded struct {
	src   io.Reader
	below *source
	n     int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.src.Read(p)
	b.n += int64(n)
	var bad flate.CorruptInputError
	switch {
	case b.n > freeInflate && b.below.size >= 0 && b.n > stream.DefaultRatio*b.below.size:
		return 0, deid.Refuse(deid.CodeBomb, "it inflates to more than a file of its kind does")
	case errors.As(err, &bad):
		return n, deid.Refuse(deid.CodeCorrupt, "the deflated data set is damaged")
	}
	return n, err
}

func lower(text string) string { return strings.ToLower(text) }
