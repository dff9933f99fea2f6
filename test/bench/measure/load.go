package measure

import (
	"os"
	"strconv"
	"strings"
)

// Load reads the load over the last minute, or nil where the system does not tell.
func Load() *float64 {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return nil
	}
	first, _, _ := strings.Cut(string(raw), " ")
	value, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return nil
	}
	return &value
}
