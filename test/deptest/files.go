package deptest

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// apart are the folders that hold nothing written by hand here: what was built, fetched or made elsewhere.
var apart = []string{".git", ".build", "build", "node_modules", "dist", "tools/bin"}

// maxFile bounds what counts as a text to look into.
const maxFile = 1 << 20

// File is one text of this tree.
type File struct {
	Path      string // Below the root, with slashes.
	Text      string
	Generated bool // It says so in a line of its own, as https://go.dev/s/generatedcode asks.
}

// Lines returns how many lines the file has.
func (f File) Lines() int {
	lines := strings.Count(f.Text, "\n")
	if f.Text != "" && !strings.HasSuffix(f.Text, "\n") {
		lines++
	}
	return lines
}

// Files reads every text below root, hidden ones too. Larger and binary files are left out.
func Files(root string) ([]File, error) {
	var files []File
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		path, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		path = filepath.ToSlash(path)
		if entry.IsDir() {
			if slices.Contains(apart, path) || slices.Contains(apart, entry.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() || path == ".git" { // a file where the tree is a second one of a repository
			return nil
		}
		file, isText, err := read(name, path)
		if err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		if isText {
			files = append(files, file)
		}
		return nil
	})
	return files, err
}

func read(name, path string) (File, bool, error) {
	info, err := os.Stat(name)
	if err != nil || info.Size() > maxFile {
		return File{}, false, err
	}
	data, err := os.ReadFile(name)
	if err != nil || bytes.IndexByte(data, 0) >= 0 {
		return File{}, false, err
	}
	return File{Path: path, Text: string(data), Generated: generated(data)}, true, nil
}

// generated looks for the mark within the first lines, where generators put it.
func generated(data []byte) bool {
	head := data[:min(len(data), 2048)]
	for line := range bytes.Lines(head) {
		line = bytes.TrimSpace(line)
		if bytes.Contains(line, []byte("Code generated ")) || bytes.HasPrefix(line, []byte("// @generated")) {
			return bytes.HasPrefix(line, []byte("// "))
		}
	}
	return false
}
