package client

import (
	"crypto/hkdf"
	"crypto/sha512"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/transcript"
)

const secretSize = 32

// PseudonymKey is the key by which the names and dates of one dataset are replaced,
// under profiles that do so by key. It is derived from the wallet's root secret; whoever has
// it can undo the replacement by guessing.
func PseudonymKey(root []byte, datasetID id.ID) ([]byte, error) {
	if len(root) < secretSize {
		return nil, fault.E(fault.Internal, "root secret has %d bytes", len(root))
	}
	return expand(root, transcript.New("volens/deid/v1").Bytes(datasetID.Bytes()))
}

// paperSalt blinds the digests of a request's papers, so that nobody can tell a guess
// of their text by the chain.
func paperSalt(root []byte, requestID id.ID) ([]byte, error) {
	return expand(root, transcript.New("volens/request-salt/v1").Bytes(requestID.Bytes()))
}

func expand(root []byte, info *transcript.Transcript) ([]byte, error) {
	return hkdf.Key(sha512.New, root, nil, string(info.Encode()), secretSize)
}
