// Package derive makes every secret of a wallet from its one seed, so that 24
// words bring all of them back: the patient's own age key of each dataset, the
// delivery key of each request, and the roots of pseudonyms, salts and seats.
//
// Use PatientIdentity to open one's own files, DeliveryIdentity to receive the
// gateways' parts, RootSecret and ReaderSeed as input to the packages that
// derive further. All are HKDF-SHA512 (RFC 5869) of the seed with an empty salt;
// the info is a transcript whose label is "volens/<name>/v1" and whose only
// field, if any, is the id of a dataset or request (docs/spec/sealed-file.md,
// "Keys from the wallet's seed").
//
// The package never draws or keeps a seed. What it returns is secret.
package derive

import (
	"crypto/hkdf"
	"crypto/sha512"
	"errors"
	"fmt"

	"filippo.io/age"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/transcript"
)

const (
	// MinSeed is the least length of a seed in bytes. A seed of BIP-39 has 64.
	MinSeed = 32
	// Size is the length of every derived secret in bytes.
	Size = 32
)

// The names stand in the labels of the transcripts.
const (
	patientAge  = "patient-age-pq"
	deliveryKey = "delivery-key"
	rootSecret  = "root-secret"
	readerSeed  = "reader-seed"
)

// ErrSeed is returned for a seed that is too short to hold a wallet's secrets.
var ErrSeed = errors.New("wallet seed is too short")

// PatientIdentity is the patient's own post-quantum age identity for one
// dataset: the second recipient of its sealed file.
func PatientIdentity(seed []byte, datasetID id.ID) (*age.HybridIdentity, error) {
	return ageIdentity(seed, patientAge, datasetID)
}

// DeliveryIdentity is the researcher's post-quantum age identity for one
// request: gateways encrypt their parts to it.
func DeliveryIdentity(seed []byte, requestID id.ID) (*age.HybridIdentity, error) {
	return ageIdentity(seed, deliveryKey, requestID)
}

// RootSecret is what pseudonyms, date shifts and facet salts are derived from.
func RootSecret(seed []byte) ([]byte, error) { return secret(seed, rootSecret) }

// ReaderSeed is what the one-time keys of seats are derived from.
func ReaderSeed(seed []byte) ([]byte, error) { return secret(seed, readerSeed) }

func ageIdentity(seed []byte, name string, of id.ID) (*age.HybridIdentity, error) {
	raw, err := secret(seed, name, of[:])
	if err != nil {
		return nil, err
	}
	defer clear(raw)
	identity, err := age.ParseHybridIdentity(encodeAgeSecret(raw))
	if err != nil {
		return nil, fmt.Errorf("derive %s: %w", name, err)
	}
	return identity, nil
}

func secret(seed []byte, name string, fields ...[]byte) ([]byte, error) {
	if len(seed) < MinSeed {
		return nil, fmt.Errorf("derive %s: %w: %d bytes, at least %d are needed", name, ErrSeed, len(seed), MinSeed)
	}
	info := transcript.New("volens/" + name + "/v1").Bytes(fields...).Encode()
	out, err := hkdf.Key(sha512.New, seed, nil, string(info), Size)
	if err != nil {
		return nil, fmt.Errorf("derive %s: %w", name, err)
	}
	return out, nil
}
