package walk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/devnet"
)

const (
	// ChainID is the live chain id of every town.
	ChainID = "volens-town-1"
	// minValidators is the smallest committee: one holder alone never gets a key.
	minValidators = 2
	// startLimit bounds how long the network may take until it can be used.
	startLimit = 5 * time.Minute
	// poll is how often people look whether something has happened.
	poll = 100 * time.Millisecond
	// watch is how often the processes are looked at.
	watch = 300 * time.Millisecond
)

// Programs are the paths of the programs that a walk runs.
type Programs struct {
	devnet.Programs

	// Age is a stock age, and Plugin the folder that has age-plugin-volens.
	Age, Plugin string
}

// FindPrograms looks for the programs in a folder; one that is missing is a fault of
// kind NotFound.
func FindPrograms(folder string) (Programs, error) {
	p := Programs{
		Programs: devnet.Programs{
			Node: filepath.Join(folder, "volensd"), Gateway: filepath.Join(folder, "volens-gateway"),
		},
		Age: filepath.Join(folder, "age"), Plugin: folder,
	}
	for _, path := range []string{p.Node, p.Gateway, p.Age, filepath.Join(p.Plugin, "age-plugin-volens")} {
		if _, err := os.Stat(path); err != nil {
			return Programs{}, fault.E(fault.NotFound,
				"%s is missing beside this program: run `make build`: %w", filepath.Base(path), err)
		}
	}
	return p, nil
}

// Options are what a town is built from. All up to Version are needed but PortOffset and
// BlockTime.
type Options struct {
	Programs Programs
	// Dir is the folder of everything; it must be new or empty.
	Dir        string
	Validators int
	PortOffset int
	BlockTime  time.Duration
	Report     Report
	Rand       io.Reader
	Now        func() time.Time
	// Version stands in reports of de-identification.
	Version string

	// The rest is for those who disturb a town; nil changes nothing.

	// Spec changes the network before it is made: observers, hosts.
	Spec func(*devnet.Spec)
	// Dress is devnet.Network's.
	Dress func(name string, cmd *exec.Cmd)
	// Node is whom the people ask, instead of validator 0.
	Node func(spec devnet.Spec) (chain.Node, error)
}

// Town is a network with people. Close it.
type Town struct {
	options Options
	spec    devnet.Spec
	network *devnet.Network
	people  map[string]*Person
	gateway gatewayKeys
	begun   time.Time
	// anchor is a header of the beginning, by which the audit checks the end.
	anchor chain.Anchor
}

// Build makes a town and starts it: when it returns, the committee's key is active, and
// the gateway takes uploads. It is step 1 and 2 of the story. What was started is ended
// again when something fails.
func Build(ctx context.Context, o Options) (*Town, error) {
	t := &Town{options: o, people: make(map[string]*Person), begun: o.Now()}
	t.spec = devnet.Spec{
		ChainID: ChainID, Dir: filepath.Join(o.Dir, "net"), Validators: o.Validators, PortOffset: o.PortOffset,
		BlockTime: o.BlockTime, GenesisTime: o.Now().UTC(),
	}
	if o.Spec != nil {
		o.Spec(&t.spec)
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if err := t.build(ctx); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

func (t *Town) build(ctx context.Context) error {
	if err := t.prepare(ctx); err != nil {
		return err
	}
	err := t.step(ctx, 1, "network", func(ctx context.Context) (string, error) {
		if err := t.start(ctx); err != nil {
			return "", err
		}
		text := fmt.Sprintf("%d validators and a gateway are up, the committee's key is active", t.spec.Validators)
		return text, nil
	})
	if err != nil {
		return err
	}
	return t.step(ctx, 2, "keys", func(context.Context) (string, error) {
		if err := t.settle(Patient); err != nil {
			return "", err
		}
		return "the patient has 24 words; each dataset gets an account of its own", nil
	})
}

// prepare makes folders, wallets, the gateway's keys and the genesis.
func (t *Town) prepare(ctx context.Context) error {
	if err := t.spec.Validate(); err != nil {
		return fault.Wrap(fault.Usage, err)
	}
	if t.spec.Validators < minValidators {
		return fault.E(fault.Usage, "%d validator: want at least %d, for no single one may hold the committee's key",
			t.spec.Validators, minValidators)
	}
	if err := t.spec.CheckPorts(ctx); err != nil {
		return fault.Wrap(fault.Unavailable, err)
	}
	if entries, err := os.ReadDir(t.options.Dir); err == nil && len(entries) > 0 {
		return fault.E(fault.Usage, "folder %s is not empty", filepath.Base(t.options.Dir))
	}
	if err := os.MkdirAll(t.spec.Dir, folderMode); err != nil {
		return err
	}
	file := filepath.Join(t.options.Dir, PassphraseFile)
	if err := os.WriteFile(file, []byte(Passphrase+"\n"), fileMode); err != nil {
		return err
	}
	for _, role := range []string{Hospital, Ethics, University, Researcher} {
		if err := t.settle(role); err != nil {
			return err
		}
	}
	if err := t.initGateway(ctx); err != nil {
		return err
	}
	t.populate()
	t.options.Report.Note("writing the genesis")
	var err error
	if t.network, err = devnet.New(ctx, t.spec, t.options.Programs.Programs); err != nil {
		return err
	}
	t.network.Dress = t.options.Dress
	return nil
}

// start runs everything and waits until it can be used.
func (t *Town) start(ctx context.Context) error {
	if err := t.network.Start(); err != nil {
		return err
	}
	t.options.Report.Note("waiting for the first block")
	if err := t.network.WaitHeight(ctx, 0, 2); err != nil {
		return err
	}
	if err := t.network.StartGateway(); err != nil {
		return err
	}
	t.options.Report.Note("waiting for the committee to make its key, about 12 blocks")
	if err := t.network.WaitKey(ctx); err != nil {
		return err
	}
	if err := t.network.WaitGateway(ctx); err != nil {
		return err
	}
	header, err := t.people[Researcher].Chain.FetchHeader(ctx, 0)
	if err != nil {
		return err
	}
	t.anchor = header.Anchor()
	return nil
}

// Network is the running network.
func (t *Town) Network() *devnet.Network { return t.network }

// rpc is the RPC address of validator i, also before the network is there.
func (t *Town) rpc(i int) string {
	return (&devnet.Network{Spec: t.spec}).RPC(i)
}

// Guard returns a context that ends, with the cause, when a process of the town dies by
// itself.
func (t *Town) Guard(ctx context.Context) (context.Context, context.CancelFunc) {
	guarded, cancel := context.WithCancelCause(ctx)
	go func() {
		ticker := time.NewTicker(watch)
		defer ticker.Stop()
		for {
			select {
			case <-guarded.Done():
				return
			case <-ticker.C:
				if err := t.network.Died(); err != nil {
					cancel(err)
				}
			}
		}
	}()
	return guarded, func() { cancel(nil) }
}

// Close ends every process and forgets all secrets. The folder stays.
func (t *Town) Close() error {
	var errs []error
	if t.network != nil {
		errs = append(errs, t.network.Stop())
	}
	return errors.Join(append(errs, t.closePeople())...)
}
