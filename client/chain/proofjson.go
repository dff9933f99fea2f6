package chain

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/jcs"
)

// MaxProofJSON bounds the JSON form of a proof in bytes.
const MaxProofJSON = 1 << 20

// proofJSON is the JSON form of a proof: bytes are lower-case hexadecimal digits, value
// is null for an absent key, steps are base64.
type proofJSON struct {
	ChainID string    `json:"chain_id"`
	Height  int64     `json:"height"`
	Store   string    `json:"store"`
	Key     string    `json:"key"`
	Value   *string   `json:"value"`
	Steps   [2][]byte `json:"steps"`
}

// MarshalJSON writes the form that ParseProof reads.
func (p *Proof) MarshalJSON() ([]byte, error) {
	form := proofJSON{
		ChainID: p.ChainID, Height: p.Height, Store: p.Store, Key: hex.EncodeToString(p.Key), Steps: p.Steps,
	}
	if !p.Absent() {
		value := hex.EncodeToString(p.Value)
		form.Value = &value
	}
	return json.Marshal(form)
}

// UnmarshalJSON is ParseProof.
func (p *Proof) UnmarshalJSON(raw []byte) error {
	parsed, err := ParseProof(raw)
	if err != nil {
		return err
	}
	*p = *parsed
	return nil
}

// ParseProof reads the JSON form of a proof. It refuses unknown fields, and every
// spelling but the one that MarshalJSON writes. Malformed input is an Integrity fault.
func ParseProof(raw []byte) (*Proof, error) {
	if len(raw) > MaxProofJSON {
		return nil, fault.E(fault.Integrity, "proof of %d bytes is longer than %d", len(raw), MaxProofJSON)
	}
	var form proofJSON
	if err := jcs.Unmarshal(raw, &form); err != nil {
		return nil, fault.E(fault.Integrity, "read proof: %w", err)
	}
	p := &Proof{ChainID: form.ChainID, Height: form.Height, Store: form.Store, Steps: form.Steps}
	if form.ChainID == "" || form.Height < minProofHeight || !storeName.MatchString(form.Store) {
		return nil, fault.E(
			fault.Integrity, "read proof: chain %q, height %d, store %q", form.ChainID, form.Height, form.Store,
		)
	}
	var err error
	if p.Key, err = parseHex(form.Key); err != nil {
		return nil, fault.E(fault.Integrity, "read proof: key: %w", err)
	}
	if form.Value != nil {
		if p.Value, err = parseHex(*form.Value); err != nil {
			return nil, fault.E(fault.Integrity, "read proof: value: %w", err)
		}
	}
	for i, step := range p.Steps {
		if len(step) == 0 {
			return nil, fault.E(fault.Integrity, "read proof: step %d is empty", i)
		}
	}
	return p, nil
}

// parseHex reads at least one byte of lower-case hexadecimal digits.
func parseHex(text string) ([]byte, error) {
	raw, err := hex.DecodeString(text)
	if err != nil {
		return nil, err
	}
	if len(raw) == 0 || hex.EncodeToString(raw) != text {
		return nil, fmt.Errorf("%q is not lower-case hexadecimal", text)
	}
	return raw, nil
}
