package deptest_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/test/deptest"
)

// modules stand from left to right: each may know those to its left.
var modules = []string{"dataset", "attestation", "consent", "custody", "market", "federation"}

// chainWorld is everything that needs a blockchain to make sense.
var chainWorld = []string{"cosmossdk.io", "github.com/cosmos", "github.com/cometbft"}

// coreMayImport are the modules outside the standard library that core may import. To add one is a decision:
// say in the commit why the standard library does not do.
var coreMayImport = []string{
	"filippo.io/age",
	"github.com/klauspost/compress",
	"github.com/oasisprotocol/curve25519-voi",
	"golang.org/x/crypto",
	"golang.org/x/text",
}

// links are the rules "this folder must not link that": the whole program counts, not only its own imports.
var links = []struct {
	name   string
	folder string
	never  []string // Import paths; a leading ./ means a path of this tree.
}{
	{
		"core is the bottom layer", "core",
		[]string{"./app", "./x", "./client", "./gateway", "./edge", "./cmd", "./devnet", "./test", "net/http"},
	},
	{"core builds without a chain", "core", chainWorld},
	{
		"what runs in a browser links core only", "web",
		append([]string{"./app", "./x", "./client", "./gateway", "./edge", "./cmd", "./devnet", "./test", "net/http"},
			chainWorld...),
	},
	{"the client does not link the node", "client", []string{"./app", "./gateway", "./devnet", "./cmd"}},
	{
		"the gateway can ask the chain without being able to decrypt", "client/chain",
		[]string{"./core/envelope", "./core/threshold", "./core/deid"},
	},
	{
		"the gateway cannot decrypt", "gateway", deptest.GatewayNever,
	},
	{"the application knows no client", "app", []string{"./client", "./gateway", "./cmd", "./devnet"}},
	{
		"modules know neither application nor client",
		"x",
		[]string{"./app", "./client", "./gateway", "./cmd", "./devnet"},
	},
}

// list asks the go command once for all tests: it takes seconds.
var list = sync.OnceValues(func() (deptest.Tree, error) {
	dir, err := deptest.Root(".")
	if err != nil {
		return nil, err
	}
	return deptest.Load(context.Background(), dir)
})

func load(t *testing.T) deptest.Tree {
	t.Helper()
	tree, err := list()
	require.NoError(t, err)
	require.NotEmpty(t, tree.Below("core"))
	return tree
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := deptest.Root(".")
	require.NoError(t, err)
	return dir
}

func TestLinks(t *testing.T) {
	tree := load(t)
	for _, rule := range links {
		t.Run(rule.name, func(t *testing.T) {
			requireFolder(t, tree, rule.folder)
			for _, path := range tree.Below(rule.folder) {
				for _, dep := range tree[path].Deps {
					require.Falsef(t, forbidden(dep, rule.never), "%s links %s", path, dep)
				}
			}
		})
	}
}

// forbidden says whether dep is one of never or lies below it.
func forbidden(dep string, never []string) bool {
	return slices.ContainsFunc(never, func(folder string) bool {
		return deptest.Within(dep, strings.Replace(folder, "./", deptest.Module+"/", 1))
	})
}

func TestCore_ImportsLittle(t *testing.T) {
	tree := load(t)
	for _, path := range tree.Below("core") {
		for _, imported := range tree[path].Imports {
			first, _, _ := strings.Cut(imported, "/")
			outside := strings.Contains(first, ".") && !deptest.Within(imported, deptest.Module)
			require.Falsef(t, outside && !forbidden(imported, coreMayImport), "%s imports %s", path, imported)
		}
	}
}

// A module's nouns and keeper know the nouns of modules to their left, and no keeper but their own module's.
func TestModules_Order(t *testing.T) {
	tree := load(t)
	for _, path := range tree.Below("x") {
		own := place(t, path)
		for _, imported := range tree[path].Imports {
			other, inside := strings.CutPrefix(imported, deptest.Module+"/x/")
			if !inside {
				continue
			}
			require.LessOrEqualf(
				t,
				place(t, "x/"+other),
				own,
				"%s imports x/%s, which stands to its right",
				path,
				other,
			)
		}
	}
}

