package client

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/volens-network/volens/core/manifest"
)

// Inputs lists the regular files that are meant: files as they are named, and those of folders, in the order of their
// names. Hidden files, and what is neither file nor folder, are left out of folders.
func Inputs(names []string) ([]string, error) {
	var out []string
	for _, name := range names {
		info, err := os.Stat(name)
		switch {
		case err != nil:
			return nil, unopened("file", name, err)
		case info.Mode().IsRegular():
			out = append(out, name)
		case info.IsDir():
			found, err := filesOf(name)
			if err != nil {
				return nil, err
			}
			out = append(out, found...)
		default:
			return nil, usage("%q is neither a file nor a folder", name)
		}
	}
	switch {
	case len(out) == 0 && len(names) > 0:
		return nil, usage("folder %q holds no file: a file, or a folder with files, is needed", names[0])
	case len(out) == 0:
		return nil, usage("a file, or a folder with files, is needed")
	case len(out) > manifest.MaxFiles:
		return nil, usage("%d files: a dataset has at most %d", len(out), manifest.MaxFiles)
	}
	return out, nil
}

func filesOf(folder string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		hidden := path != folder && strings.HasPrefix(entry.Name(), ".")
		switch {
		case err != nil:
			return unopened("folder", path, err)
		case hidden && entry.IsDir():
			return fs.SkipDir
		case !hidden && entry.Type().IsRegular():
			out = append(out, path)
		}
		return nil
	})
	return out, err
}
