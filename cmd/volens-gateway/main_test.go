package main_test

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	gateway "github.com/volens-network/volens/cmd/volens-gateway"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"volens-gateway": gateway.Main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata"})
}
