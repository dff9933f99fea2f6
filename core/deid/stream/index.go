package stream

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/genomeindex"
)

// notIndexed is why an output has no index, as a report warns of it.
var notIndexed = map[error]string{
	genomeindex.ErrOrder: "not_sorted_no_index",
	genomeindex.ErrSize:  "too_wide_no_index",
}

// addIndex puts the index of an output into its result, or a warning that there is none.
func addIndex(result *deid.FileResult, at *bgzf.Offsets) error {
	if result.Index == nil {
		return nil
	}
	index, err := result.Index(at)
	for why, warning := range notIndexed {
		if errors.Is(err, why) {
			result.Warnings = append(result.Warnings, warning)
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("output: %w", err)
	}
	file, err := index.File()
	if err != nil {
		return err
	}
	sum := sha256.Sum256(file)
	result.IndexFile = file
	result.Entry.Index = &deid.IndexEntry{
		Kind: index.Kind, Bytes: int64(len(file)), SHA256: hex.EncodeToString(sum[:]),
	}
	return nil
}

// expectIndex makes the index that the payload gives, against which VerifyIndex holds its
// file.
func expectIndex(v *deid.Verdict, result *deid.FileResult, entry deid.IndexEntry, at *bgzf.Offsets) {
	if result.Index == nil || at == nil {
		v.Add(deid.CheckIndex, false, "a file of this kind has no index")
		return
	}
	index, err := result.Index(at)
	switch {
	case err != nil:
		v.Add(deid.CheckIndex, false, err.Error())
	case index.Kind != entry.Kind:
		v.Add(deid.CheckIndex, false, "the payload gives an index of another kind")
	default:
		v.Index = index
	}
}

// VerifyIndex reads the file of an index to its end, and adds to the verdict on the file that
// it is of whether it is the one that the report names and the payload gives. Faults of the
// file are findings; the error is a failure of the source.
func VerifyIndex(v *deid.Verdict, entry deid.IndexEntry, file io.Reader) error {
	sum := NewDigest(io.Discard)
	whole := io.TeeReader(file, sum)
	same, err := sameIndex(v.Index, whole)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, whole); err != nil {
		return fmt.Errorf("read: %w", err)
	}
	v.Add(deid.CheckDigest, sum.SHA256() == entry.SHA256 && sum.Bytes() == entry.Bytes,
		"the bytes of the index are not those of the report")
	if v.Index != nil {
		v.Add(deid.CheckIndex, same, "the index is not the one that the payload gives")
	}
	return nil
}

// sameIndex tells whether a file holds just this index.
func sameIndex(want *genomeindex.Index, file io.Reader) (bool, error) {
	if want == nil {
		return false, nil
	}
	below := &watched{src: file}
	var content io.Reader = below
	if want.Kind.Packed() {
		content = bgzf.NewReader(below, 1)
	}
	got, err := io.ReadAll(io.LimitReader(content, int64(len(want.Content))+1))
	if below.err != nil {
		return false, fmt.Errorf("read: %w", below.err)
	}
	return err == nil && bytes.Equal(got, want.Content), nil
}
