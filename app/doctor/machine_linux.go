package doctor

import "syscall"

// timeError is TIME_ERROR of adjtimex(2): the clock is not synchronised.
const timeError = 5

// synchronised asks the kernel whether an NTP daemon steers the clock.
func synchronised() (state, known bool) {
	var t syscall.Timex
	code, err := syscall.Adjtimex(&t)
	return code != timeError, err == nil
}

// freeBytes is what an ordinary user may still write below a folder.
func freeBytes(dir string) (free uint64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil || s.Bsize < 1 {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true
}
