package client

import (
	"crypto/hkdf"
	"crypto/sha512"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/merkle"
	"github.com/volens-network/volens/core/transcript"
)

const (
	secretSize = 32
	// facetLeaves is how many leaves a tree of facets has, always.
	facetLeaves = 256
)

// PseudonymKey is the key by which the names and dates of one dataset are replaced,
// under profiles that do so by key. It is derived from the wallet's root secret; whoever has
// it can undo the replacement by guessing.
func PseudonymKey(root []byte, datasetID id.ID) ([]byte, error) {
	if len(root) < secretSize {
		return nil, fault.E(fault.Internal, "root secret has %d bytes", len(root))
	}
	return expand(root, transcript.New("volens/deid/v1").Bytes(datasetID.Bytes()))
}

// facetsRoot is the root over 256 leaves that say nothing: until facets are disclosed,
// each is drawn from the wallet's root secret and matches no criterion.
func facetsRoot(root []byte, datasetID id.ID, version uint64) ([]byte, error) {
	leaves := make([]merkle.Hash, facetLeaves)
	for i := range leaves {
		info := transcript.New("volens/facet-leaf/v1").Bytes(datasetID.Bytes()).Uint(version).Uint(uint64(i))
		leaf, err := expand(root, info)
		if err != nil {
			return nil, err
		}
		leaves[i] = merkle.Leaf(leaf)
	}
	return merkle.Root(leaves).Bytes(), nil
}

// paperSalt blinds the digests of a request's papers, so that nobody can tell a guess
// of their text by the chain.
func paperSalt(root []byte, requestID id.ID) ([]byte, error) {
	return expand(root, transcript.New("volens/request-salt/v1").Bytes(requestID.Bytes()))
}

func expand(root []byte, info *transcript.Transcript) ([]byte, error) {
	return hkdf.Key(sha512.New, root, nil, string(info.Encode()), secretSize)
}
