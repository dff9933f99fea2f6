package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// env is what the cases share: where programs are and where files may be made.
type env struct {
	build string // folder of the built programs
	dir   string // for temporary files
}

// program finds a program, a built one before an installed one. It returns "" when there is none.
func (e *env) program(name string) string {
	if built := e.built(name); built != "" {
		return built
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	return path
}

// built finds a program in the build folder only.
func (e *env) built(name string) string {
	path, err := filepath.Abs(filepath.Join(e.build, name))
	if err != nil {
		return ""
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return ""
	}
	return path
}

// path names a temporary file.
func (e *env) path(name string) string { return filepath.Join(e.dir, name) }

// children is a clock of the processor time of finished programs.
type children struct{ spent time.Duration }

// Clock reads the time of all programs that ran so far.
func (c *children) Clock() (time.Duration, error) { return c.spent, nil }

// run runs a program to its end.
func (c *children) run(path string, args ...string) error {
	var words bytes.Buffer
	cmd := exec.Command(path, args...) //nolint:noctx // as long as it takes
	cmd.Stderr = &words
	err := cmd.Run()
	if cmd.ProcessState != nil {
		c.spent += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	if err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(path), err, bytes.TrimSpace(words.Bytes()))
	}
	return nil
}
