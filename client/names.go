package client

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxSpan bounds a span of days, months or years.
const maxSpan = 10_000

// enum finds a value by the short name that people write: "non-profit" or
// "NON_PROFIT" for RECIPIENT_CLASS_NON_PROFIT.
func enum[T ~int32](what, prefix, name string, values map[string]int32) (T, error) {
	key := prefix + strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(name), "-", "_"))
	if value, known := values[key]; known && value != 0 {
		return T(value), nil
	}
	return 0, usage("%s %q: want one of %s", what, name, strings.Join(short(prefix, values), ", "))
}

func enums[T ~int32](what, prefix string, names []string, values map[string]int32) ([]T, error) {
	out := make([]T, 0, len(names))
	for _, name := range names {
		value, err := enum[T](what, prefix, name, values)
		if err != nil {
			return nil, err
		}
		out = append(out, value)
	}
	return out, nil
}

// short lists the short names of an enum, in the order of its numbers.
func short(prefix string, values map[string]int32) []string {
	var keys []string
	for key, value := range values {
		if value != 0 {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b string) int { return int(values[a] - values[b]) })
	for i, key := range keys {
		keys[i] = shortName(prefix, key)
	}
	return keys
}

// shortName is the way back: "non-profit".
func shortName(prefix, full string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(full, prefix), "_", "-"))
}

// parseExpiry reads "never", a date (2027-01-31), a time (RFC 3339) or a span from now
// ("12 months", "30 days"). Never is told by nil.
func parseExpiry(text string, now time.Time) (*time.Time, error) {
	text = strings.TrimSpace(text)
	if text == "never" {
		return nil, nil //nolint:nilnil // never is a choice, not a failure
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return &at, nil
	}
	if at, err := time.Parse(time.DateOnly, text); err == nil {
		return &at, nil
	}
	words := strings.Fields(text)
	if len(words) != 2 {
		return nil, usage("expiry %q: want never, a date such as 2027-01-31, or a span such as 12 months", text)
	}
	n, err := strconv.Atoi(words[0])
	if err != nil || n < 1 || n > maxSpan {
		return nil, usage("expiry %q: want a number from 1 to %d", text, maxSpan)
	}
	var at time.Time
	switch strings.TrimSuffix(words[1], "s") {
	case "day":
		at = now.AddDate(0, 0, n)
	case "month":
		at = now.AddDate(0, n, 0)
	case "year":
		at = now.AddDate(n, 0, 0)
	default:
		return nil, usage("expiry %q: want days, months or years", text)
	}
	at = at.UTC()
	return &at, nil
}
