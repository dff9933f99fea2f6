package upload

import (
	"fmt"
	"net/http"
	"sync"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/gateway/problem"
)

// ledger counts what accounts have here that no registration claims: uploads under
// way, by their announced size, and objects that are pending.
type ledger struct {
	quota, total int64

	mu      sync.Mutex
	staged  map[string]entry     // By upload id.
	pending map[pendingKey]int64 // Sizes of placed objects.
	active  map[string]int       // Requests with a body under way, by account.
	sum     int                  // Of active.
}

// What is held costs files and time besides its bytes, so its number has limits too: one
// account's, and everybody's.
const (
	maxOwn = 256
	maxAll = 1 << 16
)

type entry struct {
	account string
	digest  drs.Digest
	size    int64
}

type pendingKey struct {
	digest  drs.Digest
	account string
}

func newLedger(quota, total int64) *ledger {
	return &ledger{
		quota: quota, total: total,
		staged: map[string]entry{}, pending: map[pendingKey]int64{}, active: map[string]int{},
	}
}

// reserve enters a new upload, or says why not.
func (l *ledger) reserve(upload string, asked entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	own, all, ownCount := asked.size, asked.size, 1
	for _, e := range l.staged {
		all += e.size
		if e.account == asked.account {
			own += e.size
			ownCount++
		}
	}
	for key, n := range l.pending {
		all += n
		if key.account == asked.account {
			own += n
			ownCount++
		}
	}
	if ownCount > maxOwn {
		return problem.New(http.StatusRequestEntityTooLarge, problem.Quota,
			fmt.Sprintf("this account has %d uploads and objects that no registration names", maxOwn))
	}
	if len(l.staged)+len(l.pending) >= maxAll {
		return problem.New(http.StatusInsufficientStorage, problem.Quota, "the gateway has no room for uploads now").
			Retry(60)
	}
	if own > l.quota {
		return problem.New(http.StatusRequestEntityTooLarge, problem.Quota,
			fmt.Sprintf("this account would hold %d bytes that no registration names, and may hold %d", own, l.quota))
	}
	if all > l.total {
		return problem.New(http.StatusInsufficientStorage, problem.Quota, "the gateway has no room for uploads now").
			Retry(60)
	}
	l.staged[upload] = asked
	return nil
}

// find returns the upload that an account has under way for these bytes, and whether
// it placed them already and nobody claimed them yet.
func (l *ledger) find(wanted entry) (upload string, placed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if size, ok := l.pending[pendingKey{wanted.digest, wanted.account}]; ok && size == wanted.size {
		return "", true
	}
	for id, e := range l.staged {
		if e == wanted && (upload == "" || id < upload) {
			upload = id
		}
	}
	return upload, false
}

// enter records an upload that was under way before a restart.
func (l *ledger) enter(upload string, e entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.staged[upload] = e
}

func (l *ledger) leave(upload string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.staged, upload)
}

func (l *ledger) place(d drs.Digest, account string, size int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pending[pendingKey{d, account}] = size
}

// claim forgets an object for one account, or for all when account is empty.
func (l *ledger) claim(d drs.Digest, account string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key := range l.pending {
		if key.digest == d && (account == "" || key.account == account) {
			delete(l.pending, key)
		}
	}
}

// begin counts a request that sends a body; end must follow.
func (l *ledger) begin(account string, perAccount, all int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sum >= all || l.active[account] >= perAccount {
		return problem.New(http.StatusServiceUnavailable, problem.Unavailable, "too many uploads at once").Retry(1)
	}
	l.sum++
	l.active[account]++
	return nil
}

func (l *ledger) end(account string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sum--
	if l.active[account]--; l.active[account] == 0 {
		delete(l.active, account)
	}
}
