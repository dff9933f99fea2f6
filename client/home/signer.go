package home

import (
	"context"
	"fmt"

	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/bech32"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/x/dataset"
)

const (
	// coinType is that of SLIP-44 for chains of the Cosmos SDK.
	coinType = 118
	// maxIndex is the highest number of an account: BIP-32 has 31 bits for it.
	maxIndex = 1<<31 - 1
)

// Signer signs for one account. It is the Signer of package client/chain.
type Signer struct{ key *secp256k1.PrivKey }

// NewSigner derives account i of a seed: m/44'/118'/0'/0/i (BIP-32, BIP-44), secp256k1.
func NewSigner(seed []byte, index uint32) (*Signer, error) {
	if len(seed) != seedSize || index > maxIndex {
		return nil, fault.E(fault.Internal, "account %d of a seed of %d bytes", index, len(seed))
	}
	master, chainCode := hd.ComputeMastersFromSeed(seed)
	raw, err := hd.DerivePrivateKeyForPath(master, chainCode, hd.CreateHDPath(coinType, 0, index).String())
	if err != nil {
		return nil, fmt.Errorf("derive account %d: %w", index, err)
	}
	return &Signer{key: &secp256k1.PrivKey{Key: raw}}, nil
}

// Address is the account's address.
func (s *Signer) Address() sdk.AccAddress { return sdk.AccAddress(s.key.PubKey().Address()) }

// PubKey is the compressed secp256k1 key.
func (s *Signer) PubKey() cryptotypes.PubKey { return s.key.PubKey() }

// Sign is ECDSA over the SHA-256 of the document: deterministic (RFC 6979), low s, 64
// bytes r || s.
func (s *Signer) Sign(_ context.Context, document []byte) ([]byte, error) {
	signature, err := s.key.Sign(document)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return signature, nil
}

// addressText is the bech32 form of an address, whatever the prefixes of this process are.
func addressText(address sdk.AccAddress) (string, error) {
	text, err := bech32.ConvertAndEncode(dataset.AddressPrefix, address)
	if err != nil {
		return "", fmt.Errorf("encode address: %w", err)
	}
	return text, nil
}
