// Package wholefile writes small files so that each is there whole, or not at all, also
// when the power fails: Write for a file, SyncDir after one was removed.
package wholefile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// NewSuffix ends the name of a file that is being written. Readers of a folder pass it over.
const NewSuffix = ".new"

const mode = 0o600

// Write puts a file in the place of what was there. It is on the disk when Write returns,
// and only its owner can read it.
func Write(path string, raw []byte) error {
	f, err := os.OpenFile(path+NewSuffix, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, bytes.NewReader(raw))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+NewSuffix, path); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// SyncDir makes what was renamed or removed in a folder last.
func SyncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}
