package upload_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/gateway/upload"
)

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

var digest = strings.Repeat("0a", 32)

func TestParseMetadata(t *testing.T) {
	d, err := drs.ParseDigest(digest)
	require.NoError(t, err)
	for header, size := range map[string]int64{
		"sha256 " + b64(digest):                                     0,
		"sha256 " + b64(digest) + ",size " + b64("12"):              12,
		" size " + b64("12") + " , sha256 " + b64(digest):           12,
		"flag,sha256 " + b64(digest):                                0,
		"filename " + b64("x/../y\n") + ",sha256 " + b64(digest):    0,
		"sha256 " + b64(digest) + ",size " + b64("100000000000000"): 100_000_000_000_000,
	} {
		got, err := upload.ParseMetadata(strings.ReplaceAll(header, "  ", " "))
		require.NoError(t, err, header)
		require.Equal(t, upload.Announced{SHA256: d, Size: size}, got, header)
	}
}

func TestParseMetadata_Refuses(t *testing.T) {
	for _, header := range []string{
		"", ",", "sha256", "sha256 ", "sha256 " + digest, "sha256 " + b64(digest[1:]), "sha256 " + b64(strings.ToUpper(digest)),
		"SHA256 " + b64(digest), "sha256 " + b64(digest) + ",", "sha256 " + b64(digest) + ",sha256 " + b64(digest),
		"sha256 " + b64(digest) + " x", "sha256 " + b64(digest) + ",size " + b64("0"), "sha256 " + b64(digest) + ",size " + b64("01"),
		"sha256 " + b64(digest) + ",size " + b64("-1"), "sha256 " + b64(digest) + ",size " + b64("9999999999999999999"),
		"sha256 " + b64(digest) + ",size " + b64("1e3"), "sha256 " + b64(digest) + ",x " + b64(strings.Repeat("y", 5000)),
	} {
		_, err := upload.ParseMetadata(header)
		require.ErrorIs(t, err, upload.ErrMetadata, header)
	}
}

// Whatever a header says, it announces a whole digest and a sensible size, or nothing.
func FuzzParseMetadata(f *testing.F) {
	f.Add("sha256 " + b64(digest) + ",size " + b64("12"))
	f.Add("filename " + b64("a,b") + ",sha256 " + b64(digest))
	f.Add("sha256 %%%")
	f.Add(",,,")
	f.Fuzz(func(t *testing.T, header string) {
		a, err := upload.ParseMetadata(header)
		if err != nil {
			require.ErrorIs(t, err, upload.ErrMetadata)
			return
		}
		require.GreaterOrEqual(t, a.Size, int64(0))
		require.Contains(t, header, strings.TrimRight(b64(a.SHA256.String()), "="))
	})
}
