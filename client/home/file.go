package home

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"github.com/volens-network/volens/client/fault"
)

// readFile reads a file of at most limit bytes.
func readFile(root *os.Root, name string, limit int64) (raw []byte, err error) {
	file, err := root.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	raw, err = io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if int64(len(raw)) > limit {
		return nil, fault.E(fault.Integrity, "%s is longer than %d bytes", name, limit)
	}
	return raw, nil
}

// writeFile replaces a file as a whole: after a crash there is the old one or the new one.
func writeFile(root *os.Root, name string, data []byte) error {
	part := name + "." + rand.Text() + ".part"
	if err := writePart(root, part, data); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", name, err), ignoreMissing(root.Remove(part)))
	}
	if err := root.Rename(part, name); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", name, err), root.Remove(part))
	}
	return syncFolder(root, path.Dir(name))
}

func writePart(root *os.Root, part string, data []byte) (err error) {
	file, err := root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := file.Write(data); err != nil {
		return err
	}
	return file.Sync()
}

// syncFolder makes a new name in a folder survive a crash.
func syncFolder(root *os.Root, name string) (err error) {
	folder, err := root.Open(name)
	if err != nil {
		return fmt.Errorf("open folder: %w", err)
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	return folder.Sync()
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
