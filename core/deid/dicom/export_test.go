package dicom

import "bytes"

// UnpackLossless and UnpackBaseline unpack a frame of JPEG, for tests.
func UnpackLossless(packed []byte, rows, columns, samples, allocated int) ([]byte, bool) {
	return unpackBy(unpackLossless, packed, rows, columns, samples, allocated)
}

// UnpackLS unpacks a frame of JPEG-LS.
func UnpackLS(packed []byte, rows, columns, samples, allocated int) ([]byte, bool) {
	return unpackBy(unpackLS, packed, rows, columns, samples, allocated)
}

func UnpackBaseline(packed []byte, rows, columns, samples int) ([]byte, bool) {
	return unpackBy(unpackBaseline, packed, rows, columns, samples, 8)
}

func unpackBy(
	unpack func(frame, packed []byte, p *picture) bool, packed []byte, rows, columns, samples, allocated int,
) ([]byte, bool) {
	frame := make([]byte, rows*columns*samples*allocated/8)
	ok := unpack(frame, packed, &picture{rows: rows, columns: columns, samples: samples, allocated: allocated})
	return frame, ok
}

// Notes passes fragments on, each in the writes that it is given in, without what stands beside pictures.
func Notes(fragments ...[][]byte) ([]byte, error) {
	return notesOf(kinds{}, fragments)
}

// NotesOf does so in a transfer syntax.
func NotesOf(uid string, fragments ...[][]byte) ([]byte, error) {
	return notesOf(syntax{uid: uid}.kinds(), fragments)
}

func notesOf(allowed kinds, fragments [][][]byte) ([]byte, error) {
	var out bytes.Buffer
	n := &notes{dst: &out, kinds: allowed}
	for _, writes := range fragments {
		head := bytes.Join(writes, nil)
		if err := n.begin(head[:min(len(head), longestStart)]); err != nil {
			return nil, err
		}
		for _, p := range writes {
			if _, err := n.Write(p); err != nil {
				return nil, err
			}
		}
		if err := n.end(); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}
