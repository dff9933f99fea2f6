package duo_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/volens-network/volens/core/duo"
)

// drawWorld draws a world from the plain one: any permission, some modifiers, some
// purposes and some changes.
func drawWorld(tb testing.TB, t *rapid.T) world {
	tb.Helper()
	w := newWorld(tb)
	w.setPermission(rapid.SampledFrom(duo.Permissions()).Draw(t, "permission"))
	for _, term := range drawSome(t, duo.Modifiers(), 4, "modifiers") {
		w.Policy.Modifiers = append(w.Policy.Modifiers, modifier(term))
	}
	statements, names := []duo.PurposeStatement{}, slices.Sorted(maps.Keys(columns))
	for _, name := range append(drawSome(t, names, 1, "purposes"), rapid.SampledFrom(names).Draw(t, "purpose")) {
		statements = append(statements, columns[name])
	}
	w.state(tb, statements...)
	for _, name := range drawSome(t, slices.Sorted(maps.Keys(changes)), 2, "changes") {
		changes[name](&w)
	}
	if rapid.IntRange(0, 3).Draw(t, "topic") == 0 {
		w.Use.Topics = []duo.SensitiveTopic{duo.TopicVulnerable}
	}
	w.Facts.ReferralApproved = rapid.Bool().Draw(t, "referral approved")
	w.Facts.Attestation.Challenged = rapid.IntRange(0, 9).Draw(t, "challenged") == 0
	return w
}

// drawSome draws up to most distinct items.
func drawSome[T comparable](t *rapid.T, items []T, most int, label string) []T {
	n := rapid.IntRange(0, most).Draw(t, label+" count")
	return rapid.Permutation(items).Draw(t, label)[:n]
}

// clone copies a world by way of its JSON, which also tests that form.
func clone(t require.TestingT, w world) world {
	raw, err := json.Marshal(w)
	require.NoError(t, err)
	out := world{}
	require.NoError(t, json.Unmarshal(raw, &out))
	return out
}

func TestPermits_ModifierNeverWidens(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWorld(t, rt)
		before := w.decide()
		term := rapid.SampledFrom(duo.Modifiers()).Draw(rt, "added")
		if term == duo.CC {
			rt.Skip("the one that widens")
		}
		w.Policy.Modifiers = append(w.Policy.Modifiers, modifier(term))
		require.GreaterOrEqual(rt, w.decide().Verdict, before.Verdict, "%s", term.Short())
	})
}

func TestPermits_CCOnlyAddsCare(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWorld(t, rt)
		before := w.decide()
		if _, has := w.Policy.Modifier(duo.CC); has {
			rt.Skip("has it")
		}
		w.Policy.Modifiers = append(w.Policy.Modifiers, modifier(duo.CC))
		care := func(s duo.PurposeStatement) bool { return s.Purpose == duo.PurposeClinicalCare }
		if !slices.ContainsFunc(w.Use.Purposes, care) {
			require.Equal(rt, before, w.decide())
		}
	})
}

func TestPermits_WiderPermissionNeverNarrows(t *testing.T) {
	wider := map[duo.Term][]duo.Term{
		duo.DS:  {duo.HMB, duo.GRU, duo.NRES},
		duo.HMB: {duo.GRU, duo.NRES},
		duo.POA: {duo.GRU, duo.NRES},
		duo.GRU: {duo.NRES},
	}
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWorld(t, rt)
		before, narrow := w.decide(), w.Policy.Permission
		if narrow == duo.NRES {
			rt.Skip("nothing is wider")
		}
		w.setPermission(rapid.SampledFrom(wider[narrow]).Draw(rt, "wider"))
		after := w.decide()
		if narrow == duo.DS && slices.Contains(after.Reasons, "NMDS") {
			rt.Skip("NMDS leaves methods for stated diseases to DS alone")
		}
		require.LessOrEqual(rt, after.Verdict, before.Verdict)
	})
}

func TestPermits_MoreUseNeverWidens(t *testing.T) {
	more := map[string]func(*duo.Use, *rapid.T){
		"purpose": func(u *duo.Use, t *rapid.T) {
			name := rapid.SampledFrom(slices.Sorted(maps.Keys(columns))).Draw(t, "more")
			u.Purposes = append(u.Purposes, columns[name])
		},
		"topic":      func(u *duo.Use, _ *rapid.T) { u.Topics = append(u.Topics, duo.TopicNotHealth) },
		"commercial": func(u *duo.Use, _ *rapid.T) { u.Commercial = true },
		"training":   func(u *duo.Use, _ *rapid.T) { u.AI = duo.AITrain },
		"longer":     func(u *duo.Use, _ *rapid.T) { u.DurationMonths += 13 },
		"no promise": func(u *duo.Use, _ *rapid.T) { u.Promises = duo.Promises{} },
	}
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWorld(t, rt)
		before := w.decide()
		what := rapid.SampledFrom(slices.Sorted(maps.Keys(more))).Draw(rt, "what")
		more[what](&w.Use, rt)
		require.GreaterOrEqual(rt, w.decide().Verdict, before.Verdict, what)
	})
}

