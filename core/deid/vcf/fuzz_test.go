package vcf_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/vcf"
	"github.com/volens-network/volens/test/corpus"
	"github.com/volens-network/volens/test/sample"
)

// requireStable scrubs data and, if that is taken, demands that a second scrub
// changes nothing and that an attestor finds no fault.
func requireStable(t *testing.T, data []byte) {
	t.Helper()
	out, result, err := scrub(t, deid.SafeHarborStrict, data, vcf.Options{AllSamples: true})
	if err != nil {
		var refusal *deid.RefusalError
		require.ErrorAs(t, err, &refusal)
		return
	}
	requireVerified(t, deid.SafeHarborStrict, result, out)
}

func FuzzScrub(f *testing.F) {
	f.Add([]byte{})
	f.Add(file(nil, "x", "1 5 . A G . . . GT 0/1"))
	f.Add(gz(f, file(nil, "x y", "1 5 . A G . . . GT 0/1 .")))
	f.Add([]byte("##fileformat=VCFv4.2\r\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\t\r\n"))
	var data bytes.Buffer
	require.NoError(f, sample.VCF(&data, sample.Options{Records: 3, Samples: 2}))
	f.Add(data.Bytes())
	for _, name := range []string{"sv44.vcf", "example_vcf43_with_utf8.vcf", "samples-space.vcf", "bad-info-character.vcf"} {
		if seed, err := os.ReadFile(corpus.Path(f, "vcf/"+name)); err == nil {
			f.Add(seed)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) { requireStable(t, data) })
}

func FuzzHeaderLine(f *testing.F) {
	f.Add(`##INFO=<ID=DP,Number=1,Type=Integer,Description="a \"b\" \\ c">`, "JANE")
	f.Add(`##SAMPLE=<ID=x,Values=[a, b],Description="Jane, Doe"`, "Jane Doe")
	f.Add(`##contig=<ID=chr1,length=5,assembly=GRCh38.p14>`, "1")
	f.Add("##FILTER=<ID=OTHER,Description=\"=\",>", "volens-1")
	f.Fuzz(func(t *testing.T, line, name string) {
		if strings.ContainsAny(line+name, "\n\r\t") {
			return
		}
		head := "##fileformat=VCFv4.2\n" + line + "\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + name
		requireStable(t, []byte(head+"\n1\t5\t.\tA\tG\t.\tPASS\tDP=5\tGT\t0/1\n"))
	})
}

func FuzzRecord(f *testing.F) {
	f.Add("1\t5\trs1;x\tA\tG,<DEL>\t5e1\tq;PASS\tDP=5;DB;X=1\tGT:DP:PID\t0/1:3:1_A_G\t.")
	f.Add("chr1\t5\t.\tA\t]chr2:9]A\t.\t.\t.\tGT:FT:LAB\t0/1:OTHER:x\t1|1")
	f.Add("1\t5\t.\tA\tG\t\t\t;;=;\t:\t:\t:")
	f.Fuzz(func(t *testing.T, record string) {
		if strings.ContainsAny(record, "\n\r") {
			return
		}
		requireStable(t, []byte("##fileformat=VCFv4.2\n##FILTER=<ID=q,Description=\"x\">\n"+
			"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tJANE_DOE\tS2\n"+record+"\n"))
	})
}
