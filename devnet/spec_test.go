package devnet_test

import (
	"context"
	"encoding/json"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/devnet"
)

func goodSpec(t *testing.T) devnet.Spec {
	t.Helper()
	return devnet.Spec{
		ChainID: "volens-dev-1", Dir: t.TempDir(), Validators: 4, PortOffset: 4_000, BlockTime: time.Second,
		GenesisTime: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

func TestSpec_Validate(t *testing.T) {
	require.NoError(t, goodSpec(t).Validate())
	for name, spoil := range map[string]func(*devnet.Spec){
		"chain_id":                  func(s *devnet.Spec) { s.ChainID = "" },
		"dir":                       func(s *devnet.Spec) { s.Dir = "" },
		"validators is 0":           func(s *devnet.Spec) { s.Validators = 0 },
		"validators is 21":          func(s *devnet.Spec) { s.Validators = 21 },
		"port_offset is -1":         func(s *devnet.Spec) { s.PortOffset = -1 },
		"port_offset is 38576":      func(s *devnet.Spec) { s.PortOffset = 38_576 },
		"block_time is -1ns":        func(s *devnet.Spec) { s.BlockTime = -1 },
		"epoch_length is -1":        func(s *devnet.Spec) { s.EpochLength = -1 },
		"spec has no genesis_time":  func(s *devnet.Spec) { s.GenesisTime = time.Time{} },
		"want 0 to 38575":           func(s *devnet.Spec) { s.PortOffset = 65_535 },
		"port_offset is 9999999999": func(s *devnet.Spec) { s.PortOffset = 9_999_999_999 },
		"observers is -1":           func(s *devnet.Spec) { s.Observers = -1 },
		"observers is 17":           func(s *devnet.Spec) { s.Observers = 17 },
		"5 hosts for 4 nodes":       func(s *devnet.Spec) { s.Hosts = make([]string, 5) },
	} {
		spec := goodSpec(t)
		spoil(&spec)
		require.ErrorContains(t, spec.Validate(), name)
	}
}

func TestReadSpec(t *testing.T) {
	want := goodSpec(t)
	raw, err := json.Marshal(want)
	require.NoError(t, err)
	have, err := devnet.ReadSpec(strings.NewReader(string(raw)))
	require.NoError(t, err)
	require.Equal(t, want, have)

	for _, text := range []string{
		``, `{`, `[]`, `{"validators":"4"}`,
		strings.Replace(string(raw), `"chain_id"`, `"chainid"`, 1),
		strings.Replace(string(raw), `"validators":4`, `"validators":0`, 1),
	} {
		_, err := devnet.ReadSpec(strings.NewReader(text))
		require.Error(t, err, text)
	}
}

// Observers come after the validators, with names and ports of their own; hosts move nodes
// off loopback.
func TestSpec_ObserversAndHosts(t *testing.T) {
	spec := goodSpec(t)
	spec.Observers, spec.Hosts = 2, []string{"10.0.0.1"}
	require.NoError(t, spec.Validate())
	require.Equal(t, 6, spec.Nodes())
	require.Equal(t, "validator3", spec.NodeName(3))
	require.Equal(t, "observer4", spec.NodeName(4))
	require.Equal(t, "10.0.0.1", spec.Host(0))
	require.Equal(t, "127.0.0.1", spec.Host(1))
	network := devnet.Network{Spec: spec}
	require.Equal(t, "http://10.0.0.1:"+portText(spec.PortsOf(0).RPC), network.RPC(0))
	require.Equal(t, "http://127.0.0.1:"+portText(spec.PortsOf(5).RPC), network.RPC(5))
	require.NoError(t, spec.CheckPorts(context.Background()), "a node elsewhere needs no port here")
}

// The ports that docs and scripts rely on, and no two alike.
func TestPorts(t *testing.T) {
	spec := goodSpec(t)
	spec.PortOffset, spec.Validators = 0, 20
	require.Equal(t, devnet.Ports{P2P: 26656, RPC: 26657, GRPC: 9090, REST: 1317, Metrics: 26660}, spec.PortsOf(0))
	require.Equal(t, devnet.Ports{P2P: 26956, RPC: 26957, GRPC: 9390, REST: 1617, Metrics: 26960}, spec.PortsOf(3))
	require.Equal(t, 8080, spec.GatewayPort())

	spec.PortOffset = 5000
	require.Equal(t, 31657, spec.PortsOf(0).RPC)
	seen := map[int]bool{spec.GatewayPort(): true}
	for i := range spec.Validators {
		p := spec.PortsOf(i)
		for _, port := range []int{p.P2P, p.RPC, p.GRPC, p.REST, p.Metrics} {
			require.False(t, seen[port], "port %d is taken twice", port)
			seen[port] = true
		}
	}
}

// The ports of a network on this machine stay below 32768 or do not.
func TestPorts_Sheltered(t *testing.T) {
	spec := goodSpec(t)
	spec.Validators, spec.PortOffset = 4, 32_767-26_960
	require.True(t, spec.Sheltered())
	spec.PortOffset++
	require.False(t, spec.Sheltered())
	spec.PortOffset, spec.Observers = 5_800, 1
	require.False(t, spec.Sheltered())
}

func TestCheckPorts(t *testing.T) {
	spec := goodSpec(t)
	require.NoError(t, spec.CheckPorts(context.Background()))

	var config net.ListenConfig
	other, err := config.Listen(context.Background(), "tcp", "127.0.0.1:"+portText(spec.PortsOf(2).GRPC))
	require.NoError(t, err)
	err = spec.CheckPorts(context.Background())
	require.ErrorIs(t, err, devnet.ErrPortBusy)
	require.ErrorContains(t, err, portText(spec.PortsOf(2).GRPC))
	require.NoError(t, other.Close())
	require.NoError(t, spec.CheckPorts(context.Background()))
}
