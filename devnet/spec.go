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
	// Observers are nodes after the validators: with a home and a key, but no stake.
	Observers  int `json:"observers,omitempty"`
	PortOffset int `json:"port_offset"`
	// Hosts are the addresses of nodes that have one of their own; 127.0.0.1 otherwise.
	Hosts []string `json:"hosts,omitempty"`
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

// Nodes is how many nodes there are: validators first, then observers.
func (s Spec) Nodes() int { return s.Validators + s.Observers }

// NodeName is how logs and folders call node i.
func (s Spec) NodeName(i int) string {
	if i < s.Validators {
		return fmt.Sprintf("validator%d", i)
	}
	return fmt.Sprintf("observer%d", i)
}

// NodeHome is the folder of node i.
func (s Spec) NodeHome(i int) string { return fmt.Sprintf("%s/%s", s.Dir, s.NodeName(i)) }

// Host is the address that node i listens on.
func (s Spec) Host(i int) string {
	if i < len(s.Hosts) {
		return s.Hosts[i]
	}
	return loopback
}

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
	case s.Observers < 0 || s.Nodes() > most:
		return fmt.Errorf(
			"observers is %d: want 0 to %d beside %d validators",
			s.Observers,
			most-s.Validators,
			s.Validators,
		)
	case len(s.Hosts) > s.Nodes():
		return fmt.Errorf("%d hosts for %d nodes", len(s.Hosts), s.Nodes())
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
func (s Spec) lastPort() int { return portMetrics + (s.Nodes()-1)*portStep }

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
