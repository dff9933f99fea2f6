package client

import (
	"context"
	"errors"
	"io"
	"os"

	"filippo.io/age"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/formats"
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
func (s *Session) openSpool(ctx context.Context, of id.ID, files []string, rules formats.Rules) (_ *spool, err error) {
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

func (s *spool) add(ctx context.Context, dst io.Writer, name string, rules formats.Rules) (err error) {
	from, err := openOriginal(name, rules, s.progress)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	result, err := from.scrub(ctx, dst)
	if err != nil {
		return err
	}
	if _, err := dst.Write(result.IndexFile); err != nil {
		return err
	}
	result.IndexFile = nil
	s.results = append(s.results, result)
	return formats.AddTo(&s.manifest, from.kind(), result.Entry)
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
	source := &counting{src: spooled, report: start(s.progress, "seal", s.bytes())}
	archive, err := formats.WriteArchive(dst, &s.manifest, func(i int, dst io.Writer) error {
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
	report.Archive, out.sha256 = archive, archive.SHA256
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
