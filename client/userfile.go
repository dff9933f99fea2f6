package client

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/volens-network/volens/client/fault"
)

// OpenFile opens a file that the user named, for reading. An error says what the file is for and names it as it was typed,
// because nothing else tells which of several is meant (docs/adr/023-naming-files.md); what was read is never told.
func OpenFile(what, name string) (*os.File, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, unopened(what, name, err)
	}
	info, err := file.Stat()
	switch {
	case err != nil:
		err = unopened(what, name, err)
	case info.IsDir():
		err = usage("%s %q is a folder: name a file", what, name)
	default:
		return file, nil
	}
	return nil, errors.Join(err, file.Close())
}

// ReadFile reads a file that the user named and that has at most limit bytes, but not none.
func ReadFile(what, name string, limit int64) (data []byte, err error) {
	file, err := OpenFile(what, name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	data, err = io.ReadAll(io.LimitReader(file, limit+1))
	switch {
	case err != nil:
		return nil, unopened(what, name, err)
	case len(data) == 0:
		return nil, usage("%s %q is empty", what, name)
	case int64(len(data)) > limit:
		return nil, usage("%s %q has more than %d bytes", what, name, limit)
	}
	return data, nil
}

// missingFileError is a file of the user that is not there.
type missingFileError struct{ what, name string }

// Error implements error.
func (m *missingFileError) Error() string {
	return fmt.Sprintf("%s %q: there is no such file", m.what, m.name)
}

// Is lets errors.Is find fs.ErrNotExist, whose own words would say it twice.
func (m *missingFileError) Is(target error) bool { return target == fs.ErrNotExist }

// unopened says why a file of the user could not be opened or looked at.
func unopened(what, name string, err error) error {
	var failed *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.Wrap(fault.NotFound, &missingFileError{what, name})
	case errors.Is(err, fs.ErrPermission):
		return usage("%s %q may not be read: permission denied", what, name)
	case errors.As(err, &failed):
		return fault.E(fault.Usage, "%s %q: %w", what, name, failed.Err)
	default:
		return fault.E(fault.Usage, "%s %q: %w", what, name, err)
	}
}

// intoFolder makes the folder of a result that the user named, if it is not there.
func intoFolder(name string) error {
	err := os.MkdirAll(name, folderMode)
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return usage("out %q: %w", filepath.Clean(name), failed.Err)
	}
	return err
}
