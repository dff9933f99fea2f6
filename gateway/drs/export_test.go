package drs

// ParseRange gives tests the offset and length that a Range header asks for.
func ParseRange(header string, size int64) (from, length int64, err error) {
	s, err := parseRange(header, size)
	return s.from, s.length, err
}
