package bgzf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// extraLen checks the fixed part of a member's header and returns the length of
// its extra fields. BGZF sets the flag FEXTRA and no other.
func extraLen(head []byte) (int, error) {
	if head[0] != 0x1f || head[1] != 0x8b || head[2] != 8 || head[3] != 4 {
		return 0, ErrHeader
	}
	return int(binary.LittleEndian.Uint16(head[10:])), nil
}

// blockLen finds the extra field BC and returns the whole member's length.
func blockLen(fields []byte) (int, error) {
	for len(fields) >= 4 {
		size := int(binary.LittleEndian.Uint16(fields[2:]))
		if len(fields) < 4+size {
			return 0, ErrHeader
		}
		if fields[0] == 'B' && fields[1] == 'C' && size == 2 {
			return int(binary.LittleEndian.Uint16(fields[4:])) + 1, nil
		}
		fields = fields[4+size:]
	}
	return 0, ErrHeader
}

// packed is one member as read: the deflate stream, the trailer, and the length of all.
type packed struct {
	body   []byte
	padded []byte // body with zeros behind it
	crc    uint32
	size   uint32
	whole  int
	last   bool
}

// readPacked reads the next member into buf. It returns io.EOF only at a
// member's boundary.
func readPacked(r io.Reader, buf []byte) (packed, error) {
	var head [headerSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		if errors.Is(err, io.EOF) {
			return packed{}, io.EOF
		}
		return packed{}, cut(err)
	}
	extra, err := extraLen(head[:])
	if err != nil {
		return packed{}, err
	}
	if extra > maxBlock-headerSize {
		return packed{}, ErrHeader
	}
	fields := buf[:extra]
	if _, err := io.ReadFull(r, fields); err != nil {
		return packed{}, cut(err)
	}
	whole, err := blockLen(fields)
	if err != nil {
		return packed{}, err
	}
	rest := whole - headerSize - extra
	if rest < trailerSize {
		return packed{}, ErrHeader
	}
	// The closing member has no other form than the specification's.
	isLast := whole == len(eofBlock) && extra == 6
	body := buf[:rest]
	if _, err := io.ReadFull(r, body); err != nil {
		return packed{}, cut(err)
	}
	p := packed{
		body: body[:rest-trailerSize],
		crc:  binary.LittleEndian.Uint32(body[rest-trailerSize:]),
		size: binary.LittleEndian.Uint32(body[rest-4:]), whole: whole,
	}
	p.padded = buf[:len(p.body)+padding]
	p.last = isLast && bytes.Equal(body, eofBlock[headerSize+6:])
	if p.size > maxBlock {
		return packed{}, ErrChecksum
	}
	clear(p.padded[len(p.body):])
	return p, nil
}

func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrTruncated
	}
	return fmt.Errorf("bgzf: read: %w", err)
}