// place returns where the module of path stands in the order. What all modules share
// stands left of all of them, so it may import none.
func place(t *testing.T, path string) int {
	t.Helper()
	parts := strings.Split(path, "/")
	require.GreaterOrEqual(t, len(parts), 2, path)
	if parts[1] == "internal" {
		return -1
	}
	at := slices.Index(modules, parts[1])
	require.GreaterOrEqualf(t, at, 0, "%s belongs to no known module", path)
	return at
}

// Keepers are wired by the application and by their own module; nobody else imports one.
func TestKeepers_ImportedByFew(t *testing.T) {
	tree := load(t)
	for path := range tree {
		if deptest.Within(path, "app") || deptest.Within(path, "test") {
			continue
		}
		for _, imported := range tree[path].Imports {
			keeper, inside := strings.CutPrefix(imported, deptest.Module+"/x/")
			if !inside || !strings.Contains(keeper+"/", "/keeper/") {
				continue
			}
			module, _, _ := strings.Cut(keeper, "/")
			allowed := deptest.Within(path, "x/"+module+"/module") || deptest.Within(path, "x/"+module+"/keeper")
			require.Truef(t, allowed, "%s imports x/%s", path, keeper)
		}
	}
}

// The gateway links the nouns, so they must not bring what decrypts along; nor may they know any keeper.
func TestNouns_BringNoSecretsAlong(t *testing.T) {
	tree := load(t)
	never := []string{"./core/threshold", "./core/envelope", "./core/deid"}
	for _, module := range modules {
		if _, exists := tree["x/"+module]; !exists {
			continue
		}
		for _, dep := range tree["x/"+module].Deps {
			require.Falsef(t, forbidden(dep, never), "x/%s links %s", module, dep)
			other, inside := strings.CutPrefix(dep, deptest.Module+"/x/")
			require.Falsef(t, inside && strings.Contains(other, "/"), "the nouns of x/%s link x/%s", module, other)
		}
	}
}

// Outside packages bring cobra along, the SDK's among them; what counts is that no code of ours on the client's
// side speaks it, and that no keeper comes with the nouns.
func TestClient_NoCommandsNoKeepers(t *testing.T) {
	tree := load(t)
	requireFolder(t, tree, "client")
	for _, path := range tree.Below("client") {
		for _, ours := range tree.Ours(path) {
			require.NotContainsf(t, tree[ours].Imports, "github.com/spf13/cobra", "%s links %s", path, ours)
			require.NotContainsf(t, ours+"/", "/keeper/", "%s links %s", path, ours)
		}
		require.NotContains(t, tree[path].Deps, "github.com/cosmos/cosmos-sdk/server", path)
	}
}

func TestClientChain_StandsAlone(t *testing.T) {
	tree := load(t)
	requireFolder(t, tree, "client/chain")
	require.NotContains(t, tree["client/chain"].Deps, deptest.Module+"/client")
}

// The whole program is asked: it links nothing that decrypts, no keeper, and age for the halves only.
func TestGateway_KeepsItsPromise(t *testing.T) {
	tree := load(t)
	requireFolder(t, tree, "cmd/volens-gateway")
	require.Empty(t, deptest.GatewayFaults(tree, "cmd/volens-gateway"))
}

func requireFolder(t *testing.T, tree deptest.Tree, folder string) {
	t.Helper()
	require.NotEmptyf(t, tree.Below(folder), "%s is gone: what held for it must hold for what took its place", folder)
}

func TestWithin(t *testing.T) {
	require.True(t, deptest.Within("core/duo", "core"))
	require.True(t, deptest.Within("core", "core"))
	require.False(t, deptest.Within("corelation", "core"))
	require.True(t, forbidden(deptest.Module+"/app/voteext", []string{"./app"}))
	require.False(t, forbidden(deptest.Module+"/apple", []string{"./app"}))
	require.True(t, forbidden("cosmossdk.io/math", chainWorld))
}
