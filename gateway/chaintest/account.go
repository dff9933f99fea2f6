package chaintest

import (
	"crypto/sha256"
	"fmt"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"

	"github.com/volens-network/volens/core/login"
	"github.com/volens-network/volens/x/dataset"
)

// Account is a key pair with its address.
type Account struct {
	Address string
	key     *secp256k1.PrivKey
}

// NewAccount makes the account of a name: always the same one.
func NewAccount(name string) (Account, error) {
	secret := sha256.Sum256([]byte(name))
	key := &secp256k1.PrivKey{Key: secret[:]}
	address, err := addresscodec.NewBech32Codec(dataset.AddressPrefix).BytesToString(key.PubKey().Address())
	if err != nil {
		return Account{}, fmt.Errorf("account of %q: %w", name, err)
	}
	return Account{Address: address, key: key}, nil
}

// Answer signs a challenge.
func (a Account) Answer(c login.Challenge) (login.Answer, error) {
	signature, err := a.key.Sign(c.SignBytes())
	if err != nil {
		return login.Answer{}, fmt.Errorf("sign challenge: %w", err)
	}
	return login.Answer{Challenge: c, PublicKey: a.key.PubKey().Bytes(), Signature: signature}, nil
}

// Key is the account's private key.
func (a Account) Key() *secp256k1.PrivKey { return a.key }
