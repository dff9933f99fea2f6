package devnet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// gatewayName is the gateway's in logs and for Dress.
const gatewayName = "gateway"

// ErrNotReady is returned when a network does not come up in time.
var ErrNotReady = errors.New("network is not ready")

// Programs are the paths of the programs that a network runs.
type Programs struct {
	Node    string // volensd
	Gateway string // volens-gateway; empty for a network without one
}

// FindPrograms looks for the programs beside the running one.
func FindPrograms() (Programs, error) {
	self, err := os.Executable()
	if err != nil {
		return Programs{}, err
	}
	dir := filepath.Dir(self)
	p := Programs{Node: filepath.Join(dir, "volensd"), Gateway: filepath.Join(dir, "volens-gateway")}
	for _, path := range []string{p.Node, p.Gateway} {
		if _, err := os.Stat(path); err != nil {
			return Programs{}, fmt.Errorf(
				"%s is missing beside this program: run `make build`: %w",
				filepath.Base(path),
				err,
			)
		}
	}
	return p, nil
}

// Network is a running network. Stop it, or its processes end with this one.
type Network struct {
	Spec        Spec
	GatewayHome string
	// Dress, if set, changes how a program is started: its environment, its namespace,
	// another build of it. It is called before each start with the name of the program's
	// log, such as validator0 or gateway.
	Dress func(name string, cmd *exec.Cmd)

	programs Programs
	nodes    []*process
	gateway  *process
	client   *http.Client
}

// New makes the homes of a network below spec.Dir. Nothing runs yet. A port that is
// taken is ErrPortBusy.
func New(ctx context.Context, spec Spec, programs Programs) (*Network, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	if err := spec.CheckPorts(ctx); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, programs.Node, "localnet", "--home", filepath.Join(spec.Dir, "localnet"))
	cmd.Stdin = bytes.NewReader(raw)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("write genesis: %w: %s", err, bytes.TrimSpace(out))
	}
	return &Network{
		Spec: spec, GatewayHome: filepath.Join(spec.Dir, gatewayName), programs: programs,
		nodes: make([]*process, spec.Nodes()), client: &http.Client{Timeout: 5 * time.Second},
	}, nil
}

// Start starts all validators. Observers are started by StartNode, a gateway when the
// validators answer: see StartGateway.
func (n *Network) Start() error {
	for i := range n.Spec.Validators {
		if err := n.StartNode(i); err != nil {
			return errors.Join(err, n.Stop())
		}
	}
	return nil
}

// StartNode starts node i, also after it was killed.
func (n *Network) StartNode(i int) error {
	name := n.Spec.NodeName(i)
	if n.nodes[i].running() {
		return fmt.Errorf("%s runs already", name)
	}
	p, err := n.start(name, n.programs.Node, "start", "--home", n.Spec.NodeHome(i), "--log_no_color")
	if err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	n.nodes[i] = p
	return nil
}

// StartGateway starts the gateway, also after it was killed. It wants validator 0 to
// answer: wait for a height first.
func (n *Network) StartGateway() error {
	if n.gateway.running() {
		return errors.New("gateway runs already")
	}
	p, err := n.start(gatewayName, n.programs.Gateway, "start", "--home", n.GatewayHome,
		"--node", n.RPC(0), "--listen", n.Spec.GatewayListen())
	if err != nil {
		return fmt.Errorf("start gateway: %w", err)
	}
	n.gateway = p
	return nil
}

func (n *Network) start(name, program string, args ...string) (*process, error) {
	dress := func(cmd *exec.Cmd) {
		if n.Dress != nil {
			n.Dress(name, cmd)
		}
	}
	return startProcess(dress, n.LogFile(name), program, args...)
}

// KillNode ends node i at once, as kill -9 does.
func (n *Network) KillNode(i int) error { return n.nodes[i].kill() }

// PauseNode stops node i where it is, as SIGSTOP does, until ContinueNode.
func (n *Network) PauseNode(i int) error { return n.nodes[i].signal(syscall.SIGSTOP) }

// ContinueNode lets a paused node go on.
func (n *Network) ContinueNode(i int) error { return n.nodes[i].signal(syscall.SIGCONT) }

