package fhir

import "io"

// flushAt is how much output is gathered before it is written.
const flushAt = 32 << 10

// level is an array or object of the output. It is written only when something
// in it stays, so that what loses all its content disappears.
type level struct {
	key    string // with quotes and colon, empty in arrays
	lead   string // a first member, which counts for nothing if it stays alone
	kind   byte
	filled bool
}

// emitter writes compact JSON.
type emitter struct {
	dst    io.Writer
	out    []byte
	levels []level
	opened int // how many of the levels are
}

// begin enters an array or object; key is the member's name with its quotes
// and colon, or empty.
func (e *emitter) begin(key string, kind byte, lead string) {
	e.levels = append(e.levels, level{key: key, kind: kind, lead: lead})
}

// end leaves it.
func (e *emitter) end() {
	last := e.levels[len(e.levels)-1]
	e.levels = e.levels[:len(e.levels)-1]
	if e.opened > len(e.levels) {
		e.opened--
		e.out = append(e.out, last.kind+2) // the closing bracket's code is the opening's + 2
	}
}

// value writes a value as it is given.
func (e *emitter) value(key string, token []byte) {
	e.slot(key)
	e.out = append(e.out, token...)
}

// text writes a string of printable characters.
func (e *emitter) text(key, text string) {
	e.slot(key)
	e.out = append(e.out, '"')
	at := len(e.out)
	e.out = append(e.out, text...)
	if end, _ := plainEnd(e.out, at); end < len(e.out) {
		e.out = e.out[:at]
		for i := range len(text) {
			if text[i] == '"' || text[i] == '\\' {
				e.out = append(e.out, '\\')
			}
			e.out = append(e.out, text[i])
		}
	}
	e.out = append(e.out, '"')
}

// slot opens what is not open yet and writes comma and key.
func (e *emitter) slot(key string) {
	for ; e.opened < len(e.levels); e.opened++ {
		l := &e.levels[e.opened]
		if e.opened > 0 {
			e.separate(&e.levels[e.opened-1], l.key)
		}
		e.out = append(append(e.out, l.kind), l.lead...)
		l.filled = l.lead != ""
	}
	if n := len(e.levels); n > 0 {
		e.separate(&e.levels[n-1], key)
	}
}

func (e *emitter) separate(in *level, key string) {
	if in.filled {
		e.out = append(e.out, ',')
	}
	in.filled = true
	e.out = append(e.out, key...)
}

// newline ends a resource.
func (e *emitter) newline() { e.out = append(e.out, '\n') }

// flush writes what was gathered, if it is much or all is wanted.
func (e *emitter) flush(all bool) error {
	if len(e.out) < flushAt && !all {
		return nil
	}
	_, err := e.dst.Write(e.out)
	e.out = e.out[:0]
	return err
}
