package main_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	volensd "github.com/volens-network/volens/cmd/volensd"
	"github.com/volens-network/volens/x/custody"
)

func TestCustodyStatus_Run(t *testing.T) {
	said := func(reply custody.QueryRunResponse) string {
		var out strings.Builder
		require.NoError(t, volensd.PrintRun(&out, &reply))
		return out.String()
	}
	require.Empty(t, said(custody.QueryRunResponse{}), "no run, nothing to say")
	run := custody.Run{KeyId: 1, Epoch: 2, Run: 7, Started: 40, Phase: custody.PHASE_ENROL}
	require.Equal(
		t,
		"run 7 for key 1 epoch 2 since height 40: PHASE_ENROL\n",
		said(custody.QueryRunResponse{Run: &run}),
	)

	run.Stalled = "weights"
	text := said(custody.QueryRunResponse{Run: &run, Missing: [][]byte{bytes.Repeat([]byte{1}, 20)}})
	require.Contains(t, text, "cannot go on (weights), and the old epoch releases meanwhile")
	require.Contains(t, text, "waits for ")
	require.Contains(t, text, "valoper1qyqszqgpqyqszqgpqyqszqgpqyqszqgp")
}
