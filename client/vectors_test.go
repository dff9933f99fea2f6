package client_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/test/vectors"
)

// rootAnswer is one entry of test/vectors/root_secret.json: what the root secret becomes for one id.
type rootAnswer struct {
	RootSecret   string `json:"root_secret"`
	ID           string `json:"id"`
	PseudonymKey string `json:"pseudonym_key"`
	PaperSalt    string `json:"paper_salt"`
}

func TestVectors_RootSecret(t *testing.T) {
	answers := make([]rootAnswer, 0, 3)
	for i := range byte(3) {
		root, of := bytes.Repeat([]byte{0x51 + i}, 32), id.ID{0xd0 + i, 1: i}
		pseudonyms, err := client.PseudonymKey(root, of)
		require.NoError(t, err)
		salt, err := client.PaperSalt(root, of)
		require.NoError(t, err)
		answers = append(answers, rootAnswer{
			RootSecret: hex.EncodeToString(root), ID: of.String(),
			PseudonymKey: hex.EncodeToString(pseudonyms), PaperSalt: hex.EncodeToString(salt),
		})
	}
	vectors.Check(t, "root_secret.json", answers)
}
