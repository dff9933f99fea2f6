package market

import (
	"errors"
	"strings"

	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/papers"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/dataset"
)

const (
	// NetworkK is the least cohort of the network. A posted request asks each patient
	// for herself and protects nobody in a crowd, so it stays below.
	NetworkK = 11
	// digestSize is the length of the digests of a request's papers, in bytes.
	digestSize = 32
	// deliveryPrefix starts age's hybrid post-quantum recipients; one has 1959 characters.
	deliveryPrefix                    = "age1pq1"
	deliveryKeyLeast, deliveryKeyMost = 1900, 2000
	bech32Letters                     = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	specPath                          = "spec"
	usePath                           = specPath + ".use"
	maxCodebook                       = 32
	codebookLetters                   = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"
)

// Papers are the digests that a request's papers have to open.
func (s Spec) Papers() papers.Digests {
	return papers.Digests{
		Title: s.Digests.Title, LaySummary: s.Digests.LaySummary, Protocol: s.Digests.Protocol,
		Contact: s.Digests.Contact, Criteria: s.CriteriaSha256,
	}
}

// Validate returns ErrMissingFields with the paths of all elements that are missing
// or wrong, or ErrCohort for more seats than a posted request may have. What only
// the chain knows (accounts, keys, windows, denominations) it does not look at.
func (s Spec) Validate(researcher string) error {
	f := &faults{}
	f.need(s.Mode == MODE_POSTED, "%s.mode", specPath)
	s.checkUse(f, researcher)
	s.Digests.check(f, specPath+".digests")
	f.need(s.KeyId > 0, "%s.key_id", specPath)
	f.need(s.NMin > 0, "%s.n_min", specPath)
	f.need(s.NMax >= max(s.NMin, 1), "%s.n_max", specPath)
	f.need(validPrice(s.Price), "%s.price", specPath)
	f.need(s.Deadline > 0, "%s.deadline", specPath)
	f.need(len(s.CriteriaSha256) == digestSize, "%s.criteria_sha256", specPath)
	f.need(s.NoCohortProtection, "%s.no_cohort_protection", specPath)
	f.need(validDeliveryKey(s.DeliveryKey), "%s.delivery_key", specPath)
	if err := f.err(); err != nil {
		return err
	}
	if s.NMax >= NetworkK {
		return errorsmod.Wrapf(ErrCohort, "%d seats: a posted request has fewer than %d", s.NMax, NetworkK)
	}
	return nil
}

// checkUse records what core/duo finds wrong with the use, and every value that
// could be free text: core/duo takes addresses as opaque strings, the chain does not.
func (s Spec) checkUse(f *faults, researcher string) {
	use := s.Use
	if _, err := use.DUO(); err != nil {
		var missing *duo.MissingFieldsError
		if !errors.As(err, &missing) {
			f.need(false, usePath)
			return
		}
		for _, path := range missing.Paths {
			f.need(false, "%s.%s", usePath, path)
		}
	}
	f.need(use.Mode == consent.USE_MODE_RELEASE, "%s.mode", usePath)
	f.need(validAddress(use.Organisation), "%s.organisation", usePath)
	f.need(validAddress(use.BeneficialOwner), "%s.beneficial_owner", usePath)
	f.need(use.Collaborator == "" || validAddress(use.Collaborator), "%s.collaborator", usePath)
	f.need(len(use.Codebook) <= maxCodebook && only(use.Codebook, codebookLetters), "%s.codebook", usePath)
	f.need(len(use.Recipients) > 0, "%s.recipients", usePath)
	for i, r := range use.Recipients {
		f.need(validAddress(r) && (i > 0 || r == researcher), "%s.recipients[%d]", usePath, i)
	}
}

func (d Digests) check(f *faults, path string) {
	f.need(len(d.Title) == digestSize, "%s.title", path)
	f.need(len(d.LaySummary) == digestSize, "%s.lay_summary", path)
	f.need(len(d.Protocol) == digestSize, "%s.protocol", path)
	f.need(len(d.Contact) == digestSize, "%s.contact", path)
}

// validPrice reports whether a price is a positive amount of 64 bits: core/market
// counts in these.
func validPrice(price sdk.Coin) bool {
	return sdk.ValidateDenom(price.Denom) == nil && !price.Amount.IsNil() && price.Amount.IsPositive() &&
		price.Amount.IsUint64()
}

// validDeliveryKey looks at the shape of the text: the gateway that encrypts to it
// parses it.
func validDeliveryKey(key string) bool {
	letters, ok := strings.CutPrefix(key, deliveryPrefix)
	return ok && len(key) >= deliveryKeyLeast && len(key) <= deliveryKeyMost && only(letters, bech32Letters)
}

// validAddress reports whether s is the bech32 address of an account.
func validAddress(s string) bool {
	_, err := dataset.ParseAddress(s)
	return err == nil
}

// only reports whether s has no character outside the alphabet.
func only(s, alphabet string) bool { return strings.Trim(s, alphabet) == "" }
