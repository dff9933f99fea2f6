package devnet

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// The ports before the offset; validator i adds i times portStep to each but the gateway's. They are a
// promise to who scripts against a network.
const (
	portP2P     = 26656
	portRPC     = 26657
	portGRPC    = 9090
	portREST    = 1317
	portMetrics = 26660
	portGateway = 8080
	portStep    = 100
	portHighest = 1<<16 - 1
	// portOutgoing is the first that Linux gives to outgoing connections, unless it is told otherwise
	// (ip_local_port_range): from here on any program may hold a port for a moment.
	portOutgoing = 1 << 15
)

// ErrPortBusy is returned when another program listens where the network would.
var ErrPortBusy = errors.New("port is in use")

// loopback is where everything listens that has no host of its own.
const loopback = "127.0.0.1"

// Ports are where a node listens.
type Ports struct {
	P2P, RPC, GRPC, REST, Metrics int
}

// PortsOf returns the ports of node i.
func (s Spec) PortsOf(i int) Ports {
	shift := s.PortOffset + i*portStep
	return Ports{
		P2P:     portP2P + shift,
		RPC:     portRPC + shift,
		GRPC:    portGRPC + shift,
		REST:    portREST + shift,
		Metrics: portMetrics + shift,
	}
}

// GatewayPort is where the gateway listens.
func (s Spec) GatewayPort() int { return portGateway + s.PortOffset }

// GatewayListen is where the gateway listens, host:port.
func (s Spec) GatewayListen() string { return fmt.Sprintf("%s:%d", loopback, s.GatewayPort()) }

// GatewayURL is where the gateway is reached, by a name: a browser makes no passkey for a bare network address.
func (s Spec) GatewayURL() string { return fmt.Sprintf("http://localhost:%d", s.GatewayPort()) }

// allPorts lists every port of the network on loopback.
func (s Spec) allPorts() []int {
	out := []int{s.GatewayPort()}
	for i := range s.Nodes() {
		if s.Host(i) != loopback {
			continue
		}
		p := s.PortsOf(i)
		out = append(out, p.P2P, p.RPC, p.GRPC, p.REST, p.Metrics)
	}
	return out
}

// Sheltered reports whether all ports of the network lie below those that the system gives to
// outgoing connections, so that only a program that listens can be in its way.
func (s Spec) Sheltered() bool { return s.lastPort()+s.PortOffset < portOutgoing }

// CheckPorts reports ErrPortBusy for the first port that is taken, so that a second
// network on the machine is told to choose another offset.
func (s Spec) CheckPorts(ctx context.Context) error {
	var config net.ListenConfig
	for _, port := range s.allPorts() {
		listener, err := config.Listen(ctx, "tcp", fmt.Sprintf("%s:%d", loopback, port))
		if err != nil {
			return fmt.Errorf("%w: %s:%d (choose another port offset): %w", ErrPortBusy, loopback, port, err)
		}
		if err := listener.Close(); err != nil {
			return fmt.Errorf("free port %d again: %w", port, err)
		}
	}
	return nil
}
