// Package deptest knows which package of this tree links which. Its tests hold the rules of the house that
// a linter cannot see: what a whole program links, not only what a file imports, the order of the modules,
// and what may stand in a file at all. Start with Load; the rules are in layers_test.go and files_test.go.
//
// It asks the go command and reads files; it never builds anything.
package deptest
