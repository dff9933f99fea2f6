package dicom

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
