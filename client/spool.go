package client

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"

	"filippo.io/age"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/filetype"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/manifest"
)

// spool holds several de-identified files until their sizes and digests are known, which an archive names before it
// has them. It is sealed to a key that only this process has: the plaintext is never on the disk, and what a crash
// leaves behind opens for nobody.
type spool struct {
	parts    pending
	file     *os.File
	identity *age.X25519Identity
	manifest manifest.Manifest
	results  []*deid.FileResult
	progress Progress
}

// openSpool de-identifies every file into a spool, in order, with the pseudonyms of one dataset.
func (s *Session) openSpool(ctx context.Context, of id.ID, files []string, rules scrubbing) (_ *spool, err error) {
	folder, err := s.folder(spoolFolder)
	if err != nil {
		return nil, err
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, err
	}
	out := &spool{identity: identity, progress: s.Progress}
	if out.file, err = out.parts.begin(folder, "files-"+of.String()); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, out.Close())
		}
	}()
	sealed, err := age.Encrypt(out.file, identity.Recipient())
	if err != nil {
		return nil, err
	}
	for i, name := range files {
		if err := out.add(ctx, sealed, name, rules); err != nil {
			return nil, ofSeveral(i, len(files), err)
		}
	}
	return out, sealed.Close()
}

func (s *spool) add(ctx context.Context, dst io.Writer, name string, rules scrubbing) (err error) {
	from, err := openOriginal(name, rules, s.progress)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	result, err := from.scrub(ctx, dst)
	if err != nil {
		return err
	}
	sum, err := entryDigest(result.Entry)
	if err != nil {
		return err
	}
	s.manifest.Add("."+result.Entry.Kind, from.kind(), result.Entry.Bytes, sum)
	s.results = append(s.results, result)
	return nil
}

func (s *spool) kind() filetype.Kind { return s.manifest.Kind() }

func (s *spool) write(_ context.Context, dst io.Writer, report *deid.Report, out *written) error {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	spooled, err := age.Decrypt(s.file, s.identity)
	if err != nil {
		return err
	}
	sum, source := sha256.New(), &counting{src: spooled, report: start(s.progress, "seal", s.bytes())}
	archive := &sized{}
	err = manifest.Write(io.MultiWriter(dst, sum, archive), &s.manifest, func(i int, dst io.Writer) error {
		_, err := io.CopyN(dst, source, s.manifest.Files[i].Bytes)
		return err
	})
	if err != nil {
		return err
	}
	for _, result := range s.results {
		report.Add(result)
		out.add(result)
	}
	out.sha256 = hexBytes(sum.Sum(nil))
	report.Archive = &deid.Archive{Bytes: archive.bytes, SHA256: out.sha256}
	return nil
}

// bytes is the size of all files together.
func (s *spool) bytes() (out int64) {
	for _, f := range s.manifest.Files {
		out += f.Bytes
	}
	return out
}

// Close removes the spool.
func (s *spool) Close() error {
	s.parts.discard()
	return nil
}

// sized counts what is written to it.
type sized struct{ bytes int64 }

// Write implements io.Writer.
func (s *sized) Write(p []byte) (int, error) {
	s.bytes += int64(len(p))
	return len(p), nil
}
