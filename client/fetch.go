package client

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/core/filetype"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/dataset"
)

// FetchOptions say what to open, and where to put it.
type FetchOptions struct {
	RequestID string
	Seat      uint64
	// Out is the folder of the result.
	Out string
	// Identity, if named, is the file of an age identity that is written instead of the
	// opened file: whoever has it and the sealed file can read it.
	Identity string
	// Range is A-B, bytes of the opened file counted from 0, both included: only this part
	// is downloaded and opened.
	Range string
	// Crypt4GH, if named, is the file of a reader's public key: the opened file is written for that reader as GA4GH
	// Crypt4GH, and never in the clear.
	Crypt4GH string
	// Index asks for the index of sorted variants or reads in BGZF beside the opened file. It is for a whole file in the
	// clear, and no fault where there is none.
	Index bool
	// Wait for a release that is on its way.
	Wait bool
}

// Fetched is what was opened.
type Fetched struct {
	RequestID string `json:"request_id"`
	Seat      uint64 `json:"seat"`
	DatasetID string `json:"dataset_id"`
	Version   uint64 `json:"version"`
	// Path is the opened file. PlaintextSHA256 and PlaintextSize are of its bytes, also where the file is an export.
	Path            string `json:"path,omitempty"`
	PlaintextSHA256 string `json:"plaintext_sha256,omitempty"`
	PlaintextSize   uint64 `json:"plaintext_size,omitempty"`
	// Index is the index beside it, as tabix or samtools would make it. IndexNote is why a file of variants or reads has
	// none, where one was asked for.
	Index     string `json:"index,omitempty"`
	IndexNote string `json:"index_note,omitempty"`
	// Ciphertext is the sealed file, SHA256 its digest, as registered.
	Ciphertext string `json:"ciphertext,omitempty"`
	SHA256     string `json:"sha256"`
	// Identity is the file with the age identity.
	Identity string `json:"identity,omitempty"`
	// ReadyHeight is where the job became ready, ReleaseHeight the block that stored S.
	ReadyHeight   int64 `json:"ready_height"`
	ReleaseHeight int64 `json:"release_height"`
}

// Fetch downloads a released dataset, collects S from the chain and the halves from the
// gateways, and opens it. Everything is checked against what the chain registered; the
// opened file appears only when it is whole. A download that was cut goes on.
func (s *Session) Fetch(ctx context.Context, o FetchOptions) (*Fetched, error) {
	out, err := s.fetch(ctx, o)
	return out, classify(err)
}

func (s *Session) fetch(ctx context.Context, o FetchOptions) (*Fetched, error) {
	request, err := parseID("request", o.RequestID)
	if err != nil {
		return nil, err
	}
	if s.Wallet == nil {
		return nil, usage("no wallet: make one with volens keys new")
	}
	if o.Out == "" {
		return nil, usage("a folder for the result is needed")
	}
	part, err := parseRange(o.Range)
	if err != nil {
		return nil, err
	}
	reader, err := exportKey(o.Crypt4GH)
	if err != nil {
		return nil, err
	}
	r, err := s.findRelease(ctx, request, o.Seat, o.Wait)
	if err != nil {
		return nil, err
	}
	if err := intoFolder(o.Out); err != nil {
		return nil, err
	}
	out := &Fetched{
		RequestID: o.RequestID,
		Seat:      o.Seat,
		DatasetID: r.of.String(),
		Version:   r.release.Version,
		SHA256: hex.EncodeToString(
			r.payload.Sha256,
		),
		ReadyHeight:   r.release.ReadyHeight,
		ReleaseHeight: r.release.Height,
	}
	if o.Range != "" {
		return out, s.fetchRange(ctx, r, o, part, out)
	}
	if out.Ciphertext, err = s.download(ctx, r, o.Out); err != nil {
		return nil, err
	}
	secrets, err := s.secrets(ctx, r)
	if err != nil {
		return nil, err
	}
	if o.Identity != "" {
		out.Identity = o.Identity
		return out, writeIdentity(o.Identity, secrets)
	}
	if err := s.open(r, secrets, exportOptions{folder: o.Out, reader: reader}, out); err != nil {
		return out, err
	}
	if o.Index && reader == nil {
		s.index(ctx, out)
	}
	return out, nil
}

// writeIdentity writes the key of one file for age-plugin-volens, readable by the owner only.
func writeIdentity(path string, secrets envelope.Release) error {
	text, err := secrets.Text()
	if err != nil {
		return err
	}
	content := fmt.Sprintf("# the key of dataset %s: keep it as you keep the file\n%s\n", secrets.DatasetID, text)
	var parts pending
	defer parts.discard()
	if err := parts.add(path, []byte(content)); err != nil { // Temporary files have mode 0600.
		return err
	}
	return parts.publish()
}

