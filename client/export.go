package client

import (
	"crypto/ecdh"
	"io"
	"os"

	"github.com/volens-network/volens/core/crypt4gh"
)

// exportOptions say where an opened file goes, and in which form.
type exportOptions struct {
	folder string
	// reader, if there is one, makes the file a Crypt4GH file for this key.
	reader *ecdh.PublicKey
}

// exportKey reads the public key of a Crypt4GH reader; no path is no key.
func exportKey(path string) (*ecdh.PublicKey, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // the export is a choice
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	key, err := crypt4gh.ParsePublicKey(text)
	if err != nil {
		return nil, usage("public key of the Crypt4GH reader: %w", err)
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
