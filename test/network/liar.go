package network

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/volens-network/volens/test/byzantine"
)

// Puppet is a node that lies when it is told to: a program with the build tag byzantine,
// and the files through which it is led.
type Puppet struct {
	program, dir string
	delay        time.Duration
}

// NewPuppet leads a program by files in a folder. delay is how long its late precommits
// wait: less than a block.
func NewPuppet(program, dir string, delay time.Duration) *Puppet {
	return &Puppet{program: program, dir: dir, delay: delay}
}

func (p *Puppet) plan() string { return filepath.Join(p.dir, "plan") }
func (p *Puppet) log() string  { return filepath.Join(p.dir, "lies.jsonl") }

// Dress makes a node's command the puppet's.
func (p *Puppet) Dress(cmd *exec.Cmd) {
	cmd.Path = p.program
	cmd.Env = append(os.Environ(), byzantine.PlanVariable+"="+p.plan(), byzantine.LogVariable+"="+p.log(),
		byzantine.DelayVariable+"="+p.delay.String())
}

// Tell says which lie it shall tell from now on, empty for none.
func (p *Puppet) Tell(lie string) error {
	part := p.plan() + ".part"
	if err := os.WriteFile(part, []byte(lie), fileMode); err != nil {
		return err
	}
	return os.Rename(part, p.plan())
}

// Told lists the lies that were told, by name and height; a height may stand there twice.
func (p *Puppet) Told() (map[string][]int64, error) {
	out := map[string][]int64{}
	file, err := os.Open(p.log())
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // only read
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var told byzantine.Told
		if err := json.Unmarshal(lines.Bytes(), &told); err != nil {
			return nil, err
		}
		out[told.Lie] = append(out[told.Lie], told.Height)
	}
	return out, lines.Err()
}

// ConsensusAddress is the address of a home's validator key, 20 bytes, and as blocks
// name it.
func ConsensusAddress(home string) (raw []byte, name string, err error) {
	text, err := os.ReadFile(filepath.Join(home, "config", "priv_validator_key.json"))
	if err != nil {
		return nil, "", err
	}
	var key struct {
		Address string `json:"address"`
	}
	if err := json.Unmarshal(text, &key); err != nil {
		return nil, "", err
	}
	raw, err = hex.DecodeString(key.Address)
	return raw, strings.ToUpper(key.Address), err
}
