//go:build js && wasm

package main

import (
	"context"
	"errors"
	"syscall/js"

	"github.com/volens-network/volens/web/wasm/session"
)

var errRejected = errors.New("the promise was rejected")

// asynchronous makes a function that returns a promise. The call runs at once, until it
// first has to wait.
func asynchronous(do call) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		executor := js.FuncOf(func(_ js.Value, settle []js.Value) any {
			go func() {
				result, err := guarded(do, args)
				if err != nil {
					settle[1].Invoke(fault(err))
					return
				}
				settle[0].Invoke(result)
			}()
			return nil
		})
		defer executor.Release()
		return js.Global().Get("Promise").New(executor)
	})
}

// guarded makes an error of a panic, such as one by an array that was taken away.
func guarded(do call, args []js.Value) (result any, err error) {
	defer func() {
		if recover() != nil {
			result, err = nil, session.ErrPanic
		}
	}()
	return do(args)
}

// fault is an error as JavaScript sees it.
func fault(err error) js.Value {
	f := session.Explain(err)
	out := js.Global().Get("Object").New()
	out.Set("code", string(f.Code))
	out.Set("message", f.Message)
	out.Set("count", f.Count)
	return out
}

// await waits for a promise, or takes a value that is none.
func await(ctx context.Context, value js.Value) (js.Value, error) {
	if value.Type() != js.TypeObject || value.Get("then").Type() != js.TypeFunction {
		return value, nil
	}
	type outcome struct {
		value js.Value
		err   error
	}
	done := make(chan outcome, 2)
	var kept, broken js.Func
	settle := func(err error) js.Func {
		return js.FuncOf(func(_ js.Value, args []js.Value) any {
			kept.Release()
			broken.Release()
			out := outcome{err: err}
			if len(args) > 0 {
				out.value = args[0]
			}
			done <- out
			return nil
		})
	}
	kept, broken = settle(nil), settle(errRejected)
	value.Call("then", kept, broken)
	select {
	case out := <-done:
		return out.value, out.err
	case <-ctx.Done():
		return js.Undefined(), ctx.Err()
	}
}
