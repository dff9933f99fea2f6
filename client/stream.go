package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/formats"
	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/core/filetype"
	"github.com/volens-network/volens/x/dataset"
)

// source writes the plaintext of a dataset: one file as it is, or the archive of several.
type source interface {
	// kind is known before the plaintext is written.
	kind() filetype.Kind
	// write de-identifies, and enters into the report and into out what was done and found.
	write(ctx context.Context, dst io.Writer, report *deid.Report, out *written) error
	io.Closer
}

// written is what came of a source.
type written struct {
	kind     dataset.Kind
	sha256   string // of the plaintext, as the report has it
	report   []byte // canonical
	warnings []string
	shown    deid.Shown // of the plaintext
}

// add enters what came of one file.
func (w *written) add(result *deid.FileResult) {
	w.warnings = append(w.warnings, result.Warnings...)
	w.shown.Add(result.Facets, result.Images)
}

// stream runs the de-identification into the seal.
func (s *Session) stream(
	ctx context.Context, dst io.Writer, in sealing, half []byte,
) (capsule *envelope.Sealed, out *written, err error) {
	rules, report, err := s.rules(in)
	if err != nil {
		return nil, nil, err
	}
	from, err := s.source(ctx, in, rules)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	out = &written{}
	if out.kind, err = chainKind(from.kind()); err != nil {
		return nil, nil, err
	}

	capsule, err = s.sealFrom(dst, in, half, func(dst io.Writer) error { return from.write(ctx, dst, report, out) })
	if err != nil {
		return nil, nil, err
	}
	if out.report, err = report.Canonical(); err != nil {
		capsule.Zero()
		return nil, nil, err
	}
	return capsule, out, nil
}

// sealFrom seals what write writes, as it comes, for the owner and the committee. The seal is
// closed only when write ended without an error.
func (s *Session) sealFrom(
	dst io.Writer, in sealing, half []byte, write func(io.Writer) error,
) (*envelope.Sealed, error) {
	patient, err := s.Wallet.PatientIdentity(in.of)
	if err != nil {
		return nil, err
	}
	reader, writer := io.Pipe()
	done := make(chan error, 1)
	go func() {
		failed := write(writer)
		// Without an error the reader sees the end, and only then is the seal closed.
		done <- errors.Join(failed, writer.CloseWithError(failed))
	}()
	capsule, err := envelope.Seal(dst, reader, envelope.Options{
		Key:       in.key,
		DatasetID: in.of,
		Half:      half,
		Patient:   patient.Recipient(),
		Rand:      s.Rand,
		Workers:   in.options.Workers,
	})
	closed := reader.CloseWithError(err)
	if failed := <-done; failed != nil {
		err = failed
	}
	if err = errors.Join(err, closed); err != nil {
		if capsule != nil {
			capsule.Zero()
		}
		return nil, err
	}
	return capsule, nil
}

// source opens what becomes the plaintext. Several files are de-identified first.
func (s *Session) source(ctx context.Context, in sealing, rules formats.Rules) (source, error) {
	files := in.options.Files
	if len(files) > 1 {
		return s.openSpool(ctx, in.of, files, rules)
	}
	return openOriginal(files[0], rules, s.Progress)
}

// chainKind is a kind as the chain names it.
func chainKind(kind filetype.Kind) (dataset.Kind, error) {
	number, known := dataset.Kind_value[kindPrefix+string(kind)]
	if !known || number == 0 {
		return 0, deid.Refuse(deid.CodeNotThisFormat, "the format has no kind on the chain")
	}
	return dataset.Kind(number), nil
}

// original is a file of the user on its way through de-identification.
type original struct {
	file  *os.File
	src   io.Reader
	size  int64
	found filetype.Detection
	rules formats.Rules
}

func openOriginal(name string, rules formats.Rules, progress Progress) (*original, error) {
	file, err := OpenFile("file", name)
	if err != nil {
		return nil, err
	}
	found, src, err := formats.Detect(file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	src = &counting{src: src, report: start(progress, "de-identify", info.Size())}
	return &original{file: file, src: src, size: info.Size(), found: found, rules: rules}, nil
}

func (o *original) kind() filetype.Kind { return o.found.Kind }

// Close implements io.Closer.
func (o *original) Close() error { return o.file.Close() }

func (o *original) scrub(ctx context.Context, dst io.Writer) (*deid.FileResult, error) {
	return o.rules.Scrub(ctx, dst, o.src, o.size, o.found)
}

func (o *original) write(ctx context.Context, dst io.Writer, report *deid.Report, out *written) error {
	result, err := o.scrub(ctx, dst)
	if err != nil {
		return err
	}
	out.sha256 = report.Add(result).SHA256
	out.add(result)
	return nil
}

// of names a file of several in an error, without its path.
func ofSeveral(index, total int, err error) error {
	if err == nil || total == 1 {
		return err
	}
	return fmt.Errorf("file %d of %d: %w", index+1, total, err)
}
