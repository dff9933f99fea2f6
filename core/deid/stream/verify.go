package stream

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/volens-network/volens/core/bgzf"
	"github.com/volens-network/volens/core/deid"
)

// Rewrite is a format's scrub between the plain bytes of the input and those of
// the output.
type Rewrite func(ctx context.Context, dst io.Writer, in *Source) (*deid.FileResult, error)

// Verify re-runs what needs no original: the digest, the container, the patterns,
// and that rewriting the payload again changes nothing. packed says for each kind
// of the format how it is packed. The result of the rewriting is nil when the
// payload was not read to its end: the verdict then says why. An error is a
// failure of the source. The payload is read once.
func Verify(
	ctx context.Context, entry deid.Entry, payload io.Reader, packed map[string]bgzf.Kind, rewrite Rewrite,
) (*deid.Verdict, *deid.FileResult, error) {
	file := NewDigest(io.Discard)
	whole := io.TeeReader(payload, file)
	v := &deid.Verdict{}
	before, after := NewDigest(io.Discard), NewDigest(io.Discard)
	in, err := Open(whole, 0, 1)
	var result *deid.FileResult
	var at *bgzf.Offsets
	if err == nil {
		if entry.Index != nil && in.blocks != nil {
			at = in.blocks.Offsets()
		}
		in.Tee(before)
		result, err = rewrite(ctx, after, in)
	}
	var refusal *deid.RefusalError
	switch {
	case errors.As(err, &refusal):
		v.Add(deid.CheckReadable, refusal.Code == deid.CodeIdentifierRemain, string(refusal.Code))
		v.Add(deid.CheckPatterns, refusal.Code != deid.CodeIdentifierRemain, refusal.Detail)
		return v, nil, nil
	case err != nil:
		return nil, nil, err
	}
	// What follows the text, such as the closing block, belongs to the digest.
	if _, err := io.Copy(io.Discard, whole); err != nil {
		return nil, nil, fmt.Errorf("read: %w", err)
	}
	v.Add(deid.CheckReadable, true, "")
	v.Add(deid.CheckPatterns, true, "")
	v.Add(deid.CheckDigest,
		file.SHA256() == entry.SHA256 && file.Bytes() == entry.Bytes && result.Entry.Records == entry.Records,
		"the bytes or records are not those of the report")
	want, known := packed[entry.Kind]
	v.Add(deid.CheckContainer, known && want == in.Kind, "the container is not the one of the report")
	same := before.SHA256() == after.SHA256() && len(result.Warnings) == 0
	v.Add(deid.CheckIdempotent, same, "the profile changes the payload")
	v.Facets, v.Images = result.Facets, result.Images
	if entry.Index != nil {
		expectIndex(v, result, *entry.Index, at)
	}
	return v, result, nil
}
