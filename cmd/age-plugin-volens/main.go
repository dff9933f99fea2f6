// Command age-plugin-volens lets any age program open a file that was released
// by Volens: put it on the PATH and run
//
//	age -d -i identity.txt file.age
//
// where identity.txt holds the line AGE-PLUGIN-VOLENS-1... that `volens fetch
// --identity` writes. That line is the key of the one file: keep it as such. The
// program works offline and opens nothing else; it seals nothing.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"filippo.io/age"
	"filippo.io/age/plugin"

	"github.com/volens-network/volens/core/envelope"
)

// The exit codes of every Volens program; age's plugin protocol has its own.
const (
	exitDone     = 0
	exitInternal = 1
	exitUsage    = 2
)

const usage = `Usage: age -d -i IDENTITY-FILE FILE

age-plugin-volens is started by age, for lines AGE-PLUGIN-VOLENS-1... of an
identity file. Such a line is the key of one released file.

      --version   print the version
`

// version is set by the linker.
var version = "unknown"

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is main without the process: it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p, err := plugin.New(envelope.PluginName)
	if err != nil {
		return say(stderr, exitInternal, "age-plugin-volens: %v\n", err)
	}
	p.SetIO(stdin, stdout, stderr)
	p.HandleIdentity(identity)

	flags := flag.NewFlagSet("age-plugin-volens", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { say(stderr, exitUsage, usage) }
	showVersion := flags.Bool("version", false, "print the version")
	p.RegisterFlags(flags)
	err = flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitDone
	case err != nil:
		return exitUsage
	case *showVersion:
		return say(stdout, exitDone, "%s\n", version)
	case flags.NArg() > 0 || flags.Lookup("age-plugin").Value.String() == "":
		return say(stderr, exitUsage, usage)
	}
	return p.Main()
}

// identity reads the bytes of a line AGE-PLUGIN-VOLENS-1....
func identity(raw []byte) (age.Identity, error) {
	release, err := envelope.DecodeRelease(raw)
	if err != nil {
		return nil, err
	}
	return envelope.NewIdentity(release)
}

// say writes words and returns code, or exitInternal if nobody can read them.
func say(w io.Writer, code int, format string, args ...any) int {
	if _, err := fmt.Fprintf(w, format, args...); err != nil {
		return exitInternal
	}
	return code
}
