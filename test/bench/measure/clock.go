package measure

import "time"

// Clock reads how much of something was spent so far. Only differences have a meaning.
type Clock func() (time.Duration, error)

// Wall is the time on the wall.
func Wall() (time.Duration, error) { return time.Since(start), nil }

// start is any moment; time.Since reads the monotonic clock.
var start = time.Now()
