package shelf

import "time"

// SetPatience is how long Fetch waits for all others together.
func (s *Shelf) SetPatience(d time.Duration) { s.patience = d }
