package home

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"github.com/cosmos/go-bip39"

	"github.com/volens-network/volens/client/fault"
)

const (
	// Words is the number of words of a phrase: 256 random bits and 8 of checksum (BIP-39).
	Words = 24

	entropySize = 32
	// seedSize is the length of a seed of BIP-39.
	seedSize = 64
	// defaultWorkFactor makes one guess at a passphrase cost about a second and 256 MiB.
	defaultWorkFactor = 18
	// maxWorkFactor is the most that Unlock will do.
	maxWorkFactor = 22
	maxSealed     = 1 << 16
)

// NewPhrase draws 24 words. random must be good, such as crypto/rand.Reader.
func NewPhrase(random io.Reader) (string, error) {
	entropy := make([]byte, entropySize)
	defer clear(entropy)
	if _, err := io.ReadFull(random, entropy); err != nil {
		return "", fmt.Errorf("draw a phrase: %w", err)
	}
	phrase, err := bip39.NewMnemonic(entropy)
	if err != nil {
		return "", fmt.Errorf("draw a phrase: %w", err)
	}
	return phrase, nil
}

// ParsePhrase reads 24 words as people type them: any case, any white space. Wrong words,
// or a wrong checksum, are a Usage fault that does not repeat them.
func ParsePhrase(text string) (string, error) {
	words := strings.Fields(strings.ToLower(text))
	if len(words) != Words {
		return "", fault.E(fault.Usage, "a phrase has %d words, not %d", Words, len(words))
	}
	phrase := strings.Join(words, " ")
	if _, err := bip39.MnemonicToByteArray(phrase); err != nil {
		return "", fault.E(fault.Usage, "the words are no phrase: one is misspelled or in the wrong place")
	}
	return phrase, nil
}

// Seed is the 64 bytes that everything of a wallet comes from: BIP-39 with an empty
// passphrase (docs/spec/wallet.md). The phrase must be one that ParsePhrase returned.
func Seed(phrase string) []byte { return bip39.NewSeed(phrase, "") }

// sealPhrase encrypts a phrase with a passphrase.
func sealPhrase(out io.Writer, phrase, passphrase string, workFactor int) error {
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return fault.E(fault.Usage, "a passphrase may not be empty")
	}
	recipient.SetWorkFactor(workFactor)
	sealed, err := age.Encrypt(out, recipient)
	if err != nil {
		return fmt.Errorf("seal the phrase: %w", err)
	}
	if _, err := io.WriteString(sealed, phrase+"\n"); err != nil {
		return fmt.Errorf("seal the phrase: %w", err)
	}
	if err := sealed.Close(); err != nil {
		return fmt.Errorf("seal the phrase: %w", err)
	}
	return nil
}

// openPhrase decrypts a phrase. A wrong passphrase is a Refused fault, a changed file one
// of kind Integrity.
func openPhrase(in io.Reader, passphrase string) (string, error) {
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return "", fault.E(fault.Usage, "a passphrase may not be empty")
	}
	identity.SetMaxWorkFactor(maxWorkFactor)
	plain, err := age.Decrypt(in, identity)
	if errors.Is(err, age.ErrIncorrectIdentity) {
		return "", fault.E(fault.Refused, "wrong passphrase")
	}
	if err != nil {
		return "", fault.E(fault.Integrity, "open the phrase: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(plain, maxSealed))
	if err != nil {
		return "", fault.E(fault.Integrity, "open the phrase: %w", err)
	}
	phrase, err := ParsePhrase(string(text))
	if err != nil {
		return "", fault.E(fault.Integrity, "open the phrase: %w", err)
	}
	return phrase, nil
}
