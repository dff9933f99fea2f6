package share

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/volens-network/volens/internal/crash"
)

// writeFile writes a file whole: into a new file beside it, synced, then renamed.
func writeFile(path string, content []byte) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	_, err = file.Write(content)
	if err == nil {
		err = file.Chmod(fileMode)
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	crash.Point("share-written")
	if err = os.Rename(file.Name(), path); err != nil {
		return err
	}
	crash.Point("share-renamed")
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes a rename or a removal last.
func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
