//go:build !linux

package doctor

func synchronised() (state, known bool) { return false, false }

func freeBytes(string) (free uint64, known bool) { return 0, false }
