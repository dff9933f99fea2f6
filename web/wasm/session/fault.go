package session

import (
	"context"
	"errors"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/formats"
	"github.com/volens-network/volens/core/manifest"
)

// The codes beside those of refusals (deid.Code).
const (
	CodeUsage          deid.Code = "usage"
	CodeAborted        deid.Code = "aborted"
	CodeOutput         deid.Code = "output_failed"
	CodeNotAReport     deid.Code = "not_a_report"
	CodeUnknownProfile deid.Code = "unknown_profile"
	CodeNotTheArchive  deid.Code = "not_the_archive"
	CodeInternal       deid.Code = "internal"
)

var (
	// ErrAborted is for a stream that its caller ended.
	ErrAborted = errors.New("aborted")
	// ErrOutput wraps the error of a stream's destination.
	ErrOutput = errors.New("the output was not taken")
	// ErrPanic stands for a panic; what it said is dropped, as it may hold a value.
	ErrPanic = errors.New("a fault in the program")

	errReport = errors.New("this is no report in its canonical form")
)

// UsageError is for a call that was made wrongly. Its text is from a closed list.
type UsageError string

// Error implements error.
func (e UsageError) Error() string { return string(e) }

// Fault is an error as the web app sees it.
type Fault struct {
	Code    deid.Code `json:"code"`
	Message string    `json:"message"`
	// Count is that of deid.RefusalError.
	Count int `json:"count"`
}

// Explain gives every error a code. Words come from refusals and from this package only:
// what any other error says is dropped.
func Explain(err error) Fault {
	var refusal *deid.RefusalError
	var usage UsageError
	switch {
	case errors.Is(err, ErrAborted), errors.Is(err, context.Canceled):
		return Fault{Code: CodeAborted, Message: ErrAborted.Error()}
	case errors.Is(err, ErrOutput):
		return Fault{Code: CodeOutput, Message: ErrOutput.Error()}
	case errors.As(err, &refusal):
		return Fault{Code: refusal.Code, Message: refusal.Detail, Count: refusal.Count}
	case errors.As(err, &usage):
		return Fault{Code: CodeUsage, Message: usage.Error()}
	case errors.Is(err, formats.ErrOneSample):
		return Fault{Code: CodeUsage, Message: formats.ErrOneSample.Error()}
	case errors.Is(err, formats.ErrNoArchive):
		return Fault{Code: CodeUsage, Message: formats.ErrNoArchive.Error()}
	case errors.Is(err, errReport):
		return Fault{Code: CodeNotAReport, Message: errReport.Error()}
	case errors.Is(err, deid.ErrUnknownProfile):
		return Fault{Code: CodeUnknownProfile, Message: deid.ErrUnknownProfile.Error()}
	case errors.Is(err, manifest.ErrManifest):
		return Fault{Code: CodeNotTheArchive, Message: manifest.ErrManifest.Error()}
	default:
		return Fault{Code: CodeInternal, Message: ErrPanic.Error()}
	}
}
