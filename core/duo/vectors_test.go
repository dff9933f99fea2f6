package duo_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/test/vectors"
)

const vectorsName = "duo.json"

// vectorFile is test/vectors/duo.json. Each case names a policy, a use and facts of
// the file. Bytes are base64 and enums numbers, as in proto3 JSON; an absent field
// is zero.
type vectorFile struct {
	Description string                `json:"description"`
	Policies    map[string]duo.Policy `json:"policies"`
	Uses        map[string]duo.Use    `json:"uses"`
	Facts       map[string]duo.Facts  `json:"facts"`
	Cases       []vectorCase          `json:"cases"`
}

// vectorCase is one decision. Verdict is ALLOW, REFER or DENY.
type vectorCase struct {
	Name    string       `json:"name"`
	Policy  string       `json:"policy"`
	Use     string       `json:"use"`
	Facts   string       `json:"facts"`
	Verdict string       `json:"verdict"`
	Reasons []duo.Reason `json:"reasons"`
}

// combined draws worlds with several things wrong at once, the same at every run.
// Their decisions come from Permits: they hold other implementations to this one.
func combined(tb testing.TB, n int) []vector {
	tb.Helper()
	random := rand.New(rand.NewPCG(2021, 223))
	some := func(items []string, most int) []string {
		picked := []string{}
		for range random.IntN(most + 1) {
			picked = append(picked, items[random.IntN(len(items))])
		}
		slices.Sort(picked)
		return slices.Compact(picked)
	}
	modifiers := []string{}
	for _, term := range duo.Modifiers() {
		modifiers = append(modifiers, string(term))
	}
	drawn := []vector{}
	for i := range n {
		w := newWorld(tb)
		w.setPermission(duo.Permissions()[random.IntN(5)])
		for _, term := range some(modifiers, 6) {
			w.Policy.Modifiers = append(w.Policy.Modifiers, modifier(duo.Term(term)))
		}
		statements, names := []duo.PurposeStatement{}, slices.Sorted(maps.Keys(columns))
		for _, name := range append(some(names, 1), names[random.IntN(len(names))]) {
			statements = append(statements, columns[name])
		}
		w.state(tb, statements...)
		for _, name := range some(slices.Sorted(maps.Keys(changes)), 3) {
			changes[name](&w)
		}
		drawn = append(drawn, vector{name: fmt.Sprintf("combined %03d", i), world: w, want: w.decide()})
	}
	return drawn
}

// share returns the name of a value among those of the file, adding it if it is new.
func share[T any](tb testing.TB, named map[string]T, seen map[string]string, prefix string, value T) string {
	tb.Helper()
	raw, err := json.Marshal(value)
	require.NoError(tb, err)
	name, ok := seen[prefix+string(raw)]
	if !ok {
		name = fmt.Sprintf("%s-%03d", prefix, len(named))
		named[name], seen[prefix+string(raw)] = value, name
	}
	return name
}

// gather returns what the file should hold.
func gather(tb testing.TB) vectorFile {
	tb.Helper()
	file := vectorFile{
		Description: "Decisions of duo.Permits. Those called combined were computed, all others written by hand.",
		Policies:    map[string]duo.Policy{}, Uses: map[string]duo.Use{}, Facts: map[string]duo.Facts{},
	}
	seen := map[string]string{}
	for _, v := range slices.Concat(cases(tb), truthTable(tb), combined(tb, 120)) {
		file.Cases = append(file.Cases, vectorCase{
			Name:    v.name,
			Policy:  share(tb, file.Policies, seen, "policy", v.world.Policy),
			Use:     share(tb, file.Uses, seen, "use", v.world.Use),
			Facts:   share(tb, file.Facts, seen, "facts", v.world.Facts),
			Verdict: v.want.Verdict.String(),
			Reasons: append([]duo.Reason{}, v.want.Reasons...),
		})
	}
	return file
}

func TestVectors_Fresh(t *testing.T) {
	vectors.Check(t, vectorsName, gather(t))
}

func TestVectors_Decisions(t *testing.T) {
	file := vectorFile{}
	vectors.Load(t, vectorsName, &file)
	require.Greater(t, len(file.Cases), 600)
	verdicts := map[string]int{}
	for _, c := range file.Cases {
		require.Contains(t, file.Policies, c.Policy)
		require.Contains(t, file.Uses, c.Use)
		require.Contains(t, file.Facts, c.Facts)
		d := duo.Permits(file.Policies[c.Policy], file.Uses[c.Use], file.Facts[c.Facts])
		require.Equal(t, c.Verdict, d.Verdict.String(), c.Name)
		require.Equal(t, c.Reasons, append([]duo.Reason{}, d.Reasons...), c.Name)
		verdicts[c.Verdict]++
	}
	for _, verdict := range []string{"ALLOW", "REFER", "DENY"} {
		require.Greater(t, verdicts[verdict], 20, verdict)
	}
}
