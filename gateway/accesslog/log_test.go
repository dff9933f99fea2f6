package accesslog_test

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/merkle"
	"github.com/volens-network/volens/gateway/accesslog"
)

func open(t *testing.T, path string) *accesslog.Log {
	t.Helper()
	l, err := accesslog.Open(path, rand.Reader)
	require.NoError(t, err)
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			require.ErrorIs(t, err, os.ErrClosed)
		}
	})
	return l
}

func entry(n int) accesslog.Entry {
	return accesslog.Entry{
		Time: time.Date(2026, 1, 1, 0, 0, n, 0, time.FixedZone("", 3600)), What: accesslog.Half,
		Account: "volens1reader", Dataset: "00", Version: 1, Request: "01", Seat: uint64(n),
	}
}

func TestLog_RootIsOverTheLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	l := open(t, path)
	require.Equal(t, accesslog.Checkpoint{Root: merkle.Empty()}, l.Checkpoint())
	var anchored []accesslog.Checkpoint
	for n := range 5 {
		require.NoError(t, l.Append(entry(n)))
		anchored = append(anchored, l.Checkpoint())
	}
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	var hashes []merkle.Hash
	scanner := bufio.NewScanner(bytes.NewReader(raw))
	for scanner.Scan() {
		var e accesslog.Entry
		require.NoError(t, json.Unmarshal(scanner.Bytes(), &e))
		require.Equal(t, time.UTC, e.Time.Location())
		require.Len(t, e.Salt, 16)
		hashes = append(hashes, merkle.Leaf(scanner.Bytes()))
	}
	require.Len(t, hashes, 5)
	require.Equal(t, accesslog.Checkpoint{Size: 5, Root: merkle.Root(hashes)}, l.Checkpoint())

	for n, want := range anchored {
		got, err := accesslog.Root(bytes.NewReader(raw), uint64(n+1))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	proof, err := merkle.Consistency(hashes, 2)
	require.NoError(t, err)
	require.NoError(t, merkle.VerifyConsistency(anchored[1].Root, anchored[4].Root, 2, 5, proof))
}

func TestLog_EqualEntriesDiffer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	l := open(t, path)
	require.NoError(t, l.Append(entry(1)))
	require.NoError(t, l.Append(entry(1)))
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	lines := strings.Split(string(raw), "\n")
	require.NotEqual(t, lines[0], lines[1], "a leaf must not be guessable")
}

func TestLog_SurvivesRestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	l := open(t, path)
	for n := range 3 {
		require.NoError(t, l.Append(entry(n)))
	}
	before := l.Checkpoint()
	require.NoError(t, l.Close())
	again := open(t, path)
	require.Equal(t, before, again.Checkpoint())
	require.NoError(t, again.Append(entry(3)))
	require.Equal(t, uint64(4), again.Checkpoint().Size)
}

// A line that a power cut left without its end was never answered to: it goes.
func TestLog_TornLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	l := open(t, path)
	require.NoError(t, l.Append(entry(0)))
	before := l.Checkpoint()
	require.NoError(t, l.Close())
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(`{"time":"2026`)
	require.NoError(t, err)
	require.NoError(t, f.Close())

	again := open(t, path)
	require.Equal(t, before, again.Checkpoint())
	require.NoError(t, again.Append(entry(1)))
	require.NoError(t, again.Close())
	third := open(t, path)
	require.Equal(t, again.Checkpoint(), third.Checkpoint())
}

// A changed or dropped line shows against what was anchored.
func TestRoot_ShowsTampering(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	l := open(t, path)
	for n := range 3 {
		require.NoError(t, l.Append(entry(n)))
	}
	anchored := l.Checkpoint()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	changed, err := accesslog.Root(bytes.NewReader(bytes.Replace(raw, []byte(`"seat":1`), []byte(`"seat":7`), 1)), 3)
	require.NoError(t, err)
	require.NotEqual(t, anchored, changed)
	_, rest, _ := bytes.Cut(raw, []byte("\n"))
	_, err = accesslog.Root(bytes.NewReader(rest), 3)
	require.ErrorContains(t, err, "2 lines, not 3")
}

func TestAppend_Concurrent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	l := open(t, path)
	var group sync.WaitGroup
	for n := range 20 {
		group.Go(func() { require.NoError(t, l.Append(entry(n))) })
	}
	group.Wait()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	got, err := accesslog.Root(bytes.NewReader(raw), 20)
	require.NoError(t, err)
	require.Equal(t, l.Checkpoint(), got)
}

func TestAppend_Fails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	l := open(t, path)
	require.NoError(t, l.Append(entry(0)))
	long := entry(1)
	long.Account = strings.Repeat("x", 5000)
	require.ErrorContains(t, l.Append(long), "bytes")
	require.Equal(t, uint64(1), l.Checkpoint().Size)
	require.NoError(t, l.Close())
	require.ErrorIs(t, l.Append(entry(1)), accesslog.ErrBroken)

	salty, err := accesslog.Open(path, iotest.ErrReader(io.ErrUnexpectedEOF))
	require.NoError(t, err)
	require.ErrorIs(t, salty.Append(entry(1)), io.ErrUnexpectedEOF)
	require.NoError(t, salty.Close())
}

// A disk that is full takes nothing, and breaks nothing: when there is room the log goes on
// where it was, without half a line.
func TestAppend_FullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	l := open(t, path)
	require.NoError(t, l.Append(entry(0)))
	info, err := os.Stat(path)
	require.NoError(t, err)

	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	var before syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before))
	full := before
	full.Cur = uint64(info.Size()) + 10
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full))
	failed := l.Append(entry(1))
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before))

	require.ErrorIs(t, failed, syscall.EFBIG)
	require.Equal(t, uint64(1), l.Checkpoint().Size)
	require.NoError(t, l.Append(entry(1)))
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	got, err := accesslog.Root(bytes.NewReader(raw), 2)
	require.NoError(t, err)
	require.Equal(t, l.Checkpoint(), got)
}

func TestOpen_Refuses(t *testing.T) {
	_, err := accesslog.Open(filepath.Join(t.TempDir(), "none", "access.log"), rand.Reader)
	require.ErrorIs(t, err, os.ErrNotExist)
	path := filepath.Join(t.TempDir(), "access.log")
	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("x", 5000)+"\n"), 0o600))
	_, err = accesslog.Open(path, rand.Reader)
	require.ErrorContains(t, err, "line 1")
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("a\nb\nc"))
	f.Add([]byte(fmt.Sprintf("%s\n", strings.Repeat("x", 4096))))
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := filepath.Join(t.TempDir(), "access.log")
		require.NoError(t, os.WriteFile(path, raw, 0o600))
		l, err := accesslog.Open(path, rand.Reader)
		if err != nil {
			return
		}
		size := l.Checkpoint().Size
		require.NoError(t, l.Append(entry(0)))
		require.Equal(t, size+1, l.Checkpoint().Size)
		require.NoError(t, l.Close())
	})
}