func TestPermits_OrderIndependent(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWorld(t, rt)
		shuffled := clone(rt, w)
		shuffle(rt, reflect.ValueOf(&shuffled).Elem(), "")
		require.Equal(rt, w.decide(), shuffled.decide())
	})
}

// shuffle permutes every list but bytes and the paths of proofs, whose order is
// their meaning.
func shuffle(t *rapid.T, v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				shuffle(t, v.Field(i), v.Type().Field(i).Name)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 || name == "Path" {
			return
		}
		swap := reflect.Swapper(v.Interface())
		for i := range v.Len() {
			swap(i, rapid.IntRange(0, i).Draw(t, name))
		}
		for i := range v.Len() {
			shuffle(t, v.Index(i), name)
		}
	default:
	}
}

func TestPermits_ReferralOnlyLiftsRefer(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWorld(t, rt)
		w.Facts.ReferralApproved = false
		before := w.decide()
		w.Facts.ReferralApproved = true
		after := w.decide()
		if before.Verdict == duo.Refer {
			require.Equal(rt, duo.Decision{Verdict: duo.Allow, Reasons: before.Reasons}, after)
		} else {
			require.Equal(rt, before, after)
		}
	})
}

func TestPermits_ReasonsSortedAndUnique(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := drawWorld(t, rt).decide()
		require.True(rt, slices.IsSorted(d.Reasons))
		require.Len(rt, slices.Compact(slices.Clone(d.Reasons)), len(d.Reasons))
		require.True(rt, d.Allowed() || len(d.Reasons) > 0, "a refusal says why")
	})
}

func TestPermits_ZeroValuesDeny(t *testing.T) {
	w := newWorld(t)
	for name, v := range map[string]world{
		"nothing":   {},
		"no policy": {Use: w.Use, Facts: w.Facts},
		"no use":    {Policy: w.Policy, Facts: w.Facts},
		"no facts":  {Policy: w.Policy, Use: w.Use},
	} {
		require.Equal(t, duo.Deny, v.decide().Verdict, name)
	}
	require.False(t, duo.Decision{}.Allowed())
}

// TestPermits_EveryFactIsNeeded sets each field of the facts to zero in turn, where a
// policy depends on all of them, and expects that the use is not allowed any more.
func TestPermits_EveryFactIsNeeded(t *testing.T) {
	plain := newWorld(t)
	plain.withAll()
	plain.setPermission(duo.DS)
	plain.state(t, columns["ds"])
	plain.Use.Mode = duo.ModeCompute
	plain.Use.BeneficialOwner, plain.Facts.BeneficialOwner = "org-owner", plain.Facts.Organisation
	plain.Facts.BeneficialOwner.Address = "org-owner"
	require.True(t, plain.decide().Allowed(), "%v", plain.decide())
	// Where the owner of a university sits is nobody's condition.
	free := map[string]bool{"BeneficialOwner.Country": true}
	tried := 0
	for _, path := range leaves(reflect.ValueOf(plain.Facts), nil) {
		w := clone(t, plain)
		v, name := reflect.ValueOf(&w.Facts).Elem(), ""
		for _, step := range path {
			if v.Kind() == reflect.Slice {
				v = v.Index(step)
				continue
			}
			name += "." + v.Type().Field(step).Name
			v = v.Field(step)
		}
		if v.IsZero() || free[name[1:]] {
			continue
		}
		tried++
		v.SetZero()
		require.False(t, w.decide().Allowed(), "zero %s", name[1:])
	}
	require.Greater(t, tried, 40)
}

// leaves returns the index paths of all fields and items below v, and of v's lists.
func leaves(v reflect.Value, at []int) [][]int {
	found := [][]int{}
	switch {
	case v.Kind() == reflect.Struct && v.Type().PkgPath() != "time":
		for i := range v.NumField() {
			found = append(found, leaves(v.Field(i), append(slices.Clone(at), i))...)
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		found = append(found, at)
		for i := range v.Len() {
			found = append(found, leaves(v.Index(i), append(slices.Clone(at), i))...)
		}
	default:
		found = append(found, at)
	}
	return found
}

func FuzzPermits(f *testing.F) {
	for _, v := range cases(f) {
		raw, err := json.Marshal(v.world)
		require.NoError(f, err)
		f.Add(raw)
	}
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		w := world{}
		if json.Unmarshal(raw, &w) != nil {
			return
		}
		d := w.decide()
		require.Contains(t, []duo.Verdict{duo.Allow, duo.Refer, duo.Deny}, d.Verdict)
		require.True(t, slices.IsSorted(d.Reasons))
		if d.Verdict != duo.Deny {
			require.NoError(t, w.Policy.Validate())
			require.NoError(t, w.Use.Validate())
			require.True(t, w.Facts.Consent.Active && w.Facts.Dataset.Active && w.Facts.Attestation.Live)
			require.True(t, w.Use.Promises.NoReidentification)
		}
		if canonical, err := w.Policy.Canonical(); err == nil {
			again, err := canonical.Canonical()
			require.NoError(t, err)
			require.Equal(t, canonical, again)
		}
	})
}
