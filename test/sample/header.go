package sample

import (
	"fmt"
	"strings"
)

// contig is a sequence of GRCh38 with the length that the assembly gives it.
type contig struct {
	name   string
	length int
}

var contigs = []contig{
	{"chr1", 248956422},
	{"chr2", 242193529},
	{"chr3", 198295559},
	{"chr4", 190214555},
	{"chr5", 181538259},
	{"chr6", 170805979},
	{"chr7", 159345973},
	{"chr8", 145138636},
	{"chr9", 138394717},
	{"chr10", 133797422},
	{"chr11", 135086622},
	{"chr12", 133275309},
	{"chr13", 114364328},
	{"chr14", 107043718},
	{"chr15", 101991189},
	{"chr16", 90338345},
	{"chr17", 83257441},
	{"chr18", 80373285},
	{"chr19", 58617616},
	{"chr20", 64444167},
	{"chr21", 46709983},
	{"chr22", 50818468},
	{"chrX", 156040895},
}

const fields = `##FILTER=<ID=PASS,Description="All filters passed">
##FILTER=<ID=LowQual,Description="Low quality">
##INFO=<ID=AC,Number=A,Type=Integer,Description="Allele count in genotypes, for each ALT allele, in the same order as listed">
##INFO=<ID=AF,Number=A,Type=Float,Description="Allele Frequency, for each ALT allele, in the same order as listed">
##INFO=<ID=AN,Number=1,Type=Integer,Description="Total number of alleles in called genotypes">
##INFO=<ID=DP,Number=1,Type=Integer,Description="Approximate read depth; some reads may have been filtered">
##INFO=<ID=FS,Number=1,Type=Float,Description="Phred-scaled p-value using Fisher's exact test to detect strand bias">
##INFO=<ID=MQ,Number=1,Type=Float,Description="RMS Mapping Quality">
##INFO=<ID=QD,Number=1,Type=Float,Description="Variant Confidence/Quality by Depth">
##INFO=<ID=SOR,Number=1,Type=Float,Description="Symmetric Odds Ratio of 2x2 contingency table to detect strand bias">
##INFO=<ID=LABNOTE,Number=1,Type=String,Description="Remark of the laboratory">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Allelic depths for the ref and alt alleles in the order listed">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Approximate read depth (reads with MQ=255 or with bad mates are filtered)">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype Quality">
##FORMAT=<ID=PL,Number=G,Type=Integer,Description="Normalized, Phred-scaled likelihoods for genotypes as defined in the VCF specification">
`

// header writes all lines before the records.
func header(family []person) string {
	var h strings.Builder
	add := func(format string, args ...any) { h.WriteString(fmt.Sprintf(format, args...) + "\n") }
	add("##fileformat=VCFv4.2")
	add("##fileDate=%s", strings.ReplaceAll(runDate, "-", ""))
	add("##source=%s run by %s@%s", pipeline, operator, host)
	add("##reference=file://%s/reference/GRCh38_full_analysis_set.fa", workDir)
	add("##centre=%s, ward 7, contact %s@%s, node 203.0.113.24", hospital, operator, host)
	h.WriteString(fields)
	for _, c := range contigs {
		add("##contig=<ID=%s,length=%d,assembly=GRCh38>", c.name, c.length)
	}
	for i, p := range family {
		add(`##SAMPLE=<ID=%s,Description="%s %s, born %s, %s, SSN %s",Phone="%s",Mail="%s">`,
			p.id, p.first, p.last, p.born, p.mrn, p.ssn, p.phone, p.mail)
		if i > 0 {
			add("##PEDIGREE=<ID=%s,Relative=%s>", p.id, family[0].id)
		}
	}
	first := family[0]
	add(`##GATKCommandLine=<ID=HaplotypeCaller,CommandLine="HaplotypeCaller-run --input %s/%s.bam `+
		`--output %s/%s.vcf.gz --user %s",Version="4.5.0.0",Date="February 29, 2024">`,
		workDir, first.id, workDir, first.mrn, operator)
	add("##bcftools_viewCommand=view -s %s %s/%s.vcf.gz; Date=Thu Feb 29 09:12:33 2024", first.id, workDir, first.mrn)
	h.WriteString("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT")
	for _, p := range family {
		h.WriteString("\t" + p.id)
	}
	h.WriteString("\n")
	return h.String()
}
