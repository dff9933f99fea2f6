// Package reference knows reference genomes: how their sequences are named, and
// which assembly a file was made against.
package reference

import "regexp"

var (
	plain = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_.*:+|-]{0,127}$`)
	// public is the names that reference assemblies give to sequences.
	public = regexp.MustCompile(`(?i)^(chr)?([0-9]{1,2}|x|y|m|mt|un|ebv)$|` +
		`^(chr([0-9]{1,2}|x|y|un)_)?(gl|ki|kn|kq|kv|kz|jh|kb|ml|jtfh)[0-9]{6}[0-9]*([v.]?[0-9])?(_random|_alt|_fix|_decoy)?$|` +
		`^n[ctw]_[0-9]{6,9}(\.[0-9]+)?$|^hla-[a-z0-9]{1,5}([*:][0-9a-z*:]*)?$|^hs37d5$`)
	patchLevel = regexp.MustCompile(`\.p[0-9]{1,2}$`)
)

// IsPlain tells whether a name has the form of a sequence's name.
func IsPlain(name []byte) bool { return plain.Match(name) }

// IsPublic tells whether a name is one of a public reference.
func IsPublic(name string) bool { return len(name) < 64 && public.MatchString(name) }

// Assembly returns the listed short name of an assembly, without its patch level,
// or "".
func Assembly(listed []string, name string) string {
	name = patchLevel.ReplaceAllString(name, "")
	for _, known := range listed {
		if name == known {
			return known
		}
	}
	return ""
}

// byLength are the assemblies by the length of chromosome 1, which differs in
// each (NCBI Genome, GCF_000001405.12, .13, .26 and GCF_009914755.1).
var byLength = map[string]string{
	"247249719": "NCBI36",
	"249250621": "GRCh37",
	"248956422": "GRCh38",
	"248387328": "T2T-CHM13",
}

// ByLength returns the name of the assembly that has a sequence of this name and
// length, or "".
func ByLength(name, length string) string {
	if name == "chr1" || name == "1" || name == "Chr1" {
		return byLength[length]
	}
	return ""
}
