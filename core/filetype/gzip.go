package filetype

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
)

const (
	gzipHeader   = 10
	gzipHasExtra = 1 << 2
)

// sniffGzip tells gzip from BGZF: a gzip member whose extra field has the
// subfield "BC" of two bytes (SAM specification, section 4.1).
func sniffGzip(head []byte) Compression {
	if len(head) < gzipHeader || head[0] != 0x1f || head[1] != 0x8b || head[2] != 8 {
		return Plain
	}
	if head[3]&gzipHasExtra == 0 || len(head) < gzipHeader+2 {
		return Gzip
	}
	extra := head[gzipHeader+2:]
	extra = extra[:min(len(extra), int(binary.LittleEndian.Uint16(head[gzipHeader:])))]
	for len(extra) >= 4 {
		size := int(binary.LittleEndian.Uint16(extra[2:]))
		if extra[0] == 'B' && extra[1] == 'C' && size == 2 {
			return BGZF
		}
		if len(extra) < 4+size {
			break
		}
		extra = extra[4+size:]
	}
	return Gzip
}

// inflate returns the first InflateSize bytes of what head holds, and whether
// that is all: the compressed bytes ended without an error below the limit.
func inflate(head []byte) (inner []byte, ended bool) {
	z, err := gzip.NewReader(bytes.NewReader(head))
	if err != nil {
		return nil, false
	}
	inner, err = io.ReadAll(io.LimitReader(z, InflateSize))
	return inner, err == nil && len(inner) < InflateSize
}
