package network

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/devnet/walk"
	"github.com/volens-network/volens/x/custody"
)

// secretsFolder is where, below a node's home, its shares lie.
const secretsFolder = "custody"

// Key is the newest key with the epoch that releases.
func (s *Site) Key(ctx context.Context) (custody.Key, custody.Epoch, error) {
	answer, err := s.Town.Person(walk.Researcher).Chain.Custody().Key(ctx, &custody.QueryKeyRequest{})
	if err != nil {
		return custody.Key{}, custody.Epoch{}, err
	}
	return answer.Key, answer.Epoch, nil
}

// Run is the open run, or the last one.
func (s *Site) Run(ctx context.Context) (custody.Run, error) {
	answer, err := s.Town.Person(walk.Researcher).Chain.Custody().Run(ctx, &custody.QueryRunRequest{})
	if err != nil || answer.Run == nil {
		return custody.Run{}, err
	}
	return *answer.Run, nil
}

// Convictions are how often the chain found an operator guilty in a run.
func (s *Site) Convictions(ctx context.Context, operator []byte) (int, error) {
	answer, err := s.Town.Person(walk.Researcher).Chain.Custody().Faults(ctx, &custody.QueryFaultsRequest{})
	if err != nil {
		return 0, err
	}
	n := 0
	for _, f := range answer.Faults {
		if bytes.Equal(f.Operator, operator) {
			n++
		}
	}
	return n, nil
}

// Operator is the operator address of a node that is, or was, a validator.
func (s *Site) Operator(ctx context.Context, node int) ([]byte, error) {
	return Operator(ctx, s.Town.Network(), s.Spec().NodeName(node))
}

// Leave takes a validator's stake back: it leaves the set with the end of the block.
func (s *Site) Leave(ctx context.Context, node int) error {
	operator, err := s.Operator(ctx, node)
	if err != nil {
		return err
	}
	s.fault(ctx, "leave", node)
	return s.Operate(ctx, node, "staking", "unbond", sdk.ValAddress(operator).String(), stake)
}

// Unjail brings a validator back that was convicted. It fails while its time is not over.
func (s *Site) Unjail(ctx context.Context, node int) error {
	return s.Operate(ctx, node, "slashing", "unjail")
}

// KeptEpochs are the epochs of a key of which a node has a share file.
func (s *Site) KeptEpochs(node int, keyID uint64) ([]uint64, error) {
	entries, err := os.ReadDir(filepath.Join(s.Home(node), secretsFolder))
	if err != nil {
		return nil, err
	}
	var out []uint64
	for _, entry := range entries {
		var key, epoch uint64
		n, err := fmt.Sscanf(entry.Name(), "share-%d-%d", &key, &epoch)
		if err == nil && n == 2 && key == keyID && entry.Name() == shareFile(key, epoch) {
			out = append(out, epoch)
		}
	}
	slices.Sort(out)
	return out, nil
}

func shareFile(keyID, epoch uint64) string { return fmt.Sprintf("share-%d-%d", keyID, epoch) }
