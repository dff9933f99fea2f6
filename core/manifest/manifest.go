package manifest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/volens-network/volens/core/filetype"
	"github.com/volens-network/volens/core/genomeindex"
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

// digits is how many a file's number has.
const digits = 6

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
	// Name is the file's number, from 000001, and its extension. The index of a file follows
	// it and has its name with .tbi, .csi or .bai behind it.
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
	number := 0
	if n := len(m.Files); n > 0 {
		if last, err := strconv.Atoi(m.Files[n-1].Name[:digits]); err == nil {
			number = last
		}
	}
	m.Files = append(m.Files, File{
		Name: name(number, ext), Kind: kind, Bytes: size, SHA256: hex.EncodeToString(digest[:]),
	})
}

// AddIndex appends the index of the last file, which has that file's number and kind.
func (m *Manifest) AddIndex(kind genomeindex.Kind, size int64, digest [sha256.Size]byte) {
	of := m.Files[len(m.Files)-1]
	m.Files = append(m.Files, File{
		Name: of.Name + "." + string(kind), Kind: of.Kind, Bytes: size, SHA256: hex.EncodeToString(digest[:]),
	})
}

// indexes tells whether a file is the index of the one before it.
func (m *Manifest) indexes(i int) bool {
	if i == 0 {
		return false
	}
	suffix, is := strings.CutPrefix(m.Files[i].Name, m.Files[i-1].Name+".")
	return is && genomeindex.Kind(suffix).Known() && m.Files[i].Kind == m.Files[i-1].Kind && !m.indexes(i-1)
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

func name(number int, ext string) string { return fmt.Sprintf("%0*d%s", digits, number+1, ext) }

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
	if err := jcs.Unmarshal(raw, out); err != nil {
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
	number := 0
	for i, f := range m.Files {
		if !m.indexes(i) {
			if !f.numbered(number) {
				return fmt.Errorf("%w: file %d has another name", ErrManifest, i+1)
			}
			number++
		}
		if err := f.check(i); err != nil {
			return err
		}
	}
	return nil
}

// numbered tells whether a file's name is of the number after so many.
func (f File) numbered(number int) bool {
	return len(f.Name) > digits && f.Name[:digits] == name(number, "") && extension.MatchString(f.Name[digits:])
}

func (f File) check(index int) error {
	digest, err := hex.DecodeString(f.SHA256)
	switch {
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
