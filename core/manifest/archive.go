package manifest

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

const (
	// entryName is the first entry of an archive.
	entryName = "manifest.json"
	blockSize = 512
	endBlocks = 2
	fileMode  = 0o644
	// ustarLimit is the greatest size that a header without extensions holds.
	ustarLimit = 1<<33 - 1
)

// header is what stands before a file of an archive.
func header(name string, size int64) ([]byte, error) {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: fileMode, Format: tar.FormatUSTAR}
	if size > ustarLimit {
		h.Format = tar.FormatPAX
	}
	var out bytes.Buffer
	if err := tar.NewWriter(&out).WriteHeader(h); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// padding is what stands behind a file.
func padding(size int64) []byte { return make([]byte, (blockSize-size%blockSize)%blockSize) }

// Write makes the archive. body writes file i; it must be the bytes that the manifest says, else the error is
// ErrManifest and what stands in dst is not whole.
func Write(dst io.Writer, m *Manifest, body func(i int, dst io.Writer) error) error {
	encoded, err := m.Encode()
	if err != nil {
		return err
	}
	first, err := header(entryName, int64(len(encoded)))
	if err != nil {
		return err
	}
	for _, part := range [][]byte{first, encoded, padding(int64(len(encoded)))} {
		if _, err := dst.Write(part); err != nil {
			return err
		}
	}
	for i, f := range m.Files {
		if err := f.write(dst, func(dst io.Writer) error { return body(i, dst) }); err != nil {
			return fmt.Errorf("file %d: %w", i+1, err)
		}
	}
	_, err = dst.Write(make([]byte, endBlocks*blockSize))
	return err
}

func (f File) write(dst io.Writer, body func(io.Writer) error) error {
	head, err := header(f.Name, f.Bytes)
	if err != nil {
		return err
	}
	if _, err := dst.Write(head); err != nil {
		return err
	}
	sum, size := sha256.New(), counter(0)
	if err := body(io.MultiWriter(dst, sum, &size)); err != nil {
		return err
	}
	if int64(size) != f.Bytes || hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return fmt.Errorf("%w: %d bytes of another digest", ErrManifest, size)
	}
	_, err = dst.Write(padding(f.Bytes))
	return err
}

// counter counts what is written to it.
type counter int64

// Write implements io.Writer.
func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// Read takes an archive apart. each is given every file in its order, with its bytes; what it leaves unread is
// checked all the same. Nothing that it kept may be used before Read has returned without an error. Errors of src and
// of each come back as they are, all others are ErrManifest.
func Read(src io.Reader, each func(i int, f File, content io.Reader) error) (*Manifest, error) {
	m, err := readManifest(src)
	if err != nil {
		return nil, err
	}
	for i, f := range m.Files {
		if err := f.read(src, func(content io.Reader) error { return each(i, f, content) }); err != nil {
			return nil, fmt.Errorf("file %d: %w", i+1, err)
		}
	}
	if err := expect(src, make([]byte, endBlocks*blockSize)); err != nil {
		return nil, err
	}
	switch n, err := io.ReadFull(src, make([]byte, 1)); {
	case n > 0:
		return nil, fmt.Errorf("%w: something follows its end", ErrManifest)
	case !errors.Is(err, io.EOF):
		return nil, err
	}
	return m, nil
}

func readManifest(src io.Reader) (*Manifest, error) {
	block := make([]byte, blockSize)
	if _, err := io.ReadFull(src, block); err != nil {
		return nil, errShort(err)
	}
	entry, err := tar.NewReader(bytes.NewReader(block)).Next()
	if err != nil || entry.Size < 0 || entry.Size > maxEncoded {
		return nil, fmt.Errorf("%w: it does not begin with a manifest", ErrManifest)
	}
	want, err := header(entryName, entry.Size)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(want, block) {
		return nil, fmt.Errorf("%w: it does not begin with a manifest", ErrManifest)
	}
	var encoded bytes.Buffer // Grows with what is there, not with what is claimed.
	if _, err := io.CopyN(&encoded, src, entry.Size); err != nil {
		return nil, errShort(err)
	}
	if err := expect(src, padding(entry.Size)); err != nil {
		return nil, err
	}
	return Decode(encoded.Bytes())
}

func (f File) read(src io.Reader, each func(io.Reader) error) error {
	head, err := header(f.Name, f.Bytes)
	if err != nil {
		return err
	}
	if err := expect(src, head); err != nil {
		return err
	}
	sum := sha256.New()
	left := &io.LimitedReader{R: src, N: f.Bytes}
	content := io.TeeReader(left, sum)
	if err := each(content); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, content); err != nil {
		return err
	}
	if left.N > 0 {
		return errShort(io.ErrUnexpectedEOF)
	}
	if hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return fmt.Errorf("%w: another digest", ErrManifest)
	}
	return expect(src, padding(f.Bytes))
}

// expect reads exactly these bytes.
func expect(src io.Reader, want []byte) error {
	got := make([]byte, len(want))
	if _, err := io.ReadFull(src, got); err != nil {
		return errShort(err)
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("%w: bytes between the files", ErrManifest)
	}
	return nil
}
