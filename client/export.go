package client

import (
	"crypto/ecdh"
	"io"

	"github.com/volens-network/volens/core/crypt4gh"
)

// exportOptions say where an opened file goes, and in which form.
type exportOptions struct {
	folder string
	// reader, if there is one, makes the file a Crypt4GH file for this key.
	reader *ecdh.PublicKey
}

// maxReaderKey bounds the file of a public key, in bytes.
const maxReaderKey = 64 << 10

// exportKey reads the public key of a Crypt4GH reader; no path is no key.
func exportKey(path string) (*ecdh.PublicKey, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // the export is a choice
	}
	text, err := ReadFile("reader key", path, maxReaderKey)
	if err != nil {
		return nil, err
	}
	key, err := crypt4gh.ParsePublicKey(text)
	if err != nil {
		return nil, usage("reader key %q: %w", path, err)
	}
	return key, nil
}

// sink is what the plaintext is written to. Close ends the file's format, not the file.
func (o exportOptions) sink(rand io.Reader, dst io.Writer) (io.WriteCloser, error) {
	if o.reader == nil {
		return plainSink{dst}, nil
	}
	return crypt4gh.NewWriter(dst, rand, o.reader)
}

func (o exportOptions) suffix() string {
	if o.reader == nil {
		return ""
	}
	return ".c4gh"
}

// plainSink writes the opened file as it is.
type plainSink struct{ io.Writer }

// Close implements io.Closer.
func (plainSink) Close() error { return nil }
