package voteext

import (
	"bytes"
	"errors"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/types/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/volens-network/volens/x/custody"
)

// Errors of the encodings.
var (
	// ErrTooLong: an extension is longer than custody.ExtensionCap.
	ErrTooLong = errors.New("vote extension is too long")
	// ErrNotCanonical: bytes that do not decode, or would be written differently.
	ErrNotCanonical = errors.New("encoding is not canonical")
)

// MarkerURL is the type URL of the message that carries an injection.
const MarkerURL = "/volens.custody.v1.MsgInject"

// EncodeExtension writes an extension as its one canonical encoding. It writes none that is
// longer than DecodeExtension reads: CometBFT ends the node that signs what its own
// application refuses, and one of a mebibyte does not even fit into its sender's log.
func EncodeExtension(extension *custody.VoteExtension) ([]byte, error) {
	if size := extension.Size(); size > custody.ExtensionCap {
		return nil, fmt.Errorf("%d bytes, at most %d: %w", size, custody.ExtensionCap, ErrTooLong)
	}
	return extension.Marshal()
}

// DecodeExtension reads an extension. The length is checked before anything is
// decoded; unknown fields and any other second way to write the same are refused.
func DecodeExtension(raw []byte) (*custody.VoteExtension, error) {
	if len(raw) > custody.ExtensionCap {
		return nil, fmt.Errorf("%d bytes, at most %d: %w", len(raw), custody.ExtensionCap, ErrTooLong)
	}
	var out custody.VoteExtension
	if err := decodeCanonical(raw, &out); err != nil {
		return nil, err
	}
	return &out, nil
}

// message is what gogoproto generates.
type message interface {
	Unmarshal(raw []byte) error
	Marshal() ([]byte, error)
}

func decodeCanonical(raw []byte, into message) error {
	if err := into.Unmarshal(raw); err != nil {
		return fmt.Errorf("%w: %w", ErrNotCanonical, err)
	}
	again, err := into.Marshal()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotCanonical, err)
	}
	if !bytes.Equal(raw, again) {
		return ErrNotCanonical
	}
	return nil
}

// Marked reports whether a transaction carries, or pretends to carry, an injection,
// at any depth: its bytes hold the marker's type URL. It is the only rule by which an
// injection is recognised. A transaction that names the URL elsewhere, in its memo
// say, is refused with it; nobody has a use for one.
func Marked(transaction []byte) bool { return bytes.Contains(transaction, []byte(MarkerURL)) }

// EncodeInjection writes an injection as a transaction that every decoder of the SDK
// reads, and that nobody signed.
func EncodeInjection(injection *custody.Injection) ([]byte, error) {
	raw, err := injection.Marshal()
	if err != nil {
		return nil, err
	}
	marker, err := codectypes.NewAnyWithValue(&custody.MsgInject{
		Signer:    authtypes.NewModuleAddress(custody.ModuleName).String(),
		Injection: raw,
	})
	if err != nil {
		return nil, err
	}
	body, err := (&tx.TxBody{Messages: []*codectypes.Any{marker}}).Marshal()
	if err != nil {
		return nil, err
	}
	auth, err := (&tx.AuthInfo{Fee: &tx.Fee{}}).Marshal()
	if err != nil {
		return nil, err
	}
	return (&tx.TxRaw{BodyBytes: body, AuthInfoBytes: auth}).Marshal()
}

// DecodeInjection reads what EncodeInjection wrote, and nothing else: every other
// transaction with the marker is ErrNotCanonical.
func DecodeInjection(transaction []byte) (*custody.Injection, error) {
	var raw tx.TxRaw
	if err := raw.Unmarshal(transaction); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotCanonical, err)
	}
	var body tx.TxBody
	if err := body.Unmarshal(raw.BodyBytes); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotCanonical, err)
	}
	if len(body.Messages) != 1 || body.Messages[0].TypeUrl != MarkerURL {
		return nil, fmt.Errorf("not one marker message: %w", ErrNotCanonical)
	}
	var marker custody.MsgInject
	if err := marker.Unmarshal(body.Messages[0].Value); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotCanonical, err)
	}
	var injection custody.Injection
	if err := decodeCanonical(marker.Injection, &injection); err != nil {
		return nil, err
	}
	again, err := EncodeInjection(&injection)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, transaction) {
		return nil, ErrNotCanonical
	}
	return &injection, nil
}

// decodeCommit reads the extended commit of an injection.
func decodeCommit(raw []byte) (abci.ExtendedCommitInfo, error) {
	var commit abci.ExtendedCommitInfo
	return commit, decodeCanonical(raw, &commit)
}
