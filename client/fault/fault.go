// Package fault sorts errors into the few kinds that a program acts on: which exit
// code it ends with, and whether it may try again.
//
// Make an error with E, keep an existing one and give it a kind with Wrap, and ask any
// error with KindOf, an HTTP status with OfStatus. An error type of another package takes part by a method
// FaultKind() Kind; one that says why a rule refused, by Reasons() []string.
//
// The package knows neither the chain nor HTTP servers; command, client and gateway
// share it. It never shortens a message and has no words of its own, but carries those of others to people: Advise puts
// a way out beside an error, and ReportOf gathers what a person or a program is told of one, in JSON if need be.
package fault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
)

// Kind is what a program does about an error. Its number is the exit code.
type Kind int

// The kinds. None is the kind of a nil error.
const (
	None        Kind = iota
	Internal         // a bug, or something nobody foresaw
	Usage            // the caller asked for something that makes no sense
	Refused          // a rule says no; Reasons may say which
	NotFound         // the thing does not exist, or may not be seen
	Unavailable      // not now: try again
	Integrity        // a digest, proof or signature is wrong; no file was written
)

// kinded is an error that knows its kind.
type kinded interface{ FaultKind() Kind }

// reasoned is an error that knows the reason codes of a refusal.
type reasoned interface{ Reasons() []string }

// String is the kind's name, in lower case.
func (k Kind) String() string {
	switch k {
	case None:
		return "none"
	case Usage:
		return "usage"
	case Refused:
		return "refused"
	case NotFound:
		return "not found"
	case Unavailable:
		return "unavailable"
	case Integrity:
		return "integrity"
	default:
		return "internal"
	}
}

// ExitCode is what a program that failed with this kind returns to its caller.
func (k Kind) ExitCode() int {
	if k < None || k > Integrity {
		return int(Internal)
	}
	return int(k)
}

// OfStatus is the kind of an HTTP answer with this status: None below 400.
func OfStatus(status int) Kind {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusConflict, http.StatusRequestEntityTooLarge:
		return Refused
	case http.StatusNotFound, http.StatusGone:
		return NotFound
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests, http.StatusLocked,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
		http.StatusInsufficientStorage:
		return Unavailable
	case http.StatusUnprocessableEntity, checksumMismatch:
		return Integrity
	}
	switch {
	case status < http.StatusBadRequest:
		return None
	case status < http.StatusInternalServerError:
		return Usage
	default:
		return Internal
	}
}

// checksumMismatch is the status of tus for an upload whose digest is wrong.
const checksumMismatch = 460

// Error is an error of a known kind.
type Error struct {
	Kind    Kind
	reasons []string
	err     error
}

// Error is the message alone: the kind speaks through the exit code.
func (e *Error) Error() string { return e.err.Error() }

// Unwrap is the error inside.
func (e *Error) Unwrap() error { return errors.Unwrap(e.err) }

// FaultKind is the error's kind.
func (e *Error) FaultKind() Kind { return e.Kind }

// Reasons are the reason codes of a refusal, if any.
func (e *Error) Reasons() []string { return e.reasons }

// E makes an error of a kind. The format is that of fmt.Errorf, %w included.
func E(kind Kind, format string, args ...any) error {
	return &Error{Kind: kind, err: fmt.Errorf(format, args...)}
}

// Refuse makes an error of kind Refused with reason codes such as INACTIVE.
func Refuse(reasons []string, format string, args ...any) error {
	return &Error{Kind: Refused, reasons: reasons, err: fmt.Errorf(format, args...)}
}

// Wrap gives an error a kind, whatever it was before, and keeps its message. A nil
// error stays nil.
func Wrap(kind Kind, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Kind: kind, reasons: Reasons(err), err: fmt.Errorf("%w", err)}
}

// KindOf is the kind of an error: the outermost one that it names itself; Unavailable
// for a context that ended and a network that failed; NotFound for a missing file; None
// for nil; Internal otherwise.
func KindOf(err error) Kind {
	if err == nil {
		return None
	}
	var own kinded
	if errors.As(err, &own) {
		return own.FaultKind()
	}
	var network net.Error
	switch {
	case errors.Is(err, fs.ErrNotExist): // Before the network: a syscall.Errno looks like one.
		return NotFound
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.As(err, &network):
		return Unavailable
	default:
		return Internal
	}
}

// Is reports whether an error is of a kind.
func Is(err error, kind Kind) bool { return KindOf(err) == kind }

// Reasons are the reason codes that an error carries, nil if none.
func Reasons(err error) []string {
	var own reasoned
	if errors.As(err, &own) {
		return own.Reasons()
	}
	return nil
}
