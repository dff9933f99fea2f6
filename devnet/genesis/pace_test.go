package genesis_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/devnet"
	"github.com/volens-network/volens/devnet/genesis"
)

// The waits of consensus are what CometBFT's would be for a block of that length, within bounds.
func TestWrite_Pace(t *testing.T) {
	for name, of := range map[string]struct {
		block                              time.Duration
		propose, prevote, precommit, delta string
		commit                             string
	}{
		"a second is CometBFT's own": {time.Second, "3s", "1s", "1s", "500ms", "1s"},
		"half of it, half the waits": {500 * time.Millisecond, "1.5s", "500ms", "500ms", "250ms", "500ms"},
		"no shorter than a quarter":  {0, "750ms", "250ms", "250ms", "125ms", "0s"},
		"no longer than CometBFT's":  {time.Minute, "3s", "1s", "1s", "500ms", "1m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			spec := devnet.Spec{
				ChainID: "pace-1", Dir: t.TempDir(), Validators: 1, BlockTime: of.block,
				GenesisTime: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
			}
			require.NoError(t, genesis.Write(spec))
			config, err := os.ReadFile(filepath.Join(spec.NodeHome(0), "config", "config.toml"))
			require.NoError(t, err)
			for wait, want := range map[string]string{
				"propose": of.propose, "prevote": of.prevote, "precommit": of.precommit, "commit": of.commit,
				"propose_delta": of.delta, "prevote_delta": of.delta, "precommit_delta": of.delta,
			} {
				require.Contains(t, string(config), "\ntimeout_"+wait+" = \""+want+"\"\n")
			}
		})
	}
}
