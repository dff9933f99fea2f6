package chain

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	cmtjson "github.com/cometbft/cometbft/libs/json"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/volens-network/volens/client/fault"
)

// MaxHeaderJSON bounds the JSON form of a header in bytes: 10,000 validators fit.
const MaxHeaderJSON = 16 << 20

// Anchor is a header that somebody trusts: from a colleague, a printed page, an earlier run.
type Anchor struct {
	Height int64
	Hash   []byte // 32 bytes
}

// String is HEIGHT:HASH with the hash in upper-case hexadecimal.
func (a Anchor) String() string { return fmt.Sprintf("%d:%X", a.Height, a.Hash) }

// ParseAnchor reads HEIGHT:HASH.
func ParseAnchor(text string) (Anchor, error) {
	var (
		a      Anchor
		digits string
	)
	if _, err := fmt.Sscanf(text, "%d:%s", &a.Height, &digits); err != nil {
		return Anchor{}, fault.E(fault.Usage, "trusted header %q is not HEIGHT:HASH: %w", text, err)
	}
	hash, err := hex.DecodeString(digits)
	if err != nil || len(hash) != 32 || a.Height < 1 {
		return Anchor{}, fault.E(fault.Usage, "trusted header %q is not HEIGHT:HASH with 64 hexadecimal digits", text)
	}
	a.Hash = hash
	return a, nil
}

// Header is a block's header with the validators who signed it. It is consistent in
// itself: more than two thirds of the power of its own validators have signed. Whether
// those are the chain's validators, only Light or the user's Anchor can say.
type Header struct{ block *cmttypes.LightBlock }

// ChainID is the live chain id.
func (h *Header) ChainID() string { return h.block.ChainID }

// Height is the block's height.
func (h *Header) Height() int64 { return h.block.Height }

// Time is the block's time.
func (h *Header) Time() time.Time { return h.block.Time }

// AppHash commits to the state after the block below.
func (h *Header) AppHash() []byte { return h.block.AppHash }

// Anchor is the header's height and hash.
func (h *Header) Anchor() Anchor { return Anchor{Height: h.Height(), Hash: h.block.Hash()} }

// Is checks that this is the header that somebody trusts.
func (h *Header) Is(trusted Anchor) error {
	if own := h.Anchor(); own.Height != trusted.Height || !bytes.Equal(own.Hash, trusted.Hash) {
		return fault.E(fault.Integrity, "header is %s, not the trusted %s", own, trusted)
	}
	return nil
}

// MarshalJSON writes the form that ParseHeader reads: CometBFT's JSON of a light block.
func (h *Header) MarshalJSON() ([]byte, error) { return cmtjson.Marshal(h.block) }

// UnmarshalJSON is ParseHeader.
func (h *Header) UnmarshalJSON(raw []byte) error {
	parsed, err := ParseHeader(raw)
	if err != nil {
		return err
	}
	*h = *parsed
	return nil
}

var (
	_ json.Marshaler   = (*Header)(nil)
	_ json.Unmarshaler = (*Header)(nil)
)

// ParseHeader reads a header and checks its signatures. Anything wrong is an Integrity fault.
func ParseHeader(raw []byte) (*Header, error) {
	if len(raw) > MaxHeaderJSON {
		return nil, fault.E(fault.Integrity, "header of %d bytes is longer than %d", len(raw), MaxHeaderJSON)
	}
	var block cmttypes.LightBlock
	if err := cmtjson.Unmarshal(raw, &block); err != nil {
		return nil, fault.E(fault.Integrity, "read header: %w", err)
	}
	return newHeader(&block)
}

// newHeader checks that a light block is whole and signed by its own validators.
func newHeader(block *cmttypes.LightBlock) (*Header, error) {
	if block == nil || block.SignedHeader == nil || block.Header == nil || block.ValidatorSet == nil {
		return nil, fault.E(fault.Integrity, "header, commit or validators are missing")
	}
	chainID := block.ChainID
	if err := block.ValidateBasic(chainID); err != nil {
		return nil, fault.E(fault.Integrity, "header: %w", err)
	}
	commit := block.Commit
	if err := block.ValidatorSet.VerifyCommitLight(chainID, commit.BlockID, block.Height, commit); err != nil {
		return nil, fault.E(fault.Integrity, "header %d: %w", block.Height, err)
	}
	return &Header{block: block}, nil
}

// FetchHeader gets a header from the node; height 0 is the newest. It is signed, but by
// whom is the node's word: use Light, or compare with an Anchor.
func (c *Client) FetchHeader(ctx context.Context, height int64) (*Header, error) {
	chainID, err := c.ChainID(ctx)
	if err != nil {
		return nil, err
	}
	block, err := (&provider{client: c, chainID: chainID}).LightBlock(ctx, height)
	if err != nil {
		return nil, lightFault(err)
	}
	return newHeader(block)
}
