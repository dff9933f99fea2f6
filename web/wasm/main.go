//go:build js && wasm

// Command wasm is the de-identification library for browsers: the rules that the command
// line runs, in a Web Worker. deid.mjs beside it loads it and is what the web app calls;
// README.md shows how.
//
// It sets one global object, volensDeid, of functions that return promises, and runs until
// its worker ends. A rejected promise has an object {code, message, count}. Nothing here
// knows a rule: package session does the work. No network, no files; randomness is the
// browser's.
package main

import "syscall/js"

// version is set when the program is linked.
var version = "unknown"

func main() {
	a := &api{handles: map[int]any{}}
	exports := js.Global().Get("Object").New()
	exports.Set("version", version)
	for name, call := range a.calls() {
		exports.Set(name, asynchronous(call))
	}
	js.Global().Set("volensDeid", exports)
	select {}
}
