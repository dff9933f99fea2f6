//go:build js && wasm

package main

import (
	"encoding/json"
	"math"
	"syscall/js"
)

// exact is the greatest number up to which JavaScript has every integer.
const exact = 1<<53 - 1

// fields reads the fields of an object; bad says that one was of another type. A field
// that is not there is zero.
type fields struct {
	of  js.Value
	bad bool
}

func (f *fields) get(name string, want js.Type) (js.Value, bool) {
	value := f.of.Get(name)
	if value.IsUndefined() || value.IsNull() {
		return value, false
	}
	if value.Type() != want {
		f.bad = true
		return value, false
	}
	return value, true
}

func (f *fields) text(name string) string {
	value, ok := f.get(name, js.TypeString)
	if !ok {
		return ""
	}
	return value.String()
}

func (f *fields) flag(name string) bool {
	value, ok := f.get(name, js.TypeBoolean)
	return ok && value.Bool()
}

func (f *fields) number(name string) int64 {
	value, ok := f.get(name, js.TypeNumber)
	if !ok {
		return 0
	}
	n, whole := integer(value)
	f.bad = f.bad || !whole
	return n
}

func (f *fields) bytes(name string, most int) []byte {
	value, there := f.get(name, js.TypeObject)
	if !there {
		return nil
	}
	out, ok := copied(value, most)
	f.bad = f.bad || !ok
	return out
}

// secret is bytes that are overwritten where they came from.
func (f *fields) secret(name string) []byte {
	out := f.bytes(name, maxSmall)
	if value := f.of.Get(name); isBytes(value) {
		value.Call("fill", 0)
	}
	return out
}

// integer is a number that is one.
func integer(value js.Value) (int64, bool) {
	n := value.Float()
	if n != math.Trunc(n) || math.Abs(n) > exact { // not so for NaN either
		return 0, false
	}
	return int64(n), true
}

func isBytes(value js.Value) bool {
	return value.Type() == js.TypeObject && value.InstanceOf(js.Global().Get("Uint8Array"))
}

// copied is a copy of a Uint8Array of at most so many bytes.
func copied(value js.Value, most int) ([]byte, bool) {
	if !isBytes(value) || value.Get("byteLength").Int() > most {
		return nil, false
	}
	out := make([]byte, value.Get("byteLength").Int())
	js.CopyBytesToGo(out, value)
	return out, true
}

// array is a new Uint8Array.
func array(data []byte) js.Value {
	out := js.Global().Get("Uint8Array").New(len(data))
	js.CopyBytesToJS(out, data)
	return out
}

// object is anything that has a form in JSON.
func object(thing any) (any, error) {
	text, err := json.Marshal(thing)
	if err != nil {
		return nil, err
	}
	return js.Global().Get("JSON").Call("parse", string(text)), nil
}
