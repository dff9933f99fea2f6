package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/devnet/walk"
)

const (
	demoValidators = 4
	demoBlockTime  = time.Second
	demoFolder     = "volens-demo-"
	// holdPause is how often the processes are looked at while the network stays up.
	holdPause = time.Second
)

// demo is the command with its flags.
type demo struct {
	e *env

	inputs                 []string
	validators, portOffset int
	dir                    string
	once, noStory          bool
	blockTime              time.Duration
}

func newDemoCommand(e *env) *cobra.Command {
	d := &demo{e: e}
	c := &cobra.Command{
		Use:   "demo",
		Short: "Play the whole story on a local network",
		Long: "Start validators and a gateway on this machine and play the whole story with real files: de-identify,\n" +
			"seal, attest, consent, ask, release, pay, open; then a refused and a revoked consent, and an audit.\n" +
			"Without --input it makes a sample of a person who does not exist. The last line sums up as JSON.\n" +
			"It takes about a minute; with --once it ends then, non-zero if anything did not hold.",
		Example: "  volens demo\n" +
			"  volens demo --once --input genome.vcf.gz --output json\n" +
			"  volens demo --no-story --dir net",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return d.run(cmd.Context()) },
	}
	flags := c.Flags()
	flags.StringArrayVar(
		&d.inputs,
		"input",
		nil,
		"a file, or a folder of files that belong together; several become a dataset each",
	)
	flags.IntVar(&d.validators, "validators", demoValidators, "how many validators, 2 to 20")
	flags.StringVar(&d.dir, "dir", "", "a new folder that is kept (default: one that is removed at the end)")
	flags.BoolVar(&d.once, "once", false, "end when the story is over")
	flags.BoolVar(&d.noStory, "no-story", false, "only start the network, the gateway and the wallets")
	flags.IntVar(&d.portOffset, "port-offset", 0, "add this to every port")
	flags.DurationVar(&d.blockTime, "block-time", demoBlockTime, "pause between blocks")
	c.MarkFlagsMutuallyExclusive("input", "no-story")
	return c
}

func (d *demo) run(ctx context.Context) (err error) {
	for i, name := range d.inputs {
		if _, err := client.Inputs([]string{name}); err != nil {
			return fault.E(fault.Usage, "input %d is neither a file nor a folder with files: %w", i+1, err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if self, err = filepath.EvalSymlinks(self); err != nil {
		return err
	}
	programs, err := walk.FindPrograms(filepath.Dir(self))
	if err != nil {
		return err
	}
	remove, err := d.makeDir()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	if d.noStory {
		d.e.say("starting a local network: about 20 blocks of %s", d.blockTime)
	} else {
		d.e.say("playing the whole story on a local network: about 45 blocks of %s, a minute by default", d.blockTime)
	}
	town, err := walk.Build(ctx, walk.Options{
		Programs: programs, Dir: d.dir, Validators: d.validators, PortOffset: d.portOffset, BlockTime: d.blockTime,
		Report: &demoReport{e: d.e}, Rand: d.e.rand, Now: d.e.now, Version: d.e.version,
	})
	if err != nil {
		return err
	}
	defer func() {
		d.e.say("stopping every process")
		err = errors.Join(err, town.Close())
	}()
	if !d.noStory {
		if err := d.play(ctx, town); err != nil {
			return err
		}
	}
	return d.stay(ctx, town)
}

// makeDir makes the folder of everything, and returns what removes it.
func (d *demo) makeDir() (remove func() error, err error) {
	if d.dir == "" {
		if d.dir, err = os.MkdirTemp("", demoFolder); err != nil {
			return nil, err
		}
		return func() error { return os.RemoveAll(d.dir) }, nil
	}
	if d.dir, err = filepath.Abs(d.dir); err != nil {
		return nil, err
	}
	return func() error { return nil }, nil
}

// play prints the summary also when something did not hold.
func (d *demo) play(ctx context.Context, town *walk.Town) error {
	summary, err := town.Play(ctx, d.inputs)
	line, failed := json.Marshal(summary)
	if failed == nil {
		failed = d.e.raw(append(line, '\n'))
	}
	return errors.Join(err, failed)
}

// stay keeps the network up until the user ends it.
func (d *demo) stay(ctx context.Context, town *walk.Town) error {
	if d.noStory {
		if err := d.addresses(town); err != nil {
			return err
		}
	}
	if d.once {
		return nil
	}
	d.tell(town)
	ticker := time.NewTicker(holdPause)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if err := town.Network().Died(); err != nil {
				return err
			}
		}
	}
}

// place is where somebody's wallet is.
type place struct {
	Role string `json:"role"`
	Home string `json:"home"`
}

var demoRoles = []string{
	walk.Patient, walk.Hospital, walk.Ethics, walk.University, walk.Researcher,
}

// addresses are the result of --no-story.
func (d *demo) addresses(town *walk.Town) error {
	network := town.Network()
	var homes []place
	for _, role := range demoRoles {
		homes = append(homes, place{Role: role, Home: town.HomeOf(role)})
	}
	passphrase := filepath.Join(d.dir, walk.PassphraseFile)
	fields := []field{
		{"node", network.RPC(0)},
		{"rest", network.REST(0)},
		{"gateway", network.GatewayURL()},
		{"passphrase file", passphrase},
	}
	for _, h := range homes {
		fields = append(fields, field{"home of " + h.Role, h.Home})
	}
	return d.e.result(map[string]any{
		"step": "ready", "chain_id": walk.ChainID, "node": network.RPC(0), "rest": network.REST(0),
		"gateway": network.GatewayURL(), "homes": homes, "passphrase_file": passphrase,
	}, fields...)
}

// tell says where everything is and how to end it.
func (d *demo) tell(town *walk.Town) {
	network := town.Network()
	d.e.say("the network stays up: node %s, REST %s, gateway %s", network.RPC(0), network.REST(0), network.GatewayURL())
	secret := filepath.Join(d.dir, walk.PassphraseFile)
	d.e.say("be the researcher: volens --home %s --passphrase-file %s status", town.HomeOf(walk.Researcher), secret)
	d.e.say("be the patient: volens --home %s --passphrase-file %s ingest FILE",
		town.HomeOf(walk.Patient), secret)
	d.e.say("in a browser, as anybody: %s", network.GatewayURL())
	d.e.say("Ctrl-C ends all of it")
}

// demoReport prints how the walk goes: notes as words, steps as results.
type demoReport struct {
	mu sync.Mutex
	e  *env
}

// Note implements walk.Report.
func (r *demoReport) Note(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.e.say("%s", text)
}

// Done implements walk.Report.
func (r *demoReport) Done(step walk.Step) {
	r.mu.Lock()
	defer r.mu.Unlock()
	line := fmt.Sprintf(
		"%2d  %-9s  height %-4d %6.1f s  %s\n",
		step.Number,
		step.Step,
		step.Height,
		step.Seconds,
		step.Text,
	)
	if r.e.output == outputJSON {
		raw, err := json.Marshal(step)
		if err != nil {
			r.e.warn("step %d: %v", step.Number, err)
			return
		}
		line = string(raw) + "\n"
	}
	if err := r.e.raw([]byte(line)); err != nil {
		r.e.warn("step %d: %v", step.Number, err)
	}
}
