//go:build js && wasm

package main

import (
	"context"
	"crypto/rand"
	"syscall/js"

	"github.com/volens-network/volens/web/wasm/session"
)

const (
	errHandle    = session.UsageError("there is no such dataset or stream, or it has ended")
	errArguments = session.UsageError("an argument is missing or of another type")
)

// maxSmall bounds keys and scopes, in bytes.
const maxSmall = 1 << 10

// api is the functions that JavaScript calls. Datasets and streams are numbers there, so
// that nothing has to be released when one is forgotten.
type api struct {
	handles map[int]any
	last    int
}

// call is one function of the api.
type call func(args []js.Value) (any, error)

func (a *api) calls() map[string]call {
	return map[string]call{
		"open": a.open, "file": a.file, "archive": a.archive, "report": a.report, "facets": a.facets,
		"forget": a.forget, "verify": a.verify, "write": a.write, "close": a.close, "abort": a.abort,
	}
}

func (a *api) keep(thing any) int {
	a.last++
	a.handles[a.last] = thing
	return a.last
}

// handle finds a dataset or a stream.
func handle[T any](a *api, args []js.Value) (found T, err error) {
	if len(args) == 0 || args[0].Type() != js.TypeNumber {
		return found, errArguments
	}
	found, ok := a.handles[args[0].Int()].(T)
	if !ok {
		return found, errHandle
	}
	return found, nil
}

// open(options) begins a dataset. The key in options is overwritten.
func (a *api) open(args []js.Value) (any, error) {
	if len(args) != 1 || args[0].Type() != js.TypeObject {
		return nil, errArguments
	}
	read := &fields{of: args[0]}
	o := session.Options{
		Profile: read.text("profile"), Key: read.secret("key"), Scope: read.bytes("scope", maxSmall),
		Sample: read.text("sample"), AllSamples: read.flag("allSamples"), PixelsReviewed: read.flag("pixelsReviewed"),
		Year: int(read.number("year")), Version: version, Rand: rand.Reader,
	}
	if read.bad {
		clear(o.Key)
		return nil, errArguments
	}
	dataset, err := session.Open(o)
	if err != nil {
		return nil, err
	}
	return a.keep(dataset), nil
}

// file(dataset, size, onChunk) begins a file.
func (a *api) file(args []js.Value) (any, error) {
	dataset, err := handle[*session.Dataset](a, args)
	if err != nil {
		return nil, err
	}
	if len(args) != 3 || args[1].Type() != js.TypeNumber {
		return nil, errArguments
	}
	size, whole := integer(args[1])
	if !whole {
		return nil, errArguments
	}
	return a.stream(args[2], func(dst session.Sink) (*session.Stream, error) {
		return dataset.File(size, dst)
	})
}

// archive(dataset, onChunk) begins the archive of several files.
func (a *api) archive(args []js.Value) (any, error) {
	dataset, err := handle[*session.Dataset](a, args)
	if err != nil {
		return nil, err
	}
	if len(args) != 2 {
		return nil, errArguments
	}
	return a.stream(args[1], dataset.Archive)
}

// stream begins what outputs chunks to a function.
func (a *api) stream(onChunk js.Value, begin func(session.Sink) (*session.Stream, error)) (any, error) {
	if onChunk.Type() != js.TypeFunction {
		return nil, errArguments
	}
	stream, err := begin(func(ctx context.Context, chunk []byte) error {
		_, err := await(ctx, onChunk.Invoke(array(chunk)))
		return err
	})
	if err != nil {
		return nil, err
	}
	return a.keep(stream), nil
}

// verify(report, year) begins to check a payload.
func (a *api) verify(args []js.Value) (any, error) {
	if len(args) != 2 || args[1].Type() != js.TypeNumber {
		return nil, errArguments
	}
	report, ok := copied(args[0], session.MaxReport)
	year, whole := integer(args[1])
	if !ok || !whole {
		return nil, errArguments
	}
	stream, err := session.Verify(report, int(year))
	if err != nil {
		return nil, err
	}
	return a.keep(stream), nil
}

// report(dataset) returns the report's canonical form as bytes.
func (a *api) report(args []js.Value) (any, error) {
	dataset, err := handle[*session.Dataset](a, args)
	if err != nil {
		return nil, err
	}
	report, err := dataset.Report()
	if err != nil {
		return nil, err
	}
	return array(report), nil
}

// facets(dataset) returns the coded values that its files show.
func (a *api) facets(args []js.Value) (any, error) {
	dataset, err := handle[*session.Dataset](a, args)
	if err != nil {
		return nil, err
	}
	return object(dataset.Facets())
}

// forget(dataset) aborts what runs and overwrites the key.
func (a *api) forget(args []js.Value) (any, error) {
	dataset, err := handle[*session.Dataset](a, args)
	if err != nil {
		return nil, err
	}
	delete(a.handles, args[0].Int())
	dataset.Close()
	return nil, nil //nolint:nilnil // it has no result
}

// write(stream, bytes) hands bytes over. They must not change until the promise is kept.
func (a *api) write(args []js.Value) (any, error) {
	stream, err := handle[*session.Stream](a, args)
	if err != nil {
		return nil, err
	}
	if len(args) != 2 || !isBytes(args[1]) {
		return nil, errArguments
	}
	size := args[1].Get("byteLength").Int()
	buffer := make([]byte, min(size, session.ChunkSize))
	defer clear(buffer)
	for from := 0; from < size; from += len(buffer) {
		n := js.CopyBytesToGo(buffer, args[1].Call("subarray", from, min(from+len(buffer), size)))
		if err := stream.Write(buffer[:n]); err != nil {
			return nil, err
		}
	}
	return nil, nil //nolint:nilnil // it has no result
}

// close(stream) ends the input and returns the result. The stream is forgotten.
func (a *api) close(args []js.Value) (any, error) {
	stream, err := handle[*session.Stream](a, args)
	if err != nil {
		return nil, err
	}
	result, err := stream.Close()
	delete(a.handles, args[0].Int())
	if err != nil {
		return nil, err
	}
	return object(result)
}

// abort(stream) ends the run; calls that wait are rejected. The stream is forgotten.
func (a *api) abort(args []js.Value) (any, error) {
	stream, err := handle[*session.Stream](a, args)
	if err != nil {
		return nil, err
	}
	stream.Abort()
	delete(a.handles, args[0].Int())
	return nil, nil //nolint:nilnil // it has no result
}