// download gets the sealed file, or finds that it is here already.
func (s *Session) download(ctx context.Context, r *released, folder string) (string, error) {
	path := filepath.Join(folder, fmt.Sprintf("%s-v%d.age", r.of, r.release.Version))
	if _, err := os.Stat(path); err == nil {
		return path, nil // Its digest is checked when it is opened.
	}
	return path, fallback(r.gateways, func(g gateway) error {
		return s.retry(ctx, func() error {
			var bar func(int64)
			return g.client.Download(ctx, r.facts.SHA256, largest(r.payload), path, func(done, total int64) {
				if bar == nil {
					bar = start(s.Progress, "download", total)
				}
				bar(done)
			})
		})
	})
}

// largest is how many bytes a sealed file can have: its size was rounded up on chain.
func largest(p dataset.Payload) int64 {
	return int64(min(p.SizeBucket, math.MaxInt64))
}

// open decrypts the sealed file beside itself and checks every digest on the way.
func (s *Session) open(r *released, secrets envelope.Release, o exportOptions, out *Fetched) (err error) {
	identity, err := envelope.NewIdentity(secrets)
	if err != nil {
		return err
	}
	defer identity.Zero()
	src, err := os.Open(out.Ciphertext)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	info, err := src.Stat()
	if err != nil {
		return err
	}
	var parts pending
	defer parts.discard()
	dst, err := parts.begin(o.folder, r.of.String())
	if err != nil {
		return err
	}
	sink, err := o.sink(s.Rand, dst)
	if err != nil {
		return err
	}
	head := &beginning{dst: sink}
	bar := start(s.Progress, "open", info.Size())
	opened, err := envelope.Open(head, &counting{src: src, report: bar}, r.facts, identity)
	if err != nil {
		return err
	}
	out.PlaintextSize, out.PlaintextSHA256 = opened.PlaintextSize, hex.EncodeToString(opened.PlaintextSHA256[:])
	if err := sink.Close(); err != nil {
		return err
	}
	out.Path = filepath.Join(o.folder, r.of.String()+extension(head.kept)+o.suffix())
	if err := parts.finish(out.Path); err != nil {
		return err
	}
	return parts.publish()
}

// beginning keeps the first bytes of what passes.
type beginning struct {
	dst  io.Writer
	kept []byte
}

// Write implements io.Writer.
func (b *beginning) Write(p []byte) (int, error) {
	if room := filetype.PeekSize - len(b.kept); room > 0 {
		b.kept = append(b.kept, p[:min(room, len(p))]...)
	}
	return b.dst.Write(p)
}

// extension names a file by what it is.
func extension(head []byte) string {
	found := filetype.DetectBytes(head, len(head) < filetype.PeekSize)
	if !found.Known() {
		return ".bin"
	}
	name := "." + string(found.Format)
	if found.Format == filetype.FormatVCF && found.Compression != filetype.Plain {
		name += ".gz"
	}
	return name
}

// fetchRange downloads and opens only the leaves that a part of the file lies in.
func (s *Session) fetchRange(
	ctx context.Context, r *released, o FetchOptions, part span, out *Fetched,
) error {
	secrets, err := s.secrets(ctx, r)
	if err != nil {
		return err
	}
	identity, err := envelope.NewIdentity(secrets)
	if err != nil {
		return err
	}
	defer identity.Zero()
	return fallback(r.gateways, func(g gateway) error {
		leaves, err := g.client.Leaves(ctx, r.facts.SHA256)
		if err != nil {
			return err
		}
		src, size, err := g.client.ReaderAt(ctx, r.facts.SHA256)
		if err != nil {
			return err
		}
		if size > largest(r.payload) {
			return fault.E(
				fault.Integrity,
				"gateway has %d bytes of an object that has at most %d",
				size,
				largest(r.payload),
			)
		}
		plain, length, err := envelope.NewReaderAt(src, size, leaves, r.facts, identity)
		if err != nil {
			return err
		}
		if part.from >= length {
			return usage("range begins at %d, the file has %d bytes", part.from, length)
		}
		part.to = min(part.to, length-1)
		return writeRange(plain, r.of, part, o.Out, out)
	})
}

// span is a range of bytes, both ends included.
type span struct{ from, to int64 }

func writeRange(plain io.ReaderAt, of id.ID, part span, folder string, out *Fetched) error {
	var parts pending
	defer parts.discard()
	dst, err := parts.create(folder)
	if err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(dst, sum), io.NewSectionReader(plain, part.from, part.to-part.from+1))
	if err != nil {
		return err
	}
	out.Path = filepath.Join(folder, fmt.Sprintf("%s.%d-%d.part", of, part.from, part.to))
	out.PlaintextSize, out.PlaintextSHA256 = uint64(n), hexBytes(sum.Sum(nil)) //nolint:gosec // not negative
	if err := parts.finish(out.Path); err != nil {
		return err
	}
	return parts.publish()
}

// parseRange reads A-B. Empty is everything.
func parseRange(text string) (span, error) {
	if text == "" {
		return span{}, nil
	}
	a, b, found := strings.Cut(text, "-")
	from, errFrom := strconv.ParseInt(a, 10, 64)
	to, errTo := strconv.ParseInt(b, 10, 64)
	if !found || errFrom != nil || errTo != nil || from < 0 || to < from {
		return span{}, usage("range %q: want A-B, bytes counted from 0, both included", text)
	}
	return span{from: from, to: to}, nil
}
