package id_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/test/vectors"
)

// idAnswer is one entry of test/vectors/ids.json.
type idAnswer struct {
	OriginChain  string `json:"origin_chain"`
	Account      string `json:"account"`
	Random       string `json:"random"`
	Version      uint64 `json:"version"`
	DatasetID    string `json:"dataset_id"`
	RequestID    string `json:"request_id"`
	InspectionID string `json:"inspection_id"`
}

// The account is owner, researcher and organisation at once: the labels keep the ids apart.
func TestVectors(t *testing.T) {
	answers := make([]idAnswer, 0, 3)
	for i, chain := range []string{"volens-1", "volens-test-1", "c"} {
		account := bytes.Repeat([]byte{byte(0xa0 + i)}, 20)
		random := bytes.Repeat([]byte{byte(0x10 * (i + 1))}, id.Size)
		version := uint64(1) << (20 * i)
		dataset := id.Dataset(chain, account, random)
		answers = append(answers, idAnswer{
			OriginChain:  chain,
			Account:      hex.EncodeToString(account),
			Random:       hex.EncodeToString(random),
			Version:      version,
			DatasetID:    dataset.String(),
			RequestID:    id.Request(chain, account, random).String(),
			InspectionID: id.Inspection(chain, dataset, version, account, random).String(),
		})
	}
	vectors.Check(t, "ids.json", answers)
}
