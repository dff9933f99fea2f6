package deptest

import (
	"fmt"
	"slices"
	"strings"
)

// GatewayNever is what no package of the gateway, and no program with it, may link: what
// decrypts, what sees plaintext, and the node.
var GatewayNever = []string{"./core/envelope", "./core/threshold", "./core/deid", "./app", "./devnet"}

// GatewayFaults lists how the gateway's program breaks its promise that it cannot open a
// file: what it links of GatewayNever, keepers, and packages other than gateway/halves
// that touch age.
func GatewayFaults(tree Tree, program string) []string {
	var faults []string
	for _, dep := range tree[program].Deps {
		if slices.ContainsFunc(GatewayNever, func(folder string) bool {
			return Within(dep, strings.Replace(folder, "./", Module+"/", 1))
		}) {
			faults = append(faults, "links "+dep)
		}
	}
	for _, path := range tree.Ours(program) {
		if strings.Contains(path+"/", "/keeper/") {
			faults = append(faults, "links "+path)
		}
		for _, imported := range tree[path].Imports {
			if Within(imported, "filippo.io/age") && path != "gateway/halves" {
				faults = append(faults, fmt.Sprintf("%s imports %s", path, imported))
			}
		}
	}
	return faults
}
