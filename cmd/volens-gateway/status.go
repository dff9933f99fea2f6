package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/client/storage"
	"github.com/volens-network/volens/gateway"
)

// status asks the running gateway who it is and whether it can decide anything.
func (s *settings) status(cmd *cobra.Command, _ []string) error {
	config, err := gateway.LoadConfig(s.home)
	if err != nil {
		return fault.Wrap(fault.Usage, err)
	}
	client, err := storage.New(storage.Options{URL: s.apply(config).Origin()})
	if err != nil {
		return err
	}
	var answer struct {
		storage.Info
		storage.Health
	}
	if answer.Info, err = client.Info(cmd.Context()); err != nil {
		return err
	}
	if answer.Health, err = client.Health(cmd.Context()); err != nil {
		return err
	}
	return s.print(cmd, answer, "address   %s\nrecipient %s\nchain     %s at height %d\nlog       %d lines\n"+
		"refused   %d receipts\n",
		answer.Address, answer.Recipient, answer.ChainID, answer.Height, answer.LogSize, answer.Refused)
}

// print writes one JSON object a line, or words.
func (s *settings) print(cmd *cobra.Command, value any, format string, words ...any) error {
	switch s.output {
	case outputJSON:
		return json.NewEncoder(cmd.OutOrStdout()).Encode(value)
	case outputText:
		_, err := fmt.Fprintf(cmd.OutOrStdout(), format, words...)
		return err
	default:
		return fault.E(fault.Usage, "output %q is neither text nor json", s.output)
	}
}
