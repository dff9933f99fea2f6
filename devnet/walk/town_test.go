package walk_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/devnet/walk"
)

type silent struct{}

func (silent) Note(string)    {}
func (silent) Done(walk.Step) {}

func options(t *testing.T) walk.Options {
	t.Helper()
	return walk.Options{
		Dir: t.TempDir(), Validators: 2, PortOffset: 4_600, BlockTime: time.Second, Report: silent{},
		Rand: rand.Reader, Now: time.Now, Version: "test",
	}
}

func TestBuild_Refuses(t *testing.T) {
	ctx := context.Background()
	for _, validators := range []int{-1, 0, 1, 21} {
		o := options(t)
		o.Validators = validators
		_, err := walk.Build(ctx, o)
		require.Equal(t, fault.Usage, fault.KindOf(err), validators)
	}

	o := options(t)
	require.NoError(t, os.WriteFile(filepath.Join(o.Dir, "mine"), nil, 0o600))
	_, err := walk.Build(ctx, o)
	require.Equal(t, fault.Usage, fault.KindOf(err))
	require.ErrorContains(t, err, "is not empty")

	var config net.ListenConfig
	other, err := config.Listen(ctx, "tcp", "127.0.0.1:12680")
	require.NoError(t, err)
	o = options(t)
	_, err = walk.Build(ctx, o)
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	require.NoError(t, other.Close())
	left, err := os.ReadDir(o.Dir)
	require.NoError(t, err)
	require.Empty(t, left, "nothing was begun")

	o = options(t)
	o.Programs.Gateway = filepath.Join(t.TempDir(), "volens-gateway")
	_, err = walk.Build(ctx, o)
	require.ErrorIs(t, err, os.ErrNotExist, "there is no gateway program")
}

func TestFindPrograms_Missing(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"volensd", "volens-gateway", "age", "age-plugin-volens"} {
		_, err := walk.FindPrograms(dir)
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		require.ErrorContains(t, err, name+" is missing")
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o700))
	}
	programs, err := walk.FindPrograms(dir)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(dir, "volensd"), programs.Node)
	require.Equal(t, dir, programs.Plugin)
}

// Scripts read these names.
func TestSummary_Names(t *testing.T) {
	raw, err := json.Marshal(walk.Summary{
		Step: "summary", OK: true, Datasets: []walk.DatasetSummary{{ID: "1", Kind: "VCF", ReleaseBlocks: 2}},
		Paid: []walk.Paid{{Role: "patient", Amount: 10, Denom: "uusd"}},
	})
	require.NoError(t, err)
	require.JSONEq(t, `{"step":"summary","ok":true,"datasets":[{"id":"1","kind":"VCF","deid_sha256":"",
		"plaintext_sha256":"","fetched_sha256":"","ready_height":0,"release_height":0,"release_blocks":2}],
		"deid_sha256":"","plaintext_sha256":"","fetched_sha256":"","ready_height":0,"release_height":0,
		"release_blocks":0,"paid":[{"role":"patient","address":"","amount":10,"denom":"uusd","held_until":0}],
		"stock_age":false,"denied_refused":false,"withdrawn_refused":false,"seconds":0}`, string(raw))
}
