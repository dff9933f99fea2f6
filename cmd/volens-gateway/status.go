package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/gateway"
)

const (
	statusTimeout = 10 * time.Second
	maxAnswer     = 1 << 20
)

// status asks the running gateway who it is and whether it can decide anything.
func (s *settings) status(cmd *cobra.Command, _ []string) error {
	config, err := gateway.LoadConfig(s.home)
	if err != nil {
		return fault.Wrap(fault.Usage, err)
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), statusTimeout)
	defer cancel()
	base := "http://" + s.apply(config).Listen
	var answer struct {
		gateway.Info
		gateway.Health
	}
	if err := ask(ctx, base+"/v1/info", &answer.Info); err != nil {
		return err
	}
	if err := ask(ctx, base+"/healthz", &answer.Health); err != nil {
		return err
	}
	return s.print(cmd, answer, "address   %s\nrecipient %s\nchain     %s at height %d\nlog       %d lines\n",
		answer.Address, answer.Recipient, answer.ChainID, answer.Height, answer.LogTop)
}

func ask(ctx context.Context, url string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return fault.Wrap(fault.Usage, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err)
	}
	defer func() {
		//nolint:errcheck // everything needed was read
		response.Body.Close()
	}()
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return fault.Wrap(fault.Unavailable, err)
	}
	if response.StatusCode != http.StatusOK {
		return fault.E(fault.OfStatus(response.StatusCode), "gateway answers %s", response.Status)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fault.E(fault.Internal, "read answer of gateway: %w", err)
	}
	return nil
}

// print writes one JSON object a line, or words.
func (s *settings) print(cmd *cobra.Command, value any, format string, words ...any) error {
	switch s.output {
	case "json":
		return json.NewEncoder(cmd.OutOrStdout()).Encode(value)
	case "text":
		_, err := fmt.Fprintf(cmd.OutOrStdout(), format, words...)
		return err
	default:
		return fault.E(fault.Usage, "output %q is neither text nor json", s.output)
	}
}
