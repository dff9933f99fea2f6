package proxy

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxClients bounds the memory of a limiter.
const maxClients = 10_000

// Limiter allows each client address so many calls a second. It is safe for concurrent
// use.
type Limiter struct {
	perSecond rate.Limit
	burst     int

	mu      sync.Mutex
	clients map[string]*client
}

type client struct {
	bucket *rate.Limiter
}

// NewLimiter makes a limiter.
func NewLimiter(perSecond float64, burst int) *Limiter {
	return &Limiter{perSecond: rate.Limit(perSecond), burst: burst, clients: map[string]*client{}}
}

// Allow reports whether a call from this address (host and port) passes now.
func (l *Limiter) Allow(remote string, now time.Time) bool { return l.AllowN(remote, now, 1) }

// AllowN is Allow for so many calls at once.
func (l *Limiter) AllowN(remote string, now time.Time, calls int) bool {
	key := keyOf(remote)
	l.mu.Lock()
	defer l.mu.Unlock()
	c, ok := l.clients[key]
	if !ok {
		if len(l.clients) >= maxClients {
			l.forget(now)
		}
		if len(l.clients) >= maxClients {
			return false
		}
		c = &client{bucket: rate.NewLimiter(l.perSecond, l.burst)}
		l.clients[key] = c
	}
	return c.bucket.AllowN(now, calls)
}

// forget drops clients whose buckets are full again.
func (l *Limiter) forget(now time.Time) {
	for key, c := range l.clients {
		if c.bucket.TokensAt(now) >= float64(l.burst) {
			delete(l.clients, key)
		}
	}
}

// keyOf is what clients are told apart by: an IPv4 address, or the /64 of an IPv6 one,
// which is what one customer has.
func keyOf(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return "unknown"
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	prefix, err := addr.Prefix(64)
	if err != nil {
		return "unknown"
	}
	return prefix.String()
}
