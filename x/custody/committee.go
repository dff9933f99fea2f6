package custody

// Serves reports whether a key releases: it is active, or was until a later one became it.
func (k Key) Serves() bool { return k.Status == KEY_STATUS_ACTIVE || k.Status == KEY_STATUS_SUPERSEDED }

// Awaits returns the epoch whose canary a key waits for, and whether it waits for one.
func (k Key) Awaits() (uint64, bool) {
	if k.Status == KEY_STATUS_PENDING {
		return k.Epoch, true
	}
	return k.PendingEpoch, k.PendingEpoch > 0
}

// Since is the height from which an epoch's time counts.
func (e Epoch) Since() int64 { return max(e.ActiveHeight, e.Height) }

// Holdings lists the operators that hold shares, by their first share.
func (e Epoch) Holdings() []Holder {
	var out []Holder
	place := map[string]int{}
	for _, owner := range e.Owners {
		i, known := place[string(owner)]
		if !known {
			i = len(out)
			place[string(owner)] = i
			out = append(out, Holder{Operator: owner})
		}
		out[i].Shares++
	}
	return out
}

// LargestHolder is how many shares the operator with the most has.
func (e Epoch) LargestHolder() int {
	largest := 0
	for _, h := range e.Holdings() {
		largest = max(largest, int(h.Shares))
	}
	return largest
}

// Fresh reports whether a run makes a new key, and does not move an old one.
func (r Run) Fresh() bool { return r.OldEpoch == 0 }

// TotalStake is what all holders of the snapshot have at stake.
func (r Run) TotalStake() uint64 {
	var total uint64
	for _, h := range r.Holders {
		total += h.Stake
	}
	return total
}
