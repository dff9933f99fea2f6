package deptest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Module is the import path of this tree.
const Module = "github.com/volens-network/volens"

// Package is one package of this tree, as `go list` tells it. Test files do not count.
type Package struct {
	ImportPath string
	Imports    []string // What its own files import.
	Deps       []string // Everything that a program gets which links it, itself excepted.
}

// Tree holds every package of this tree by its path below the root, such as "core/duo".
type Tree map[string]Package

// Root returns the absolute path of the folder of go.mod at or above dir.
func Root(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod at or above the working folder")
		}
		dir = parent
	}
}

// Load asks the go command for every package below root. A package that cannot be listed is an error.
func Load(ctx context.Context, root string) (Tree, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-json=ImportPath,Imports,Deps", "./...")
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, stderr.String())
	}
	tree := make(Tree)
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var p Package
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return tree, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read go list: %w", err)
		}
		tree[strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, Module), "/")] = p
	}
}

// Below returns the paths of the packages at or below folder, sorted.
func (t Tree) Below(folder string) []string {
	var paths []string
	for path := range t {
		if Within(path, folder) {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

// Ours returns path and the packages of this tree that it links, by their paths below the root, sorted.
func (t Tree) Ours(path string) []string {
	ours := []string{path}
	for _, dep := range t[path].Deps {
		if dep != Module && Within(dep, Module) {
			ours = append(ours, strings.TrimPrefix(dep, Module+"/"))
		}
	}
	slices.Sort(ours)
	return ours
}

// Within says whether the slash-separated path is folder or lies below it.
func Within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}
