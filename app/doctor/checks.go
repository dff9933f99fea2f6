package doctor

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cast"
)

const (
	// maxLag is how far the newest block may be behind the clock of a node that is not
	// catching up: ten of the main network's blocks.
	maxLag = 10 * time.Second
	// keepHeights is how many heights of state a node must keep, so that a gateway's or an
	// auditor's proof is still to be had: a day of one-second blocks.
	keepHeights = 86_400
)

// extensions looks into the genesis: on a chain without vote extensions there is no
// committee.
func extensions(p Patient) Finding {
	raw, err := os.ReadFile(filepath.Join(p.Home, "config", "genesis.json"))
	if err != nil {
		return bad(Fault, "the genesis cannot be read", "put the chain's genesis.json into config/ of this home")
	}
	var genesis struct {
		Consensus struct {
			Params struct {
				ABCI struct {
					Height json.Number `json:"vote_extensions_enable_height"`
				} `json:"abci"`
			} `json:"params"`
		} `json:"consensus"`
	}
	if err := json.Unmarshal(raw, &genesis); err != nil {
		return bad(Fault, "the genesis is no JSON", "fetch the chain's genesis.json anew and compare its digest")
	}
	height := genesis.Consensus.Params.ABCI.Height.String()
	if height != "1" {
		return bad(Fault, fmt.Sprintf("vote extensions are enabled at height %q, not 1", height),
			"this genesis is not of a Volens chain: fetch the right one")
	}
	return well("enabled from the first block on")
}

// signer warns of a remote signer: many cannot sign vote extensions.
func signer(p Patient) Finding {
	if cast.ToString(p.Settings.Get("priv_validator_laddr")) == "" {
		return well("the node signs with its own key file")
	}
	return bad(Warning, "a remote signer signs",
		"make sure that it signs vote extensions, and that one signer alone has the key: without signed extensions "+
			"every vote of this node is invalid")
}

// clock compares the newest block's time with this machine's.
func clock(p Patient) Finding {
	if state, known := synchronised(); known && !state {
		return bad(Warning, "the kernel says that the clock is not synchronised",
			"run an NTP daemon (chrony, systemd-timesyncd) and wait until it has locked on")
	}
	switch {
	case p.Status == nil:
		return bad(Unknown, "no running node to compare with", "run the doctor again while the node runs")
	case p.Status.CatchingUp:
		return bad(Unknown, "the node is catching up", "run the doctor again when it has caught up")
	}
	lag := p.Now.Sub(p.Status.LatestTime).Round(time.Millisecond)
	if lag < -time.Second || lag > maxLag {
		return bad(Fault, fmt.Sprintf("the newest block is %s behind this clock", lag),
			"compare the clock with another machine's; if it is right, this node stands still, or the chain does: see "+
				"CustodyHeightStill and ConsensusHalted in docs/operations.md")
	}
	return well(fmt.Sprintf("the newest block is %s behind", lag))
}

// variables looks for what makes a program of CometBFT or of ours end or lie on purpose.
func variables(p Patient) Finding {
	for _, line := range p.Environment {
		name, _, _ := strings.Cut(line, "=")
		if strings.HasPrefix(name, "FAIL_TEST_") || strings.HasPrefix(name, "VOLENS_FAIL") ||
			strings.HasPrefix(name, "VOLENS_BYZANTINE") {
			return bad(Fault, name+" is set: the node would crash or lie on purpose",
				"unset "+name+" in the service's environment and restart the node")
		}
	}
	return well("none is set")
}

// adaptive refuses CometBFT's adaptive_sync: it may make a validator sign twice (CometBFT
// #5953).
func adaptive(p Patient) Finding {
	if cast.ToBool(p.Settings.Get("blocksync.adaptive_sync")) {
		return bad(Fault, "adaptive_sync is on: a validator may sign two blocks of a height",
			"set adaptive_sync = false in [blocksync] of config.toml and restart")
	}
	return well("off")
}

// pruning wants state to be kept for as long as somebody may ask for a proof of it.
func pruning(p Patient) Finding {
	strategy := cast.ToString(p.Settings.Get("pruning"))
	kept := map[string]uint64{"": 362_880, "default": 362_880, "nothing": 1 << 62, "everything": 2}
	keep, known := kept[strategy]
	if strategy == "custom" {
		keep, known = cast.ToUint64(p.Settings.Get("pruning-keep-recent")), true
	}
	switch {
	case !known:
		return bad(Fault, fmt.Sprintf("pruning is %q", strategy), `set pruning = "default" in app.toml`)
	case keep < keepHeights:
		return bad(
			Warning,
			fmt.Sprintf("the state of %d heights is kept: proofs of older ones cannot be had here", keep),
			fmt.Sprintf(
				`set pruning = "default", or "custom" with pruning-keep-recent of %d or more, in app.toml; a node `+
					"that serves no gateway and no auditor may stay so",
				keepHeights,
			),
		)
	}
	if blocks := cast.ToUint64(p.Settings.Get("min-retain-blocks")); blocks > 0 && blocks < keepHeights {
		return bad(Warning, fmt.Sprintf("%d blocks are kept", blocks),
			fmt.Sprintf("set min-retain-blocks to 0, or to %d or more, in app.toml", keepHeights))
	}
	return well(fmt.Sprintf("strategy %q", strategy))
}

// keyFiles wants what is secret to be the node's alone.
func keyFiles(p Patient) Finding {
	for _, name := range []string{
		"config/priv_validator_key.json", "config/node_key.json", "data/priv_validator_state.json",
	} {
		if _, err := os.Stat(filepath.Join(p.Home, name)); err != nil {
			return bad(Fault, name+" is missing or cannot be read",
				"see Restore in docs/operations.md; never copy priv_validator_state.json from a backup")
		}
	}
	var open []string
	for _, name := range []string{"config/priv_validator_key.json", "config/node_key.json", "custody", "keyring-file"} {
		err := filepath.WalkDir(filepath.Join(p.Home, name), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := entry.Info()
			if err == nil && info.Mode().Perm()&0o077 != 0 {
				open = append(open, strings.TrimPrefix(path, p.Home+string(filepath.Separator)))
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return bad(Fault, name+" cannot be read", "run the doctor as the user that the node runs as")
		}
	}
	if len(open) > 0 {
		return bad(Fault, "others can read "+strings.Join(open, ", "),
			"chmod 600 for files and 700 for folders, and rotate keys that somebody may have read")
	}
	return well("only the owner can read them")
}

// gasLimit wants queries to be bounded: 0 stands for no limit.
func gasLimit(p Patient) Finding {
	if cast.ToUint64(p.Settings.Get("query-gas-limit")) == 0 {
		return bad(Warning, "one query may take the node's whole time", "set query-gas-limit = 50000000 in app.toml")
	}
	return well("set")
}

func unsafeRPC(p Patient) Finding {
	if cast.ToBool(p.Settings.Get("rpc.unsafe")) {
		return bad(Fault, "unsafe RPC commands are on", "set unsafe = false in [rpc] of config.toml")
	}
	return well("off")
}

// disk wants room: a node whose disk is full stops, and may stop inside a write.
func disk(p Patient) Finding {
	free, known := freeBytes(p.Home)
	if !known {
		return bad(Unknown, "the free disk cannot be told here", "look with df")
	}
	mib := strconv.FormatUint(free>>20, 10) + " MiB are free"
	if free < p.MinFree {
		return bad(Fault, mib, fmt.Sprintf("free the disk to %d MiB, or let the node keep less: pruning in app.toml",
			p.MinFree>>20))
	}
	return well(mib)
}
