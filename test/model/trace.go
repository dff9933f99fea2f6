package model

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrTrace is returned for a line that is no event, or events out of order.
var ErrTrace = errors.New("trace is not readable")

// Bounds on what a trace may hold.
const (
	maxBlocks = 1000
	maxSent   = 16
	maxLine   = 256
)

// Jobs is how many requests, each with one seat, the model has.
const Jobs = 2

// Liar is the validator that sends wrong shares.
const Liar = 3

// Trace is one schedule of the model: what happens in each block and what holds after it.
type Trace struct {
	Seed int
	// JobBlocks and RequestBlocks are the windows that the model was built with.
	JobBlocks, RequestBlocks int
	Blocks                   []Block
}

// Block is one turn of the model.
type Block struct {
	// Used are the validators whose right shares the injection holds, as bits; Wrong
	// tells that it also holds a wrong one of the liar's.
	Used  uint8
	Wrong bool
	// Switch to another epoch, after the injection.
	Switch bool
	Txs    []Tx
	After  State
}

// Tx is a message: ask, yes, no and cancel are about a job, grant, revoke, drop and
// hold about the dataset.
type Tx struct {
	Verb string
	Job  int
	OK   bool // or refused
}

// State is what the model knows after a block.
type State struct {
	Seats [Jobs]string // FREE, ASSIGNED, EMITTED, REVOKING, RELEASED or VOID
	Paid  [Jobs]bool   // to the patient and the others
	Back  [Jobs]bool   // to the researcher
	// Consent is active.
	Consent bool
	// Batch is that of the next height, as bits.
	Batch uint8
}

// about says for each verb whether it names a job.
var about = map[string]bool{
	"ask": true, "yes": true, "no": true, "cancel": true,
	"grant": false, "revoke": false, "drop": false, "hold": false,
}

var seatNames = map[string]bool{
	"FREE": true, "ASSIGNED": true, "EMITTED": true, "REVOKING": true, "RELEASED": true, "VOID": true,
}

// Parse reads traces. Each begins with a line "trace SEED JOB_BLOCKS REQUEST_BLOCKS";
// a block is "inject USED WRONG", "epoch N" where it switches, "tx ..." for each message
// and "state ..." at its end. Empty lines and lines that begin with # do not count.
func Parse(r io.Reader) ([]Trace, error) {
	var out []Trace
	var b *Block
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, maxLine), maxLine)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		var err error
		if strings.HasPrefix(line, "trace ") {
			if b != nil {
				return nil, fmt.Errorf("line %d: %w: a block does not end", n, ErrTrace)
			}
			out, err = begin(out, line)
		} else if len(out) == 0 {
			err = fmt.Errorf("%w: no trace begins", ErrTrace)
		} else {
			b, err = event(&out[len(out)-1], b, line)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTrace, err)
	}
	if b != nil {
		return nil, fmt.Errorf("%w: the last block does not end", ErrTrace)
	}
	return out, nil
}

func begin(out []Trace, line string) ([]Trace, error) {
	var t Trace
	const most = 1 << 20
	if err := scan(line, "trace %d %d %d", &t.Seed, &t.JobBlocks, &t.RequestBlocks); err != nil {
		return nil, err
	}
	if t.Seed < 0 || t.JobBlocks < 1 || t.JobBlocks > most || t.RequestBlocks < 1 || t.RequestBlocks > most {
		return nil, fmt.Errorf("%w: %q is out of range", ErrTrace, line)
	}
	return append(out, t), nil
}

// event reads one line into the open block, and returns the block that is open then.
func event(t *Trace, b *Block, line string) (*Block, error) {
	verb, _, _ := strings.Cut(line, " ")
	if (verb == "inject") != (b == nil) {
		return nil, fmt.Errorf("%w: %q out of order", ErrTrace, line)
	}
	switch verb {
	case "inject":
		return inject(line)
	case "epoch":
		var epoch int
		if b.Switch || len(b.Txs) > 0 {
			return nil, fmt.Errorf("%w: %q out of order", ErrTrace, line)
		}
		b.Switch = true
		return b, scan(line, "epoch %d", &epoch)
	case "tx":
		tx, err := parseTx(line)
		if b.Txs = append(b.Txs, tx); len(b.Txs) > maxSent {
			return nil, fmt.Errorf("%w: more than %d messages in a block", ErrTrace, maxSent)
		}
		return b, err
	case "state":
		state, err := parseState(line)
		if err != nil {
			return nil, err
		}
		b.After = state
		if t.Blocks = append(t.Blocks, *b); len(t.Blocks) > maxBlocks {
			return nil, fmt.Errorf("%w: more than %d blocks", ErrTrace, maxBlocks)
		}
		return nil, nil //nolint:nilnil // the block is closed, and none is open
	default:
		return nil, fmt.Errorf("%w: %q is no event", ErrTrace, line)
	}
}

