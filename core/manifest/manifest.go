package manifest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"

	"github.com/volens-network/volens/core/filetype"
	"github.com/volens-network/volens/core/jcs"
)

// Schema names the form of a manifest.
const Schema = "volens-manifest/1"

const (
	// MaxFiles is the most files that one dataset has.
	MaxFiles = 100_000
	// maxEncoded bounds the memory for a manifest that is read: MaxFiles entries need 15 MB.
	maxEncoded = 32 << 20
)

// ErrManifest is returned for a manifest or an archive that Write would not have made.
var ErrManifest = errors.New("not a whole dataset of several files")

// extension is what may stand behind a file's number: .dcm, .vcf.gz.
var extension = regexp.MustCompile(`^(\.[a-z0-9]{1,8}){1,2}$`)

// Manifest lists the files of a dataset in their order.
type Manifest struct {
	Schema string `json:"schema"`
	Files  []File `json:"files"`
}

// File is one file of a dataset.
type File struct {
	// Name is the file's number, from 000001, and its extension.
	Name string `json:"name"`
	// Kind is the dataset kind that the file would be alone.
	Kind  filetype.Kind `json:"kind"`
	Bytes int64         `json:"bytes"`
	// SHA256 is in lower-case hex.
	SHA256 string `json:"sha256"`
}

// Add appends a file. The extension has its dot, such as .dcm.
func (m *Manifest) Add(ext string, kind filetype.Kind, size int64, digest [sha256.Size]byte) {
	m.Schema = Schema
	m.Files = append(m.Files, File{
		Name: name(len(m.Files), ext), Kind: kind, Bytes: size, SHA256: hex.EncodeToString(digest[:]),
	})
}

// kindOrder says which kind of a mixed dataset decides: what says most about a person comes first.
var kindOrder = []filetype.Kind{
	filetype.GVCF, filetype.VCF, filetype.BAM, filetype.CRAM, filetype.FASTQ, filetype.GenotypeArray,
	filetype.DICOMStudy, filetype.FHIRBundle, filetype.Tabular,
}

// Kind is the kind of the dataset as a whole; empty if there is no file.
func (m *Manifest) Kind() filetype.Kind {
	for _, kind := range kindOrder {
		if slices.ContainsFunc(m.Files, func(f File) bool { return f.Kind == kind }) {
			return kind
		}
	}
	return ""
}

func name(index int, ext string) string { return fmt.Sprintf("%06d%s", index+1, ext) }

// Encode returns the canonical JSON (RFC 8785) of a manifest, or ErrManifest.
func (m *Manifest) Encode() ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	return jcs.Marshal(m)
}

// Decode reads what Encode wrote, and nothing else. The error is ErrManifest.
func Decode(raw []byte) (*Manifest, error) {
	out := &Manifest{}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(out); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrManifest, err)
	}
	again, err := out.Encode()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, raw) {
		return nil, fmt.Errorf("%w: the manifest is not canonical", ErrManifest)
	}
	return out, nil
}

func (m *Manifest) check() error {
	if m.Schema != Schema {
		return fmt.Errorf("%w: schema %q", ErrManifest, m.Schema)
	}
	if len(m.Files) == 0 || len(m.Files) > MaxFiles {
		return fmt.Errorf("%w: %d files", ErrManifest, len(m.Files))
	}
	for i, f := range m.Files {
		if err := f.check(i); err != nil {
			return err
		}
	}
	return nil
}

func (f File) check(index int) error {
	const digits = 6
	digest, err := hex.DecodeString(f.SHA256)
	switch {
	case len(f.Name) <= digits || f.Name[:digits] != name(index, "") || !extension.MatchString(f.Name[digits:]):
		return fmt.Errorf("%w: file %d has another name", ErrManifest, index+1)
	case err != nil || len(digest) != sha256.Size || f.SHA256 != hex.EncodeToString(digest):
		return fmt.Errorf("%w: digest of file %d", ErrManifest, index+1)
	case f.Bytes < 0 || !f.Kind.Known():
		return fmt.Errorf("%w: file %d has %d bytes and kind %q", ErrManifest, index+1, f.Bytes, f.Kind)
	}
	return nil
}

// errShort is an end before the end.
func errShort(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it is cut short", ErrManifest)
	}
	return err
}
