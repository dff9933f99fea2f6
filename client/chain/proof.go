package chain

import (
	"bytes"
	"context"
	"fmt"
	"regexp"

	"github.com/cometbft/cometbft/crypto/merkle"
	cmtcrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/volens-network/volens/client/fault"
)

// The two steps of a proof: from the value to the root of its store, and from there to
// the app hash.
var proofSteps = [...]string{storetypes.ProofOpIAVLCommitment, storetypes.ProofOpSimpleMerkleCommitment}

// minProofHeight is the first height whose state a node proves.
const minProofHeight = 2

// storeName is how the stores of this chain are called.
var storeName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// Proof says that a key of a store had a value, or none, after a block. It is worth
// nothing before Verify. Its JSON form is in proofjson.go.
type Proof struct {
	ChainID string
	Height  int64  // of the block after which the state is proven; its app hash is in header Height+1
	Store   string // such as "consent"
	Key     []byte
	Value   []byte    // empty: the key is absent. A key whose value is empty cannot be proven.
	Steps   [2][]byte // ICS-23 commitment proofs: in the store, and of the store in the app hash
}

// Prove fetches a value, or its absence, with a proof. Height 0 is the newest state whose
// header exists already. The answer is checked for form only: see Verify.
func (c *Client) Prove(ctx context.Context, store string, key []byte, height int64) (*Proof, error) {
	if !storeName.MatchString(store) || len(key) == 0 {
		return nil, fault.E(fault.Usage, "prove key %X of store %q", key, store)
	}
	status, err := c.Status(ctx)
	if err != nil {
		return nil, err
	}
	if height == 0 {
		height = status.Height - 1
	}
	if height < minProofHeight {
		return nil, fault.E(
			fault.Unavailable,
			"height %d cannot be proven: wait for block %d",
			height,
			minProofHeight+1,
		)
	}
	path := fmt.Sprintf("/store/%s/key", store)
	result, err := c.node.ABCIQueryWithOptions(ctx, path, key, rpcclient.ABCIQueryOptions{Height: height, Prove: true})
	if err != nil {
		return nil, fault.E(fault.Unavailable, "prove key %X of store %s: %w", key, store, err)
	}
	answer := result.Response
	if !answer.IsOK() {
		return nil, &QueryError{Path: path, Codespace: answer.Codespace, Code: answer.Code, Log: answer.Log}
	}
	if answer.Height != height || answer.ProofOps == nil || len(answer.ProofOps.Ops) != len(proofSteps) {
		return nil, fault.E(
			fault.Integrity,
			"node gave no proof of key %X of store %s at height %d",
			key,
			store,
			height,
		)
	}
	proof := &Proof{ChainID: status.ChainID, Height: height, Store: store, Key: key, Value: answer.Value}
	for i, op := range answer.ProofOps.Ops {
		if op.Type != proofSteps[i] {
			return nil, fault.E(fault.Integrity, "step %d of the proof is %q, not %q", i, op.Type, proofSteps[i])
		}
		proof.Steps[i] = op.Data
	}
	return proof, nil
}

// Absent reports whether the proof says that the key has no value.
func (p *Proof) Absent() bool { return len(p.Value) == 0 }

// Verify checks the proof against a header that the caller trusts. The header must be of
// the same chain, one block above. Any difference is a fault of kind Integrity.
func (p *Proof) Verify(header *Header) error {
	if header.ChainID() != p.ChainID {
		return fault.E(fault.Integrity, "proof is of chain %q, header of %q", p.ChainID, header.ChainID())
	}
	if header.Height() != p.Height+1 {
		return fault.E(
			fault.Integrity, "proof of height %d needs header %d, not %d", p.Height, p.Height+1, header.Height(),
		)
	}
	return VerifyProof(p, header.AppHash())
}

// VerifyProof checks a proof against the app hash of the header one block above it.
func VerifyProof(p *Proof, appHash []byte) error {
	names := [...][]byte{p.Key, []byte(p.Store)}
	var args [][]byte // What the next step proves: nothing says absence.
	if !p.Absent() {
		args = [][]byte{p.Value}
	}
	for i, kind := range proofSteps {
		var err error
		if args, err = proofStep(kind, names[i], p.Steps[i], args); err != nil {
			return fault.E(fault.Integrity, "proof of key %X of store %q: %w", p.Key, p.Store, err)
		}
	}
	if len(appHash) == 0 || !bytes.Equal(args[0], appHash) {
		return fault.E(
			fault.Integrity,
			"proof of key %X of store %q leads to app hash %X, not %X",
			p.Key,
			p.Store,
			args[0],
			appHash,
		)
	}
	return nil
}

// proofStep runs one commitment proof and returns the root it leads to.
func proofStep(kind string, key, data []byte, args [][]byte) ([][]byte, error) {
	if len(key) == 0 {
		return nil, fmt.Errorf("%s: empty key", kind)
	}
	var (
		step merkle.ProofOperator
		err  error
	)
	if step, err = storetypes.CommitmentOpDecoder(cmtcrypto.ProofOp{Type: kind, Key: key, Data: data}); err != nil {
		return nil, fmt.Errorf("%s: %w", kind, err)
	}
	roots, err := step.Run(args)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", kind, err)
	}
	if len(roots) != 1 || len(roots[0]) == 0 {
		return nil, fmt.Errorf("%s: no root", kind)
	}
	return roots, nil
}
