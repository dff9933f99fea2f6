// Command volensd runs a node of the Volens chain. A validator needs nothing else: its part
// in the committee rides in its votes.
package main

import (
	"fmt"
	"os"

	servercmd "github.com/cosmos/cosmos-sdk/server/cmd"

	"github.com/volens-network/volens/app"
)

func main() {
	app.SetPrefixes()
	root, err := newRoot()
	if err == nil {
		err = servercmd.Execute(root, "VOLENSD", app.DefaultNodeHome())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "volensd:", err)
		os.Exit(1)
	}
}
