package home

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/jcs"
)

const (
	folderMode = 0o700
	fileMode   = 0o600

	configFile    = "config.json"
	walletFolder  = "wallets"
	journalFolder = "journal"

	// maxConfig bounds the settings file in bytes.
	maxConfig = 1 << 16
)

// nameForm is how wallets, accounts and operations may be called.
var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,99}$`)

// Home is the folder of one user. Make one with Open. No file name can lead out of it.
type Home struct {
	root       *os.Root
	workFactor int
}

// Config is what a user would otherwise have to say on each command line. Empty fields
// have defaults elsewhere.
type Config struct {
	Node    string `json:"node,omitempty"`     // URL of a CometBFT RPC
	Gateway string `json:"gateway,omitempty"`  // URL of a gateway
	ChainID string `json:"chain_id,omitempty"` // the only chain to talk to
	Trust   string `json:"trust,omitempty"`    // a trusted header as HEIGHT:HASH
}

// Default is ~/.volens.
func Default() (string, error) {
	user, err := os.UserHomeDir()
	if err != nil {
		return "", fault.E(fault.Usage, "find the user's folder: %w", err)
	}
	return filepath.Join(user, ".volens"), nil
}

// Open opens a user's folder and makes it if there is none.
func Open(dir string) (*Home, error) {
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return nil, fmt.Errorf("make home: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open home: %w", err)
	}
	h := &Home{root: root, workFactor: defaultWorkFactor}
	for _, folder := range []string{walletFolder, journalFolder} {
		if err := root.MkdirAll(folder, folderMode); err != nil {
			return nil, errors.Join(fmt.Errorf("make home: %w", err), root.Close())
		}
	}
	return h, nil
}

// Close ends the use of the folder. Wallets and journals that are open stay so.
func (h *Home) Close() error { return h.root.Close() }

// Config reads the settings; they are empty if nobody has saved any.
func (h *Home) Config() (Config, error) {
	var c Config
	raw, err := readFile(h.root, configFile, maxConfig)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	if err := jcs.Unmarshal(raw, &c); err != nil {
		return Config{}, fault.E(fault.Usage, "%s: %w", configFile, err)
	}
	return c, nil
}

// SetConfig saves the settings.
func (h *Home) SetConfig(c Config) error {
	raw, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("encode settings: %w", err)
	}
	return writeFile(h.root, configFile, append(raw, '\n'))
}

// checkName refuses what cannot be the name of a wallet, an account or an operation.
func checkName(what, name string) error {
	if !nameForm.MatchString(name) {
		return fault.E(
			fault.Usage,
			"%s %q: a name has up to 100 of a-z, 0-9, '.', '_' and '-', and begins with a letter or digit",
			what,
			name,
		)
	}
	return nil
}
