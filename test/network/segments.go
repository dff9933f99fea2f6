package network

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// ErrNoSegments is returned where this machine cannot make network namespaces: only root
// can, with the programs ip and nft.
var ErrNoSegments = errors.New("no network namespaces here")

// The addresses of a site that is cut into segments: the bridge has 1, node i has 10+i.
const (
	subnet    = "10.77.0."
	firstNode = 10
)

// Segments give each node a network namespace of its own, on one bridge, so that packets
// between them can be dropped. Close removes them.
type Segments struct {
	prefix string
	n      int
}

// NewSegments makes the namespaces of n nodes.
func NewSegments(ctx context.Context, n int) (*Segments, error) {
	if os.Geteuid() != 0 {
		return nil, fmt.Errorf("%w: not root", ErrNoSegments)
	}
	for _, program := range []string{"ip", "nft"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoSegments, err)
		}
	}
	s := &Segments{prefix: fmt.Sprintf("v%d", os.Getpid()), n: n}
	if err := s.build(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrNoSegments, err), s.Close())
	}
	return s, nil
}

// Hosts are the nodes' addresses, for devnet.Spec.
func (s *Segments) Hosts() []string {
	out := make([]string, s.n)
	for i := range out {
		out[i] = fmt.Sprintf("%s%d", subnet, firstNode+i)
	}
	return out
}

func (s *Segments) bridge() string          { return s.prefix + "b" }
func (s *Segments) namespace(i int) string  { return fmt.Sprintf("%sn%d", s.prefix, i) }
func (s *Segments) cable(i int) string      { return fmt.Sprintf("%sc%d", s.prefix, i) }
func (s *Segments) address(host int) string { return fmt.Sprintf("%s%d", subnet, host) }

func (s *Segments) build(ctx context.Context) error {
	commands := []string{
		"link add " + s.bridge() + " type bridge",
		"addr add " + s.address(1) + "/24 dev " + s.bridge(),
		"link set " + s.bridge() + " up",
	}
	for i := range s.n {
		space, cable := s.namespace(i), s.cable(i)
		commands = append(commands,
			"netns add "+space,
			"link add "+cable+" type veth peer name eth0 netns "+space,
			"link set "+cable+" master "+s.bridge()+" up",
			"-n "+space+" addr add "+s.address(firstNode+i)+"/24 dev eth0",
			"-n "+space+" link set eth0 up",
			"-n "+space+" link set lo up",
		)
	}
	for _, command := range commands {
		if err := ip(ctx, "", strings.Fields(command)...); err != nil {
			return err
		}
	}
	return nil
}

// Dress puts a node's command into its namespace.
func (s *Segments) Dress(i int, cmd *exec.Cmd) error {
	program, err := exec.LookPath("ip")
	if err != nil {
		return err
	}
	cmd.Args = append([]string{"ip", "netns", "exec", s.namespace(i), cmd.Path}, cmd.Args[1:]...)
	cmd.Path = program
	return nil
}

// Cut drops all packets that node i would receive from the others named.
func (s *Segments) Cut(ctx context.Context, i int, others ...int) error {
	var from []string
	for _, other := range others {
		from = append(from, s.address(firstNode+other))
	}
	return s.rule(ctx, i, "ip saddr { "+strings.Join(from, ", ")+" } drop")
}

// Lose drops so many percent of the packets that node i receives from other nodes.
func (s *Segments) Lose(ctx context.Context, i, percent int) error {
	return s.rule(ctx, i, fmt.Sprintf("ip saddr != %s numgen random mod 100 < %d drop", s.address(1), percent))
}

// Split cuts the nodes into those named and the rest, both ways.
func (s *Segments) Split(ctx context.Context, some ...int) error {
	inside := map[int]bool{}
	for _, i := range some {
		inside[i] = true
	}
	for i := range s.n {
		var across []int
		for j := range s.n {
			if inside[i] != inside[j] {
				across = append(across, j)
			}
		}
		if err := s.Cut(ctx, i, across...); err != nil {
			return err
		}
	}
	return nil
}

// Heal lets all packets pass again.
func (s *Segments) Heal(ctx context.Context) error {
	for i := range s.n {
		if err := s.nft(ctx, i, "add table inet siege\ndelete table inet siege\n"); err != nil {
			return err
		}
	}
	return nil
}

func (s *Segments) rule(ctx context.Context, i int, rule string) error {
	return s.nft(ctx, i, "add table inet siege\n"+
		"add chain inet siege hear { type filter hook input priority 0; }\n"+
		"add rule inet siege hear "+rule+"\n")
}

func (s *Segments) nft(ctx context.Context, i int, script string) error {
	return ip(ctx, script, "netns", "exec", s.namespace(i), "nft", "-f", "-")
}

// Close removes the namespaces, with the cables in them, and the bridge.
func (s *Segments) Close() error {
	ctx := context.Background()
	var errs []error
	for i := range s.n {
		errs = append(errs, ip(ctx, "", "netns", "del", s.namespace(i)))
	}
	return errors.Join(append(errs, ip(ctx, "", "link", "del", s.bridge()))...)
}

// ip runs the program ip.
func ip(ctx context.Context, input string, args ...string) error {
	cmd := exec.CommandContext(ctx, "ip", args...)
	cmd.Stdin = strings.NewReader(input)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(out))
	}
	return nil
}
