package formats

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/stream"
	"github.com/volens-network/volens/core/filetype"
	"github.com/volens-network/volens/core/manifest"
)

// AddTo enters a de-identified file into a manifest, and its index behind it. kind is what Detect said of the
// original, entry what Scrub said of the output.
func AddTo(m *manifest.Manifest, kind filetype.Kind, entry deid.Entry) error {
	sum, err := digest(entry.SHA256)
	if err != nil {
		return err
	}
	m.Add("."+entry.Kind, kind, entry.Bytes, sum)
	if entry.Index == nil {
		return nil
	}
	if sum, err = digest(entry.Index.SHA256); err == nil {
		m.AddIndex(entry.Index.Kind, entry.Index.Bytes, sum)
	}
	return err
}

func digest(digits string) ([sha256.Size]byte, error) {
	sum, err := hex.DecodeString(digits)
	if err != nil || len(sum) != sha256.Size {
		return [sha256.Size]byte{}, errors.New("manifest: an entry has no SHA-256")
	}
	return [sha256.Size]byte(sum), nil
}

// WriteArchive writes the archive of several de-identified files, as manifest.Write does,
// and returns what their report says of it.
func WriteArchive(
	dst io.Writer, m *manifest.Manifest, body func(i int, dst io.Writer) error,
) (*deid.Archive, error) {
	whole := stream.NewDigest(dst)
	if err := manifest.Write(whole, m, body); err != nil {
		return nil, err
	}
	return &deid.Archive{Bytes: whole.Bytes(), SHA256: whole.SHA256()}, nil
}
