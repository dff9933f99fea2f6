package model_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/test/model"
)

const small = `# a comment
trace 7 3 2
inject 0 0
tx grant ok
tx ask 1 ok
state FREE VOID 0 0 0 0 1 0

inject 7 1
epoch 1
tx yes 0 refused
state EMITTED RELEASED 0 1 1 0 0 2
`

func TestParse(t *testing.T) {
	traces, err := model.Parse(strings.NewReader(small))
	require.NoError(t, err)
	require.Equal(t, []model.Trace{{
		Seed: 7, JobBlocks: 3, RequestBlocks: 2,
		Blocks: []model.Block{
			{
				Txs:   []model.Tx{{Verb: "grant", OK: true}, {Verb: "ask", Job: 1, OK: true}},
				After: model.State{Seats: [2]string{"FREE", "VOID"}, Consent: true},
			},
			{
				Used: 7, Wrong: true, Switch: true,
				Txs: []model.Tx{{Verb: "yes"}},
				After: model.State{
					Seats: [2]string{"EMITTED", "RELEASED"}, Paid: [2]bool{false, true},
					Back: [2]bool{true, false}, Batch: 2,
				},
			},
		},
	}}, traces)
}

func TestParse_Refused(t *testing.T) {
	const state = "state FREE VOID 0 0 0 0 0 0\n"
	for name, text := range map[string]string{
		"no trace":                state,
		"no number":               "trace 1 3\n",
		"a window of nothing":     "trace 1 0 2\n",
		"a block that goes on":    "trace 1 3 2\ninject 0 0\ntrace 2 3 2\n",
		"a block that never ends": "trace 1 3 2\ninject 0 0\n",
		"a state without a block": "trace 1 3 2\n" + state,
		"two injections":          "trace 1 3 2\ninject 0 0\ninject 0 0\n",
		"five validators":         "trace 1 3 2\ninject 16 0\n" + state,
		"right and wrong at once": "trace 1 3 2\ninject 8 1\n" + state,
		"a late switch":           "trace 1 3 2\ninject 0 0\ntx grant ok\nepoch 1\n" + state,
		"an unknown verb":         "trace 1 3 2\ninject 0 0\ntx steal 0 ok\n" + state,
		"a third job":             "trace 1 3 2\ninject 0 0\ntx yes 2 ok\n" + state,
		"a job too many":          "trace 1 3 2\ninject 0 0\ntx grant 0 ok\n" + state,
		"no result":               "trace 1 3 2\ninject 0 0\ntx grant perhaps\n" + state,
		"an unknown seat":         "trace 1 3 2\ninject 0 0\nstate GONE FREE 0 0 0 0 0 0\n",
		"a third of the money":    "trace 1 3 2\ninject 0 0\nstate FREE VOID 2 0 0 0 0 0\n",
		"words behind":            "trace 1 3 2\ninject 0 0\nstate FREE VOID 0 0 0 0 0 0 0\n",
		"no event":                "trace 1 3 2\ninject 0 0\nhello\n" + state,
		"a long line":             "trace 1 3 2 " + strings.Repeat("x", 300) + "\n",
		"too many messages":       "trace 1 3 2\ninject 0 0\n" + strings.Repeat("tx grant ok\n", 17) + state,
	} {
		_, err := model.Parse(strings.NewReader(text))
		require.ErrorIs(t, err, model.ErrTrace, name)
	}
}

func TestFromSimulation_WholeBlocksOnly(t *testing.T) {
	const printed = "ltl p4: [] ...\n      inject\n" + "inject 0 0\ntx grant ok\nstate FREE VOID 0 0 0 0 1 0\n" +
		"inject 3 0\nstate FREE VOID 0 0 0 0 1 0\ninject 0 0\ntx revoke ok\n-------------\n"
	trace, text, err := model.FromSimulation(5, 3, 2, 10, []byte(printed))
	require.NoError(t, err)
	require.Len(t, trace.Blocks, 2)
	require.Equal(t, "trace 5 3 2\ninject 0 0\ntx grant ok\nstate FREE VOID 0 0 0 0 1 0\n"+
		"inject 3 0\nstate FREE VOID 0 0 0 0 1 0\n", text)
	trace, _, err = model.FromSimulation(5, 3, 2, 1, []byte(printed))
	require.NoError(t, err)
	require.Len(t, trace.Blocks, 1)
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	if raw, err := os.ReadFile(traceFile); err == nil {
		f.Add(raw[:min(len(raw), 2000)])
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		traces, err := model.Parse(bytes.NewReader(raw))
		if err != nil {
			require.Empty(t, traces)
			return
		}
		for _, trace := range traces {
			for _, b := range trace.Blocks {
				require.LessOrEqual(t, b.Used, uint8(15))
				for _, tx := range b.Txs {
					require.Less(t, tx.Job, model.Jobs)
				}
			}
		}
	})
}
