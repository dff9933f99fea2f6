package home

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/volens-network/volens/client/fault"
)

// The steps in a wallet's journal.
const (
	stepAccount  = "account"
	stepUsed     = "used"
	stepBackedUp = "backed-up"
)

// Account is one account of a wallet.
type Account struct {
	Name    string `json:"name"`
	Index   uint32 `json:"index"`   // i in m/44'/118'/0'/0/i
	Address string `json:"address"` // bech32
	// Used says that the chain knows the account. A restored wallet finds it even if the
	// GapLimit accounts before it were never used.
	Used bool `json:"-"`
}

// book is what a wallet's journal says: several processes may add to it, so the first
// line that takes a number or a name has it.
type book struct {
	accounts []Account // by index
	backedUp bool
}

// parseBook reads the entries of a wallet's journal.
func parseBook(entries []Entry) (book, error) {
	var b book
	for _, e := range entries {
		var a Account
		switch e.Step {
		case stepBackedUp:
			b.backedUp = true
			continue
		case stepAccount, stepUsed:
			if err := json.Unmarshal(e.Data, &a); err != nil {
				return book{}, fault.E(fault.Integrity, "accounts of the wallet: %w", err)
			}
		default:
			return book{}, fault.E(fault.Integrity, "accounts of the wallet: unknown step %q", e.Step)
		}
		at := slices.IndexFunc(b.accounts, func(known Account) bool { return known.Index == a.Index })
		switch {
		case e.Step == stepUsed && at >= 0:
			b.accounts[at].Used = true
		case e.Step == stepAccount && at < 0 && b.find(a.Name) < 0:
			b.accounts = append(b.accounts, a)
		}
	}
	slices.SortFunc(b.accounts, func(x, y Account) int { return cmp.Compare(x.Index, y.Index) })
	return b, nil
}

// find returns the place of the account with a name, -1 if there is none.
func (b *book) find(name string) int {
	return slices.IndexFunc(b.accounts, func(a Account) bool { return a.Name == name })
}

// next returns the number of the next account. It refuses to go on when so many accounts
// in a row were never used that a restored wallet would not look further.
func (b *book) next() (uint32, error) {
	if len(b.accounts) == 0 {
		return 0, nil
	}
	last := b.accounts[len(b.accounts)-1].Index
	var searched uint32 // How many accounts a search sees that ends at the last used one.
	for _, a := range b.accounts {
		if a.Used {
			searched = a.Index + 1
		}
	}
	if last+1-searched >= GapLimit || last >= maxIndex {
		return 0, fault.E(fault.Refused, "%d accounts were never used: use one of them first", GapLimit)
	}
	return last + 1, nil
}