func inject(line string) (*Block, error) {
	var used, wrong uint8
	if err := scan(line, "inject %d %d", &used, &wrong); err != nil {
		return nil, err
	}
	liar := used>>Liar&1 == 1
	if used > 15 || wrong > 1 || wrong == 1 && liar {
		return nil, fmt.Errorf("%w: %q is out of range", ErrTrace, line)
	}
	return &Block{Used: used, Wrong: wrong == 1}, nil
}

func parseTx(line string) (Tx, error) {
	fields := strings.Fields(line)
	if len(fields) < 3 {
		return Tx{}, fmt.Errorf("%w: %q is too short", ErrTrace, line)
	}
	tx := Tx{Verb: fields[1]}
	withJob, known := about[tx.Verb]
	if !known {
		return Tx{}, fmt.Errorf("%w: %q has an unknown verb", ErrTrace, line)
	}
	var result string
	format := "tx " + tx.Verb + " %s"
	into := []any{&result}
	if withJob {
		format, into = "tx "+tx.Verb+" %d %s", []any{&tx.Job, &result}
	}
	if err := scan(line, format, into...); err != nil {
		return Tx{}, err
	}
	if tx.Job < 0 || tx.Job >= Jobs || result != "ok" && result != "refused" {
		return Tx{}, fmt.Errorf("%w: %q is out of range", ErrTrace, line)
	}
	tx.OK = result == "ok"
	return tx, nil
}

func parseState(line string) (State, error) {
	var s State
	var bits [2*Jobs + 1]uint8
	err := scan(line, "state %s %s %d %d %d %d %d %d", &s.Seats[0], &s.Seats[1],
		&bits[0], &bits[1], &bits[2], &bits[3], &bits[4], &s.Batch)
	if err != nil {
		return s, err
	}
	for _, bit := range bits {
		if bit > 1 {
			return s, fmt.Errorf("%w: %q is out of range", ErrTrace, line)
		}
	}
	if !seatNames[s.Seats[0]] || !seatNames[s.Seats[1]] || s.Batch >= 1<<Jobs {
		return s, fmt.Errorf("%w: %q is out of range", ErrTrace, line)
	}
	s.Paid, s.Back = [Jobs]bool{bits[0] == 1, bits[2] == 1}, [Jobs]bool{bits[1] == 1, bits[3] == 1}
	s.Consent = bits[4] == 1
	return s, nil
}

// scan reads a line that a format fills exactly.
func scan(line, format string, into ...any) error {
	var rest string
	n, err := fmt.Sscanf(line+" \x00", format+" %s", append(into, &rest)...)
	if err != nil || n != len(into)+1 || rest != "\x00" {
		return fmt.Errorf("%w: %q", ErrTrace, line)
	}
	return nil
}

// FromSimulation makes a trace of what Spin printed, of at most so many whole blocks.
func FromSimulation(seed, jobBlocks, requestBlocks, blocks int, out []byte) (Trace, string, error) {
	var text strings.Builder
	fmt.Fprintf(&text, "trace %d %d %d\n", seed, jobBlocks, requestBlocks)
	var block strings.Builder
	count := 0
	for line := range strings.Lines(string(out)) {
		switch verb, _, _ := strings.Cut(line, " "); verb {
		case "inject", "epoch", "tx":
			block.WriteString(line)
		case "state":
			block.WriteString(line)
			text.WriteString(block.String())
			block.Reset()
			count++
		}
		if count == blocks {
			break
		}
	}
	traces, err := Parse(strings.NewReader(text.String()))
	if err != nil {
		return Trace{}, "", err
	}
	return traces[0], text.String(), nil
}
