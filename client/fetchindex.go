package client

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"runtime"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/filetype"
	"github.com/volens-network/volens/core/genomeindex"
)

// index writes the index of an opened file beside it, where that is variants or reads in BGZF: what a dataset of one
// file has none of. The file is there already, and an index that cannot be made takes nothing from it: out says why.
func (s *Session) index(ctx context.Context, out *Fetched) {
	path, err := s.makeIndex(ctx, out.Path)
	if err != nil {
		out.IndexNote = noIndex(err)
	}
	out.Index = path
}

// makeIndex reads a file once more and writes its index, which appears only when it is whole. It returns no path for a
// file that is of another kind.
func (s *Session) makeIndex(ctx context.Context, path string) (string, error) {
	index, err := s.indexOf(ctx, path)
	if err != nil || index == nil {
		return "", err
	}
	content, err := index.File()
	if err != nil {
		return "", err
	}
	beside := path + "." + string(index.Kind)
	var parts pending
	defer parts.discard()
	if err := parts.add(beside, content); err != nil {
		return "", err
	}
	return beside, parts.publish()
}

// indexOf makes the index of a file, or none if its first bytes say that it is neither variants nor reads in BGZF.
func (s *Session) indexOf(ctx context.Context, path string) (index *genomeindex.Index, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	found, src, err := filetype.Detect(file)
	if err != nil || found.Compression != filetype.BGZF ||
		found.Format != filetype.FormatVCF && found.Format != filetype.FormatBAM {
		return nil, err
	}
	counted := &counting{src: src, report: start(s.Progress, "index", info.Size())}
	return genomeindex.Of(ctx, counted, runtime.GOMAXPROCS(0))
}

// noIndex says in words why a file has no index, without its name.
func noIndex(err error) string {
	var system *fs.PathError
	switch {
	case errors.Is(err, genomeindex.ErrOrder):
		return "it is not sorted by coordinate (bcftools sort or samtools sort, then tabix or samtools index)"
	case errors.Is(err, genomeindex.ErrSize), errors.Is(err, bgzf.ErrSmallBlocks):
		return "its coordinates, sequences or blocks are too many to be indexed here (tabix -C or samtools index -c)"
	case errors.As(err, &system):
		return system.Err.Error()
	}
	return err.Error()
}
