package bgzf_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/bgzf"
)

// htslib reads every content in every length around a block's, however many packed it, and finds its end.
func TestWriter_StockBgzipReadsEveryLength(t *testing.T) {
	bgzip, err := exec.LookPath("bgzip")
	if err != nil {
		t.Skip("SKIPPED: bgzip is not installed: whether it reads what is packed is not tested")
	}
	lengths := []int{0, 1, 2}
	for _, around := range []int{1 << 15, bgzf.BlockSize, 1 << 16, 2 * bgzf.BlockSize, 9 * bgzf.BlockSize} {
		lengths = append(lengths, around-1, around, around+1)
	}
	for name, data := range awkward() {
		for len(data) > 0 && len(data) < lengths[len(lengths)-1] {
			data = append(data, data...)
		}
		for i, n := range lengths {
			n = min(n, len(data))
			packed := packWith(t, data[:n], []int{1, 2, 8}[i%3], []int{1 << 16, 1000, 7}[i%3])
			require.True(t, bytes.HasSuffix(packed, packWith(t, nil, 1, 1)), "the closing block")
			unpack := exec.CommandContext(t.Context(), bgzip, "-dc", "-@", fmt.Sprint(1+i%2))
			unpack.Stdin = bytes.NewReader(packed)
			var said bytes.Buffer
			unpack.Stderr = &said
			got, err := unpack.Output()
			require.NoError(t, err, "%s, %d bytes: %s", name, n, &said)
			require.Empty(t, said.String(), "%s, %d bytes", name, n)
			require.True(t, bytes.Equal(data[:n], got), "%s, %d bytes", name, n)
		}
	}
}
