package chain_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/test/vectors"
)

// registered is an error that a module registered: test/vectors/errors.json.
type registered struct {
	Codespace string `json:"codespace"`
	Code      uint32 `json:"code"`
	// Name is that of the Go variable, ErrNotFound, spelled not-found.
	Name string `json:"name"`
	Kind string `json:"kind"`
}

// kebab spells ErrNotFound as not-found.
func kebab(name string) string {
	var out strings.Builder
	for i, r := range strings.TrimPrefix(name, "Err") {
		if unicode.IsUpper(r) && i > 0 {
			out.WriteByte('-')
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}

// registrations are the errors of one module's errors.go, as it is written.
func registrations(t *testing.T, module string) []registered {
	t.Helper()
	path := filepath.Join("..", "..", "x", module, "errors.go")
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	var out []registered
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		call, ok := spec.Values[0].(*ast.CallExpr)
		if !ok || len(call.Args) != 3 {
			return true
		}
		digits, ok := call.Args[1].(*ast.BasicLit)
		require.True(t, ok, "%s", spec.Names[0])
		code, err := strconv.ParseUint(digits.Value, 10, 32)
		require.NoError(t, err)
		out = append(out, entry(module, uint32(code), kebab(spec.Names[0].Name)))
		return true
	})
	return out
}

func entry(codespace string, code uint32, name string) registered {
	kind := fault.KindOf(&chain.TxError{Codespace: codespace, Code: code})
	return registered{Codespace: codespace, Code: code, Name: name, Kind: kind.String()}
}

// The web app tells the chain's refusals apart as Go does.
func TestVectors_Errors(t *testing.T) {
	var all []registered
	for _, module := range []string{"attestation", "consent", "custody", "dataset", "market"} {
		found := registrations(t, module)
		require.Greater(t, len(found), 5, module)
		all = append(all, found...)
	}
	for code := uint32(2); code <= 42; code++ {
		all = append(all, entry("sdk", code, ""))
	}
	all = append(all, entry("sdk", 111222, ""), entry("feegrant", 2, "fee-limit-exceeded"), entry("elsewhere", 1, ""))
	vectors.Check(t, "errors.json", all)
}
