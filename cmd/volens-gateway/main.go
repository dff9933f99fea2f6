// Command volens-gateway keeps patients' sealed files and hands them to those whom the chain names.
// It cannot open them. Start with `volens-gateway init`, then `volens-gateway start`.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/gateway"
	"github.com/volens-network/volens/gateway/node"
	"github.com/volens-network/volens/web"
)

// version is set by the linker.
var version = "dev"

// The forms of --output.
const (
	outputText = "text"
	outputJSON = "json"
)

// settings are the flags that change what gateway.yaml says.
type settings struct {
	home, output, chainID, node, listen, publicURL, bucket string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	root := newRoot()
	err := root.ExecuteContext(ctx)
	stop()
	if err != nil {
		fail(os.Stderr, err, outputJSON == root.Flag("output").Value.String() || fault.WantsJSON(os.Args[1:]))
		os.Exit(fault.KindOf(err).ExitCode())
	}
}

// fail tells why the program ended: in words, or as one line of JSON. If that fails, nobody is left to tell.
func fail(w io.Writer, err error, asJSON bool) {
	if asJSON {
		_ = fault.ReportOf(err).Write(w) //nolint:errcheck // see above
		return
	}
	_, _ = fmt.Fprintln(w, "volens-gateway:", err)
}

func newRoot() *cobra.Command {
	s := &settings{}
	root := &cobra.Command{
		Use: "volens-gateway", Short: "A storage gateway of the Volens network",
		Version: version, SilenceUsage: true, SilenceErrors: true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return fault.Wrap(fault.Usage, err) })
	home, err := os.UserHomeDir()
	if err != nil {
		home = "."
	}
	root.PersistentFlags().StringVar(&s.home, "home", filepath.Join(home, ".volens-gateway"), "folder of the gateway")
	root.PersistentFlags().StringVar(&s.output, "output", outputText, "text, or json: one object a line, errors too")
	initialise := &cobra.Command{Use: "init", Short: "Make keys and settings", Args: cobra.NoArgs, RunE: s.init}
	start := &cobra.Command{Use: "start", Short: "Serve until interrupted", Args: cobra.NoArgs, RunE: s.start}
	status := &cobra.Command{Use: "status", Short: "Ask the running gateway", Args: cobra.NoArgs, RunE: s.status}
	for _, cmd := range []*cobra.Command{initialise, start, status} {
		cmd.Flags().StringVar(&s.listen, "listen", "", "host:port to listen on")
		cmd.Flags().StringVar(&s.publicURL, "public-url", "", "where clients reach the gateway: scheme, host and port")
	}
	for _, cmd := range []*cobra.Command{initialise, start} {
		cmd.Flags().StringVar(&s.chainID, "chain-id", "", "live chain id; the node's if it is nowhere set")
		cmd.Flags().StringVar(&s.node, "node", "", "URL of the CometBFT RPC of a trusted node")
		cmd.Flags().StringVar(&s.bucket, "bucket", "", "URL of the bucket for sealed files; the home's folder if empty")
	}
	root.AddCommand(initialise, start, status)
	return root
}

// apply puts the flags that were given over the settings.
func (s *settings) apply(c gateway.Config) gateway.Config {
	for _, flag := range []struct {
		from string
		to   *string
	}{
		{s.chainID, &c.ChainID},
		{s.node, &c.Node},
		{s.listen, &c.Listen},
		{s.publicURL, &c.PublicURL},
		{s.bucket, &c.Bucket},
	} {
		if flag.from != "" {
			*flag.to = flag.from
		}
	}
	return c
}

func (s *settings) init(cmd *cobra.Command, _ []string) error {
	keys, err := gateway.Init(s.home, s.apply(gateway.Default()), rand.Reader)
	if err != nil {
		return fault.Wrap(fault.Usage, err)
	}
	return s.print(cmd, map[string]string{"address": keys.Address, "recipient": keys.Identity.Recipient()},
		"address   %s\nrecipient %s\n", keys.Address, keys.Identity.Recipient())
}

func (s *settings) start(cmd *cobra.Command, _ []string) error {
	config, err := gateway.LoadConfig(s.home)
	if err != nil {
		return fault.Wrap(fault.Usage, err)
	}
	config = s.apply(config)
	keys, err := gateway.LoadKeys(s.home)
	if err != nil {
		return fault.Wrap(fault.Usage, err)
	}
	logger := slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil))
	source, err := node.New(config.Node, config.ChainID, config.GasPrice, keys.Account)
	if err != nil {
		return err
	}
	if config.ChainID == "" {
		if config.ChainID, err = source.ChainID(cmd.Context()); err != nil {
			return err
		}
	}
	listener, err := (&net.ListenConfig{}).Listen(cmd.Context(), "tcp", config.Listen)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err)
	}
	g, err := gateway.Open(cmd.Context(), s.home, config, gateway.Deps{
		Chain:   source,
		Now:     time.Now,
		Rand:    rand.Reader,
		Log:     logger,
		Version: version,
		HTTP:    &http.Client{},
		Site:    web.Site(),
	})
	if err != nil {
		return err
	}
	if err := g.Run(cmd.Context(), listener); err != nil {
		return err
	}
	return g.Close()
}
