package storage_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client/fault"
)

// A gateway that sends more than the object can have fills no disk.
func TestDownload_TooMuch(t *testing.T) {
	_, _, object, c := readers(t, 3<<20)
	path := filepath.Join(t.TempDir(), "file.age")
	err := c.Download(t.Context(), object, 3<<20-1, path, nil)
	require.Equal(t, fault.Integrity, fault.KindOf(err))
	require.NoFileExists(t, path)
	require.NoFileExists(t, path+".part")
	require.NoError(t, c.Download(t.Context(), object, 3<<20, path, nil))
}

// A gateway that says of every byte, also the first, that it is behind the end.
func TestDownload_AlwaysBehindTheEnd(t *testing.T) {
	d, _, object, c := readers(t, 1000)
	calls := 0
	d.sabotage(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method != http.MethodGet {
			next.ServeHTTP(w, r)
			return
		}
		if calls++; calls > 100 {
			t.Error("asked for ever")
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
	})
	path := filepath.Join(t.TempDir(), "file.age")
	require.NoError(t, os.WriteFile(path+".part", make([]byte, 10), 0o600))
	require.Error(t, c.Download(t.Context(), object, maxSize, path, nil))
	require.Less(t, calls, 10)
}

func TestSponsorship(t *testing.T) {
	d := newDepot(t)
	granter, err := d.client(account(t, "owner")).Sponsorship(t.Context())
	require.NoError(t, err)
	require.Equal(t, d.keys.Address, granter)
	require.Len(t, d.chain.Messages(), 1)
}
