// Package devnet runs a Volens network on loopback: n validators and a gateway, each
// its own process, in one folder.
//
// New writes the genesis with `volensd localnet`, Start runs the validators, StartGateway
// the gateway; WaitKey waits for the committee's key. It is the one program behind
// `volens demo`, `make localnet` and the end-to-end tests. It never links the node: it
// talks to it as a user would. The people and the story are in devnet/walk.
package devnet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Spec describes a network. `volensd localnet` reads it as JSON from standard input.
type Spec struct {
	ChainID    string `json:"chain_id"`
	Dir        string `json:"dir"`
	Validators int    `json:"validators"`
	PortOffset int    `json:"port_offset"`
	// BlockTime is how long a validator waits for late precommits after a commit.
	BlockTime time.Duration `json:"block_time_ns"`
	// GenesisTime is the time of the first block.
	GenesisTime time.Time `json:"genesis_time"`
	// EpochLength is after how many blocks the committee's shares move on, the devnet's
	// default if 0.
	EpochLength   int64          `json:"epoch_length,omitempty"`
	Accounts      []Account      `json:"accounts"`
	Organisations []Organisation `json:"organisations"`
	Templates     []Template     `json:"templates"`
	Codebooks     []Codebook     `json:"codebooks"`
}

// Account has coins at genesis.
type Account struct {
	Address string `json:"address"`
	// Coins such as "1000000uusd,5uvol", as the SDK writes them.
	Coins string `json:"coins"`
}

// Organisation is accredited at genesis. Names of kind and roles are those of
// volens.attestation.v1 without their prefix: HOSPITAL, ATTESTOR.
type Organisation struct {
	Address string   `json:"address"`
	Kind    string   `json:"kind"`
	Country string   `json:"country"`
	Roles   []string `json:"roles"`
	// Bond is one coin, paid from nowhere at genesis.
	Bond string `json:"bond"`
	// BaseURL and Recipient are a gateway's.
	BaseURL   string `json:"base_url,omitempty"`
	Recipient string `json:"recipient,omitempty"`
}

// Template is a registered plain text of a consent.
type Template struct {
	ID       string `json:"id"`
	Language string `json:"language"`
	SHA256   []byte `json:"sha256"`
}

// Codebook is a registered disease vocabulary.
type Codebook struct {
	Version string `json:"version"`
	Root    []byte `json:"root"`
	Size    uint64 `json:"size"`
}

// NodeHome is the folder of validator i.
func (s Spec) NodeHome(i int) string { return fmt.Sprintf("%s/validator%d", s.Dir, i) }

// Validate tells what is wrong with a spec.
func (s Spec) Validate() error {
	const most = 20
	switch {
	case s.ChainID == "":
		return errors.New("spec has no chain_id")
	case s.Dir == "":
		return errors.New("spec has no dir")
	case s.Validators < 1 || s.Validators > most:
		return fmt.Errorf("validators is %d: want 1 to %d", s.Validators, most)
	case s.PortOffset < 0 || s.lastPort()+s.PortOffset > portHighest:
		return fmt.Errorf("port_offset is %d: want 0 to %d", s.PortOffset, portHighest-s.lastPort())
	case s.BlockTime < 0:
		return fmt.Errorf("block_time is %s: want 0 or more", s.BlockTime)
	case s.EpochLength < 0:
		return fmt.Errorf("epoch_length is %d: want 0 or more", s.EpochLength)
	case s.GenesisTime.IsZero():
		return errors.New("spec has no genesis_time")
	}
	return nil
}

// lastPort is the network's highest port without the offset.
func (s Spec) lastPort() int { return portMetrics + (s.Validators-1)*portStep }

// ReadSpec reads a spec as JSON. Unknown fields are refused.
func ReadSpec(r io.Reader) (Spec, error) {
	var spec Spec
	decoder := json.NewDecoder(r)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&spec); err != nil {
		return Spec{}, fmt.Errorf("read network spec: %w", err)
	}
	return spec, spec.Validate()
}
