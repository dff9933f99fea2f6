package fault_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client/fault"
)

func TestReport_OneObjectALine(t *testing.T) {
	err := fault.Refuse([]string{"INACTIVE"}, "not <permitted>: \x1b[31m \u009b \u202e line\nend")
	err = fmt.Errorf("decide: %w", fault.Advise(err, "run %q", "volens consent grant"))
	var out strings.Builder
	require.NoError(t, fault.ReportOf(err).Write(&out))
	require.Equal(t, 1, strings.Count(out.String(), "\n"))
	for _, steering := range []string{"\x1b", "\u009b", "\u202e", `\u003c`} {
		require.NotContains(t, out.String(), steering)
	}
	var back map[string]fault.Report
	require.NoError(t, json.Unmarshal([]byte(out.String()), &back))
	require.Equal(t, map[string]fault.Report{"error": {
		Code: "refused", ExitCode: 3, Message: err.Error(), Reasons: []string{"INACTIVE"},
		WayOut: `run "volens consent grant"`,
	}}, back)
}

func TestReport_Codes(t *testing.T) {
	for kind, want := range map[fault.Kind]string{
		fault.Internal: "internal", fault.Usage: "usage", fault.Refused: "refused", fault.NotFound: "not_found",
		fault.Unavailable: "unavailable", fault.Integrity: "integrity",
	} {
		report := fault.ReportOf(fault.E(kind, "words"))
		require.Equal(t, fault.Report{Code: want, ExitCode: int(kind), Message: "words"}, report)
	}
}

func TestAdvise(t *testing.T) {
	require.NoError(t, fault.Advise(nil, "nothing to do"))
	cause := errors.New("cause")
	err := fault.Advise(fault.Advise(cause, "inner"), "outer")
	require.Equal(t, "cause", err.Error(), "the way out stands beside the message")
	require.ErrorIs(t, err, cause)
	require.Equal(t, "outer", fault.WayOut(err))
	require.Empty(t, fault.WayOut(cause))
	require.True(t, fault.Is(fault.Advise(fault.E(fault.NotFound, "x"), "y"), fault.NotFound), "the kind stays")
	require.Equal(t, "y", fault.WayOut(fault.Wrap(fault.Usage, fault.Advise(cause, "y"))), "a new kind keeps it")
}

func TestWantsJSON(t *testing.T) {
	for line, want := range map[string]bool{
		"nonsense --output json": true, "--output=json nonsense": true, "--output json --output text": false,
		"--output text --output=json": true, "status": false, "status --output": false, "status --output xml": false,
		"deid -- --output json": false,
	} {
		require.Equal(t, want, fault.WantsJSON(strings.Fields(line)), line)
	}
}
