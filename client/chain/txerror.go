package chain

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	errorsmod "cosmossdk.io/errors"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/custody"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// TxError is a transaction that the chain refused: in simulation or CheckTx (Height is
// 0 and nothing happened), or in a block (only the fee was taken). errors.Is finds the
// registered error of the module in it.
type TxError struct {
	Codespace string
	Code      uint32
	Log       string
	Height    int64  // of the block; 0 if it reached none
	TxHash    string // upper-case hexadecimal; empty if it was only simulated
}

// Error says what the chain said.
func (e *TxError) Error() string {
	if e.Height == 0 {
		return fmt.Sprintf("transaction refused: %s", plainLog(e.Log))
	}
	return fmt.Sprintf("transaction refused at height %d: %s", e.Height, plainLog(e.Log))
}

// Unwrap is the registered error of this codespace and code.
func (e *TxError) Unwrap() error { return errorsmod.ABCIError(e.Codespace, e.Code, e.Log) }

// FaultKind is Refused unless the code says something else.
func (e *TxError) FaultKind() fault.Kind { return kindOfCode(e.Codespace, e.Code) }

// Reasons are the reason codes of a decision that the rules do not allow, or the paths
// of the fields that a consent or a request lacks; nil for anything else.
func (e *TxError) Reasons() []string {
	var list string
	switch {
	case e.is(market.ErrDenied):
		list, _, _ = strings.Cut(e.Log, ": "+market.ErrDenied.Error())
		list = list[strings.LastIndex(list, ": ")+1:]
	case e.is(market.ErrMissingFields), e.is(consent.ErrMissingFields):
		_, list, _ = strings.Cut(e.Log, missingFields)
	}
	if list = strings.TrimSpace(list); list == "" {
		return nil
	}
	return strings.Split(list, ", ")
}

// missingFields stands before the paths in the text of a duo.MissingFieldsError.
const missingFields = "missing or wrong fields: "

func (e *TxError) is(registered *errorsmod.Error) bool {
	return e.Codespace == registered.Codespace() && e.Code == registered.ABCICode()
}

// The modules' errors that are not a plain refusal.
var (
	notFound = []*errorsmod.Error{
		dataset.ErrNotFound, attestation.ErrNotFound, consent.ErrNotFound, custody.ErrNotFound, market.ErrNotFound,
	}
	notNow    = []*errorsmod.Error{custody.ErrKey, consent.ErrLaneFull}
	notProven = []*errorsmod.Error{custody.ErrProof, attestation.ErrMismatch}
)

func kindOfModule(codespace string, code uint32) fault.Kind {
	has := func(list []*errorsmod.Error) bool {
		return slices.ContainsFunc(list, func(e *errorsmod.Error) bool {
			return e.Codespace() == codespace && e.ABCICode() == code
		})
	}
	switch {
	case has(notFound):
		return fault.NotFound
	case has(notNow):
		return fault.Unavailable
	case has(notProven):
		return fault.Integrity
	default:
		return fault.Refused
	}
}

// wrongSequence reports whether another transaction of the account was faster.
func wrongSequence(err error) bool {
	var refused *TxError
	return errors.As(err, &refused) && refused.Codespace == sdkerrors.RootCodespace &&
		refused.Code == sdkerrors.ErrWrongSequence.ABCICode()
}
