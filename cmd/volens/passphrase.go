package main

import (
	"fmt"
	"strings"

	"golang.org/x/term"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/fault"
)

const maxPassphrase = 4096

// interactive reports whether a person sits at the keyboard.
func (e *env) interactive() bool { return e.terminal && term.IsTerminal(e.keyboard) }

// passphrase is from --passphrase-file, or typed at the keyboard.
func (e *env) passphrase() (string, error) {
	if e.passphraseFile != "" {
		return readPassphrase(e.passphraseFile)
	}
	return e.ask("passphrase of the wallet")
}

// newPassphrase is passphrase for something that does not exist yet: it is typed twice.
func (e *env) newPassphrase() (string, error) {
	if e.passphraseFile != "" {
		return readPassphrase(e.passphraseFile)
	}
	first, err := e.ask("new passphrase")
	if err != nil {
		return "", err
	}
	again, err := e.ask("the same again")
	if err != nil {
		return "", err
	}
	if first != again {
		return "", fault.E(fault.Usage, "the two passphrases differ")
	}
	return first, nil
}

// ask reads a secret without showing it.
func (e *env) ask(what string) (string, error) {
	if !e.interactive() {
		return "", fault.E(fault.Usage, "no keyboard for the %s: use --passphrase-file", what)
	}
	if _, err := fmt.Fprintf(e.stderr, "volens: %s: ", what); err != nil {
		return "", err
	}
	secret, err := term.ReadPassword(e.keyboard)
	if err != nil {
		return "", err
	}
	if _, err := fmt.Fprintln(e.stderr); err != nil {
		return "", err
	}
	if len(secret) == 0 {
		return "", fault.E(fault.Usage, "the %s is empty", what)
	}
	return string(secret), nil
}

// readPassphrase reads the first line of a file.
func readPassphrase(name string) (text string, err error) {
	data, err := readNamed("passphrase file", name, maxPassphrase)
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(data), "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" {
		return "", fault.E(fault.Usage, "the first line of the passphrase file is empty")
	}
	return line, nil
}

// readNamed reads a file that an argument or a flag names. Standard input for "-" is not offered: secrets come from
// files that only their owner can read, or from the keyboard. A file that is not there is a slip in the command.
func readNamed(what, name string, limit int64) ([]byte, error) {
	data, err := client.ReadFile(what, name, limit)
	return data, fault.Wrap(fault.Usage, err)
}
