package walk

import (
	"context"
	"fmt"
	"time"

	"github.com/volens-network/volens/client"
)

// Report hears how a walk goes. It is called from several goroutines at once.
type Report interface {
	// Note is one line: what happens now, or what is waited for.
	Note(text string)
	// Done is a step that held.
	Done(step Step)
}

// Step is one of the fourteen steps of the story.
type Step struct {
	// Step is the step's name in one word; Number its place in the story.
	Step   string `json:"step"`
	Number int    `json:"number"`
	// Text is what was seen.
	Text string `json:"text"`
	// Height is the chain's when the step was over, Seconds how long it took.
	Height  int64   `json:"height"`
	Seconds float64 `json:"seconds"`
}

// notes makes the Progress of one person out of a Report.
type notes struct {
	report Report
	who    string
}

var _ client.Progress = notes{}

// Step implements client.Progress.
func (n notes) Step(text string) { n.report.Note(n.who + ": " + text) }

// Bar implements client.Progress; a walk shows none.
func (notes) Bar(string, int64) func(int64) { return func(int64) {} }

// step runs a step, measures it and reports it. What fails is named by the step.
func (t *Town) step(ctx context.Context, number int, name string, run func(ctx context.Context) (string, error)) error {
	begun := t.options.Now()
	text, err := run(ctx)
	if err != nil {
		// A process that died is the better explanation of what it left undone.
		if cause := context.Cause(ctx); cause != nil {
			err = fmt.Errorf("%w: %w", cause, err)
		}
		return fmt.Errorf("step %d (%s): %w", number, name, err)
	}
	height, err := t.network.Height(ctx, 0)
	if err != nil {
		return fmt.Errorf("step %d (%s): %w", number, name, err)
	}
	t.options.Report.Done(Step{
		Step: name, Number: number, Text: text, Height: height,
		Seconds: t.options.Now().Sub(begun).Round(time.Millisecond).Seconds(),
	})
	return nil
}
