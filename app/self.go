package app

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cast"

	cmtbytes "github.com/cometbft/cometbft/libs/bytes"
	"github.com/cosmos/cosmos-sdk/client/flags"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/app/voteext"
	"github.com/volens-network/volens/x/custody/share"
)

// CustodyFolder is where, below a node's home, its shares and its emission guard lie.
// It must never come back from a backup.
const CustodyFolder = "custody"

// validatorKeyFile is CometBFT's, below a node's home.
const validatorKeyFile = "config/priv_validator_key.json"

// newSelf tells who this node is, or nil if it has no validator key.
func newSelf(appOpts servertypes.AppOptions) (*voteext.Self, error) {
	home := cast.ToString(appOpts.Get(flags.FlagHome))
	raw, err := os.ReadFile(filepath.Join(home, validatorKeyFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil //nolint:nilnil // no validator, no self
	}
	if err != nil {
		return nil, err
	}
	var key struct {
		Address cmtbytes.HexBytes `json:"address"`
	}
	if err := json.Unmarshal(raw, &key); err != nil {
		return nil, fmt.Errorf("read %s: %w", validatorKeyFile, err)
	}
	secrets, err := share.Open(filepath.Join(home, CustodyFolder), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", CustodyFolder, err)
	}
	return &voteext.Self{Consensus: sdk.ConsAddress(key.Address), Secrets: secrets, Rand: rand.Reader}, nil
}