// Running reports whether node i runs; one that is paused does.
func (n *Network) Running(i int) bool { return n.nodes[i].running() }

// Programs are what the network runs.
func (n *Network) Programs() Programs { return n.programs }

// GatewayRunning reports whether the gateway runs.
func (n *Network) GatewayRunning() bool { return n.gateway.running() }

// KillGateway ends the gateway at once.
func (n *Network) KillGateway() error { return n.gateway.kill() }

// Stop asks every process to end, waits, and ends what does not.
func (n *Network) Stop() error {
	all := append([]*process{n.gateway}, n.nodes...)
	for _, p := range all {
		p.interrupt()
	}
	var errs []error
	for _, p := range all {
		errs = append(errs, p.wait())
	}
	return errors.Join(errs...)
}

// Died tells which process ended by itself, if one did.
func (n *Network) Died() error {
	for i, p := range n.nodes {
		if p != nil && !p.running() && !p.stopped.Load() {
			name := n.Spec.NodeName(i)
			return fmt.Errorf("%s ended by itself: see %s", name, n.LogFile(name))
		}
	}
	if p := n.gateway; p != nil && !p.running() && !p.stopped.Load() {
		return fmt.Errorf("the gateway ended by itself: see %s", n.LogFile(gatewayName))
	}
	return nil
}

// RPC is the CometBFT RPC address of node i.
func (n *Network) RPC(i int) string {
	return fmt.Sprintf("http://%s:%d", n.Spec.Host(i), n.Spec.PortsOf(i).RPC)
}

// REST is the REST address of node i.
func (n *Network) REST(i int) string {
	return fmt.Sprintf("http://%s:%d", n.Spec.Host(i), n.Spec.PortsOf(i).REST)
}

// GatewayURL is the gateway's address, and the web app's.
func (n *Network) GatewayURL() string { return n.Spec.GatewayURL() }

// LogFile is where a program of the network writes, by the name that Dress is given.
func (n *Network) LogFile(name string) string { return filepath.Join(n.Spec.Dir, name+".log") }

// Height is the latest height that node i knows.
func (n *Network) Height(ctx context.Context, i int) (int64, error) {
	var status struct {
		Result struct {
			SyncInfo struct {
				Height json.Number `json:"latest_block_height"`
			} `json:"sync_info"`
		} `json:"result"`
	}
	if err := n.get(ctx, n.RPC(i)+"/status", &status); err != nil {
		return 0, err
	}
	return status.Result.SyncInfo.Height.Int64()
}

// WaitHeight waits until node i has a height.
func (n *Network) WaitHeight(ctx context.Context, i int, height int64) error {
	return n.until(ctx, fmt.Sprintf("%s at height %d", n.Spec.NodeName(i), height), func() bool {
		now, err := n.Height(ctx, i)
		return err == nil && now >= height
	})
}

// WaitKey waits until the committee's key is active.
func (n *Network) WaitKey(ctx context.Context) error {
	return n.until(ctx, "the committee's key", func() bool {
		var reply struct {
			Key struct {
				Status string `json:"status"`
			} `json:"key"`
		}
		err := n.get(ctx, n.REST(0)+"/volens/custody/v1/keys/1", &reply)
		return err == nil && reply.Key.Status == "KEY_STATUS_ACTIVE"
	})
}

// WaitGateway waits until the gateway answers.
func (n *Network) WaitGateway(ctx context.Context) error {
	return n.until(ctx, "the gateway", func() bool {
		return n.get(ctx, n.GatewayURL()+"/v1/info", &struct{}{}) == nil
	})
}

func (n *Network) until(ctx context.Context, what string, ready func() bool) error {
	const pause = 100 * time.Millisecond
	for !ready() {
		if err := n.Died(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %s did not come: %w", ErrNotReady, what, ctx.Err())
		case <-time.After(pause):
		}
	}
	return nil
}

func (n *Network) get(ctx context.Context, url string, into any) (err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := n.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	const limit = 1 << 20
	raw, err := io.ReadAll(io.LimitReader(resp.Body, limit))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return json.Unmarshal(raw, into)
}
