package network

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/volens-network/volens/client/fault"
)

// operatorKey is the name of the operator's key in every node's keyring.
const operatorKey = "operator"

// stake of a new validator: that of those from the beginning.
const stake = "1000000000000uvol"

// Trusted is a block that a joining node may begin to trust, with its hash.
func (s *Site) Trusted(ctx context.Context) (height int64, hash string, err error) {
	_, last, err := s.nodes[0].span(ctx)
	if err != nil {
		return 0, "", err
	}
	answer, err := s.nodes[0].rpc.Commit(ctx, &last)
	if err != nil {
		return 0, "", err
	}
	return last, answer.Hash().String(), nil
}

// FirstHeight is the first block that a node has.
func (s *Site) FirstHeight(ctx context.Context, node int) (int64, error) {
	first, _, err := s.nodes[node].span(ctx)
	return first, err
}

// Signs reports whether the last commit holds a signature of a node's validator key.
func (s *Site) Signs(ctx context.Context, node int) (bool, error) {
	consensus, _, err := ConsensusAddress(s.Home(node))
	if err != nil {
		return false, err
	}
	answer, err := s.nodes[0].rpc.Commit(ctx, nil)
	if err != nil {
		return false, err
	}
	for _, signature := range answer.Commit.Signatures {
		if bytes.Equal(signature.ValidatorAddress, consensus) && len(signature.Signature) > 0 {
			return true, nil
		}
	}
	return false, nil
}

// BecomeValidator bonds a node's stake, with the key of its home.
func (s *Site) BecomeValidator(ctx context.Context, node int) error {
	raw, err := os.ReadFile(filepath.Join(s.Home(node), "config", "priv_validator_key.json"))
	if err != nil {
		return err
	}
	var key struct {
		PubKey struct {
			Value []byte `json:"value"`
		} `json:"pub_key"`
	}
	if err := json.Unmarshal(raw, &key); err != nil {
		return err
	}
	public, err := json.Marshal(map[string]string{
		"@type": "/cosmos.crypto.ed25519.PubKey", "key": base64.StdEncoding.EncodeToString(key.PubKey.Value),
	})
	if err != nil {
		return err
	}
	text, err := json.Marshal(map[string]any{
		"pubkey": json.RawMessage(public), "amount": stake, "moniker": s.Spec().NodeName(node),
		"commission-rate": "0.05", "commission-max-rate": "0.2", "commission-max-change-rate": "0.01",
		"min-self-delegation": "1",
	})
	if err != nil {
		return err
	}
	path := filepath.Join(s.Home(node), "validator.json")
	if err := os.WriteFile(path, text, fileMode); err != nil {
		return err
	}
	return s.Operate(ctx, node, "staking", "create-validator", path)
}

// Operate sends a transaction of a node's operator, and waits until it stands in a block
// and succeeded.
func (s *Site) Operate(ctx context.Context, node int, args ...string) error {
	home := s.Home(node)
	args = append(
		append([]string{"tx"}, args...),
		"--home",
		home,
		"--keyring-backend",
		"test",
		"--from",
		operatorKey,
		"--node",
		s.Town.Network().RPC(0),
		"--chain-id",
		s.Spec().ChainID,
		"--gas",
		"600000",
		"--yes",
		"--output",
		"json",
	)
	out, err := exec.CommandContext(ctx, s.Town.Network().Programs().Node, args...).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return fmt.Errorf("%v: %w: %s", args, err, exit.Stderr)
		}
		return err
	}
	var sent struct {
		Code int    `json:"code"`
		Hash string `json:"txhash"`
		Log  string `json:"raw_log"`
	}
	if err := json.Unmarshal(out, &sent); err != nil {
		return fmt.Errorf("read %s: %w", out, err)
	}
	if sent.Code != 0 {
		return fmt.Errorf("%v: code %d: %s", args, sent.Code, sent.Log)
	}
	return retry(ctx, "wait for "+sent.Hash, func() error {
		var answer struct {
			Response struct {
				Code int    `json:"code"`
				Log  string `json:"raw_log"`
			} `json:"tx_response"`
		}
		if err := rest(ctx, s.Town.Network().REST(0)+"/cosmos/tx/v1beta1/txs/"+sent.Hash, &answer); err != nil {
			return err
		}
		if answer.Response.Code != 0 {
			return fault.E(fault.Integrity, "%v: %s", args, answer.Response.Log)
		}
		return nil
	})
}
