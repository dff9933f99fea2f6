package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/internal/brittle"
)

// No failure of the store is swallowed: whichever operation fails, the step fails.
func TestStore_Fails(t *testing.T) {
	for name, step := range map[string]func(f *fixture, text string) error{
		"register": func(f *fixture, _ string) error {
			_, err := f.msgs.RegisterDataset(f.ctx, registration(1, 9))
			return err
		},
		"hold":     func(f *fixture, text string) error { return f.hold(0x22, text) },
		"drop":     func(f *fixture, text string) error { return f.drop(0x21, text) },
		"replace":  func(f *fixture, text string) error { return f.replace(1, text) },
		"withdraw": func(f *fixture, text string) error { return f.withdraw(1, text) },
		"freeze": func(f *fixture, text string) error {
			d, err := f.query.Dataset(f.ctx, &dataset.QueryDatasetRequest{DatasetId: text})
			if err != nil {
				return err
			}
			key, err := d.Dataset.ID()
			if err != nil {
				return err
			}
			return f.keeper.SetFrozen(f.ctx, key, true)
		},
		"list": func(f *fixture, _ string) error {
			_, err := f.query.Datasets(f.ctx, &dataset.QueryDatasetsRequest{Owner: account(1), Status: dataset.STATUS_ACTIVE})
			return err
		},
		"export, import": func(f *fixture, _ string) error {
			g, err := f.keeper.ExportGenesis(f.ctx)
			if err != nil {
				return err
			}
			return f.keeper.InitGenesis(f.ctx, g)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := initFixture(t)
			text := f.register(t, 1, 7)
			require.NoError(t, f.hold(0x21, text))
			ctx := f.ctx
			f.ctx, _ = ctx.CacheContext()
			f.brittle.Count = 0
			require.NoError(t, step(f, text), "the step goes well on a sound store")
			count := f.brittle.Count
			require.Positive(t, count)
			for n := 1; n <= count; n++ {
				f.ctx, _ = ctx.CacheContext()
				f.brittle.Count, f.brittle.FailAt = 0, n
				require.ErrorIs(t, step(f, text), brittle.ErrStore, "operation %d of %d", n, count)
			}
		})
	}
}

// Whatever is done, in whatever order: the state can be exported and imported,
// versions only grow, and what was withdrawn stays so.
func TestDataset_Histories(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := initFixture(t)
		text := f.register(t, 1, 7)
		last := f.get(t, text)
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			who := rapid.SampledFrom([]byte{1, 2, 0x21, 0x22, 0x24}).Draw(r, "who")
			ctx, write := f.ctx.CacheContext()
			g := *f
			g.ctx = ctx
			var err error
			switch rapid.IntRange(0, 5).Draw(r, "what") {
			case 0:
				err = g.hold(who, text)
			case 1:
				err = g.drop(who, text)
			case 2:
				err = g.replace(who, text)
			case 3:
				err = g.withdraw(who, text)
			default:
				err = g.keeper.SetFrozen(ctx, parse(t, text), rapid.Bool().Draw(r, "frozen"))
			}
			if err == nil {
				write()
			}
			d := f.get(t, text)
			require.GreaterOrEqual(r, d.Version, last.Version)
			require.Equal(r, last.Owner, d.Owner)
			if last.Status == dataset.STATUS_WITHDRAWN {
				require.Equal(r, last, d)
			}
			last = d
			exported, err := f.keeper.ExportGenesis(f.ctx)
			require.NoError(r, err)
			require.NoError(r, exported.Validate())
		}
	})
}
