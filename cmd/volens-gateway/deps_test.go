package main_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/test/deptest"
)

// The privacy promise of the gateway: its program does not contain what could open a file.
func TestProgram_CannotDecrypt(t *testing.T) {
	root, err := deptest.Root(".")
	require.NoError(t, err)
	tree, err := deptest.Load(t.Context(), root)
	require.NoError(t, err)
	require.NotEmpty(t, tree["cmd/volens-gateway"].Deps)
	require.Empty(t, deptest.GatewayFaults(tree, "cmd/volens-gateway"))
}

// The check finds what it looks for: the client's program can open files.
func TestProgram_CheckFinds(t *testing.T) {
	tree := deptest.Tree{
		"cmd/x": {
			Deps: []string{
				deptest.Module + "/core/envelope",
				deptest.Module + "/client",
				deptest.Module + "/x/market/keeper",
			},
		},
		"client": {Imports: []string{"filippo.io/age"}},
	}
	require.Len(t, deptest.GatewayFaults(tree, "cmd/x"), 3)
}
